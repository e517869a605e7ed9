"""Reviews and actions in words of the trade."""

from shared.web.i18n import N_

REVIEW_STATES = {
    "planned": (N_("gepland"), "plain"),
    "due": (N_("nu te doen"), "busy"),
    "overdue": (N_("te laat"), "bad"),
    "escalated": (N_("gemeld aan de coördinator"), "bad"),
    "held": (N_("gehouden"), "good"),
    "lapsed": (N_("vervallen"), "plain"),
}
"""State of a programme review: its word and its tone."""

ACTION_STATES = {
    "open": (N_("open"), "busy"),
    "overdue": (N_("te laat"), "bad"),
    "done": (N_("gedaan"), "good"),
}

ORIGINS = {
    "review": N_("programmabespreking"),
    "visit": N_("bezoek"),
    "talk": N_("evaluatiegesprek"),
    "complaint": N_("klacht"),
}
"""Where an action was agreed."""
