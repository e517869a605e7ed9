"""Each kind of signal as one plain sentence, made from its evidence. A kind that is not here is said by its figures."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel import dates, numbers

from shared.web import i18n
from shared.web.i18n import translate as _

from ..domain.signals import Kind, Signal

Sentence = Callable[[Signal], str]


def _mentor_time(one: Signal) -> str:
    return _(
        "Van %(from)s tot en met %(until)s gaf de begeleider %(minutes)s van de %(budget)s minuten die de norm vraagt."
    ) % _said(one)


def _extra_hands(one: Signal) -> str:
    return _(
        "Twee perioden achter elkaar te veel eenvoudig werk: %(share_before)s en toen %(share)s, de norm is %(norm)s."
    ) % _said(one, shares=("share", "share_before", "norm"))


def _attendance(one: Signal) -> str:
    return _(
        "Van %(from)s tot en met %(until)s was de leerling %(attended)s van de %(expected)s schooldagen er; "
        "de norm is %(norm)s."
    ) % _said(one, shares=("norm",))


def _alignment(one: Signal) -> str:
    return _(
        "Eindterm %(about)s is in de week van %(taught_on)s op school geleerd en na meer dan %(norm)s dagen nog niet "
        "in het leerbedrijf geoefend."
    ) % _said(one)


def _mentor(one: Signal) -> str:
    match one.evidence.get("state"):
        case "declined":
            text = _("De begeleider wil niet (langer) begeleiden, sinds %(since)s.")
        case "lapsed":
            text = _("De cursus van de begeleider is verlopen op %(since)s.")
        case "nominated":
            text = _("De begeleider is voorgedragen en heeft nog niet geantwoord.")
        case "over limit":
            text = _("De begeleider begeleidt %(trainees)s leerlingen; afgesproken is hoogstens %(most)s.")
        case _:
            text = _("Er is iets met de begeleider.")
    said = text % _said(one)
    if one.evidence.get("another_by"):
        said += " " + _("Het leerbedrijf draagt uiterlijk %(another_by)s een ander voor.") % _said(one)
    return said


def _complaint(one: Signal) -> str:
    match one.evidence.get("step"):
        case "acknowledge":
            text = _("Er loopt een klacht, ontvangen op %(received_on)s; die moest uiterlijk op %(by)s bevestigd zijn.")
        case "resolve":
            text = _("Er loopt een klacht, ontvangen op %(received_on)s; die moest uiterlijk op %(by)s opgelost zijn.")
        case _:
            text = _("Er loopt een klacht, ontvangen op %(received_on)s.")
    return text % _said(one)


SENTENCES: Mapping[str, Sentence] = {
    Kind.MENTOR_TIME: _mentor_time,
    Kind.EXTRA_HANDS: _extra_hands,
    Kind.ATTENDANCE: _attendance,
    Kind.ALIGNMENT_GAP: _alignment,
    Kind.MENTOR: _mentor,
    Kind.COMPLAINT: _complaint,
}
"""By kind. Whoever adds a kind adds its sentence here."""


def plain(one: Signal) -> str | None:
    """The sentence of a signal in the language of the page; None for a kind, or evidence, that has none."""
    make = SENTENCES.get(one.kind)
    try:
        return None if make is None else make(one)
    except KeyError:
        return None


def _said(one: Signal, *, shares: tuple[str, ...] = ()) -> dict[str, str]:
    found = {"about": one.about}
    for name, value in one.evidence.items():
        found[name] = share(value) if name in shares else _value(value)
    return found


def share(value: Any) -> str:
    """A share of 0 to 1 as a percentage."""
    return str(numbers.format_percent(value, locale=i18n.locale()))


def _value(value: Any) -> str:
    if isinstance(value, int | float):
        return str(numbers.format_decimal(value, locale=i18n.locale()))
    try:
        return str(dates.format_date(date.fromisoformat(str(value)), "d MMMM y", i18n.locale()))
    except ValueError:
        return "\N{EN DASH}" if value is None else str(value)
