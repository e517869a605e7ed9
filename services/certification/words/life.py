"""Steps, reasons and appeals in words of the trade."""

from shared.web.i18n import N_

KINDS = {
    "suspended": (N_("geschorst"), "warn"),
    "reinstated": (N_("hersteld"), "good"),
    "withdrawn": (N_("ingetrokken"), "bad"),
    "expired": (N_("verlopen"), "warn"),
    "corrected": (N_("verbeterd"), "plain"),
    "scope_reduced": (N_("geldt voor minder eindtermen"), "warn"),
    "reissued": (N_("opnieuw opgemaakt"), "plain"),
    "recertified": (N_("verlengd"), "good"),
}
REFUSED = N_("weigering van het certificaat")
"""A step: its word and its tone."""

DECISIONS = {
    "suspend": (N_("Schorsen"), "suspended"),
    "reinstate": (N_("Laten gelden"), "reinstated"),
    "withdraw": (N_("Intrekken, voorgoed"), "withdrawn"),
    "correct": (N_("Verbeteren"), "corrected"),
    "reduce-scope": (N_("Beperken tot minder eindtermen"), "scope_reduced"),
    "reissue": (N_("Opnieuw opmaken"), "reissued"),
}
DONE = {**DECISIONS, "recertify": (N_("Verlengen"), "recertified")}
"""What the office may decide: the word on the button, and the kind of step."""

REASONS = {
    "investigation": N_("er wordt iets onderzocht"),
    "requirement_lost": N_("aan een eis is niet meer voldaan"),
    "misuse": N_("het keurmerk is verkeerd gebruikt"),
    "obligation_not_met": N_("een verplichting is niet nagekomen"),
    "holder_request": N_("op verzoek van de houder"),
    "remedied": N_("het is hersteld"),
    "unfounded": N_("er was geen grond voor"),
    "appeal_upheld": N_("het beroep is gegrond"),
    "fraud": N_("er is bedrog gepleegd"),
    "not_remedied": N_("het is niet op tijd hersteld"),
    "period_ended": N_("de termijn is voorbij"),
    "name_misspelt": N_("de naam was verkeerd gespeld"),
    "wrong_programme": N_("de opleiding klopte niet"),
    "lost": N_("kwijtgeraakt"),
    "damaged": N_("beschadigd"),
    "key_replaced": N_("er is een nieuwe sleutel"),
    "key_compromised": N_("de sleutel kan in andere handen zijn"),
    "requirements_met": N_("aan de eisen voor verlenging is voldaan"),
    "other": N_("een andere reden"),
}

CASE_STEPS = {
    "warned": N_("gewaarschuwd"),
    "corrected": N_("rechtgezet"),
    "licence_ended": N_("licentie beëindigd"),
    "closed": N_("gesloten"),
}
"""What is done where the mark is used wrongly."""
