"""What enrollment tells: the training, its places and people. The last three are private."""

from datetime import date
from typing import Literal

from .base import Event

PlaceKind = Literal["company", "school"]


class CompanyRegistered(Event, type="enrollment.company-registered.v1", subject="company/{company_id}"):
    """A training company takes part in the mark."""

    company_id: str
    equipment: tuple[str, ...] = ()
    places: int = 0
    member_since: date | None = None
    accredited_until: date | None = None


class CompanyAccreditationGranted(
    Event, type="enrollment.company-accreditation-granted.v1", subject="company/{company_id}"
):
    """A company may train until a day. ``reassessed``: it was accredited before and was looked at again."""

    company_id: str
    granted_on: date
    until: date
    reassessed: bool = False


class CompanyAccreditationExpiring(
    Event, type="enrollment.company-accreditation-expiring.v1", subject="company/{company_id}"
):
    """A company's accreditation ends soon: time to assess again. Told once for each last day."""

    company_id: str
    until: date
    days_left: int


class CompanyAccreditationWithdrawn(
    Event, type="enrollment.company-accreditation-withdrawn.v1", subject="company/{company_id}"
):
    """A company may train nobody new, from a day on."""

    company_id: str
    withdrawn_on: date
    reason: str


class CompanyEquipmentChanged(Event, type="enrollment.company-equipment-changed.v1", subject="company/{company_id}"):
    """A training company has other machines than before."""

    company_id: str
    equipment: tuple[str, ...]


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


class PlacementStarted(Event, type="enrollment.placement-started.v1", subject="trainee/{trainee_id}"):
    """A trainee has a place to learn at a company, guided by a mentor."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    starts_on: date
    scheme: str


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


class PlacementEnded(Event, type="enrollment.placement-ended.v1", subject="trainee/{trainee_id}"):
    """A trainee's place at a company, with a mentor, is over. Another one may follow on the same day."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    ended_on: date
    because: Literal["early", "moved", "mentor changed", "completed", "dropped out"]
    scheme: str


class PlacementMentorChanged(Event, type="enrollment.placement-mentor-changed.v1", subject="trainee/{trainee_id}"):
    """A trainee stays at the company and has another mentor there. ``before_id`` is the mentor of before."""

    placement_id: str
    trainee_id: str
    company_id: str
    before_id: str
    mentor_id: str
    changed_on: date
    scheme: str


class PlacementReplacementNeeded(
    Event, type="enrollment.placement-replacement-needed.v1", subject="trainee/{trainee_id}"
):
    """A placement ended early, so the training guarantee asks for another one, by ``needed_by`` where there is a norm.

    ``companies`` could take the trainee over, the best first.
    """

    placement_id: str
    trainee_id: str
    company_id: str
    ended_on: date
    needed_by: date | None = None
    companies: tuple[str, ...] = ()
    scheme: str


class PlacementReplaced(Event, type="enrollment.placement-replaced.v1", subject="trainee/{trainee_id}"):
    """Who lost a place has another one. ``before_id`` is the placement that ended; ``in_time`` is by the norm."""

    placement_id: str
    before_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    days_without: int
    in_time: bool | None = None
    scheme: str


class AgreementSent(Event, type="enrollment.agreement-sent.v1", subject="trainee/{trainee_id}"):
    """A training agreement went out to its parties (by kind: school, company, trainee, guardian) to be signed."""

    agreement_id: str
    placement_id: str
    trainee_id: str
    company_id: str
    version: int
    parties: tuple[str, ...]
    sent_on: date
    scheme: str


class AgreementSigned(Event, type="enrollment.agreement-signed.v1", subject="trainee/{trainee_id}"):
    """A party has signed a training agreement; ``missing`` have not yet."""

    agreement_id: str
    trainee_id: str
    party: str
    missing: tuple[str, ...]
    signed_on: date
    scheme: str


class AgreementCompleted(Event, type="enrollment.agreement-completed.v1", subject="trainee/{trainee_id}"):
    """A training agreement is complete: everybody signed, or it amends ``amends_id``, which the same parties signed."""

    agreement_id: str
    placement_id: str
    trainee_id: str
    company_id: str
    version: int
    amends_id: str | None = None
    completed_on: date
    scheme: str


