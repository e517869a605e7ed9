"""What became of a certificate, and why, in words for whoever is mailed. What an official typed never comes here."""

from collections.abc import Mapping
from typing import Any

from shared.web.i18n import N_, translate

_CHANGES = {
    "suspended": (
        N_("Certificaat %(number)s is geschorst"),
        N_("Het certificaat telt voorlopig niet mee, ook niet in het openbare register."),
    ),
    "reinstated": (
        N_("Certificaat %(number)s geldt weer"),
        N_("De schorsing is voorbij. Het certificaat telt weer mee, ook in het openbare register."),
    ),
    "withdrawn": (
        N_("Certificaat %(number)s is ingetrokken"),
        N_("Het certificaat telt niet meer mee en komt niet terug. Wie het in het register opzoekt, ziet dat."),
    ),
    "expired": (
        N_("Certificaat %(number)s is verlopen"),
        N_("De laatste dag van het certificaat is voorbij. In het register staat het nu als verlopen."),
    ),
    "corrected": (
        N_("Certificaat %(number)s is verbeterd"),
        N_("Het nummer blijft. De nieuwe versie geldt; eerdere afdrukken en bestanden gelden niet meer."),
    ),
    "scope_reduced": (
        N_("Certificaat %(number)s geldt voor minder eindtermen"),
        N_("Het nummer blijft. De nieuwe versie noemt de eindtermen waarvoor het certificaat nog staat."),
    ),
    "reissued": (
        N_("Certificaat %(number)s is opnieuw opgemaakt"),
        N_("Er staat hetzelfde op als eerst. Het nieuwe bestand staat in het register klaar."),
    ),
    "key_compromised": (
        N_("Haal certificaat %(number)s opnieuw op"),
        N_(
            "De sleutel waarmee het was ondertekend kan in andere handen zijn. Daarom is je certificaat opnieuw"
            " ondertekend. Het nummer, de controlecode en wat erop staat zijn hetzelfde gebleven, en het bleef al die"
            " tijd in het register staan. Alleen de bestanden die je al had, worden niet meer overal geaccepteerd."
        ),
    ),
    "recertified": (
        N_("Certificaat %(number)s is verlengd"),
        N_("Aan de eisen voor een nieuwe termijn is voldaan. Het nummer blijft."),
    ),
    "appeal_lodged": (
        N_("Beroep tegen het besluit over certificaat %(number)s is ontvangen"),
        N_("Iemand die niets met het besluit te maken had beslist erover. Tot dan blijft het besluit gelden."),
    ),
    "appeal_upheld": (
        N_("Beroep over certificaat %(number)s is gegrond"),
        N_("Het besluit waartegen het beroep ging, blijft niet staan."),
    ),
    "appeal_dismissed": (
        N_("Beroep over certificaat %(number)s is ongegrond"),
        N_("Het besluit waartegen het beroep ging, blijft staan."),
    ),
}
_REASONS = {
    "investigation": N_("er wordt iets onderzocht"),
    "requirement_lost": N_("aan een eis is niet meer voldaan"),
    "misuse": N_("het keurmerk is verkeerd gebruikt"),
    "obligation_not_met": N_("een verplichting is niet nagekomen"),
    "holder_request": N_("op verzoek van de houder"),
    "remedied": N_("het is hersteld"),
    "unfounded": N_("er was geen grond voor"),
    "appeal_upheld": N_("het beroep was gegrond"),
    "fraud": N_("er is bedrog gepleegd"),
    "not_remedied": N_("het is niet op tijd hersteld"),
    "name_misspelt": N_("de naam was verkeerd gespeld"),
    "wrong_programme": N_("de opleiding klopte niet"),
    "lost": N_("kwijtgeraakt"),
    "damaged": N_("beschadigd"),
    "key_replaced": N_("er is een nieuwe sleutel"),
}


def in_words(given: Mapping[str, Any]) -> dict[str, Any]:
    """``headline``, ``meaning`` and ``because`` for a mail about a change. KeyError for a change without words."""
    headline, meaning = _CHANGES[given["change"]]
    told = {"headline": translate(headline) % {"number": given["number"]}, "meaning": translate(meaning)}
    if given.get("reason") in _REASONS:
        told["because"] = translate(_REASONS[given["reason"]])
    return told
