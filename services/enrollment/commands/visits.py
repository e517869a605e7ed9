"""Visits: recorded when held, planned anew whenever what decides about them changes, told when their day comes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import VisitCompleted, VisitDue, VisitOverdue, VisitPlanned
from shared.ids import stable_id

from ..domain import visits as rules
from ..domain.rules import unknown
from ..domain.visits import Held, Place, State, Visit
from ..store import audit, places, visits
from ..store.audit import By
from ..store.who_is_there import who_is_there
from .outcome import Outcome, sort


async def plan_visits(tx: Tx, where: Iterable[Place], *, today: date, by: By) -> None:
    """Plans the next visit of each place anew, and tells what is new about it."""
    for event in (await _plan(tx, where, today=today, by=by))[1]:
        await outbox.put(tx, event)


async def _plan(
    tx: Tx, where: Iterable[Place], *, today: date, by: By
) -> tuple[Mapping[Place, Visit], Sequence[VisitPlanned]]:
    wanted = sorted(set(where))
    await visits.lock_places(tx, wanted)
    files = await visits.place_files(tx, wanted, today)
    upcoming: dict[Place, Visit] = {}
    to_keep, to_drop = [], []
    for place, file in files.items():
        if file.open is not None and file.open.state is not State.PLANNED:
            upcoming[place] = file.open
            continue
        found = rules.plan(
            place,
            file.stays,
            today=today,
            held=file.held,
            complaint_on=file.complaint_on,
            signal_on=file.signal_on,
            waived=file.waived,
            completed_due=file.completed_due,
            taken=file.taken,
        )
        if file.open is not None and rules.stands(
            file.open, found, file.complaint_on, file.held.held_on if file.held else None
        ):
            found = file.open
        if found is not None:
            upcoming[place] = found
        if found == file.open:
            continue
        if file.open is not None and (found is None or found.due_on != file.open.due_on):
            to_drop.append(file.open)
        if found is not None:
            to_keep.append(found)
    await visits.drop_planned(tx, to_drop)
    await visits.keep_planned(tx, to_keep, schemes={place: file.scheme for place, file in files.items()})
    await audit.note(
        tx,
        by,
        [(f"{one.place.kind}/{one.place.id}", f"visit of {one.due_on} no longer planned") for one in to_drop]
        + [(f"{one.place.kind}/{one.place.id}", f"visit planned for {one.due_on}: {one.reason}") for one in to_keep],
    )
    return upcoming, [_planned(visit, files[visit.place].scheme) for visit in to_keep]


def _planned(visit: Visit, scheme: str | None) -> VisitPlanned:
    return VisitPlanned(
        visit_id=visit.visit_id,
        place_kind=visit.place.kind,
        place_id=visit.place.id,
        due_on=visit.due_on,
        reason=visit.reason,
        scheme=scheme,
    )


async def record_visits(tx: Tx, given: Sequence[Held], *, today: date, by: By) -> Outcome:
    """Visits that were held complete the ones that are due, and the next ones are planned."""
    known = await visits.held(tx, (one.visit_id for one in given))
    there = await _known_places(tx, given)
    found = sort(
        given,
        known,
        {
            one.id: unknown(f"{one.place_kind}_id", one.place_id, column="place_id")
            for one in given
            if one.place not in there
        },
    )
    if not found.to_keep:
        return found.outcome()
    moved = [known[one.visit_id].place for one in found.changed]
    touched = sorted({one.place for one in found.to_keep} | set(moved))
    await visits.lock_places(tx, touched)
    files = await visits.place_files(tx, touched, today)
    await visits.keep_held(tx, found.to_keep)
    completed = await _complete(tx, found.new, files, by)
    upcoming, planned = await _plan(tx, touched, today=today, by=by)
    for one in found.new:
        following = upcoming.get(one.place)
        await outbox.put(
            tx,
            VisitCompleted(
                visit_id=completed.get(one.visit_id, one.visit_id),
                place_kind=one.place_kind,
                place_id=one.place_id,
                held_on=one.held_on,
                next_due_on=following.due_on if following else None,
                scheme=files[one.place].scheme,
            ),
        )
    await outbox.put(tx, *planned)
    return found.outcome()


async def _known_places(tx: Tx, given: Sequence[Held]) -> set[Place]:
    companies = await places.names(tx, "company", (one.place_id for one in given if one.place_kind == "company"))
    schools = await places.names(tx, "school", (one.place_id for one in given if one.place_kind == "school"))
    return {Place("company", key) for key in companies} | {Place("school", key) for key in schools}


async def _complete(tx: Tx, held: Sequence[Held], files: Mapping[Place, visits.PlaceFile], by: By) -> dict[str, str]:
    """By visit held: the visit that was due and is completed by it. The last one held at a place completes."""
    last = {one.place: one for one in sorted(held, key=lambda one: one.held_on)}
    done: dict[str, Visit] = {}
    for place, one in last.items():
        file = files[place]
        cadence = min((stay.cadence_weeks for stay in file.stays), default=None)
        if file.open is not None and rules.completes(one, file.open, cadence):
            done[one.visit_id] = file.open.completed()
    await visits.keep_planned(
        tx, list(done.values()), held_as={visit.visit_id: held_id for held_id, visit in done.items()}
    )
    await audit.note(
        tx,
        by,
        [(f"{one.place.kind}/{one.place.id}", f"visited on {one.held_on}") for one in held]
        + [(f"{one.place.kind}/{one.place.id}", f"visit of {one.due_on} completed") for one in done.values()],
    )
    return {held_id: visit.visit_id for held_id, visit in done.items()}


async def tell_visits(tx: Tx, *, today: date, by: By, limit: int = 500) -> int:
    """Tells the visits whose day has come as due or overdue, each once; how many steps were taken."""
    where = await visits.acting_places(tx, today, limit)
    await visits.lock_places(tx, where)
    acting = await visits.to_act(tx, today, where)
    steps = [(step, scheme) for visit, scheme in acting if (step := visit.on(today)) is not None]
    if not steps:
        return 0
    await visits.keep_planned(tx, [step for step, _ in steps])
    there = await who_is_there(tx, (step.place for step, _ in steps), today)
    for step, scheme in steps:
        event: VisitDue | VisitOverdue
        if step.state is State.DUE:
            event = VisitDue(
                visit_id=step.visit_id,
                place_kind=step.place.kind,
                place_id=step.place.id,
                due_on=step.by,
                reason=step.reason,
                trainee_ids=tuple(there[step.place].trainees),
                mentor_ids=tuple(there[step.place].mentors),
                instructor_ids=tuple(there[step.place].instructors),
                scheme=scheme,
            )
        else:
            event = VisitOverdue(
                visit_id=step.visit_id,
                place_kind=step.place.kind,
                place_id=step.place.id,
                due_on=step.by,
                days_late=(today - step.by).days,
                scheme=scheme,
            )
        await outbox.put(tx, event, id=stable_id(event.TYPE, step.visit_id))
    await audit.note(
        tx, by, [(f"{step.place.kind}/{step.place.id}", f"visit of {step.due_on} {step.state}") for step, _ in steps]
    )
    return len(steps)
