"""The mails that follow from the training: welcomes, visits, mentors, reviews, actions, complaints."""

from collections.abc import Sequence

from services.notifications import commands
from services.notifications.domain import COORDINATOR
from services.notifications.mails import KINDS
from services.notifications.store import people
from services.notifications.store.mails import Draft
from shared.clock import AMSTERDAM
from shared.db import Tx
from shared.events.enrollment import (
    ActionAssigned,
    ActionLinkMade,
    ActionOverdue,
    CompanyAccreditationExpiring,
    ComplainantAnswered,
    MentorCourseEnding,
    MentorDeclined,
    MentorLapsed,
    PlacementReplacementNeeded,
    ProgrammeReviewDue,
    ProgrammeReviewEscalated,
    ProgrammeReviewOverdue,
    TraineeEnrolled,
    VisitDue,
    VisitOverdue,
)

from .subscribed import on


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
