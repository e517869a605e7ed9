"""Visits to companies and schools: when the next one must be held, and what is told on which day.

A place is visited every so many weeks while somebody learns there (the scheme's cadence), or when the last visitor
said, and sooner after a complaint or a signal. Each place has at most one open visit, so an outage of any length
leaves one thing to tell.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Literal, NamedTuple

from shared.ids import stable_id

from .refusals import VisitMovedToPast, WaiverOfVisitNeedsReason

if TYPE_CHECKING:
    from .actions import Asked

PlaceKind = Literal["company", "school"]
Reason = Literal["cadence", "complaint", "agreed", "signal"]

REMINDER_AFTER = timedelta(days=14)
"""From the day on which somebody was told that a visit is due."""


class Place(NamedTuple):
    kind: PlaceKind
    id: str


class Waived(NamedTuple):
    """A visit that was not held, on purpose: its due date, and the day of the decision."""

    due_on: date
    on: date


class State(StrEnum):
    PLANNED = "planned"
    DUE = "due"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Held:
    """A visit that was held. ``next_in_weeks`` is what the visitor thought right; None leaves it to the cadence."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    held_on: date
    findings: str = ""
    next_in_weeks: int | None = None
    actions: tuple["Asked", ...] = field(default=(), compare=False)
    """What follows from it; kept by itself, so that the same visit from a file is the same visit."""
    next_on: date | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        return self.visit_id

    @property
    def place(self) -> Place:
        return Place(self.place_kind, self.place_id)


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody learns at a place from the first to the last day; the weeks are those of the scheme version."""

    first: date
    last: date
    cadence_weeks: int
    after_complaint_weeks: int | None = None
    after_signal_weeks: int | None = None
    signal_share: float = 0
    """At a school: the share of those who learn there of whom a signal must speak of the school. 0: anybody."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with a day by which it must be held. ``told_on`` is the day on which it was told to be due.

    Moved to another day it stays the same visit: ``due_on`` goes on naming it, ``moved_to`` is the day that counts.
    """

    place: Place
    due_on: date
    reason: Reason
    state: State = State.PLANNED
    told_on: date | None = None
    moved_to: date | None = None
    moved_on: date | None = None

    @property
    def visit_id(self) -> str:
        """Place and due date: the same visit has the same id, however often and wherever it is computed."""
        return stable_id("visit", self.place.kind, self.place.id, self.due_on.isoformat())

    @property
    def by(self) -> date:
        """The last day for it, as it stands now."""
        return self.moved_to or self.due_on

    @property
    def since(self) -> date:
        """The first day on which it was due: one that was moved forward was so before its due date."""
        return min(day for day in (self.due_on, self.by, self.told_on) if day is not None)

    @property
    def act_on(self) -> date | None:
        """The day on which the clock does something with it; None when it waits for people only."""
        match self.state:
            case State.PLANNED:
                return self.by
            case State.DUE if self.told_on is not None:
                return max(self.told_on, self.by) + REMINDER_AFTER
            case _:
                return None

    @property
    def is_open(self) -> bool:
        return self.state in (State.PLANNED, State.DUE, State.OVERDUE)

    def on(self, today: date) -> "Visit | None":
        """The visit a step further when its day has come, else None. One step at a time: due before overdue."""
        if self.act_on is None or self.act_on > today:
            return None
        if self.state is State.PLANNED:
            return replace(self, state=State.DUE, told_on=today)
        return replace(self, state=State.OVERDUE)

    def completed(self) -> "Visit":
        return replace(self, state=State.COMPLETED)

    def waived(self, reason: str) -> "Visit":
        """It will not be held. Raises ``WaiverOfVisitNeedsReason``."""
        if not reason.strip():
            raise WaiverOfVisitNeedsReason.named()
        return replace(self, state=State.WAIVED)

    def moved(self, to: date, *, today: date) -> "Visit":
        """To another day from today on; a complaint after today can still bring it forward."""
        if to < today:
            raise VisitMovedToPast.named(to, today)
        return replace(self, moved_to=to, moved_on=today)


def plan(
    place: Place,
    stays: Sequence[Stay],
    *,
    today: date,
    held: Held | None = None,
    complaint_on: date | None = None,
    signal_on: date | None = None,
    waived: Waived | None = None,
    completed_due: date | None = None,
    taken: Collection[date] = (),
) -> Visit | None:
    """The next visit of a place, or None when nobody learns there any more by then.

    ``held`` is the last visit, ``complaint_on`` the day of the last complaint about the place, ``signal_on`` the day on
    which the first signal opened of those that are open and were not there at the last visit (at a school: the day on
    which enough trainees had one, see ``signals_needed``), ``waived`` the last visit
    that was waived, ``completed_due`` the day of the last visit that was told to be due (see ``Visit.since``): the next
    lies after it. ``taken`` are the due dates after that day of visits that were brought forward and are behind us.
    """
    current = [stay for stay in stays if stay.last >= today]
    if not current:
        return None
    first = min(stay.first for stay in current)
    weeks = min(stay.cadence_weeks for stay in current)
    due = first + timedelta(weeks=weeks)
    reason: Reason = "cadence"
    if held is not None:
        after_visit = held.held_on + timedelta(weeks=held.next_in_weeks or weeks)
        if held.held_on >= first or after_visit >= first:
            due, reason = after_visit, "agreed" if held.next_in_weeks else "cadence"
    if waived is not None and due <= waived.due_on and (held is None or held.held_on <= waived.on):
        due, reason = waived.due_on + timedelta(weeks=weeks), "cadence"
    sooner = [stay.after_complaint_weeks for stay in current if stay.after_complaint_weeks is not None]
    seen_on = max((day for day in (held and held.held_on, waived and waived.on) if day), default=None)
    if complaint_on is not None and sooner and (seen_on is None or complaint_on > seen_on):
        after_complaint = complaint_on + timedelta(weeks=min(sooner))
        if after_complaint < due:
            due, reason = after_complaint, "complaint"
    after_signal = [stay.after_signal_weeks for stay in current if stay.after_signal_weeks is not None]
    if signal_on is not None and after_signal and (seen_on is None or signal_on > seen_on):
        by_signal = signal_on + timedelta(weeks=min(after_signal))
        if by_signal < due:
            due, reason = by_signal, "signal"
    if completed_due is not None and due <= completed_due:
        due = completed_due + timedelta(days=1)
    while due in taken:
        due += timedelta(days=1)
    return Visit(place, due, reason) if due <= max(stay.last for stay in current) else None


def signals_needed(learners: int, share: float) -> int:
    """Of how many of those who learn at a school a signal must speak of it before its visit comes sooner."""
    return max(1, ceil(round(share * learners, 6)))


def stands(planned: Visit, found: Visit | None, complaint_on: date | None, held_on: date | None = None) -> bool:
    """Whether a visit that was moved stands, though its date would be worked out anew as ``found``.

    Only what nobody knew when it was moved brings it forward: a complaint of a later day. A visit held after the day on
    which it was moved has taken its place.
    """
    if planned.moved_to is None or planned.moved_on is None or found is None:
        return False
    if held_on is not None and held_on > planned.moved_on:
        return False
    newer = complaint_on is not None and complaint_on > planned.moved_on and found.reason == "complaint"
    return not (newer and found.due_on < planned.moved_to)


def completes(held: Held, visit: Visit, cadence_weeks: int | None) -> bool:
    """Whether a visit that was held is the one that is due. One of long before, entered late, is not."""
    if visit.state not in (State.DUE, State.OVERDUE):
        return False
    weeks = held.next_in_weeks or cadence_weeks
    return weeks is None or held.held_on + timedelta(weeks=weeks) > visit.since
