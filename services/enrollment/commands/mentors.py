"""Mentors are nominated, answer for themselves, are approved, lapse; their trainees say how it goes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.enrollment import action_links
from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import (
    MentorAccepted,
    MentorApproved,
    MentorCourseEnding,
    MentorDeclined,
    MentorLapsed,
    MentorNominated,
)
from shared.ids import stable_id

from ..domain.mentor_standing import (
    Feedback,
    FeedbackOnAnother,
    MentorAlreadyNominated,
    Standing,
    State,
    Voices,
    check_usable,
    voices,
)
from ..domain.mentors import Mentor
from ..domain.norms import soonest
from ..domain.rules import Refused, unknown
from ..store import audit, guides, norms, places, standings
from ..store.audit import By
from . import people
from .outcome import Outcome, sort
from .watch import watch

ANSWER = "mentor-answer"
"""The purpose of the link by which a nominated mentor answers."""


async def nominate(tx: Tx, mentor: Mentor, *, today: date, by: By) -> bool:
    """A company names somebody, who is asked by mail; false when the same was asked already."""
    names = await places.names(tx, "company", [mentor.company_id])
    if mentor.company_id not in names:
        raise unknown("company_id", mentor.company_id)
    before = (await guides.mentors(tx, [mentor.mentor_id])).get(mentor.mentor_id)
    standing = (await standings.standings(tx, [mentor.mentor_id], lock=True)).get(mentor.mentor_id)
    if before == mentor and standing is not None and standing.state is State.NOMINATED:
        return False
    if standing is None and before is not None:
        standing = Standing(mentor.mentor_id, State.APPROVED, by_import=True)
    if before is not None and before.company_id != mentor.company_id:
        raise MentorAlreadyNominated(
            f"begeleider {mentor.mentor_id} hoort bij leerbedrijf {before.company_id}",
            f"mentor {mentor.mentor_id} belongs to company {before.company_id}",
            field="mentor_id",
            value=mentor.mentor_id,
            allowed=("een ander nummer", "another key"),
        )
    asked = (
        standing.nominated(today)
        if standing
        else Standing(mentor.mentor_id, State.NOMINATED, since=today, nominated_on=today)
    )
    await guides.keep_mentors(tx, [mentor])
    await standings.keep(tx, [asked])
    company = names[mentor.company_id]
    await people.tell(tx, before.contacts(company) if before else [], mentor.contacts(company))
    await outbox.put(tx, MentorNominated(mentor_id=mentor.mentor_id, company_id=mentor.company_id, nominated_on=today))
    person = f"mentor/{mentor.mentor_id}"
    await audit.note(tx, by, [(person, "nominated")])
    await action_links.make(
        tx, purpose=ANSWER, about=person, person=person, place=f"company/{mentor.company_id}", today=today, by=by
    )
    return True


async def answer(tx: Tx, mentor_id: str, *, willing: bool, reason: str, today: date, by: By) -> bool:
    """The mentor's own yes or no, once; false when that was the answer already."""
    standing, mentor = await _found(tx, mentor_id)
    if standing.state is (State.ACCEPTED if willing else State.DECLINED):
        return False
    answered = standing.answers(willing, reason, today, replacement_days=await _replacement_days(tx, today))
    await standings.keep(tx, [answered])
    await action_links.withdraw(tx, ANSWER, f"mentor/{mentor_id}", today)
    company = mentor.company_id
    if willing:
        await outbox.put(tx, MentorAccepted(mentor_id=mentor_id, company_id=company, accepted_on=today))
    else:
        another_by = answered.another_by
        await outbox.put(
            tx,
            MentorDeclined(mentor_id=mentor_id, company_id=company, declined_on=today, another_by=another_by),
        )
    await audit.note(tx, by, [(f"mentor/{mentor_id}", str(answered.state))])
    await _look_at_trainees(tx, [mentor_id], today, by)
    return True


async def answer_by_link(tx: Tx, secret: str, *, willing: bool, reason: str, today: date) -> Mentor:
    """The answer of who holds the link, which is used up by it."""
    action = await action_links.consume(tx, ANSWER, secret, today)
    _standing, mentor = await _found(tx, action.key)
    await answer(tx, action.key, willing=willing, reason=reason, today=today, by=By(action.person, "link"))
    return mentor


async def approve(tx: Tx, mentor_id: str, *, course_valid_until: date | None, today: date, by: By) -> bool:
    """By the office; false when the mentor was approved already with the same course."""
    standing, mentor = await _found(tx, mentor_id)
    until = course_valid_until or mentor.course_valid_until
    if standing.state is State.APPROVED and until == mentor.course_valid_until:
        return False
    in_force = await norms.in_force(tx, today)
    required = any(one.mentor_course_required for one in in_force)
    if standing.state is State.APPROVED:  # a new course for somebody who guides already
        standing = replace(standing, state=State.LAPSED)
    approved = standing.approved(today, by.actor, course_until=until, course_required=required)
    await standings.keep(tx, [approved])
    if until != mentor.course_valid_until:
        await guides.keep_mentors(tx, [replace(mentor, course_valid_until=until)])
    await outbox.put(
        tx,
        MentorApproved(mentor_id=mentor_id, company_id=mentor.company_id, approved_on=today, course_valid_until=until),
    )
    await audit.note(tx, by, [(f"mentor/{mentor_id}", str(approved.state))])
    await _look_at_trainees(tx, [mentor_id], today, by)
    return True


