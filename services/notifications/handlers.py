"""What notifications does when it hears of something: learn who is who, and write down the mails that follow."""

from collections.abc import Sequence

from services.notifications import appeals, commands, exams, life, mark_use
from services.notifications.domain import COORDINATOR
from services.notifications.mails import KINDS
from services.notifications.store import people
from services.notifications.store.mails import Draft
from shared.bus.subscriptions import Subscriptions
from shared.clock import AMSTERDAM
from shared.db import Tx
from shared.errors import TryAgainLater
from shared.events.base import Event
from shared.events.certification import (
    AppealDecided,
    AppealLodged,
    AppealOverdue,
    CertificateCheckCodeMade,
    CertificateCorrected,
    CertificateExpired,
    CertificateExpiring,
    CertificateIssued,
    CertificateReinstated,
    CertificateReissued,
    CertificateScopeReduced,
    CertificateSuspended,
    CertificateSuspensionEnding,
    CertificateWithdrawn,
    CertificationRefused,
    ExamCancelled,
    ExamFailed,
    ExamMoved,
    ExamPassed,
    ExamScheduled,
    MarkLicenceEnded,
    MarkLicenceEnding,
    MarkLicenceGranted,
    MisuseCaseClosed,
    MisuseCaseOpened,
    RecertificationCompleted,
    RefusalAppealDecided,
    RefusalAppealLodged,
    SchemeVersionPublished,
)
from shared.events.enrollment import (
    ActionAssigned,
    ActionLinkMade,
    ActionOverdue,
    CompanyAccreditationExpiring,
    ComplainantAnswered,
    ContactPointChanged,
    MentorCourseEnding,
    MentorDeclined,
    MentorLapsed,
    PersonDetailsChanged,
    PersonErased,
    PlacementReplacementNeeded,
    PlacementStarted,
    ProgrammeReviewDue,
    ProgrammeReviewEscalated,
    ProgrammeReviewOverdue,
    TraineeEnrolled,
    VisitDue,
    VisitOverdue,
)

on = Subscriptions("notifications")


class EnrolmentNotHeardOf(TryAgainLater):
    """A certificate of a trainee whose enrolment has not arrived yet: we cannot tell who the company is."""


@on.batch(ContactPointChanged)
async def learn_contacts(events: Sequence[ContactPointChanged], tx: Tx) -> None:
    """Where somebody can be told something; mails that waited for it go."""
    await people.keep_contacts(tx, events)
    await commands.release(tx, [event.person for event in events])


@on.batch(PersonDetailsChanged)
async def learn_names(events: Sequence[PersonDetailsChanged], tx: Tx) -> None:
    """Who somebody is; mails that waited for the name go."""
    await people.keep_names(tx, events)
    await commands.release(tx, [event.person for event in events])


@on(PersonErased)
async def forget(event: PersonErased, tx: Tx) -> None:
    """A person is forgotten, and nothing more goes to or about them."""
    await commands.forget(tx, event)


@on(SchemeVersionPublished)
async def learn_titles(event: SchemeVersionPublished, tx: Tx) -> None:
    """What a mark and its exams are called."""
    await people.keep_scheme_words(tx, event)


@on.batch(TraineeEnrolled)
async def welcome(events: Sequence[TraineeEnrolled], tx: Tx) -> None:
    """Mentor, trainee and, for a minor, the guardian are welcomed: each enrolment has exactly one mentor mail."""
    await people.keep_enrolments(tx, events)
    await commands.add(tx, [draft for event in events for draft in _welcomes(event)])


def _welcomes(event: TraineeEnrolled) -> list[Draft]:
    trainee, company, mentor = f"trainee/{event.trainee_id}", f"company/{event.company_id}", f"mentor/{event.mentor_id}"
    data = {
        "trainee": trainee,
        "company": company,
        "mentor": mentor,
        "school": f"school/{event.school_id}",
        "instructor": f"instructor/{event.instructor_id}",
        "programme": event.programme,
        "starts_on": event.starts_on.isoformat(),
        "planned_end": event.planned_end.isoformat(),
    }
    drafts = [
        Draft("mentor_welcome", mentor, trainee, event, (trainee, company), data),
        Draft("trainee_welcome", trainee, trainee, event, (company, mentor), data),
    ]
    if event.minor:
        guardian = f"guardian/{event.trainee_id}"
        drafts.append(Draft("guardian_welcome", guardian, trainee, event, (trainee, company, mentor), data))
    return drafts


@on.batch(PlacementStarted)
async def learn_placements(events: Sequence[PlacementStarted], tx: Tx) -> None:
    """Who guides whom, and where, from now on. The welcome went with the enrolment."""
    await people.keep_placements(tx, events)


