"""Recertification: what a holder must show, within which window, for another period (ISO/IEC 17024, 9.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared import days

from .canonical import plain_number
from .life import Standing
from .rules import Refused, RefusedAsKnown
from .schemes import SchemeVersion


class NoRecertification(RefusedAsKnown):
    def __init__(self, scheme: str) -> None:
        super().__init__(
            "Dit schema kent geen hercertificering.",
            "This scheme has no recertification.",
            field="number",
            value=scheme,
        )


class WindowNotOpen(RefusedAsKnown):
    def __init__(self, opens: date) -> None:
        super().__init__(
            f"Hercertificeren kan vanaf {days.nl(opens)}.",
            f"Recertification is possible from {days.en(opens)}.",
            field="number",
            value=opens.isoformat(),
        )


class RecertificationExamMissing(Refused):
    def __init__(self, exams: Sequence[str]) -> None:
        super().__init__(
            "Niet elk examen voor hercertificering is binnen het venster gehaald.",
            "Not every exam for recertification was passed within the window.",
            field="exams",
            allowed=", ".join(exams),
        )


class PracticeTooShort(Refused):
    def __init__(self, given: int | None, asked: int) -> None:
        super().__init__(
            "Er is te weinig praktijk in het vak aangetoond.",
            "Too little practice in the trade was shown.",
            field="practice_months",
            value=given,
            allowed=(f"minstens {asked} maanden", f"at least {asked} months"),
        )


class ExaminerDecides(RefusedAsKnown):
    """Who decides did not examine (ISO/IEC 17024, 9.4)."""

    def __init__(self, who: str) -> None:
        super().__init__(
            "Wie examineerde mag niet beslissen.",
            "Who examined may not decide.",
            field="examiner",
            value=who,
            allowed=("een andere beslisser", "another decider"),
        )


@dataclass(frozen=True, slots=True)
class Sat:
    """An exam for recertification, as the examiner gave it."""

    exam: str
    taken_on: date
    score: Decimal
    knocked_out: bool
    examiner: str

    def as_data(self) -> dict[str, Any]:
        return {
            "exam": self.exam,
            "taken_on": self.taken_on.isoformat(),
            "score": plain_number(self.score),
            "knocked_out": self.knocked_out,
            "examiner": self.examiner,
        }


@dataclass(frozen=True, slots=True)
class Renewal:
    """What was shown for the new period."""

    exams: tuple[Sat, ...]
    practice_months: int | None
    window_from: date
    valid_until: date


def renew(
    standing: Standing,
    version: SchemeVersion,
    *,
    sat: Sequence[Sat],
    practice_months: int | None,
    decided_by: str,
    today: date,
) -> Renewal:
    """The new period: as long as a first one, from the end of the one that runs. Who renews early loses nothing."""
    asks, validity = version.scheme.recertification, version.scheme.validity
    if asks is None or validity is None or standing.valid_until is None:
        raise NoRecertification(standing.scheme)
    opens = standing.valid_until - timedelta(days=validity.recertification_window_days or 0)
    if today < opens:
        raise WindowNotOpen(opens)
    passed = tuple(
        one
        for one in sat
        if (exam := version.scheme.exams.get(one.exam)) is not None
        and exam.holds(one.score)
        and exam.passes(one.score, knocked_out=one.knocked_out)
        and opens <= one.taken_on <= today
    )
    if set(asks.exams) - {one.exam for one in passed}:
        raise RecertificationExamMissing(asks.exams)
    months = asks.requires.practice_months if asks.requires else None
    if months is not None and (practice_months is None or practice_months < months):
        raise PracticeTooShort(practice_months, months)
    for one in passed:
        if person(one.examiner) == person(decided_by):
            raise ExaminerDecides(one.examiner)
    return Renewal(passed, practice_months, opens, validity.until(standing.valid_until))


def person(reference: str) -> str:
    """``examiner/EX1`` and ``ex1`` are one person; the database compares in the same way."""
    kind, slash, key = reference.partition("/")
    return (key if slash and kind.isalpha() and kind.islower() else reference).lower()