async def _look_at_trainees(tx: Tx, mentors: Iterable[str], today: date, by: By) -> None:
    """A mentor who declined or lapsed is a signal with everybody whom they guide, until another guides them."""
    await watch(tx, await standings.trainees_of(tx, mentors), today=today, by=by, entries=False)


async def _found(tx: Tx, mentor_id: str) -> tuple[Standing, Mentor]:
    mentor = (await guides.mentors(tx, [mentor_id])).get(mentor_id)
    if mentor is None:
        raise unknown("mentor_id", mentor_id)
    standing = (await standings.standings(tx, [mentor_id], lock=True)).get(mentor_id)
    return standing or Standing(mentor_id, State.APPROVED, by_import=True), mentor


async def _replacement_days(tx: Tx, today: date) -> int | None:
    return soonest(one.mentor_replacement_days for one in await norms.in_force(tx, today))


async def unusable(tx: Tx, mentors: Iterable[str], today: date) -> dict[str, Refused]:
    """Mentors to whom no trainee may be given, each with the rule that says so."""
    required = any(one.mentor_course_required for one in await norms.in_force(tx, today))
    found = {}
    for key, standing in (await standings.standings(tx, mentors)).items():
        try:
            check_usable(key, standing, course_required=required)
        except Refused as rule:
            found[key] = rule
    return found


async def follow_courses(tx: Tx, *, today: date, by: By, limit: int = 500) -> int:
    """Reminds of courses that end soon, and lapses who did not renew in time; how many."""
    in_force = await norms.in_force(tx, today)
    days = max((one.mentor_course_reminder_days or 0 for one in in_force), default=0)
    ending = await standings.ending_courses(tx, today, days, limit) if days else []
    for one in ending:
        if one.course_valid_until is not None:
            event = MentorCourseEnding(
                mentor_id=one.mentor_id, company_id=one.company_id, course_valid_until=one.course_valid_until
            )
            await outbox.put(tx, event, id=stable_id(event.TYPE, one.mentor_id, one.course_valid_until.isoformat()))
    await standings.note_reminded(tx, ending)
    return len(ending) + await _lapse(tx, today, by, limit)


async def _lapse(tx: Tx, today: date, by: By, limit: int) -> int:
    ended = await standings.ended_courses(tx, today, limit)
    if not ended:
        return 0
    days = await _replacement_days(tx, today)
    mentors = await guides.mentors(tx, ended)
    lapsed = []
    for key, standing in (await standings.standings(tx, ended)).items():
        until = mentors[key].course_valid_until or today
        gone = standing.lapsed(until + timedelta(days=1), replacement_days=None)
        another_by = None if days is None else today + timedelta(days=days)
        lapsed.append(replace(gone, another_by=another_by))
    await standings.keep(tx, lapsed)
    for one in lapsed:
        await outbox.put(
            tx,
            MentorLapsed(
                mentor_id=one.mentor_id,
                company_id=mentors[one.mentor_id].company_id,
                lapsed_on=one.since or today,
                another_by=one.another_by,
            ),
        )
    await audit.note(tx, by, [(f"mentor/{one.mentor_id}", "lapsed") for one in lapsed])
    await _look_at_trainees(tx, ended, today, by)
    return len(lapsed)


async def receive_feedback(tx: Tx, given: Sequence[Feedback], *, by: By) -> Outcome:
    """Marks of trainees for the mentors who guide or guided them."""
    known = await standings.feedback(tx, (one.id for one in given))
    guided = await standings.were_guided(tx, given)
    refused: dict[str, Refused] = {
        one.id: FeedbackOnAnother(
            f"leerling {one.trainee_id} heeft of had begeleider {one.mentor_id} niet",
            f"trainee {one.trainee_id} does not have and never had mentor {one.mentor_id}",
            field="mentor_id",
            value=one.mentor_id,
            allowed=("de eigen begeleider, van nu of van toen", "the own mentor, of now or of then"),
        )
        for one in given
        if (one.trainee_id, one.mentor_id) not in guided
    }
    found = sort(given, known, refused)
    if found.to_keep:
        await standings.keep_feedback(tx, found.to_keep)
        await audit.note(tx, by, [(f"feedback/{one.id}", "received") for one in found.to_keep])
    return found.outcome()


async def what_trainees_say(tx: Tx, mentor_id: str, today: date) -> Voices:
    """Together, and only when they are enough not to point at one of them."""
    least = max((one.mentor_feedback_least for one in await norms.in_force(tx, today)), default=0)
    return voices(await standings.marks(tx, mentor_id), least)