@on.batch(VisitDue)
async def announce_visits(events: Sequence[VisitDue], tx: Tx) -> None:
    """The coordinator has to go, and whoever receives the visit is asked for a moment."""
    await commands.add(tx, [draft for event in events for draft in _visit_mails(event)])


def _visit_mails(event: VisitDue) -> list[Draft]:
    at_company = event.place_kind == "company"
    place = f"{event.place_kind}/{event.place_id}"
    if at_company:
        hosts = [f"mentor/{key}" for key in event.mentor_ids]
    else:
        hosts = [f"instructor/{key}" for key in event.instructor_ids]
    data = {
        "place": place,
        "place_kind": event.place_kind,
        "due_on": event.due_on.isoformat(),
        "hosts": hosts,
        "trainees": [f"trainee/{key}" for key in event.trainee_ids],
    }
    needs = (place,) if at_company else tuple(hosts[:1])  # a school is known by its instructors
    told = hosts or ([place] if at_company else [])
    told_on = event.envelope.time.astimezone(AMSTERDAM).date()
    late = "visits" if told_on > event.due_on else None  # after an outage: all at once
    return [
        Draft("visit_due", COORDINATOR, place, event, needs, data, bundle=late),
        *(Draft("visit_due_host", host, place, event, needs, data) for host in told),
    ]


@on(VisitOverdue)
async def remind_of_visit(event: VisitOverdue, tx: Tx) -> None:
    """The coordinator is reminded once of a visit that was not held in time."""
    place = f"{event.place_kind}/{event.place_id}"
    data = {"place": place, "due_on": event.due_on.isoformat(), "days_late": event.days_late}
    needs = (place,) if event.place_kind == "company" else ()
    await commands.add(tx, [Draft("visit_overdue", COORDINATOR, place, event, needs, data, bundle="visits")])


@on.batch(ExamPassed)
async def tell_passed(events: Sequence[ExamPassed], tx: Tx) -> None:
    """The trainee hears the result, and what is still to be passed."""
    await commands.add(tx, [_result(event, "exam_passed") for event in events])


@on.batch(ExamFailed)
async def tell_failed(events: Sequence[ExamFailed], tx: Tx) -> None:
    """The trainee hears the result, and how it can go on."""
    await commands.add(tx, [_result(event, "exam_failed") for event in events])


def _result(event: ExamPassed | ExamFailed, template: str) -> Draft:
    data = {
        "exam": event.exam,
        "attempt": event.attempt,
        "taken_on": event.taken_on.isoformat(),
        "score": event.score,
    }
    if isinstance(event, ExamFailed):
        data |= {"knocked_out": event.knocked_out, "resits_left": event.resits_left}
    return Draft(template, event.subject, event.subject, event, (), data)


@on.batch(CertificateCheckCodeMade)
async def learn_check_codes(events: Sequence[CertificateCheckCodeMade], tx: Tx) -> None:
    """The code that the holder needs; the holder's mail waits for it."""
    await people.keep_check_codes(tx, events)
    await commands.release(tx, [f"certificate/{event.number}" for event in events])


@on.batch(CertificationRefused)
async def tell_refused(events: Sequence[CertificationRefused], tx: Tx) -> None:
    """The candidate hears that the certificate was refused, and until when an appeal can be lodged."""
    drafts = []
    for event in events:
        data = {
            "reason": event.reason,
            "decided_on": event.decided_on.isoformat(),
            "appeal_until": event.appeal_until.isoformat() if event.appeal_until else None,
        }
        drafts.append(Draft("certification_refused", event.subject, event.subject, event, (), data))
    await commands.add(tx, drafts)


@on.batch(CertificateIssued)
async def tell_certificates(events: Sequence[CertificateIssued], tx: Tx) -> None:
    """The holder gets number, check code and register address; the company hears that its trainee made it."""
    known = await people.belongs(tx, [event.trainee_id for event in events])
    drafts = []
    for event in events:
        if event.trainee_id not in known:
            raise EnrolmentNotHeardOf(f"{event.subject} has a certificate, but no enrolment that was heard of")
        company = f"company/{known[event.trainee_id].company_id}"
        data = {
            "trainee": event.subject,
            "number": event.number,
            "programme": event.programme,
            "issued_on": event.issued_on.isoformat(),
            "valid_until": event.valid_until.isoformat() if event.valid_until else None,
        }
        code = (f"certificate/{event.number}",)
        drafts.append(Draft("certificate_issued", event.subject, event.subject, event, code, data))
        drafts.append(Draft("certificate_issued_company", company, event.subject, event, (event.subject,), data))
    await commands.add(tx, drafts)


