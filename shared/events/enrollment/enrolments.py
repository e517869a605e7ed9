"""A trainee's way through the training: applied, enrolled, interrupted, stopped, completed, at risk."""

from datetime import date
from typing import Literal

from ..base import Event


class ApplicationReceived(Event, type="enrollment.application-received.v1", subject="application/{application_id}"):
    """Somebody wants to take part, or for now only wants to know more (``interest_only``), by a channel."""

    application_id: str
    interest_only: bool = False
    channel: str = ""
    programme: str = ""
    received_on: date


class ApplicationAccepted(Event, type="enrollment.application-accepted.v1", subject="application/{application_id}"):
    """Somebody who applied can take part, once there is a place."""

    application_id: str
    channel: str = ""
    accepted_on: date


class ApplicationRejected(Event, type="enrollment.application-rejected.v1", subject="application/{application_id}"):
    """Somebody who applied does not take part; why, by a code."""

    application_id: str
    channel: str = ""
    reason: str
    rejected_on: date


class TraineeEnrolled(Event, type="enrollment.trainee-enrolled.v1", subject="trainee/{trainee_id}"):
    """A trainee takes part under a version of the scheme, with a school, a company and a mentor."""

    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    school_id: str
    instructor_id: str
    company_id: str
    mentor_id: str
    starts_on: date
    planned_end: date
    minor: bool
    channel: str = ""


class EnrolmentPaused(Event, type="enrollment.enrolment-paused.v1", subject="trainee/{trainee_id}"):
    """A training is interrupted from a day on. Why stays with enrollment: it can be a matter of health."""

    trainee_id: str
    paused_on: date
    scheme: str


class EnrolmentResumed(Event, type="enrollment.enrolment-resumed.v1", subject="trainee/{trainee_id}"):
    """A training that was interrupted goes on."""

    trainee_id: str
    resumed_on: date
    scheme: str


class EnrolmentDroppedOut(Event, type="enrollment.enrolment-dropped-out.v1", subject="trainee/{trainee_id}"):
    """A training stopped before its end. ``cause`` is the one of the six it answers to; the reason itself stays with
    enrollment. ``days_in`` counts from the first day."""

    trainee_id: str
    dropped_out_on: date
    cause: Literal["P1", "P2", "P3", "P4", "P5", "P6"] | None = None
    phase: Literal["start phase", "year 1", "later", "exam phase"]
    days_in: int
    scheme: str


class TrainingCompleted(Event, type="enrollment.training-completed.v1", subject="trainee/{trainee_id}"):
    """A trainee has completed the training: the certificate was issued, and the place is free."""

    trainee_id: str
    completed_on: date
    scheme: str


class RiskLevelChanged(Event, type="enrollment.risk-level-changed.v1", subject="trainee/{trainee_id}"):
    """The risk that a trainee drops out has another level, by the scheme's own rule over the signals that are open.

    ``causes`` are those of the six (P1 to P6) with an open signal.
    """

    trainee_id: str
    level: Literal["low", "raised", "high"]
    before: Literal["low", "raised", "high"]
    points: int
    causes: tuple[str, ...]
    complaint: bool
    no_placement: bool
    changed_on: date
    scheme: str
