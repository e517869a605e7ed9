"""Looking at the coverage of a trainee's placement with proposals for its gaps, and choosing one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared import clock
from shared.db import Tx
from shared.ids import new_id

from ..domain.coverage import Choice, CoveredBy, Plan, check_plan, stay
from ..domain.curriculum import Target
from ..domain.mentors import Period
from ..domain.planner import Proposal, check_room, propose
from ..domain.rules import unknown
from ..domain.schemes import SchemeVersion
from ..store import audit, coverage, enrolments, schemes
from ..store.audit import By
from ..store.coverage import Stay
from .coverage import Covers, covers_of, find_gaps_of, places_of


@dataclass(frozen=True, slots=True)
class View:
    """A placement that runs: how each target is covered, and by open target where it could be learned in ``period``."""

    stay: Stay
    version: SchemeVersion
    covers: Covers
    proposals: Mapping[str, Sequence[Proposal]]
    period: Period

    def machines(self, target: Target, language: str) -> list[str]:
        """What a target takes, in the scheme's words."""
        known = self.version.curriculum.equipment
        return [known[code].said(language) if code in known else code for code in sorted(target.equipment)]

    @property
    def open(self) -> list[str]:
        return [code for code, one in self.covers.items() if one.by is CoveredBy.OPEN]


async def look(tx: Tx, trainee_id: str, *, today: date) -> View | None:
    """None when the trainee is not known or has no placement that runs."""
    stay_now = await _running(tx, trainee_id)
    if stay_now is None:
        return None
    version = (await schemes.schemes(tx)).version(stay_now.scheme, stay_now.scheme_version)
    if version is None:
        return None
    covers = (await covers_of(tx, [stay_now]))[stay_now.placement_id]
    period = stay(stay_now.period, today)
    targets = [one.target for one in covers.values() if one.by is CoveredBy.OPEN]
    proposals: dict[str, Sequence[Proposal]] = {}
    if targets:
        company, school = places_of(stay_now)
        able = await coverage.able(tx, targets, period.last)
        others = [host for place, host in able.items() if place not in (company, school)]
        own = await coverage.hosts(tx, [company])
        companies = [host.place.id for host in others if host.place.kind == "company"]
        rooms = await coverage.rooms(tx, companies, period.first, without=trainee_id)
        for target in targets:
            proposals[target.code] = propose(
                target, period, own[company].city, others, rooms, norm=version.mentor_max_trainees
            )
    return View(stay_now, version, covers, proposals, period)


async def _running(tx: Tx, trainee_id: str) -> Stay | None:
    return next((one for one in await coverage.stays_of(tx, [trainee_id]) if one.running), None)


async def choose_plan(tx: Tx, trainee_id: str, choice: Choice, *, today: date, by: By) -> bool:
    """Keeps where a target of a trainee is learned instead, and closes its gap; false when it was chosen already.

    Raises the rule that the choice breaks.
    """
    await coverage.lock(tx)
    await enrolments.enrolments(tx, [trainee_id])
    stay_now = await _running(tx, trainee_id)
    if stay_now is None:
        raise unknown("trainee_id", trainee_id)
    covers = (await covers_of(tx, [stay_now]))[stay_now.placement_id]
    plan = choice.plan(stay_now.period, today)
    kept = (await coverage.plans(tx, [stay_now.placement_id])).get(stay_now.placement_id, {}).get(choice.target)
    no_dates = choice.first is None and choice.last is None
    same = kept is not None and kept.place == plan.place and (no_dates or kept.period == plan.period)
    now = covers.get(choice.target)
    if same and now is not None and now.by is not CoveredBy.OPEN:
        return False
    host = (await coverage.hosts(tx, [choice.place])).get(choice.place)
    check_plan(plan, covers, host, stay_now.period)
    if choice.place.kind == "company":
        version = (await schemes.schemes(tx)).version(stay_now.scheme, stay_now.scheme_version)
        await coverage.lock_companies(tx, [choice.place.id])
        rooms = await coverage.rooms(tx, [choice.place.id], plan.period.first, without=trainee_id)
        check_room(plan, rooms, version.mentor_max_trainees if version else None)
    await keep_plans(tx, [(stay_now, plan)], by=by)
    await find_gaps_of(tx, [trainee_id], today=today, by=by)
    return True


async def keep_plans(tx: Tx, chosen: Sequence[tuple[Stay, Plan]], *, by: By) -> None:
    """Keeps plans that were checked, with who chose them."""
    if not chosen:
        return
    await coverage.keep_plans(tx, chosen, [new_id() for _ in chosen], chosen_by=by.actor, at=clock.now())
    await audit.note(
        tx,
        by,
        [
            (
                f"trainee/{of.trainee_id}",
                f"{plan.target} planned at {'/'.join(plan.place)}, {plan.period.first} to {plan.period.last}",
            )
            for of, plan in chosen
        ],
    )


async def keep_plans_of(tx: Tx, plans: Mapping[str, Sequence[Plan]], *, by: By) -> None:
    """The plans with which trainees enrolled, for the placements they have now."""
    stays = {one.trainee_id: one for one in await coverage.stays_of(tx, plans) if one.running}
    await keep_plans(tx, [(stays[key], plan) for key, some in plans.items() if key in stays for plan in some], by=by)