class CoverageGapOpened(Event, type="enrollment.coverage-gap-opened.v1", subject="trainee/{trainee_id}"):
    """Targets of a trainee's programme can be learned at neither company nor school, and there is no plan for them."""

    placement_id: str
    trainee_id: str
    company_id: str
    school_id: str
    targets: tuple[str, ...]
    opened_on: date
    scheme: str


class CoverageGapClosed(Event, type="enrollment.coverage-gap-closed.v1", subject="trainee/{trainee_id}"):
    """Targets that were open no longer are: by equipment, by a plan, or as the placement or the demand ended."""

    placement_id: str
    trainee_id: str
    company_id: str
    school_id: str
    targets: tuple[str, ...]
    because: Literal["equipment", "plan", "placement ended", "scheme"]
    closed_on: date
    scheme: str


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


class ComplaintReceived(Event, type="enrollment.complaint-received.v1", subject="trainee/{trainee_id}"):
    """A trainee, guardian or mentor complained about the training. The text stays with enrollment."""

    complaint_id: str
    trainee_id: str
    category: str
    confidential: bool
    received_on: date
    scheme: str | None = None


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


class MentorNominated(Event, type="enrollment.mentor-nominated.v1", subject="mentor/{mentor_id}"):
    """A company named somebody to guide trainees, who is asked whether they want to."""

    mentor_id: str
    company_id: str
    nominated_on: date


class MentorAccepted(Event, type="enrollment.mentor-accepted.v1", subject="mentor/{mentor_id}"):
    """A nominated mentor said yes. The office still has to approve."""

    mentor_id: str
    company_id: str
    accepted_on: date


class MentorDeclined(Event, type="enrollment.mentor-declined.v1", subject="mentor/{mentor_id}"):
    """A mentor said no, at once or later. ``another_by``: until when the company has to name another, if it must.

    The reason stays with enrollment.
    """

    mentor_id: str
    company_id: str
    declined_on: date
    another_by: date | None = None


class MentorApproved(Event, type="enrollment.mentor-approved.v1", subject="mentor/{mentor_id}"):
    """The office approved a willing mentor: trainees may be given to them."""

    mentor_id: str
    company_id: str
    approved_on: date
    course_valid_until: date | None = None


class MentorCourseEnding(Event, type="enrollment.mentor-course-ending.v1", subject="mentor/{mentor_id}"):
    """A mentor's course will end soon. Told once for each last day."""

    mentor_id: str
    company_id: str
    course_valid_until: date


class MentorLapsed(Event, type="enrollment.mentor-lapsed.v1", subject="mentor/{mentor_id}"):
    """A mentor's course was not renewed in time. ``another_by``: until when the company has to name another."""

    mentor_id: str
    company_id: str
    lapsed_on: date
    another_by: date | None = None


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


class PersonDetailsChanged(Event, type="enrollment.person-details-changed.v1", subject="{person}", private=True):
    """Who somebody is. ``person`` is ``kind/id``, such as ``trainee/T20240001``."""

    person: str
    name: str
    birth_date: date | None = None


class ContactPointChanged(Event, type="enrollment.contact-point-changed.v1", subject="{person}", private=True):
    """Where and in which language somebody can be told something; for ``company/…`` its contact person."""

    person: str
    name: str
    email: str
    language: Literal["nl", "en"] = "nl"
    organisation: str | None = None
    city: str | None = None


class PersonErased(Event, type="enrollment.person-erased.v1", subject="{person}", private=True):
    """Somebody's personal data must be forgotten by whoever copied it."""

    person: str


class ActionLinkMade(Event, type="enrollment.action-link-made.v1", subject="{person}", private=True):
    """Somebody without an account is asked to do one thing by a link that works once, until its last day.

    ``purpose`` says what (it names the mail), ``about`` whom or what it is about, ``place`` a company or school.
    """

    person: str
    purpose: str
    about: str
    url: str
    ends_on: date
    place: str = ""
