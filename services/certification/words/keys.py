"""Keys and their changes in words of the trade."""

from shared.web.i18n import N_

KINDS = {
    "credential": N_("bewijzen, statuslijsten en logboek"),
    "paper": N_("papieren certificaten"),
}
"""What a key signs."""

STATES = {
    "active": (N_("ondertekent"), "good"),
    "retired": (N_("buiten gebruik"), "plain"),
    "revoked": (N_("ingetrokken"), "bad"),
}
"""A key: its word and its tone."""

CHANGES = {
    "proposed": (N_("wacht op goedkeuring"), "warn"),
    "approved": (N_("wordt uitgevoerd"), "busy"),
    "completed": (N_("klaar"), "good"),
    "withdrawn": (N_("voorstel ingetrokken"), "plain"),
}
"""A change: its word and its tone."""

REASONS = {
    "routine": N_("het is tijd voor een nieuwe"),
    "compromised": N_("de sleutel kan in andere handen zijn"),
    "algorithm": N_("de soort sleutel moet anders"),
    "lost": N_("de sleutel is kwijt"),
    "staff": N_("wie erbij kon werkt hier niet meer"),
    "other": N_("een andere reden"),
}