@on.batch(ActionLinkMade)
async def send_links(events: Sequence[ActionLinkMade], tx: Tx) -> None:
    """Whoever is asked for something gets the link; the mail is named after what is asked."""
    drafts = []
    for event in events:
        template = event.purpose.replace("-", "_")
        if template not in KINDS:
            continue
        data = {"link": event.url, "ends_on": event.ends_on.isoformat()}
        if event.about.startswith("trainee/") or event.trainee:
            data["trainee"] = event.trainee or event.about
        if event.place:
            data["place"] = event.place
        needs = tuple(data[name] for name in ("trainee", "place") if name in data)
        drafts.append(Draft(template, event.person, event.about, event, needs, data))
    await commands.add(tx, drafts)


@on.batch(ComplainantAnswered)
async def answer_complainants(events: Sequence[ComplainantAnswered], tx: Tx) -> None:
    """Who complained hears that it is seen to. The company never does, and no word of the complaint is in it."""
    drafts = []
    for event in events:
        data = {"received_on": event.received_on.isoformat()}
        if event.resolve_by is not None:
            data["resolve_by"] = event.resolve_by.isoformat()
        about = f"complaint/{event.complaint_id}"
        drafts.append(Draft(f"complaint_{event.step}", event.person, about, event, (), data))
    await commands.add(tx, drafts)


@on.batch(MentorDeclined)
async def ask_for_another(events: Sequence[MentorDeclined], tx: Tx) -> None:
    """Where the scheme gives the company a time to name another mentor, it is asked to."""
    await commands.add(tx, [draft for event in events for draft in _another(event, "declined")])


@on.batch(MentorLapsed)
async def ask_for_another_course(events: Sequence[MentorLapsed], tx: Tx) -> None:
    """As with one who said no: the company names another, or sees to a new course."""
    await commands.add(tx, [draft for event in events for draft in _another(event, "lapsed")])


def _another(event: MentorDeclined | MentorLapsed, because: str) -> list[Draft]:
    if event.another_by is None:
        return []
    company, mentor = f"company/{event.company_id}", f"mentor/{event.mentor_id}"
    data = {"place": company, "mentor": mentor, "due_on": event.another_by.isoformat(), "because": because}
    return [Draft("mentor_another_needed", company, mentor, event, (mentor,), data)]


@on.batch(MentorCourseEnding)
async def remind_of_courses(events: Sequence[MentorCourseEnding], tx: Tx) -> None:
    """A mentor whose course ends soon can still plan the next one."""
    drafts = []
    for event in events:
        mentor, company = f"mentor/{event.mentor_id}", f"company/{event.company_id}"
        data = {"place": company, "valid_until": event.course_valid_until.isoformat()}
        drafts.append(Draft("mentor_course_ending", mentor, mentor, event, (company,), data))
    await commands.add(tx, drafts)


@on.batch(
    CertificateSuspended,
    CertificateReinstated,
    CertificateWithdrawn,
    CertificateExpired,
    CertificateCorrected,
    CertificateScopeReduced,
    CertificateReissued,
    RecertificationCompleted,
    AppealLodged,
    AppealDecided,
)
async def tell_changes(events: Sequence[Event], tx: Tx) -> None:
    """Holder and company hear what became of a certificate, with the term of appeal."""
    known = await people.belongs(tx, [event.subject.partition("/")[2] for event in events])
    await commands.add(tx, [draft for event in events for draft in life.of_changes(event, known)])


@on.batch(CertificateExpiring)
async def tell_endings(events: Sequence[CertificateExpiring], tx: Tx) -> None:
    """The holder is reminded that the certificate ends."""
    await commands.add(tx, [draft for event in events for draft in life.of_endings(event)])


@on(CertificateSuspensionEnding)
async def tell_suspension(event: CertificateSuspensionEnding, tx: Tx) -> None:
    """The office is reminded of a suspension that it wanted to look at again."""
    await commands.add(tx, list(life.of_suspensions(event)))


@on.batch(ProgrammeReviewDue)
async def announce_reviews(events: Sequence[ProgrammeReviewDue], tx: Tx) -> None:
    """An instructor hears in one mail whose programmes are to be gone through."""
    await commands.add(tx, [_review(event, "review_due", f"instructor/{event.instructor_id}") for event in events])


@on.batch(ProgrammeReviewOverdue)
async def remind_of_reviews(events: Sequence[ProgrammeReviewOverdue], tx: Tx) -> None:
    """An instructor is reminded once, in one mail."""
    await commands.add(tx, [_review(event, "review_overdue", f"instructor/{event.instructor_id}") for event in events])


