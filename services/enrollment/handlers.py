"""What enrollment does when it hears of something."""

from collections.abc import Iterator, Sequence
from datetime import date

from shared.bus.subscriptions import Subscriptions
from shared.clock import today
from shared.db import Tx
from shared.events.base import Event
from shared.events.certification import (
    CandidateEligible,
    CertificateCorrected,
    CertificateExpired,
    CertificateIssued,
    CertificateReinstated,
    CertificateReissued,
    CertificateScopeReduced,
    CertificateSuspended,
    CertificateWithdrawn,
    CertificationDecided,
    ExamFailed,
    ExamPassed,
    RecertificationCompleted,
    RecertificationWindowOpened,
    SchemeVersionPublished,
)
from shared.events.enrollment import (
    AgreementCompleted,
    AgreementSent,
    AgreementSigned,
    AlignmentGapDetected,
    AttendanceBelowNorm,
    CoverageGapClosed,
    CoverageGapOpened,
    EnrolmentDroppedOut,
    EnrolmentPaused,
    EnrolmentResumed,
    ExtraHandsSignalled,
    MentorTimeBelowNorm,
    PlacementEnded,
    PlacementMentorChanged,
    PlacementReplaced,
    PlacementReplacementNeeded,
    PlacementStarted,
    PracticeElsewhereRecorded,
    PracticeElsewhereWithdrawn,
    ProgrammeReviewDue,
    ProgrammeReviewEscalated,
    ProgrammeReviewHeld,
    ProgrammeReviewOverdue,
    RiskLevelChanged,
    TargetSignedOff,
    TraineeEnrolled,
    TrainingCompleted,
    VisitDue,
)
from shared.events.notifications import MailBounced, MailSent, MailSuppressed

from .commands.schemes import learn
from .commands.standing import complete_trainings
from .domain.schemes import SchemeVersion
from .queries import timeline
from .queries.timeline import Moment
from .store import heard
from .store.audit import By

on = Subscriptions("enrollment")


@on(SchemeVersionPublished)
async def copy_scheme(event: SchemeVersionPublished, tx: Tx) -> None:
    """Our own copy of cadences, norms, programmes and targets, so that enrolling needs nobody else."""
    version = SchemeVersion.from_content(event.scheme, event.version, event.valid_from, event.content)
    await learn(tx, version, event.content, today=today(), by=_by(event))


@on.batch(CertificateIssued)
async def complete_training(events: Sequence[CertificateIssued], tx: Tx) -> None:
    """Who holds the certificate has completed the training."""
    by_day: dict[date, list[CertificateIssued]] = {}
    for event in events:
        by_day.setdefault(event.issued_on, []).append(event)
    for day, some in by_day.items():
        await complete_trainings(tx, [one.trainee_id for one in some], on=day, today=today(), by=_by(some[0]))


@on(SchemeVersionPublished)
async def keep_goals(event: SchemeVersionPublished, tx: Tx) -> None:
    """What the mark measures itself against, for the figures."""
    await heard.keep_goals(tx, event.scheme, event.version, event.content)


@on.batch(ExamPassed, ExamFailed)
async def keep_exams(events: Sequence[Event], tx: Tx) -> None:
    """For the figures: who passed at the first attempt."""
    await heard.keep_exams(tx, [event for event in events if isinstance(event, ExamPassed | ExamFailed)])


@on.batch(CertificateIssued)
async def keep_certificates(events: Sequence[CertificateIssued], tx: Tx) -> None:
    """For the figures: who completed, and when."""
    await heard.keep_certificates(tx, events)


@on.batch(
    TraineeEnrolled,
    PlacementStarted,
    CoverageGapOpened,
    CoverageGapClosed,
    ProgrammeReviewHeld,
    MentorTimeBelowNorm,
    ExtraHandsSignalled,
    AttendanceBelowNorm,
    AlignmentGapDetected,
    TargetSignedOff,
    PracticeElsewhereRecorded,
    PracticeElsewhereWithdrawn,
    ExamPassed,
    ExamFailed,
    CandidateEligible,
    CertificationDecided,
    CertificateIssued,
    EnrolmentPaused,
    EnrolmentResumed,
    EnrolmentDroppedOut,
    TrainingCompleted,
    RiskLevelChanged,
    AgreementSent,
    AgreementSigned,
    AgreementCompleted,
    PlacementEnded,
    PlacementMentorChanged,
    PlacementReplacementNeeded,
    PlacementReplaced,
)
async def write_timeline(events: Sequence[Event], tx: Tx) -> None:
    """What happened to a trainee, in the order in which it happened."""
    await timeline.add(tx, [_moment(event.subject.partition("/")[2], event) for event in events])


@on.batch(
    CertificateSuspended,
    CertificateReinstated,
    CertificateWithdrawn,
    CertificateCorrected,
    CertificateScopeReduced,
    CertificateReissued,
    CertificateExpired,
    RecertificationWindowOpened,
    RecertificationCompleted,
)
async def write_certificate_into_timeline(events: Sequence[Event], tx: Tx) -> None:
    """What became of a certificate after it was issued."""
    await timeline.add(tx, [_moment(event.subject.partition("/")[2], event) for event in events])


@on.batch(MailSent, MailBounced, MailSuppressed)
async def write_mail_into_timeline(events: Sequence[Event], tx: Tx) -> None:
    """Which mail went out about a trainee, or did not, and why."""
    mails = [event for event in events if isinstance(event, MailSent | MailBounced | MailSuppressed)]
    trainee = "trainee/"
    await timeline.add(
        tx, [_moment(mail.about.removeprefix(trainee), mail) for mail in mails if mail.about.startswith(trainee)]
    )


@on.batch(VisitDue)
async def write_visits_into_timeline(events: Sequence[VisitDue], tx: Tx) -> None:
    """A visit to a place is about everybody who learns there."""
    await timeline.add(tx, [_moment(trainee, event) for event in events for trainee in event.trainee_ids])


@on.batch(ProgrammeReviewDue, ProgrammeReviewOverdue, ProgrammeReviewEscalated)
async def write_reviews_into_timeline(events: Sequence[Event], tx: Tx) -> None:
    """Reviews are told together for an instructor; each trainee's file says so of the own one."""
    told = (ProgrammeReviewDue, ProgrammeReviewOverdue, ProgrammeReviewEscalated)
    some = [event for event in events if isinstance(event, told)]
    await timeline.add(tx, [_moment(trainee, event) for event in some for trainee in event.trainee_ids])


def _moment(trainee_id: str, event: Event) -> Moment:
    around = event.envelope
    return Moment(trainee_id, around.id, around.time, around.type, dict(_facts(event)))


def _facts(event: Event) -> Iterator[tuple[str, object]]:
    """What a sentence about it needs: keys, dates and codes. Never a name."""
    for name, value in event.model_dump(mode="json").items():
        if name not in ("trainee_id", "trainee_ids", "mentor_ids", "instructor_ids", "review_ids", "dossier_sha256"):
            yield name, value


def _by(event: Event) -> By:
    return By("event", event.envelope.id)
