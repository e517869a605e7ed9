"""Practice that a trainee brings along."""

from datetime import date

from ..base import Event


class PracticeElsewhereRecorded(
    Event, type="enrollment.practice-elsewhere-recorded.v1", subject="trainee/{trainee_id}"
):
    """A trainee gained practice before the enrolment or with an earlier employer, and the office saw proof of it.

    Told only under a scheme that counts such practice. Where it was and what proves it stay with the training.
    """

    practice_id: str
    trainee_id: str
    starts_on: date
    ends_on: date
    recorded_on: date
    scheme: str


class PracticeElsewhereWithdrawn(
    Event, type="enrollment.practice-elsewhere-withdrawn.v1", subject="trainee/{trainee_id}"
):
    """Practice gained elsewhere had been recorded in error, and counts no more."""

    practice_id: str
    trainee_id: str
    starts_on: date
    ends_on: date
    withdrawn_on: date
    scheme: str
