"""Placements begin: on their first day, or when the office says so; the first one makes the enrolment active."""

from collections.abc import Mapping, Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import PlacementStarted

from ..domain import enrolment_states as rules
from ..domain.agreements import nothing_to_start
from ..domain.enrolment_states import State
from ..domain.placements import Placement
from ..domain.placements import State as PlacementState
from ..domain.rules import unknown
from ..store import audit, enrolments
from ..store.audit import By
from ..store.enrolments import Standing
from .agreements import check_may_begin


async def begin(tx: Tx, placements: Sequence[Placement], by: By) -> None:
    """Tells that placements have begun; the first one makes the enrolment active."""
    standings = await enrolments.standings(tx, (one.trainee_id for one in placements))
    for one in placements:
        await outbox.put(
            tx,
            PlacementStarted(
                placement_id=one.placement_id,
                trainee_id=one.trainee_id,
                company_id=one.company_id,
                mentor_id=one.mentor_id,
                starts_on=one.starts_on,
                scheme=standings[one.trainee_id].scheme,
            ),
        )
    await _move(tx, {key: one for key, one in standings.items() if one.state is State.ENROLLED}, State.ACTIVE, by)


async def _move(
    tx: Tx, standings: Mapping[str, Standing], to: State, by: By, *, ended_on: date | None = None
) -> list[str]:
    """Moves those that can be moved; who they are."""
    moved = sorted(key for key, standing in standings.items() if to in rules.MOVES[standing.state])
    if moved:
        moves = [(key, rules.move(standings[key].state, to)) for key in moved]
        await enrolments.set_states(tx, moves, ended_on=ended_on)
        await audit.note(tx, by, [(f"trainee/{key}", state) for key, state in moves])
    return moved


async def start_placement(tx: Tx, trainee_id: str, *, today: date, by: By) -> bool:
    """Begins a placement that waits. False when it runs already; raises ``NoStartWithoutAgreement`` or what else
    stands in the way."""
    if trainee_id not in await enrolments.enrolments(tx, [trainee_id]):
        raise unknown("trainee_id", trainee_id)
    waiting = (await enrolments.standings(tx, [trainee_id]))[trainee_id].placement
    if waiting is not None and waiting.state is PlacementState.ACTIVE:
        return False
    if waiting is None or waiting.starts_on > today:
        raise nothing_to_start(trainee_id)
    await check_may_begin(tx, trainee_id)
    begun = waiting.begun()
    await enrolments.keep_placements(tx, [begun])
    await begin(tx, [begun], by)
    return True


async def begin_placements(tx: Tx, *, today: date, by: By, limit: int = 500) -> int:
    """Placements whose first day has come begin; how many."""
    coming = [one.begun() for one in await enrolments.to_begin(tx, today, limit)]
    await enrolments.keep_placements(tx, coming)
    if coming:
        await begin(tx, coming, by)
    return len(coming)
