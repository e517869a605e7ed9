"""Gaps open and close: worked out anew, in the same transaction, whenever what decides about them changes.

Worked out once for each combination of programme, company and school, so ten thousand trainees are a few hundred
combinations; then only the differences are written and told.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import CoverageGapClosed, CoverageGapOpened

from ..domain.coverage import Because, Covered, CoveredBy, Host, Plan, cover, why_closed
from ..domain.schemes import Schemes
from ..domain.signals import Kind
from ..domain.visits import Place
from ..store import audit, coverage, schemes, signals
from ..store.audit import By
from ..store.coverage import Gap, Stay

Covers = Mapping[str, Covered]
"""How each target of a placement is covered, by its code."""


async def find_gaps_of(tx: Tx, trainees: Iterable[str], *, today: date, by: By) -> None:
    """After placements, or plans for them, have changed."""
    await _find(tx, await coverage.stays_of(tx, trainees), today, by)


async def find_gaps_at(tx: Tx, places: Iterable[Place], *, today: date, by: By) -> None:
    """After companies or schools have other equipment, or another accreditation."""
    where = list(places)
    if where:
        await _find(tx, await coverage.stays_at(tx, where), today, by)


async def find_gaps_under(tx: Tx, scheme: str, version: str, *, today: date, by: By) -> None:
    """After a version of a scheme was told."""
    await _find(tx, await coverage.stays_under(tx, scheme, version), today, by)


async def covers_of(tx: Tx, stays: Sequence[Stay]) -> dict[str, Covers]:
    """By placement: how each target is covered now."""
    known = await schemes.schemes(tx)
    plans = await coverage.plans(tx, (one.placement_id for one in stays))
    places = {place for one in stays for place in places_of(one)}
    places |= {plan.place for some in plans.values() for plan in some.values()}
    hosts = await coverage.hosts(tx, places)
    planless: dict[tuple[str, ...], Covers] = {}
    found = {}
    for one in stays:
        own = plans.get(one.placement_id)
        key = (one.scheme, one.scheme_version, one.programme, one.company_id, one.school_id)
        if own is None and key in planless:
            found[one.placement_id] = planless[key]
            continue
        found[one.placement_id] = _covers(one, known, own or {}, hosts)
        if own is None:
            planless[key] = found[one.placement_id]
    return found


def places_of(stay: Stay) -> tuple[Place, Place]:
    return Place("company", stay.company_id), Place("school", stay.school_id)


def _covers(stay: Stay, known: Schemes, plans: Mapping[str, Plan], hosts: Mapping[Place, Host]) -> Covers:
    version = known.version(stay.scheme, stay.scheme_version)
    if version is None:
        return {}
    company, school = places_of(stay)
    targets = version.curriculum.of(stay.programme)
    return {one.target.code: one for one in cover(targets, hosts[company], hosts[school], plans, hosts)}


async def _find(tx: Tx, stays: Sequence[Stay], today: date, by: By) -> None:
    if not stays:
        return
    covers = await covers_of(tx, stays)
    were_open = await coverage.open_gaps(tx, (one.placement_id for one in stays))
    opened: dict[Stay, list[Gap]] = {}
    closed: dict[tuple[Stay, Because], list[str]] = {}
    for stay in stays:
        now, before = covers[stay.placement_id], were_open.get(stay.placement_id, ())
        is_open = [one.target for one in now.values() if one.by is CoveredBy.OPEN] if stay.running else []
        if new := [Gap(stay, target) for target in is_open if target.code not in before]:
            opened[stay] = new
        for target in sorted(set(before) - {one.code for one in is_open}):
            closed.setdefault((stay, why_closed(target, now, running=stay.running)), []).append(target)
    moved = [stay for stay in stays if stay.placement_id in were_open]
    if moved:
        await coverage.move_gaps(tx, moved)
    await _open(tx, opened, today, by)
    await _close(tx, closed, today, by)
    await _signal(tx, stays, today)


async def _signal(tx: Tx, stays: Sequence[Stay], today: date) -> None:
    """Cause P3, one signal for each trainee: which targets can be learned nowhere, told as the gaps that they are."""
    open_now = await coverage.open_gaps(tx, (one.placement_id for one in stays))
    found = {
        (one.trainee_id, ""): {"targets": sorted(open_now[one.placement_id]), "company": one.company_id}
        for one in stays
        if one.placement_id in open_now
    }
    await signals.set_found(tx, Kind.COVERAGE_GAP, {one.trainee_id for one in stays}, found, on=today)


async def _open(tx: Tx, opened: Mapping[Stay, Sequence[Gap]], today: date, by: By) -> None:
    if not opened:
        return
    await coverage.open_up(tx, [gap for gaps in opened.values() for gap in gaps], today)
    for stay, gaps in opened.items():
        await outbox.put(
            tx,
            CoverageGapOpened(
                placement_id=stay.placement_id,
                trainee_id=stay.trainee_id,
                company_id=stay.company_id,
                school_id=stay.school_id,
                targets=tuple(gap.target.code for gap in gaps),
                opened_on=today,
                scheme=stay.scheme,
            ),
        )
    await audit.note(
        tx,
        by,
        [
            (f"trainee/{stay.trainee_id}", f"gaps opened: {', '.join(gap.target.code for gap in gaps)}")
            for stay, gaps in opened.items()
        ],
    )


async def _close(tx: Tx, closed: Mapping[tuple[Stay, Because], Sequence[str]], today: date, by: By) -> None:
    if not closed:
        return
    pairs = [(stay.placement_id, target, because) for (stay, because), targets in closed.items() for target in targets]
    await coverage.close(tx, pairs, today)
    for (stay, because), targets in closed.items():
        await outbox.put(
            tx,
            CoverageGapClosed(
                placement_id=stay.placement_id,
                trainee_id=stay.trainee_id,
                company_id=stay.company_id,
                school_id=stay.school_id,
                targets=tuple(targets),
                because=because,
                closed_on=today,
                scheme=stay.scheme,
            ),
        )
    await audit.note(
        tx,
        by,
        [
            (f"trainee/{stay.trainee_id}", f"gaps closed ({because}): {', '.join(targets)}")
            for (stay, because), targets in closed.items()
        ],
    )
