"""Where an enrolment stands: interrupted, gone on with, stopped before the end, or completed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared import clock
from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import EnrolmentDroppedOut, EnrolmentPaused, EnrolmentResumed, TrainingCompleted

from ..domain import enrolment_states as rules
from ..domain.endings import DropOut, Pause, PauseReason, Reason, check_after_pause, check_day, not_paused, phase_on
from ..domain.enrolment_states import State
from ..domain.enrolments import Enrolment
from ..domain.placements import State as PlacementState
from ..domain.rules import unknown
from ..domain.visits import Place
from ..store import audit, coverage, endings, enrolments, replacements, signals
from ..store.audit import By
from ..store.enrolments import Standing
from .agreements import withdraw
from .coverage import find_gaps_of
from .replacements import tell_ended
from .reviews import plan_reviews
from .visits import plan_visits


@dataclass(frozen=True, slots=True)
class _Found:
    enrolment: Enrolment
    standing: Standing


async def _find(tx: Tx, trainee_id: str) -> _Found:
    """The enrolment, held until commit; raises ``UnknownTrainee``."""
    found = await enrolments.enrolments(tx, [trainee_id])
    if trainee_id not in found:
        raise unknown("trainee_id", trainee_id)
    standings = await enrolments.standings(tx, [trainee_id])
    return _Found(found[trainee_id], standings[trainee_id])


async def pause(tx: Tx, trainee_id: str, reason: PauseReason, *, on: date, today: date, by: By) -> bool:
    """Interrupts a training; the place stays the trainee's. False when it was interrupted already from that day."""
    found = await _find(tx, trainee_id)
    now = await endings.pause_now(tx, trainee_id)
    if now is not None and (now.paused_on, now.reason) == (on, reason):
        return False
    rules.move(found.standing.state, State.PAUSED)
    check_day(on, field="paused_on", starts_on=found.enrolment.starts_on, today=today)
    for before in await endings.pauses_of(tx, trainee_id):
        check_after_pause(on, before.until, field="paused_on")
    await endings.keep_pause(tx, Pause(trainee_id, on, reason), by=by.actor)
    await _set(tx, [trainee_id], State.PAUSED, by)
    await outbox.put(tx, EnrolmentPaused(trainee_id=trainee_id, paused_on=on, scheme=found.standing.scheme))
    return True


async def resume(tx: Tx, trainee_id: str, *, on: date, today: date, by: By) -> bool:
    """Goes on with a training that was interrupted. False when it went on from that day already."""
    found = await _find(tx, trainee_id)
    now = await endings.pause_now(tx, trainee_id)
    if now is None:
        before = await endings.pauses_of(tx, trainee_id)
        if found.standing.state is State.ACTIVE and before and before[0].until == on:
            return False
        raise not_paused(trainee_id)
    check_day(on, field="resumed_on", starts_on=found.enrolment.starts_on, today=today)
    check_after_pause(on, now.paused_on, field="resumed_on")
    await endings.end_pauses(tx, [trainee_id], on)
    await _set(tx, [trainee_id], rules.move(State.PAUSED, State.ACTIVE), by)
    await outbox.put(tx, EnrolmentResumed(trainee_id=trainee_id, resumed_on=on, scheme=found.standing.scheme))
    return True


async def drop_out(tx: Tx, trainee_id: str, reason: Reason, *, on: date, today: date, by: By) -> bool:
    """A training stops before its end: the place is free, and nothing about it is open any more.

    False when the same was recorded already. The reason stays here; others hear its cause and the phase.
    """
    await coverage.lock(tx)
    found = await _find(tx, trainee_id)
    kept = await endings.drop_out_of(tx, trainee_id)
    if kept is not None and (kept.dropped_out_on, kept.reason) == (on, reason):
        return False
    way = rules.way_out(found.standing.state)
    first = found.enrolment.starts_on
    check_day(on, field="dropped_out_on", starts_on=first, today=today)
    now = await endings.pause_now(tx, trainee_id)
    check_after_pause(on, now.paused_on if now else None, field="dropped_out_on")
    course = await endings.course_of(tx, trainee_id)
    phase = phase_on(on, first, start_phase_weeks=course.start_phase_weeks, first_exam_on=course.first_exam_on)
    one = DropOut(trainee_id, on, reason, phase, (on - first).days)
    await endings.keep_drop_out(tx, one, by=by.actor, at=clock.now())
    await audit.note(tx, by, [(f"trainee/{trainee_id}", state) for state in way[:-1]])
    await _end(tx, {trainee_id: found.standing}, State.DROPPED_OUT, on=on, today=today, by=by)
    await outbox.put(
        tx,
        EnrolmentDroppedOut(
            trainee_id=trainee_id,
            dropped_out_on=on,
            cause=one.cause,
            phase=one.phase.value,
            days_in=one.days_in,
            scheme=found.standing.scheme,
        ),
    )
    return True


async def complete_trainings(tx: Tx, trainee_ids: Iterable[str], *, on: date, today: date, by: By) -> None:
    """Who holds the certificate has completed the training: the place is free again."""
    await coverage.lock(tx)
    standings = await enrolments.standings(tx, trainee_ids)
    ending = {key: one for key, one in sorted(standings.items()) if State.COMPLETED in rules.MOVES[one.state]}
    await _end(tx, ending, State.COMPLETED, on=on, today=today, by=by)
    for key, one in ending.items():
        await outbox.put(tx, TrainingCompleted(trainee_id=key, completed_on=on, scheme=one.scheme))


async def _end(tx: Tx, standings: Mapping[str, Standing], to: State, *, on: date, today: date, by: By) -> None:
    """For good: the placement ends, what was open about it closes, and visits are planned without it."""
    if not standings:
        return
    keys = list(standings)
    await enrolments.set_states(tx, [(key, to) for key in keys], ended_on=on)
    await audit.note(tx, by, [(f"trainee/{key}", to) for key in keys])
    places = [place for one in standings.values() if (place := one.placement) is not None]
    began = {one.placement_id for one in places if one.state is PlacementState.ACTIVE}
    ended = [one.ended(on) for one in places]
    await enrolments.keep_placements(tx, ended)
    for one in [one for one in ended if one.placement_id in began]:
        await tell_ended(tx, [(one, standings[one.trainee_id].scheme)], on=one.ends_on, because=str(to))
    await replacements.settle(tx, dict.fromkeys(keys), on)
    await endings.end_pauses(tx, keys, on)
    await withdraw(tx, keys, today=today)
    files = await enrolments.enrolments(tx, keys)
    await plan_visits(tx, places_of(files.values()), today=today, by=by)
    await find_gaps_of(tx, keys, today=today, by=by)
    await plan_reviews(tx, keys, today=today, by=by)
    await signals.close_all(tx, keys, on=today)


async def _set(tx: Tx, keys: Sequence[str], to: State, by: By) -> None:
    await enrolments.set_states(tx, [(key, to) for key in keys])
    await audit.note(tx, by, [(f"trainee/{key}", to) for key in keys])


def places_of(some: Iterable[Enrolment]) -> set[Place]:
    return {place for one in some for place in one.places}
