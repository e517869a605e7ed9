"""Programme reviews, and the actions that come of reviews, visits, talks and complaints."""

from datetime import date
from typing import Literal

from ..base import Event
from .place import PlaceKind


class ProgrammeReviewDue(Event, type="enrollment.programme-review-due.v1", subject="instructor/{instructor_id}"):
    """The day came on which an instructor and mentors go through the programmes of these trainees. Told once each.

    Trainees and mentors stand in the order of the reviews; ``due_on`` is the earliest of their days.
    """

    instructor_id: str
    review_ids: tuple[str, ...]
    trainee_ids: tuple[str, ...]
    mentor_ids: tuple[str, ...] = ()
    due_on: date
    told_on: date
    scheme: str | None = None


class ProgrammeReviewOverdue(
    Event, type="enrollment.programme-review-overdue.v1", subject="instructor/{instructor_id}"
):
    """Programme reviews were not held within a week of their announcement: the reminder. Told once each."""

    instructor_id: str
    review_ids: tuple[str, ...]
    trainee_ids: tuple[str, ...]
    mentor_ids: tuple[str, ...] = ()
    due_on: date
    told_on: date
    scheme: str | None = None


class ProgrammeReviewEscalated(
    Event, type="enrollment.programme-review-escalated.v1", subject="instructor/{instructor_id}"
):
    """Programme reviews were not held within a week of the reminder either: the coordinator has to act."""

    instructor_id: str
    review_ids: tuple[str, ...]
    trainee_ids: tuple[str, ...]
    mentor_ids: tuple[str, ...] = ()
    due_on: date
    told_on: date
    scheme: str | None = None


class ProgrammeReviewHeld(Event, type="enrollment.programme-review-held.v1", subject="trainee/{trainee_id}"):
    """Instructor and mentor went through a trainee's programme. What they said stays with enrollment."""

    record_id: str
    trainee_id: str
    instructor_id: str
    mentor_id: str
    held_on: date
    actions: int = 0
    unconfirmed: tuple[Literal["instructor", "mentor"], ...] = ()
    next_due_on: date | None = None
    scheme: str | None = None


class ActionAssigned(Event, type="enrollment.action-assigned.v1", subject="action/{action_id}"):
    """Somebody (``owner``, ``kind/id``) has to do something by a day. What it is stays with enrollment."""

    action_id: str
    owner: str
    origin: Literal["review", "visit", "talk", "complaint"]
    trainee_id: str | None = None
    place_kind: PlaceKind | None = None
    place_id: str | None = None
    assigned_on: date
    due_on: date
    scheme: str | None = None


class ActionOverdue(Event, type="enrollment.action-overdue.v1", subject="action/{action_id}"):
    """The day by which somebody had to do something has gone by. Told once per action."""

    action_id: str
    owner: str
    origin: Literal["review", "visit", "talk", "complaint"]
    trainee_id: str | None = None
    place_kind: PlaceKind | None = None
    place_id: str | None = None
    due_on: date
    days_late: int
    scheme: str | None = None


class ActionDone(Event, type="enrollment.action-done.v1", subject="action/{action_id}"):
    """What somebody had to do is done, in time or late."""

    action_id: str
    owner: str
    origin: Literal["review", "visit", "talk", "complaint"]
    trainee_id: str | None = None
    due_on: date
    done_on: date
    scheme: str | None = None
