"""Trainees enrol with a place to learn, or change company or mentor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import PlacementMentorChanged, TraineeEnrolled

from ..domain import placements as place_states
from ..domain.coverage import Plan
from ..domain.enrolment_states import State
from ..domain.enrolments import Enrolment, Known, accept
from ..domain.placements import Placement
from ..domain.rules import Refused
from ..domain.schemes import SchemeVersion
from ..domain.visits import Place
from ..store import (
    agreements,
    audit,
    coverage,
    enrolments,
    guides,
    membership,
    norms,
    places,
    replacements,
    schemes,
)
from ..store.audit import By
from ..store.standings import by_company
from . import people
from .agreements import amend
from .beginnings import begin
from .coverage import find_gaps_of
from .mentors import unusable
from .outcome import Outcome, Sorted, sort
from .planner import choose_plan, keep_plans_of
from .replacements import settle, tell_ended
from .reviews import plan_reviews
from .visits import plan_visits


async def enrol_trainees(tx: Tx, given: Sequence[Enrolment], *, today: date, by: By) -> Outcome:
    """Trainees enrol with a placement in one go, or are not what they were. The rules hold across the set."""
    await coverage.lock(tx)
    enrolled = await enrolments.enrolments(tx, (one.trainee_id for one in given))
    news = [one for one in given if enrolled.get(one.id) != one]
    versions: dict[str, SchemeVersion] = {}
    refused: dict[str, Refused] = {}
    plans: Mapping[str, Sequence[Plan]] = {}
    if news:
        known = await _known(tx, news, enrolled, today)
        plans = known.plans
        for one in news:
            try:
                versions[one.id] = accept(one, known)
            except Refused as rule:
                refused[one.id] = rule
    found = sort(given, enrolled, refused)
    await _choose(tx, found, today, by)
    if not found.to_keep:
        return found.outcome()
    wait = await _waiting(tx, found.new, versions, today)
    states = {
        one.id: State.ACTIVE if one.starts_on <= today and one.id not in wait else State.ENROLLED for one in found.new
    }
    await enrolments.keep(tx, found.to_keep, versions, states)
    for one in found.to_keep:
        before = enrolled.get(one.id)
        await people.tell(tx, before.contacts() if before else [], one.contacts())
    await _enrol(tx, found.new, versions, today, by, wait)
    await _change(tx, found, enrolled, versions, today, by)
    touched = [*found.to_keep, *(enrolled[one.id] for one in found.changed)]
    await plan_visits(tx, _places_of(touched), today=today, by=by)
    await keep_plans_of(tx, {one.id: plans[one.id] for one in found.to_keep if plans.get(one.id)}, by=by)
    await find_gaps_of(tx, (one.id for one in found.to_keep), today=today, by=by)
    await plan_reviews(tx, (one.id for one in found.to_keep), today=today, by=by)
    await amend(tx, (one.id for one in found.changed), today=today, by=by)
    return found.outcome()


async def _waiting(tx: Tx, new: Sequence[Enrolment], versions: Mapping[str, SchemeVersion], today: date) -> set[str]:
    """Who begins today under a scheme that wants the agreement signed first. What began before today is history."""
    rules_of = await agreements.rules(tx)
    strict = {key for key, rule in rules_of.items() if rule.grace_days == 0}
    return {
        one.id
        for one in new
        if one.starts_on == today and (versions[one.id].scheme, versions[one.id].version) in strict
    }


async def _choose(tx: Tx, found: Sorted[Enrolment], today: date, by: By) -> None:
    """Who is enrolled already and is given again with a plan gets that plan."""
    for one in [one for one in found.unchanged if one.choices]:
        try:
            for choice in one.choices:
                await choose_plan(tx, one.id, choice, today=today, by=by)
        except Refused as rule:
            found.unchanged.remove(one)
            found.refused[one.id] = rule


async def _known(tx: Tx, news: Sequence[Enrolment], enrolled: Mapping[str, Enrolment], today: date) -> Known:
    everyone = [*news, *enrolled.values()]
    colleagues = await guides.lock_mentors_of(tx, (one.company_id for one in everyone))
    mentors = await guides.mentors(tx, (one.mentor_id for one in news))
    guiding = {one.mentor_id for some in colleagues.values() for one in some} | set(mentors)
    chosen = {choice.place for one in news for choice in one.choices}
    hosts_to_guests = [place.id for place in chosen if place.kind == "company"]
    await coverage.lock_companies(tx, hosts_to_guests)
    refused = await unusable(tx, guiding, today)
    return Known(
        schemes=await schemes.schemes(tx),
        companies=await places.companies(tx, (one.company_id for one in news)),
        left=await membership.left(tx, (one.company_id for one in news)),
        schools=await places.schools(tx, (one.school_id for one in news)),
        mentors=mentors,
        instructors=await guides.instructors(tx, (one.instructor_id for one in news)),
        colleagues=by_company(colleagues, set(refused)),
        unusable=refused,
        enrolled=enrolled,
        load=await guides.load(
            tx,
            guiding,
            min(one.starts_on for one in everyone),
            without=[one.id for one in news if one.id in enrolled],
        ),
        hosts=await coverage.hosts(tx, _places_of(news) | chosen),
        rooms=await coverage.rooms(tx, hosts_to_guests, min(one.starts_on for one in everyone)),
        today=today,
        accrediting=frozenset(
            key for key, one in (await norms.norms(tx)).items() if one.accreditation_years is not None
        ),
    )


def _places_of(some: Iterable[Enrolment]) -> set[Place]:
    return {Place("company", one.company_id) for one in some} | {Place("school", one.school_id) for one in some}


async def _enrol(
    tx: Tx, new: Sequence[Enrolment], versions: Mapping[str, SchemeVersion], today: date, by: By, wait: set[str]
) -> None:
    started = [_placement(one, 1, one.starts_on, today) for one in new]
    started = [replace(one, state=place_states.State.PROPOSED) if one.trainee_id in wait else one for one in started]
    started = _covered(started, new, versions)
    await enrolments.keep_placements(tx, started)
    for one in new:
        version = versions[one.id]
        await outbox.put(
            tx,
            TraineeEnrolled(
                trainee_id=one.trainee_id,
                scheme=version.scheme,
                scheme_version=version.version,
                programme=one.programme,
                school_id=one.school_id,
                instructor_id=one.instructor_id,
                company_id=one.company_id,
                mentor_id=one.mentor_id,
                starts_on=one.starts_on,
                planned_end=one.planned_end,
                minor=one.minor,
                channel=one.channel,
            ),
        )
    await audit.note(tx, by, [(f"trainee/{one.id}", State.ENROLLED) for one in new])
    begun = [one for one in started if one.state is place_states.State.ACTIVE]
    await audit.note(tx, by, [(f"trainee/{one.trainee_id}", State.ACTIVE) for one in begun])
    await begin(tx, begun, by)


def _covered(
    places: Sequence[Placement], of: Sequence[Enrolment], versions: Mapping[str, SchemeVersion]
) -> list[Placement]:
    """Those that wait were accepted with a plan for each open target, where the scheme asks for one."""
    asked = {one.id for one in of if versions[one.id].curriculum.must_be_covered(one.programme)}
    waits = place_states.State.PROPOSED
    return [one.covered() if one.state is waits and one.trainee_id in asked else one for one in places]


def _placement(one: Enrolment, number: int, starts_on: date, today: date) -> Placement:
    return Placement(
        placement_id=f"{one.trainee_id}-{number}",
        trainee_id=one.trainee_id,
        company_id=one.company_id,
        mentor_id=one.mentor_id,
        state=place_states.State.ACTIVE if starts_on <= today else place_states.State.PROPOSED,
        starts_on=starts_on,
        ends_on=one.planned_end,
    )


async def _change(
    tx: Tx,
    found: Sorted[Enrolment],
    enrolled: Mapping[str, Enrolment],
    versions: Mapping[str, SchemeVersion],
    today: date,
    by: By,
) -> None:
    """Another company or mentor ends a placement that has begun, and starts the next one today."""
    standings = await enrolments.standings(tx, (one.id for one in found.changed))
    moved = [one for one in found.changed if _place(one) != _place(enrolled[one.id])]
    numbers = await replacements.numbers(tx, (one.id for one in moved))
    placements: list[Placement] = []
    started: list[Placement] = []
    over: list[tuple[Placement, Enrolment]] = []
    for one in found.changed:
        now = standings[one.id].placement
        if now is None:
            if one in moved and standings[one.id].state in (State.ACTIVE, State.PAUSED):
                started.append(_placement(one, numbers[one.id] + 1, max(today, one.starts_on), today))
            continue
        if one not in moved:
            placements.append(now.lasting(one.planned_end))
            continue
        if now.state is not place_states.State.ACTIVE:
            placements.append(now.moved(one.company_id, one.mentor_id, one.planned_end))
            continue
        ended = now.ended(today)
        over.append((ended, one))
        placements.append(ended)
        started.append(_placement(one, numbers[one.id] + 1, max(today, now.starts_on), today))
    placements = _covered(placements, found.changed, versions)
    await enrolments.keep_placements(tx, [*placements, *started])
    await audit.note(tx, by, [(f"trainee/{one.id}", "changed") for one in found.changed])
    marks = {key: one.scheme for key, one in standings.items()}
    for ended, one in over:
        because = "moved" if ended.company_id != one.company_id else "mentor changed"
        await tell_ended(tx, [(ended, marks[one.id])], on=ended.ends_on, because=because)
    await begin(tx, started, by)
    follows = {one.trainee_id: one for one in started}
    for ended, one in over:
        if ended.company_id == one.company_id:
            await outbox.put(
                tx,
                PlacementMentorChanged(
                    placement_id=follows[one.id].placement_id,
                    trainee_id=one.id,
                    company_id=one.company_id,
                    before_id=ended.mentor_id,
                    mentor_id=one.mentor_id,
                    changed_on=follows[one.id].starts_on,
                    scheme=marks[one.id],
                ),
            )
    await settle(tx, started, marks, today=today, by=by)


def _place(one: Enrolment) -> tuple[str, str]:
    return one.company_id, one.mentor_id
