"""Actions are assigned where something was agreed, become overdue by the clock, and are done."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import ActionAssigned, ActionDone, ActionOverdue
from shared.ids import stable_id

from ..domain import actions as rules
from ..domain.actions import Action, Asked, Origin, UnknownAction
from ..domain.signals import Kind
from ..domain.visits import Place
from ..store import actions, audit, signals
from ..store.audit import By


async def assign(
    tx: Tx,
    asked: Sequence[Asked],
    *,
    origin: Origin,
    origin_id: str,
    on: date,
    trainee_id: str | None = None,
    place: Place | None = None,
    scheme: str | None = None,
    today: date,
    by: By,
) -> list[Action]:
    """Keeps what was asked for as actions and tells the owners; those that were there already stay as they are."""
    if not asked:
        return []
    known = await actions.known_owners(tx, (one.owner for one in asked))
    for ref in (one.owner for one in asked):
        if ref not in known:
            raise rules.no_owner(ref)
    given = [
        rules.assign(
            one, n, origin=origin, origin_id=origin_id, on=on, trainee_id=trainee_id, place=place, scheme=scheme
        )
        for n, one in enumerate(asked, start=1)
    ]
    before = await actions.actions(tx, (one.action_id for one in given))
    new = [one for one in given if one.action_id not in before]
    await actions.keep(tx, new)
    for one in new:
        await outbox.put(
            tx,
            ActionAssigned(
                action_id=one.action_id,
                owner=one.owner,
                origin=one.origin,
                trainee_id=one.trainee_id,
                place_kind=one.place.kind if one.place else None,
                place_id=one.place.id if one.place else None,
                assigned_on=one.assigned_on,
                due_on=one.due_on,
                scheme=one.scheme,
            ),
        )
    await audit.note(tx, by, [(f"action/{one.action_id}", f"assigned to {one.owner}, due {one.due_on}") for one in new])
    return [before.get(one.action_id, one) for one in given]


async def finish(tx: Tx, action_id: str, *, on: date, today: date, by: By) -> bool:
    """The action is done; False when it was already. Raises ``UnknownAction``, ``DoneBeforeAssigned``."""
    found = (await actions.actions(tx, [action_id])).get(action_id)
    if found is None:
        raise UnknownAction(
            f"actie {action_id} is hier niet bekend",
            f"action {action_id} is not known here",
            field="action_id",
            value=action_id,
        )
    done = found.done(on, by.actor, today=today)
    if done == found:
        return False
    await actions.keep(tx, [done])
    await outbox.put(
        tx,
        ActionDone(
            action_id=done.action_id,
            owner=done.owner,
            origin=done.origin,
            trainee_id=done.trainee_id,
            due_on=done.due_on,
            done_on=on,
            scheme=done.scheme,
        ),
        id=stable_id(ActionDone.TYPE, done.action_id),
    )
    await audit.note(tx, by, [(f"action/{action_id}", "done")])
    await look(tx, await actions.touched_by(tx, [done]), today=today)
    return True


async def tell_overdue(tx: Tx, *, today: date, by: By, limit: int = 500) -> int:
    """Actions whose day has gone by are told as overdue, each once; how many."""
    late = [step for one in await actions.to_act(tx, today, limit) if (step := one.on(today)) is not None]
    if not late:
        return 0
    await actions.keep(tx, late)
    for one in late:
        await outbox.put(
            tx,
            ActionOverdue(
                action_id=one.action_id,
                owner=one.owner,
                origin=one.origin,
                trainee_id=one.trainee_id,
                place_kind=one.place.kind if one.place else None,
                place_id=one.place.id if one.place else None,
                due_on=one.due_on,
                days_late=(today - one.due_on).days,
                scheme=one.scheme,
            ),
            id=stable_id(ActionOverdue.TYPE, one.action_id),
        )
    await audit.note(tx, by, [(f"action/{one.action_id}", "overdue") for one in late])
    await look(tx, await actions.touched_by(tx, late), today=today)
    return len(late)


async def look(tx: Tx, trainees: Iterable[str], *, today: date) -> None:
    """The signals of overdue actions of these trainees, found anew from the actions."""
    whom = sorted(set(trainees))
    if whom:
        await signals.set_found(tx, Kind.ACTION_OVERDUE, whom, await actions.overdue_of(tx, whom), on=today)
