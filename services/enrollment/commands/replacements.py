"""A placement ends early and another one is looked for: the training guarantee."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared import clock
from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import PlacementEnded, PlacementReplaced, PlacementReplacementNeeded

from ..domain import replacements as rules
from ..domain.coverage import Choice
from ..domain.endings import check_day
from ..domain.enrolments import Enrolment
from ..domain.mentors import Period
from ..domain.placements import Placement, State
from ..domain.replacements import Candidate, Reason
from ..domain.rules import unknown
from ..domain.signals import Kind
from ..domain.visits import Place
from ..store import audit, coverage, enrolments, guides, replacements, schemes, signals
from ..store.audit import By
from ..store.replacements import Ending
from ..store.standings import by_company
from .agreements import withdraw
from .coverage import find_gaps_of
from .mentors import unusable
from .visits import plan_visits


async def end_placement(tx: Tx, trainee_id: str, reason: Reason, *, on: date, today: date, by: By) -> bool:
    """Ends a placement early and says which companies could follow. False when the same was recorded already."""
    await coverage.lock(tx)
    found = await enrolments.enrolments(tx, [trainee_id])
    if trainee_id not in found:
        raise unknown("trainee_id", trainee_id)
    standing = (await enrolments.standings(tx, [trainee_id]))[trainee_id]
    before = await replacements.last_of(tx, trainee_id)
    placement = standing.placement
    if placement is None and before is not None and (before.ended_on, before.reason) == (on, reason):
        return False
    if placement is None or placement.state is not State.ACTIVE:
        raise rules.no_placement_runs(trainee_id)
    check_day(on, field="ended_on", starts_on=placement.starts_on, today=today)
    one = found[trainee_id]
    version = await coverage.version_of(tx, trainee_id)
    by_day = rules.needed_by(on, await replacements.norm_days(tx, *version))
    ending = Ending(
        placement.placement_id, trainee_id, placement.company_id, placement.mentor_id, on, reason, by_day, None
    )
    await enrolments.keep_placements(tx, [placement.ended(on)])
    await replacements.keep(tx, ending, by=by.actor, at=clock.now())
    await audit.note(tx, by, [(f"trainee/{trainee_id}", f"placement {placement.placement_id} ended on {on}")])
    await tell_ended(tx, [(placement, standing.scheme)], on=on, because="early")
    await withdraw(tx, [trainee_id], today=today)
    await plan_visits(tx, [Place("company", placement.company_id)], today=today, by=by)
    await find_gaps_of(tx, [trainee_id], today=today, by=by)
    await signals.set_found(tx, Kind.NO_PLACEMENT, [trainee_id], {(trainee_id, ""): ending.evidence()}, on=today)
    ranked = await candidates(tx, one, today=today)
    await outbox.put(
        tx,
        PlacementReplacementNeeded(
            placement_id=placement.placement_id,
            trainee_id=trainee_id,
            company_id=placement.company_id,
            ended_on=on,
            needed_by=by_day,
            companies=tuple(candidate.company_id for candidate in ranked),
            scheme=standing.scheme,
        ),
    )
    return True


async def tell_ended(tx: Tx, ended: Sequence[tuple[Placement, str]], *, on: date, because: str) -> None:
    """Placements, each with its scheme, that are over."""
    for placement, scheme in ended:
        await outbox.put(
            tx,
            PlacementEnded.model_validate(
                {
                    "placement_id": placement.placement_id,
                    "trainee_id": placement.trainee_id,
                    "company_id": placement.company_id,
                    "mentor_id": placement.mentor_id,
                    "ended_on": on,
                    "because": because,
                    "scheme": scheme,
                }
            ),
        )


async def seek(tx: Tx, trainee_id: str, *, today: date) -> list[Candidate]:
    """The same for a trainee by key; raises ``UnknownTrainee``."""
    found = await enrolments.enrolments(tx, [trainee_id])
    if trainee_id not in found:
        raise unknown("trainee_id", trainee_id)
    return await candidates(tx, found[trainee_id], today=today)


async def candidates(tx: Tx, one: Enrolment, *, today: date) -> list[Candidate]:
    """Companies that could take a trainee over from today on, the best first."""
    scheme, number = await coverage.version_of(tx, one.trainee_id)
    version = (await schemes.schemes(tx)).version(scheme, number)
    if version is None or one.planned_end < today:
        return []
    companies = [host for host in await replacements.accredited_on(tx, today) if host.place.id != one.company_id]
    keys = [host.place.id for host in companies]
    found = await guides.mentors_of(tx, keys)
    school = Place("school", one.school_id)
    own = await coverage.hosts(tx, [Place("company", one.company_id), school])
    return rules.rank(
        version.curriculum.of(one.programme),
        own[school],
        companies,
        near=own[Place("company", one.company_id)].city,
        period=Period(today, one.planned_end),
        rooms=await coverage.rooms(tx, keys, today, without=one.trainee_id),
        mentors=by_company(
            found, set(await unusable(tx, [m.mentor_id for some in found.values() for m in some], today))
        ),
        norm=version.mentor_max_trainees,
    )


async def check_replacement(
    tx: Tx, trainee_id: str, company_id: str, mentor_id: str, choices: Sequence[Choice]
) -> Enrolment:
    """The enrolment with its next placement; raises when there is a placement still, or the same one would follow."""
    found = await enrolments.enrolments(tx, [trainee_id])
    if trainee_id not in found:
        raise unknown("trainee_id", trainee_id)
    now = (await enrolments.standings(tx, [trainee_id]))[trainee_id].placement
    one = found[trainee_id]
    if now is not None and (now.company_id, now.mentor_id) != (company_id, mentor_id):
        raise rules.placement_runs_still(trainee_id, now.company_id)
    if now is None and (one.company_id, one.mentor_id) == (company_id, mentor_id):
        raise rules.same_place_again(company_id, mentor_id)
    return replace(one, company_id=company_id, mentor_id=mentor_id, choices=tuple(choices))


async def settle(tx: Tx, started: Sequence[Placement], schemes_of: dict[str, str], *, today: date, by: By) -> None:
    """Placements that began: whoever waited for one no longer does."""
    settled = await replacements.settle(tx, {one.trainee_id: one for one in started}, today)
    if not settled:
        return
    await signals.set_found(tx, Kind.NO_PLACEMENT, list(settled), {}, on=today)
    for one in started:
        before = settled.get(one.trainee_id)
        if before is None:
            continue
        days = max(0, (one.starts_on - before.ended_on).days)
        await outbox.put(
            tx,
            PlacementReplaced(
                placement_id=one.placement_id,
                before_id=before.placement_id,
                trainee_id=one.trainee_id,
                company_id=one.company_id,
                mentor_id=one.mentor_id,
                days_without=days,
                in_time=None if before.needed_by is None else one.starts_on <= before.needed_by,
                scheme=schemes_of[one.trainee_id],
            ),
        )
    await audit.note(tx, by, [(f"trainee/{key}", "placement replaced") for key in sorted(settled)])


async def see_overdue(tx: Tx, *, today: date, by: By, limit: int = 500) -> int:
    """The last day has passed without another placement: the signal says so. How many there were."""
    late = await replacements.become_overdue(tx, today, limit)
    if late:
        await signals.set_found(
            tx,
            Kind.NO_PLACEMENT,
            [one.trainee_id for one in late],
            {(one.trainee_id, ""): one.evidence() for one in late},
            on=today,
        )
        await audit.note(tx, by, [(f"trainee/{one.trainee_id}", "replacement overdue") for one in late])
    return len(late)
