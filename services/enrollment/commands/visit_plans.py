"""What people and signals do to a visit that is planned: it is brought forward, moved, or waived with a reason."""

from collections.abc import Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import VisitMoved, VisitWaived

from ..domain.refusals import NoVisitToCome
from ..domain.rules import Refused
from ..domain.visits import Held, State, Visit
from ..store import audit, visits
from ..store.audit import By
from ..store.visit_signals import take_to_plan
from .actions import assign
from .outcome import Outcome
from .visits import plan_visits, record_visits

NOBODY_THERE = "nobody learns there any more"


async def report_visits(tx: Tx, given: Sequence[Held], *, today: date, by: By) -> Outcome:
    """Visits that were held, with what follows from them: actions, and the day of the next one where it was agreed."""
    outcome = await record_visits(tx, given, today=today, by=by)
    for one in given:
        if one.id in outcome.refused or not (one.actions or one.next_on):
            continue
        try:
            scheme = (await visits.place_files(tx, [one.place], today))[one.place].scheme
            await assign(
                tx,
                one.actions,
                origin="visit",
                origin_id=one.visit_id,
                on=one.held_on,
                place=one.place,
                scheme=scheme,
                today=today,
                by=by,
            )
            following = (await visits.place_files(tx, [one.place], today))[one.place].open
            if one.next_on is not None and following is not None:
                await move_visit(tx, following.visit_id, one.next_on, today=today, by=by)
        except Refused as rule:
            outcome.refused[one.id] = rule
    return outcome


async def plan_after_signals(tx: Tx, *, today: date, by: By, limit: int = 200) -> int:
    """Places of whose trainees a signal opened or closed are planned anew; how many."""
    where = await take_to_plan(tx, limit)
    if where:
        await plan_visits(tx, where, today=today, by=by)
    return len(where)


async def waive_visits_to_nobody(tx: Tx, *, today: date, by: By, limit: int = 200) -> int:
    """A visit that was due at a place where everybody has finished is waived; how many."""
    where = await visits.without_learners(tx, today, limit)
    if not where:
        return 0
    await visits.lock_places(tx, where)
    files = await visits.place_files(tx, where, today)
    done = 0
    for file in files.values():
        if not file.stays and file.open is not None and file.open.state is not State.PLANNED:
            await _waive(tx, file.open, file.scheme, NOBODY_THERE, today, by)
            done += 1
    return done


async def move_visit(tx: Tx, visit_id: str, to: date, *, today: date, by: By) -> bool:
    """Another day for a visit that is still to be held; False when it stood there already."""
    visit, scheme = await _open(tx, visit_id)
    if visit.by == to:
        return False
    moved = visit.moved(to, today=today)
    await visits.keep_planned(tx, [moved])
    await outbox.put(
        tx,
        VisitMoved(
            visit_id=visit_id,
            place_kind=visit.place.kind,
            place_id=visit.place.id,
            due_on=visit.due_on,
            moved_from=visit.by,
            moved_to=to,
            scheme=scheme,
        ),
    )
    place = f"{visit.place.kind}/{visit.place.id}"
    await audit.note(tx, by, [(place, f"visit of {visit.due_on} moved to {to}")])
    return True


async def waive_visit(tx: Tx, visit_id: str, reason: str, *, today: date, by: By) -> None:
    """It will not be held, for a reason that is kept here; the next one is planned from its date on."""
    visit, scheme = await _open(tx, visit_id)
    await _waive(tx, visit, scheme, reason, today, by)


async def _open(tx: Tx, visit_id: str) -> tuple[Visit, str | None]:
    found = await visits.open_visit(tx, visit_id)
    if found is not None:
        await visits.lock_places(tx, [found[0].place])
        found = await visits.open_visit(tx, visit_id)
    if found is None:
        raise NoVisitToCome.named(visit_id)
    return found


async def _waive(tx: Tx, visit: Visit, scheme: str | None, reason: str, today: date, by: By) -> None:
    await visits.keep_planned(tx, [visit.waived(reason)])
    await visits.set_waived(tx, visit.visit_id, reason.strip(), today)
    await outbox.put(
        tx,
        VisitWaived(
            visit_id=visit.visit_id,
            place_kind=visit.place.kind,
            place_id=visit.place.id,
            due_on=visit.due_on,
            waived_on=today,
            scheme=scheme,
        ),
    )
    await audit.note(tx, by, [(f"{visit.place.kind}/{visit.place.id}", f"visit of {visit.due_on} waived")])
    await plan_visits(tx, [visit.place], today=today, by=by)
