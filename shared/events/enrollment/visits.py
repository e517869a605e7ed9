"""Visits to companies and schools, and the talks held there."""

from datetime import date

from ..base import Event
from .place import PlaceKind


class VisitPlanned(Event, type="enrollment.visit-planned.v1", subject="{place_kind}/{place_id}"):
    """The next visit to a company or school has a date by which it must be held, and a reason."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    due_on: date
    reason: str
    scheme: str | None = None


class VisitDue(Event, type="enrollment.visit-due.v1", subject="{place_kind}/{place_id}"):
    """The day came on which a visit must be held. Told once per place and due date."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    due_on: date
    reason: str
    trainee_ids: tuple[str, ...] = ()
    mentor_ids: tuple[str, ...] = ()
    instructor_ids: tuple[str, ...] = ()
    scheme: str | None = None


class VisitOverdue(Event, type="enrollment.visit-overdue.v1", subject="{place_kind}/{place_id}"):
    """A visit that was due has not been held in time: the reminder. Told once per visit."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    due_on: date
    days_late: int
    scheme: str | None = None


class VisitCompleted(Event, type="enrollment.visit-completed.v1", subject="{place_kind}/{place_id}"):
    """A coordinator has visited a company or school. ``visit_id`` is the due visit it completes, or its own."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    held_on: date
    next_due_on: date | None = None
    scheme: str | None = None


class VisitMoved(Event, type="enrollment.visit-moved.v1", subject="{place_kind}/{place_id}"):
    """A visit that is still to be held has another day. ``due_on`` stays the day that it was planned for first."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    due_on: date
    moved_from: date
    moved_to: date
    scheme: str | None = None


class VisitWaived(Event, type="enrollment.visit-waived.v1", subject="{place_kind}/{place_id}"):
    """A visit will not be held, for a reason that stays with enrollment."""

    visit_id: str
    place_kind: PlaceKind
    place_id: str
    due_on: date
    waived_on: date
    scheme: str | None = None


class EvaluationTalkHeld(Event, type="enrollment.evaluation-talk-held.v1", subject="{place_kind}/{place_id}"):
    """A coordinator talked with those concerned about how it goes. What was said stays with enrollment."""

    talk_id: str
    place_kind: PlaceKind
    place_id: str
    trainee_id: str | None = None
    held_on: date
    participants: tuple[str, ...] = ()
    actions: int = 0
    complaint_ids: tuple[str, ...] = ()
    scheme: str | None = None
