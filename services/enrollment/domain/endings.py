"""Why and when a training is interrupted or stops before its end: the reasons, and the phase in which it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from . import days
from .rules import Refused

YEAR = timedelta(weeks=52)


class DayStillToCome(Refused):
    """What is recorded has happened: its day is today or earlier."""


class DayBeforeTheTraining(Refused):
    """Nothing of a training happens before its first day."""


class DayBeforeThePause(Refused):
    """An interruption ends on or after the day on which it began."""


class NotPaused(Refused):
    """Only a training that is interrupted goes on again."""


class Reason(StrEnum):
    """Why somebody stops. The comment names the cause (P1 to P6) that it answers to; the others stand beside them."""

    SCHOOL_AND_COMPANY_APART = "school-and-company-apart"  # P1
    THEORY_AND_PRACTICE_APART = "theory-and-practice-apart"  # P2
    WORK_TOO_NARROW = "work-too-narrow"  # P3
    NO_TIME_TO_GUIDE = "no-time-to-guide"  # P4
    SIMPLE_WORK_ONLY = "simple-work-only"  # P5
    NO_MATCH_WITH_MENTOR = "no-match-with-mentor"  # P6
    PLACE_LOST = "place-lost"
    OTHER_TRADE = "other-trade"
    OTHER_JOB = "other-job"
    TOO_HARD = "too-hard"
    HEALTH = "health"
    PERSONAL = "personal"
    MOVED = "moved"
    UNKNOWN = "unknown"


CAUSES: Mapping[Reason, str] = {
    Reason.SCHOOL_AND_COMPANY_APART: "P1",
    Reason.THEORY_AND_PRACTICE_APART: "P2",
    Reason.WORK_TOO_NARROW: "P3",
    Reason.NO_TIME_TO_GUIDE: "P4",
    Reason.SIMPLE_WORK_ONLY: "P5",
    Reason.NO_MATCH_WITH_MENTOR: "P6",
}


class PauseReason(StrEnum):
    HEALTH = "health"
    PERSONAL = "personal"
    PREGNANCY = "pregnancy"
    NO_PLACEMENT = "no-placement"
    WORK_ABROAD = "work-abroad"
    OTHER = "other"


class Phase(StrEnum):
    START = "start phase"
    YEAR_1 = "year 1"
    LATER = "later"
    EXAM = "exam phase"


def phase_on(day: date, starts_on: date, *, start_phase_weeks: int | None, first_exam_on: date | None) -> Phase:
    """In which phase a day lies.

    The exam phase begins with the first exam that was taken; the start phase has the weeks that the scheme's week
    pattern says, and there is none where the scheme says nothing; year 1 is the first 52 weeks.
    """
    if first_exam_on is not None and first_exam_on <= day:
        return Phase.EXAM
    if start_phase_weeks is not None and day < starts_on + timedelta(weeks=start_phase_weeks):
        return Phase.START
    return Phase.YEAR_1 if day < starts_on + YEAR else Phase.LATER


@dataclass(frozen=True, slots=True)
class DropOut:
    """A training that stopped before its end. ``days_in`` counts from its first day."""

    trainee_id: str
    dropped_out_on: date
    reason: Reason
    phase: Phase
    days_in: int

    @property
    def cause(self) -> str | None:
        return CAUSES.get(self.reason)


@dataclass(frozen=True, slots=True)
class Pause:
    """``until`` is the first day on which it no longer holds; None while it goes on."""

    trainee_id: str
    paused_on: date
    reason: PauseReason
    until: date | None = None


def check_day(day: date, *, field: str, starts_on: date, today: date) -> None:
    """Raises for a day on which it cannot have happened."""
    if day > today:
        raise DayStillToCome(
            f"{days.nl(day)} moet nog komen",
            f"{days.en(day)} is still to come",
            field=field,
            value=day.isoformat(),
            allowed=(f"vandaag ({days.nl(today)}) of eerder", f"today ({days.en(today)}) or earlier"),
        )
    if day < starts_on:
        raise DayBeforeTheTraining(
            f"de opleiding begon pas op {days.nl(starts_on)}",
            f"the training began on {days.en(starts_on)} only",
            field=field,
            value=day.isoformat(),
            allowed=(f"{days.nl(starts_on)} of later", f"{days.en(starts_on)} or later"),
        )


def check_after_pause(day: date, paused_on: date | None, *, field: str) -> None:
    """Raises for a day before the interruption that it ends."""
    if paused_on is not None and day < paused_on:
        raise DayBeforeThePause(
            f"de opleiding is pas op {days.nl(paused_on)} onderbroken",
            f"the training was interrupted on {days.en(paused_on)} only",
            field=field,
            value=day.isoformat(),
            allowed=(f"{days.nl(paused_on)} of later", f"{days.en(paused_on)} or later"),
        )


def not_paused(trainee_id: str) -> NotPaused:
    return NotPaused(
        f"de opleiding van {trainee_id} is niet onderbroken",
        f"the training of {trainee_id} is not interrupted",
        field="trainee_id",
        value=trainee_id,
        allowed=("een leerling van wie de opleiding onderbroken is", "a trainee whose training is interrupted"),
    )
