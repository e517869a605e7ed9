"""Programme reviews: instructor and mentor go through a trainee's programme together, every so many weeks (cause P1).

A trainee has at most one open review. It is due on its day, a reminder follows a week later, the coordinator hears a
week after that; then it waits until it is held, so an outage, or a class without reviews, is one thing to tell each.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from shared.ids import stable_id

from . import days
from .cadences import first_after
from .rules import Refused

A_WEEK = timedelta(weeks=1)
"""Between due, the reminder and the escalation, from the day of the telling."""

ASKED_WITHIN = timedelta(weeks=8)
"""Instructor and mentor are asked to confirm what they still remember; what is older was entered as history."""

Party = Literal["instructor", "mentor"]
PARTIES: tuple[Party, ...] = ("instructor", "mentor")


class UnknownReview(Refused):
    """No programme review is known under this key."""


class ReviewOutsideTraining(Refused):
    """A review is held on a day of the training that has come."""


class State(StrEnum):
    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    HELD = "held"
    LAPSED = "lapsed"


NEXT: dict[State, State] = {State.PLANNED: State.DUE, State.DUE: State.OVERDUE, State.OVERDUE: State.ESCALATED}
"""What the clock makes of a review."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review with the day by which it must be held. ``told_on`` is the day of its last telling."""

    trainee_id: str
    due_on: date
    state: State = State.PLANNED
    told_on: date | None = None

    @property
    def review_id(self) -> str:
        """Trainee and due date: the same wherever it is computed."""
        return stable_id("review", self.trainee_id, self.due_on.isoformat())

    @property
    def is_open(self) -> bool:
        return self.state in (State.PLANNED, State.DUE, State.OVERDUE, State.ESCALATED)

    @property
    def act_on(self) -> date | None:
        """The day on which the clock does something with it; None when it waits for people only."""
        match self.state:
            case State.PLANNED:
                return self.due_on
            case State.DUE | State.OVERDUE if self.told_on is not None:
                return self.told_on + A_WEEK
            case _:
                return None

    def on(self, today: date) -> "Review | None":
        """The review one step further when its day has come, else None."""
        if self.act_on is None or self.act_on > today:
            return None
        return replace(self, state=NEXT[self.state], told_on=today)

    def held(self) -> "Review":
        return replace(self, state=State.HELD)

    def lapsed(self) -> "Review":
        """Nobody learns there any more: there is nothing left to go through."""
        return replace(self, state=State.LAPSED)


@dataclass(frozen=True, slots=True)
class Record:
    """A review that was held: what was gone through and agreed, and who of the two has confirmed it when."""

    record_id: str
    trainee_id: str
    held_on: date
    topics: tuple[str, ...] = ()
    agreements: str = ""
    instructor_confirmed_on: date | None = None
    mentor_confirmed_on: date | None = None

    @property
    def id(self) -> str:
        return self.record_id

    def confirmed(self, party: Party, on: date) -> "Record":
        """Confirmed by one of the two; the first day stays."""
        if party == "instructor":
            return replace(self, instructor_confirmed_on=self.instructor_confirmed_on or on)
        return replace(self, mentor_confirmed_on=self.mentor_confirmed_on or on)

    @property
    def missing(self) -> tuple[Party, ...]:
        """Who of the two has not confirmed it."""
        given = {"instructor": self.instructor_confirmed_on, "mentor": self.mentor_confirmed_on}
        return tuple(party for party in PARTIES if given[party] is None)


def plan(
    trainee_id: str,
    *,
    weeks: int | None,
    begin: date,
    last: date,
    today: date,
    held_on: date | None = None,
    told_due: date | None = None,
) -> Review | None:
    """The next review of a trainee in training, or None when there is none to come.

    ``begin`` is the later of the first day of the placement and the day on which the cadence was known; ``last`` the
    last day of the training; ``told_due`` the due date of the last review that was: the next one lies after it.
    """
    if weeks is None:
        return None
    due = first_after(begin, weeks, today) if held_on is None else held_on + timedelta(weeks=weeks)
    if told_due is not None and due <= told_due:
        due = told_due + timedelta(days=1)
    return Review(trainee_id, due) if due <= last else None


def completes(record: Record, review: Review, weeks: int | None) -> bool:
    """Whether a review that was held is the one that was told. One of long before, entered late, is not."""
    if review.state not in (State.DUE, State.OVERDUE, State.ESCALATED):
        return False
    return weeks is None or record.held_on + timedelta(weeks=weeks) > review.due_on


def worth_asking(record: Record, today: date) -> bool:
    """Whether instructor and mentor can still say from memory that this is what was agreed."""
    return record.held_on + ASKED_WITHIN >= today


def check_day(held_on: date, *, first: date, last: date, today: date) -> None:
    """A review is of a day within the training, and has been."""
    until = min(last, today)
    if not first <= held_on <= until:
        raise ReviewOutsideTraining(
            f"op {days.nl(held_on)} kan deze bespreking niet gehouden zijn",
            f"this review cannot have been held on {days.en(held_on)}",
            field="held_on",
            value=held_on.isoformat(),
            allowed=(f"{days.nl(first)} tot en met {days.nl(until)}", f"{days.en(first)} to {days.en(until)}"),
        )
