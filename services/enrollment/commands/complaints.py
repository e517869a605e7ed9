"""Complaints go from step to step: acknowledged, in hand, on the agenda, discussed or waived, resolved, closed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from services.enrollment import action_links
from shared.bus import outbox
from shared.db import Tx
from shared.events.base import Event
from shared.events.enrollment import (
    ComplaintAcknowledged,
    ComplaintAppealed,
    ComplaintPutOnAgenda,
    ComplaintResolved,
)

from ..domain.actions import Asked
from ..domain.complaints import Case, Complainant, State, UnknownComplaint
from ..domain.signals import Kind
from ..store import audit, complaints, signals
from ..store.audit import By
from ..store.complaints import Kept
from . import complainants
from .actions import assign

Step = Callable[[Case], Case]


async def acknowledge(tx: Tx, key: str, *, today: date, by: By) -> bool:
    """Who complained hears that the complaint was received. False when it was acknowledged already."""
    return await _step(tx, key, State.ACKNOWLEDGED, lambda case: case.acknowledged(today), today, by)


async def take_in_hand(tx: Tx, key: str, words: str, *, today: date, by: By) -> bool:
    """Somebody sees to it; with words it comes on the agenda of the next visit at once."""
    new = await _step(tx, key, State.IN_HAND, lambda case: case.taken_in_hand(words, today), today, by)
    await put_on_agendas(tx, today=today, by=by)
    return new


async def word(tx: Tx, key: str, words: str, *, today: date, by: By) -> None:
    """The coordinator's own words for the agenda item."""
    kept = await _kept(tx, key)
    await _keep(tx, kept, kept.case.worded(words), "agenda item worded", today, by)
    await put_on_agendas(tx, today=today, by=by)


async def discuss(tx: Tx, keys: Iterable[str], *, on: date, today: date, by: By) -> None:
    """These were spoken of, at a visit or in an evaluation talk."""
    for key in sorted(set(keys)):
        kept = await _kept(tx, key)
        if kept.case.discussed_on is None:
            await _keep(tx, kept, kept.case.discussed(on), f"discussed on {on}", today, by)


async def waive(tx: Tx, key: str, reason: str, *, today: date, by: By) -> None:
    """It will not be discussed, for a reason that is kept."""
    kept = await _kept(tx, key)
    await _keep(tx, kept, kept.case.waived(reason), "discussion waived", today, by)


async def resolve(tx: Tx, key: str, resolution: str, asked: Sequence[Asked] = (), *, today: date, by: By) -> bool:
    """What came of it, with the actions that follow. False when it was resolved already."""
    new = await _step(tx, key, State.RESOLVED, lambda case: case.resolved(resolution, today), today, by)
    kept = await _kept(tx, key)
    await assign(
        tx,
        asked,
        origin="complaint",
        origin_id=key,
        on=today,
        place=kept.place,
        scheme=kept.scheme,
        today=today,
        by=by,
    )
    return new


async def close(tx: Tx, key: str, *, today: date, by: By) -> bool:
    """Nothing more has to be done. Raises ``ComplaintNotDiscussed``. False when it was closed already."""
    return await _step(tx, key, State.CLOSED, lambda case: case.closed(today), today, by)


async def appeal(tx: Tx, key: str, complainant: Complainant, text: str, *, today: date, by: By) -> None:
    """Who complained does not agree with what came of it: the complaint is in hand again."""
    kept = await _kept(tx, key)
    after = kept.case.appealed(complainant, today)
    await complaints.add_appeal(tx, key, today, text)
    await _keep(tx, kept, after, "appealed, in hand again", today, by)
    await outbox.put(
        tx,
        ComplaintAppealed(complaint_id=key, trainee_id=kept.case.trainee_id, appealed_on=today, scheme=kept.scheme),
    )
    await complainants.withdraw_links(tx, key, today)
    await complainants.tell(tx, after, appealed=True, today=today, by=by)
    await put_on_agendas(tx, today=today, by=by)


