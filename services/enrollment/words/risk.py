"""Signals, risk and endings in words of the trade: each signal one sentence with its figures and its day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from babel import dates, numbers

from shared.web import i18n
from shared.web.i18n import N_
from shared.web.i18n import translate as _

from ..domain.agreements import party_words
from ..domain.signals import Signal
from . import signals as signal_words
from .followup import ORIGINS

CAUSES = {
    "P1": N_("School en leerbedrijf overleggen"),
    "P2": N_("Theorie en praktijk sluiten aan"),
    "P3": N_("Elke eindterm is ergens te leren"),
    "P4": N_("Tijd voor begeleiding"),
    "P5": N_("Werk op niveau"),
    "P6": N_("Begeleider die het wil en kan"),
}
"""What each of the six indicators is about."""

LEVELS = {"low": (N_("laag"), "good"), "raised": (N_("verhoogd"), "warn"), "high": (N_("hoog"), "bad")}

PHASES = {
    "start phase": N_("startfase"),
    "year 1": N_("eerste jaar"),
    "later": N_("na het eerste jaar"),
    "exam phase": N_("examenfase"),
}

REASONS = {
    "school-and-company-apart": N_("school en leerbedrijf werkten langs elkaar heen"),
    "theory-and-practice-apart": N_("theorie en praktijk sloten niet aan"),
    "work-too-narrow": N_("het werk van het leerbedrijf was te smal"),
    "no-time-to-guide": N_("er was geen tijd voor begeleiding"),
    "simple-work-only": N_("vooral eenvoudig werk, extra handjes"),
    "no-match-with-mentor": N_("het ging niet met de praktijkbegeleider"),
    "place-lost": N_("de leerwerkplek viel weg"),
    "other-trade": N_("koos een ander vak of een andere opleiding"),
    "other-job": N_("ander werk"),
    "too-hard": N_("de opleiding was te zwaar"),
    "health": N_("gezondheid"),
    "personal": N_("persoonlijke omstandigheden"),
    "moved": N_("verhuisd"),
    "unknown": N_("niet bekend"),
}
"""Why somebody stopped before the end; the first six answer to the six causes, in order."""

PAUSE_REASONS = {
    "health": N_("gezondheid"),
    "personal": N_("persoonlijke omstandigheden"),
    "pregnancy": N_("zwangerschap of geboorte"),
    "no-placement": N_("geen leerwerkplek"),
    "work-abroad": N_("werk elders of in het buitenland"),
    "other": N_("anders"),
}

ENDED = {
    "company-stopped": N_("het leerbedrijf stopt"),
    "no-work": N_("er is geen werk meer"),
    "accreditation": N_("de erkenning is vervallen of ingetrokken"),
    "mentor-left": N_("er is geen praktijkbegeleider meer"),
    "no-match": N_("het ging niet samen"),
    "work-too-narrow": N_("het werk is te smal voor de opleiding"),
    "trainee-wish": N_("op verzoek van de leerling"),
    "safety": N_("veiligheid of omgang"),
    "other": N_("anders"),
}
"""Why a placement ended early."""

WITHDRAWN = {
    "no-mentor": N_("geen praktijkbegeleider"),
    "no-time": N_("geen tijd voor begeleiding"),
    "simple-work": N_("vooral eenvoudig werk"),
    "unsafe": N_("onveilig werk of omgang"),
    "no-equipment": N_("machines ontbreken"),
    "not-reassessed": N_("niet op tijd opnieuw beoordeeld"),
    "at-request": N_("op verzoek van het leerbedrijf"),
    "stopped": N_("het leerbedrijf stopt"),
    "other": N_("anders"),
}
"""Why an accreditation was withdrawn."""

SIGNALS = {
    "review-overdue": N_("De programmabespreking is te laat"),
    "action-overdue": N_("Een actiepunt is te laat"),
    "alignment-gap": N_("Wat op school geleerd is, is nog niet in het bedrijf geoefend"),
    "attendance": N_("De aanwezigheid op school ligt onder de norm"),
    "coverage-gap": N_("Nergens te leren en zonder plan"),
    "mentor-time": N_("De begeleidingstijd ligt onder de norm"),
    "extra-hands": N_("Het aandeel eenvoudig werk ligt boven de norm"),
    "mentor": N_("Er is iets met de praktijkbegeleider"),
    "complaint": N_("Er loopt een klacht"),
    "no-placement": N_("Er is geen leerwerkplek"),
    "agreement": N_("De praktijkovereenkomst is niet door iedereen getekend"),
}

EVIDENCE = {
    "targets": N_("eindtermen"),
    "target": N_("eindterm"),
    "minutes": N_("minuten"),
    "norm": N_("norm"),
    "share": N_("aandeel"),
    "simple_share": N_("aandeel eenvoudig"),
    "days": N_("dagen"),
    "lag_days": N_("dagen vertraging"),
    "days_late": N_("dagen te laat"),
    "due_on": N_("uiterlijk"),
    "needed_by": N_("uiterlijk"),
    "since": N_("sinds"),
    "why": N_("waarom"),
    "mentor": N_("begeleider"),
    "company": N_("leerbedrijf"),
    "budget": N_("afgesproken"),
    "overdue": N_("te laat"),
    "from": N_("van"),
    "until": N_("tot en met"),
    "weeks": N_("weken"),
    "expected": N_("dagen verwacht"),
    "attended": N_("dagen aanwezig"),
    "share_before": N_("aandeel daarvoor"),
    "taught_on": N_("geleerd op"),
    "step": N_("stap"),
    "by": N_("uiterlijk"),
    "origin": N_("uit"),
    "owner": N_("van"),
    "missing": N_("nog niet"),
}
"""What the figures of a signal are called; others stand under their own name."""


HIDDEN = ("review_id",)
"""Keys that lead to a page and say nothing to a reader."""

SHARES = ("share", "share_before", "simple_share")

KEYS_ONLY = ("action-overdue", "complaint")
"""Kinds whose ``about`` is a key and no word."""


OWNERS = {
    "mentor": N_("praktijkbegeleider"),
    "instructor": N_("instructeur"),
    "company": N_("contactpersoon"),
    "trainee": N_("leerling"),
    "office": N_("keurmerkbureau"),
}
"""Who has to do an action, by the kind of the reference."""

NO_TITLES: Mapping[tuple[str, str], str] = {}


def options(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices for a form; nothing is chosen beforehand."""
    return [("", _("Kies")), *((key, _(text)) for key, text in words.items())]