@on.batch(ProgrammeReviewEscalated)
async def escalate_reviews(events: Sequence[ProgrammeReviewEscalated], tx: Tx) -> None:
    """The coordinator hears which instructor's reviews are not held."""
    await commands.add(tx, [_review(event, "review_escalated", COORDINATOR) for event in events])


def _review(
    event: ProgrammeReviewDue | ProgrammeReviewOverdue | ProgrammeReviewEscalated, template: str, recipient: str
) -> Draft:
    instructor = f"instructor/{event.instructor_id}"
    data = {
        "instructor": instructor,
        "due_on": event.due_on.isoformat(),
        "trainees": [f"trainee/{key}" for key in event.trainee_ids],
        "hosts": [f"mentor/{key}" for key in dict.fromkeys(event.mentor_ids)],
    }
    return Draft(template, recipient, instructor, event, (instructor,), data)


@on.batch(ActionAssigned)
async def tell_actions(events: Sequence[ActionAssigned], tx: Tx) -> None:
    """Who has something to do hears by when. The office wrote it down itself."""
    drafts = [_action(event, "action_assigned") for event in events if not event.owner.startswith("office/")]
    await commands.add(tx, drafts)


@on.batch(ActionOverdue)
async def remind_of_actions(events: Sequence[ActionOverdue], tx: Tx) -> None:
    """Who has not done it in time is reminded once."""
    await commands.add(tx, [_action(event, "action_overdue") for event in events])


def _action(event: ActionAssigned | ActionOverdue, template: str) -> Draft:
    data: dict[str, object] = {"origin": event.origin, "due_on": event.due_on.isoformat()}
    if event.trainee_id is not None:
        data["trainee"] = f"trainee/{event.trainee_id}"
    elif event.place_kind == "company":
        data["place"] = f"company/{event.place_id}"
    needs = tuple(str(data[name]) for name in ("trainee", "place") if name in data)
    return Draft(template, event.owner, needs[0] if needs else event.subject, event, needs, data)


@on.batch(CompanyAccreditationExpiring)
async def remind_of_accreditations(events: Sequence[CompanyAccreditationExpiring], tx: Tx) -> None:
    """The company hears in time that it is to be assessed again."""
    drafts = []
    for event in events:
        data = {"place": event.subject, "valid_until": event.until.isoformat()}
        drafts.append(Draft("accreditation_expiring", event.subject, event.subject, event, (), data))
    await commands.add(tx, drafts)


@on.batch(PlacementReplacementNeeded)
async def ask_for_replacement(events: Sequence[PlacementReplacementNeeded], tx: Tx) -> None:
    """The coordinator hears who lost a place, by when there must be another, and who could take over."""
    drafts = []
    for event in events:
        data: dict[str, object] = {
            "trainee": event.subject,
            "place": f"company/{event.company_id}",
            "hosts": [f"company/{key}" for key in event.companies],
        }
        if event.needed_by is not None:
            data["ends_on"] = event.needed_by.isoformat()
        needs = (event.subject, f"company/{event.company_id}")
        drafts.append(Draft("replacement_needed", COORDINATOR, event.subject, event, needs, data))
    await commands.add(tx, drafts)


@on.batch(RefusalAppealLodged, RefusalAppealDecided)
async def tell_refusal_appeals(events: Sequence[Event], tx: Tx) -> None:
    """The appellant hears that the appeal was received, and what came of it."""
    await commands.add(tx, [appeals.of_refusals(event) for event in events])


@on(AppealOverdue)
async def remind_of_appeals(event: AppealOverdue, tx: Tx) -> None:
    """The office is reminded once of an appeal that waits too long."""
    await commands.add(tx, list(appeals.of_overdue(event)))


@on.batch(ExamScheduled, ExamMoved, ExamCancelled)
async def tell_sessions(events: Sequence[Event], tx: Tx) -> None:
    """Candidates are invited and hear what changes; so does who examines or watches, where we know him or her."""
    known = await people.reachable(tx, sorted({ref for event in events for ref in exams.staff(event)}))
    await commands.add(tx, [draft for event in events for draft in exams.of_sessions(event, known)])


@on.batch(MarkLicenceGranted, MarkLicenceEnding, MarkLicenceEnded, MisuseCaseOpened, MisuseCaseClosed)
async def tell_mark_use(events: Sequence[Event], tx: Tx) -> None:
    """The company hears what it may do with the mark, and what becomes of a case of wrong use."""
    await commands.add(tx, [mark_use.of_company(event) for event in events])
