"""What the logbook, the school and the signatures show of a training."""

from datetime import date

from ..base import Event


class MentorTimeBelowNorm(Event, type="enrollment.mentor-time-below-norm.v1", subject="trainee/{trainee_id}"):
    """A mentor gave a trainee less time in four weeks than the scheme's norm asks for. Told when it is seen first."""

    trainee_id: str
    company_id: str
    mentor_id: str
    period_from: date
    period_until: date
    weeks: int
    minutes: int
    budget_minutes: int
    scheme: str


class ExtraHandsSignalled(Event, type="enrollment.extra-hands-signalled.v1", subject="trainee/{trainee_id}"):
    """In two periods of four weeks running, too much of a trainee's work was simple. For the coordinator only."""

    trainee_id: str
    company_id: str
    period_until: date
    share: float
    share_before: float
    scheme: str


class AttendanceBelowNorm(Event, type="enrollment.attendance-below-norm.v1", subject="trainee/{trainee_id}"):
    """A trainee attended fewer school days over the last periods than the scheme's norm asks for."""

    trainee_id: str
    school_id: str
    period_until: date
    expected_days: float
    attended_days: float
    scheme: str


class AlignmentGapDetected(Event, type="enrollment.alignment-gap-detected.v1", subject="trainee/{trainee_id}"):
    """Targets were taught at school longer ago than the norm allows, and not practised in the company yet."""

    trainee_id: str
    company_id: str
    school_id: str
    targets: tuple[str, ...]
    detected_on: date
    scheme: str


class TargetSignedOff(Event, type="enrollment.target-signed-off.v1", subject="trainee/{trainee_id}"):
    """The instructor and the mentor of a trainee both confirmed that an attainment target was reached.

    Told once per trainee and target, when the second of the two has signed; ``signed_on`` is the later of their days.
    """

    trainee_id: str
    target: str
    signed_on: date
    scheme: str


class AttendanceMeasured(Event, type="enrollment.attendance-measured.v1", subject="trainee/{trainee_id}"):
    """A trainee's attendance at school in days, from the start of the training up to and including ``up_to``.

    Told at most once per trainee and period of four weeks; the newest ``up_to`` holds.
    """

    trainee_id: str
    expected_days: float
    attended_days: float
    up_to: date
    scheme: str
