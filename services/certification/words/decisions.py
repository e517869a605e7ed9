"""The assessment and its decision in sentences, in the language of the page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from shared.web.i18n import N_, locale
from shared.web.i18n import translate as _

from ..domain.explanations import Line
from .certificates import requirement, text

BECAUSE = {
    "exam-passed": N_("gehaald met %(known)s; voldoende vanaf %(wanted)s"),
    "exam-not-taken": N_("nog geen uitslag; voldoende vanaf %(wanted)s"),
    "exam-failed": N_("hoogste score %(known)s; voldoende vanaf %(wanted)s; pogingen over: %(left)s"),
    "exam-knocked-out": N_("score %(known)s, maar een knock-out; pogingen over: %(left)s"),
    "targets": N_("%(known)s van de %(of)s eindtermen afgetekend; nodig is %(wanted)s"),
    "attendance-not-measured": N_("nog geen meting; nodig is %(wanted)s"),
    "attendance": N_("%(known)s aanwezig tot en met %(up_to)s; nodig is %(wanted)s"),
    "practice": N_("%(known)s maanden praktijk; nodig zijn er %(wanted)s"),
    "practice-elsewhere": N_(
        "%(known)s maanden praktijk, waarvan %(elsewhere)s elders opgedaan; nodig zijn er %(wanted)s"
    ),
}
"""Why a requirement is met or not, with what is known beside what is asked."""

_SHARES = {"targets": ("wanted",), "attendance-not-measured": ("wanted",), "attendance": ("known", "wanted")}

REASONS = {
    "requirements-not-met": N_("niet aan alle eisen voldaan"),
    "evidence-not-accepted": N_("bewijs niet aanvaard"),
    "irregularity": N_("onregelmatigheid"),
    "other": N_("anders"),
}
"""Why a certificate is refused."""

TIES = {
    "company": N_("werkt bij leerbedrijf"),
    "school": N_("werkt bij school"),
    "instructor": N_("is instructeur"),
    "mentor": N_("is praktijkbegeleider"),
    "examiner": N_("is examinator"),
    "trainee": N_("is leerling"),
}
"""To whom a decider can be tied."""


def because(line: Line) -> str:
    """The sentence behind a line of the assessment."""
    shares = _SHARES.get(line.because, ())
    return _(BECAUSE[line.because]) % {name: _said(value, name in shares) for name, value in line.values.items()}


def shown(line: Line, content: Mapping[str, Any]) -> dict[str, Any]:
    """A line as a page or an answer shows it."""
    targets = content.get("targets", {})
    return {
        "requirement": line.requirement,
        "title": requirement(line.requirement, content),
        "met": line.met,
        "because": because(line),
        "open": [{"code": code, "title": text(targets.get(code, {}).get("title")) or code} for code in line.open],
        "evidence": [
            {"id": one.id, "about": one.about, "on": one.on.isoformat(), "value": one.value} for one in line.evidence
        ],
    }


def tie(said: str) -> str:
    """``mentor/M1`` in words."""
    kind, _slash, key = said.partition("/")
    if kind == "decision":
        return _("nam het besluit dat in beroep niet bleef staan")
    return f"{_(TIES[kind])} {key}" if kind in TIES else said


def _said(value: Any, share: bool) -> str:
    if share:
        return str(format_percent(value, "0.##%", locale=locale()))
    if isinstance(value, int | Decimal):
        return str(format_decimal(value, locale=locale()))
    return str(format_date(value, "long", locale=locale()))
