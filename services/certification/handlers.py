"""What certification does when it hears of something. Handlers take what arrived together, in set-based SQL."""

from collections.abc import Sequence
from decimal import Decimal

from shared import clock
from shared.bus.subscriptions import Subscriptions
from shared.db import Tx
from shared.events.certification import ExamFailed, ExamPassed
from shared.events.enrollment import (
    AttendanceMeasured,
    ContactPointChanged,
    PersonDetailsChanged,
    PersonErased,
    PlacementEnded,
    PlacementMentorChanged,
    PlacementStarted,
    PracticeElsewhereRecorded,
    PracticeElsewhereWithdrawn,
    TargetSignedOff,
    TraineeEnrolled,
)

from .commands import candidates, evidence
from .domain.candidates import Admission
from .store import life, papers

on = Subscriptions("certification")
TRAINEE = "trainee/"


@on.batch(TraineeEnrolled)
async def admit_trainees(events: Sequence[TraineeEnrolled], tx: Tx) -> None:
    """A trainee who enrols becomes a candidate under the scheme version that was in force."""
    admissions = {
        event.trainee_id: Admission(
            event.scheme,
            event.scheme_version,
            event.programme,
            event.school_id,
            event.instructor_id,
            event.company_id,
            event.mentor_id,
            event.starts_on,
        )
        for event in events
    }
    causes = {event.trainee_id: event for event in events}
    await candidates.admit_trainees(tx, admissions, causes=causes, now=clock.now(), today=clock.today())


@on.batch(PersonDetailsChanged)
async def name_holders(events: Sequence[PersonDetailsChanged], tx: Tx) -> None:
    """The name that a certificate is made out to. Of other people than trainees nothing is kept here."""
    trainees = [event for event in events if event.person.startswith(TRAINEE)]
    await candidates.name_holders(
        tx,
        [(_trainee_id(event), event.name, event.birth_date, event.envelope.sequence) for event in trainees],
        causes={_trainee_id(event): event for event in trainees},
        now=clock.now(),
        today=clock.today(),
    )


@on.batch(ContactPointChanged)
async def know_languages(events: Sequence[ContactPointChanged], tx: Tx) -> None:
    """The language of a certificate on paper. Addresses are not kept here."""
    trainees = [event for event in events if event.person.startswith(TRAINEE)]
    await papers.know_languages(tx, [(_trainee_id(one), one.language, one.envelope.sequence) for one in trainees])


@on.batch(PersonErased)
async def forget_holders(events: Sequence[PersonErased], tx: Tx) -> None:
    """Name and birth date are forgotten. A certificate that was issued keeps its document: it is the proof."""
    trainees = [event for event in events if event.person.startswith(TRAINEE)]
    await candidates.name_holders(
        tx,
        [(_trainee_id(event), None, None, event.envelope.sequence) for event in trainees],
        causes={_trainee_id(event): event for event in trainees},
        now=clock.now(),
        today=clock.today(),
    )
    await life.forget_words(tx, [_trainee_id(event) for event in trainees])


@on.batch(ExamPassed)
async def assess_passed(events: Sequence[ExamPassed], tx: Tx) -> None:
    """A pass may complete the dossier: decide, and issue when the scheme says so."""
    causes = {event.trainee_id: event for event in events}
    await candidates.assess_candidates(tx, causes, now=clock.now(), today=clock.today())


@on.batch(ExamFailed)
async def assess_failed(events: Sequence[ExamFailed], tx: Tx) -> None:
    """A fail may be the correction of a pass: then a requirement is open again, or a certificate in doubt."""
    causes = {event.trainee_id: event for event in events}
    await candidates.assess_candidates(tx, causes, now=clock.now(), today=clock.today())


@on.batch(TargetSignedOff)
async def note_signed_off(events: Sequence[TargetSignedOff], tx: Tx) -> None:
    """A target was reached: evidence where the scheme asks for targets that are signed off."""
    causes = {event.trainee_id: event for event in events}
    signed = [(event.trainee_id, event.target, event.signed_on) for event in events]
    await evidence.note_signed_off(tx, signed, causes=causes, now=clock.now(), today=clock.today())


@on.batch(AttendanceMeasured)
async def note_attendance(events: Sequence[AttendanceMeasured], tx: Tx) -> None:
    """Attendance was counted up to a day: evidence where the scheme asks for attendance at school."""
    causes = {event.trainee_id: event for event in events}
    measured = [
        (event.trainee_id, event.up_to, Decimal(str(event.expected_days)), Decimal(str(event.attended_days)))
        for event in events
    ]
    await evidence.note_attendance(tx, measured, causes=causes, now=clock.now(), today=clock.today())


@on.batch(PlacementStarted)
async def note_placements(events: Sequence[PlacementStarted], tx: Tx) -> None:
    """Who trained whom, for those who must not decide then; and practice, where the scheme asks for months of it."""
    causes = {event.trainee_id: event for event in events}
    placements = [
        (event.placement_id, event.trainee_id, event.company_id, event.mentor_id, event.starts_on) for event in events
    ]
    await evidence.note_placements(tx, placements, causes=causes, now=clock.now(), today=clock.today())


@on.batch(PracticeElsewhereRecorded)
async def note_elsewhere(events: Sequence[PracticeElsewhereRecorded], tx: Tx) -> None:
    """Practice gained before the enrolment or with an earlier employer: counts where the scheme lets it."""
    await _elsewhere(events, tx, withdrawn=False)


@on.batch(PracticeElsewhereWithdrawn)
async def take_back_elsewhere(events: Sequence[PracticeElsewhereWithdrawn], tx: Tx) -> None:
    """It was recorded in error, and counts no more."""
    await _elsewhere(events, tx, withdrawn=True)


@on.batch(PlacementMentorChanged)
async def note_mentors(events: Sequence[PlacementMentorChanged], tx: Tx) -> None:
    """Another mentor guides the trainee, and neither decides on him or her."""
    trained = [
        (event.trainee_id, "mentor", key, event.changed_on)
        for event in events
        for key in (event.before_id, event.mentor_id)
    ]
    await evidence.note_trainers(tx, trained)


@on.batch(PlacementEnded)
async def note_ended_placements(events: Sequence[PlacementEnded], tx: Tx) -> None:
    """Practice is counted up to the last day at the company; who trained there stays known."""
    ended = [
        (event.placement_id, event.trainee_id, event.company_id, event.mentor_id, event.ended_on) for event in events
    ]
    await evidence.note_ends(tx, ended)


async def _elsewhere(
    events: Sequence[PracticeElsewhereRecorded | PracticeElsewhereWithdrawn], tx: Tx, *, withdrawn: bool
) -> None:
    gained = [(event.practice_id, event.trainee_id, event.starts_on, event.ends_on) for event in events]
    causes = {event.trainee_id: event for event in events}
    await evidence.note_elsewhere(tx, gained, withdrawn=withdrawn, causes=causes, now=clock.now(), today=clock.today())


def _trainee_id(event: PersonDetailsChanged | PersonErased | ContactPointChanged) -> str:
    return event.person.removeprefix(TRAINEE)
