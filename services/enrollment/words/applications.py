"""Applications in words of the trade."""

from collections.abc import Mapping

from shared.web.i18n import N_
from shared.web.i18n import translate as _

CHANNELS = {
    "": N_("Zeg ik liever niet"),
    "open day": N_("Open dag"),
    "school": N_("Via school"),
    "company": N_("Via een leerbedrijf"),
    "family": N_("Via familie of vrienden"),
    "website": N_("Website"),
    "social media": N_("Sociale media"),
    "other": N_("Anders"),
}
"""How somebody heard of the mark. The office may enter others."""

STATES = {
    "interest": (N_("belangstelling"), "plain"),
    "applied": (N_("aangemeld"), "busy"),
    "accepted": (N_("toegelaten"), "good"),
    "rejected": (N_("afgewezen"), "plain"),
    "enrolled": (N_("ingeschreven"), "good"),
}

REASONS = {
    "no-place": N_("geen leerwerkplek te vinden"),
    "entry-assessment": N_("de intake liet zien dat het niet past"),
    "withdrew": N_("trok zich terug"),
    "other-region": N_("woont buiten de regio"),
    "other-trade": N_("koos een ander vak"),
    "no-answer": N_("antwoordde niet meer"),
    "other": N_("anders"),
}


def channel(code: str) -> str:
    """The channel as people say it; what the office entered stands as it was entered."""
    if code == "-":
        return _("niet bekend")
    return _(CHANNELS[code]) if code and code in CHANNELS else code


def options(words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, _(text)) for key, text in words.items()]