def titled(signal: Signal, titles: Mapping[tuple[str, str], str]) -> Signal:
    """About a target by its code and its title, where the scheme has one. ``titles`` are by trainee and code."""
    return replace(signal, about=titles.get((signal.trainee_id, signal.about), signal.about))


def said(signal: Signal, titles: Mapping[tuple[str, str], str] = NO_TITLES) -> str:
    """The signal as one sentence: what, since when, and the figures it follows from. ``titles``: see ``titled``."""
    signal = titled(signal, titles)
    if sentence := signal_words.plain(signal):
        return sentence
    what = _(SIGNALS[signal.kind.value]) if signal.kind.value in SIGNALS else signal.kind.value
    since = _("sinds %(day)s") % {"day": _day(signal.opened_on)}
    known = signal.kind.value in KEYS_ONLY or signal.about in signal.evidence.values()
    about = [signal.about] if signal.about and not known else []
    figures = "; ".join([*about, *(f"{_name(key)} {_figure(key, value)}" for key, value in _shown(signal.evidence))])
    return f"{what} ({since}): {figures}." if figures else f"{what} ({since})."


def _shown(evidence: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in evidence.items() if key not in HIDDEN and value not in (None, [], "")]


def _name(key: str) -> str:
    return _(EVIDENCE[key]) if key in EVIDENCE else key.replace("_", " ")


def _figure(key: str, value: Any) -> str:
    if key in SHARES and isinstance(value, int | float):
        return str(numbers.format_percent(value, locale=i18n.locale()))
    match key:
        case "missing" if isinstance(value, list | tuple):
            return ", ".join(party_words(str(one)).said(i18n.language()) for one in value)
        case "owner" if str(value).partition("/")[0] in OWNERS:
            return _(OWNERS[str(value).partition("/")[0]])
        case "origin" if value in ORIGINS:
            return _(ORIGINS[value])
    return _value(value)


def _value(value: Any) -> str:
    match value:
        case bool():
            return _("ja") if value else _("nee")
        case int() | float():
            return str(numbers.format_decimal(value, locale=i18n.locale()))
        case list():
            return ", ".join(_value(one) for one in value)
        case dict():
            return ", ".join(f"{_name(key)} {_value(one)}" for key, one in value.items())
    try:
        return _day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _day(day: date) -> str:
    return str(dates.format_date(day, "d MMMM y", i18n.locale()))
