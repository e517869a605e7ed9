"""Complaints in words of the trade."""

from shared.web.i18n import N_

STATES = {
    "received": (N_("ontvangen"), "busy"),
    "acknowledged": (N_("bevestigd"), "busy"),
    "in hand": (N_("in behandeling"), "busy"),
    "on agenda": (N_("op de agenda"), "warn"),
    "resolved": (N_("opgelost"), "good"),
    "closed": (N_("gesloten"), "plain"),
}

CATEGORIES = {
    "guidance": N_("begeleiding"),
    "hours": N_("werktijden"),
    "conduct": N_("omgang"),
    "safety": N_("veiligheid"),
    "work content": N_("inhoud van het werk"),
    "school": N_("school"),
    "pay": N_("betaling"),
    "bullying": N_("pesten"),
    "discrimination": N_("discriminatie"),
    "other": N_("iets anders"),
}

BY = {
    "trainee": N_("de leerling"),
    "guardian": N_("de ouder of verzorger"),
    "mentor": N_("de praktijkbegeleider"),
    "office": N_("het keurmerkbureau"),
}