async def appeal_by_link(tx: Tx, purpose: str, secret: str, text: str, *, today: date) -> None:
    """Who holds the link is the one who complained. What is refused leaves the link as it was."""
    action = await action_links.consume(tx, purpose, secret, today)
    who = (await _kept(tx, action.key)).case.by
    await appeal(tx, action.key, who, text, today=today, by=By(action.person, "link"))


async def put_on_agendas(tx: Tx, *, today: date, by: By, limit: int = 200) -> int:
    """Complaints in hand come on the agenda of the next visit to their place; how many."""
    ready = await complaints.ready_for_agenda(tx, limit)
    locked = await complaints.cases(tx, (kept.case.complaint_id for kept, _, _ in ready)) if ready else {}
    done = 0
    for kept, visit_id, due_on in ready:
        case = locked[kept.case.complaint_id].case
        if case.state is not State.IN_HAND:
            continue
        await _keep(tx, kept, case.put_on_agenda(today), State.ON_AGENDA, today, by)
        await outbox.put(
            tx,
            ComplaintPutOnAgenda(
                complaint_id=case.complaint_id,
                trainee_id=case.trainee_id,
                visit_id=visit_id,
                place_kind=kept.place.kind,
                place_id=kept.place.id,
                due_on=due_on,
                scheme=kept.scheme,
            ),
        )
        done += 1
    return done


async def look_at_clocks(tx: Tx, *, today: date, by: By, limit: int = 200) -> int:
    """The signal of a complaint that waits longer than the scheme's norms says so; how many were looked at."""
    waiting = await complaints.to_act(tx, today, limit)
    if waiting:
        await complaints.keep(tx, waiting, looked_on=today)
        late = [one for one in waiting if one.late(today)]
        await audit.note(tx, by, [(f"complaint/{one.complaint_id}", "waits longer than the norm") for one in late])
        await see_to_signals(tx, [one.trainee_id for one in waiting], today)
    return len(waiting)


async def _kept(tx: Tx, key: str) -> Kept:
    found = (await complaints.cases(tx, [key])).get(key)
    if found is None:
        raise UnknownComplaint(
            f"klacht {key} is hier niet bekend", f"complaint {key} is not known here", field="complaint_id", value=key
        )
    return found


async def _step(tx: Tx, key: str, to: State, step: Step, today: date, by: By) -> bool:
    kept = await _kept(tx, key)
    if kept.case.state is to:
        return False
    after = step(kept.case)
    await _keep(tx, kept, after, to, today, by)
    event = _told(kept, after)
    if event is not None:
        await outbox.put(tx, event)
    await complainants.tell(tx, after, today=today, by=by)
    return True


def _told(kept: Kept, case: Case) -> Event | None:
    if case.state is State.ACKNOWLEDGED and case.acknowledged_on is not None:
        return ComplaintAcknowledged(
            complaint_id=case.complaint_id,
            trainee_id=case.trainee_id,
            acknowledged_on=case.acknowledged_on,
            days=(case.acknowledged_on - case.received_on).days,
            scheme=kept.scheme,
        )
    if case.state is State.RESOLVED and case.resolved_on is not None:
        return ComplaintResolved(
            complaint_id=case.complaint_id,
            trainee_id=case.trainee_id,
            resolved_on=case.resolved_on,
            days=(case.resolved_on - case.received_on).days,
            scheme=kept.scheme,
        )
    return None


async def _keep(tx: Tx, kept: Kept, after: Case, what: str, today: date, by: By) -> None:
    if after == kept.case:
        return
    await complaints.keep(tx, [after])
    await audit.note(tx, by, [(f"complaint/{after.complaint_id}", what)])
    await see_to_signals(tx, [after.trainee_id], today)


async def see_to_signals(tx: Tx, trainees: Iterable[str], today: date) -> None:
    """An open complaint is a sign of risk from the day on which it came until something came of it."""
    whom = sorted(set(trainees))
    await signals.set_found(tx, Kind.COMPLAINT, whom, await complaints.open_of(tx, whom, today), on=today)
