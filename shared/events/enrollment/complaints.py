"""Complaints about the training. Their text stays with enrollment."""

from datetime import date

from ..base import Event
from .place import PlaceKind


class ComplaintReceived(Event, type="enrollment.complaint-received.v1", subject="trainee/{trainee_id}"):
    """A trainee, guardian or mentor complained about the training. The text stays with enrollment."""

    complaint_id: str
    trainee_id: str
    category: str
    confidential: bool
    received_on: date
    scheme: str | None = None


class ComplaintAcknowledged(Event, type="enrollment.complaint-acknowledged.v1", subject="trainee/{trainee_id}"):
    """Who complained was told that the complaint was received. ``days`` since its receipt."""

    complaint_id: str
    trainee_id: str
    acknowledged_on: date
    days: int
    scheme: str | None = None


class ComplaintPutOnAgenda(Event, type="enrollment.complaint-put-on-agenda.v1", subject="trainee/{trainee_id}"):
    """A complaint is on the agenda of the next visit to the place that it is about."""

    complaint_id: str
    trainee_id: str
    visit_id: str
    place_kind: PlaceKind
    place_id: str
    due_on: date
    scheme: str | None = None


class ComplaintResolved(Event, type="enrollment.complaint-resolved.v1", subject="trainee/{trainee_id}"):
    """Something came of a complaint. ``days`` since its receipt."""

    complaint_id: str
    trainee_id: str
    resolved_on: date
    days: int
    scheme: str | None = None


class ComplaintAppealed(Event, type="enrollment.complaint-appealed.v1", subject="trainee/{trainee_id}"):
    """Who complained does not agree with what came of it: the complaint is in hand again."""

    complaint_id: str
    trainee_id: str
    appealed_on: date
    scheme: str | None = None
