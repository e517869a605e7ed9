"""Programme reviews: planned when a training begins, told when their day comes, recorded, confirmed by both."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import (
    ProgrammeReviewDue,
    ProgrammeReviewEscalated,
    ProgrammeReviewHeld,
    ProgrammeReviewOverdue,
)
from shared.ids import stable_id

from ..domain import reviews as rules
from ..domain.actions import Asked
from ..domain.reviews import Record, Review, State, UnknownReview
from ..domain.rules import unknown
from ..domain.signals import Kind
from ..store import audit, reviews, signals
from ..store.audit import By
from ..store.reviews import Acting
from . import confirmations
from .actions import assign

TOLD: dict[State, type[ProgrammeReviewDue] | type[ProgrammeReviewOverdue] | type[ProgrammeReviewEscalated]] = {
    State.DUE: ProgrammeReviewDue,
    State.OVERDUE: ProgrammeReviewOverdue,
    State.ESCALATED: ProgrammeReviewEscalated,
}


async def plan_reviews(tx: Tx, trainees: Iterable[str], *, today: date, by: By) -> None:
    """The next review of each of these trainees, anew; one that was told stands until it is held or has lapsed."""
    whom = sorted(set(trainees))
    if not whom:
        return
    await reviews.lock(tx, whom)
    to_keep: list[Review] = []
    to_drop: list[Review] = []
    lapsed: list[Review] = []
    for one in (await reviews.trainings(tx, whom)).values():
        if not one.running:
            if one.open is not None:
                lapsed.append(one.open.lapsed())
            continue
        if one.open is not None and one.open.state is not State.PLANNED:
            continue
        found = rules.plan(
            one.trainee_id,
            weeks=one.weeks,
            begin=one.begin,
            last=one.last,
            today=today,
            held_on=one.held_on,
            told_due=one.told_due,
        )
        if found == one.open:
            continue
        if one.open is not None:
            to_drop.append(one.open)
        if found is not None:
            to_keep.append(found)
    await reviews.drop_planned(tx, to_drop)
    await reviews.keep(tx, to_keep + lapsed)
    await audit.note(
        tx,
        by,
        [(f"trainee/{one.trainee_id}", f"programme review planned for {one.due_on}") for one in to_keep]
        + [(f"trainee/{one.trainee_id}", f"programme review of {one.due_on} lapsed") for one in lapsed],
    )
    await _see_to_signals(tx, lapsed, today)


async def plan_reviews_under(tx: Tx, scheme: str, version: str, *, today: date, by: By) -> None:
    """After a version of a scheme was told: who is in training under it and has no review yet gets one."""
    await plan_reviews(tx, await reviews.active_under(tx, scheme, version), today=today, by=by)


async def tell_reviews(tx: Tx, *, today: date, by: By, limit: int = 50) -> int:
    """Reviews whose day has come are told, all of one instructor and one step together; how many steps were taken.

    Reviews of trainings that have ended lapse without a word.
    """
    acting = await reviews.to_act(tx, today, await reviews.acting_instructors(tx, today, limit))
    if not acting:
        return 0
    lapsed = [one.review.lapsed() for one in acting if one.ended]
    groups: dict[tuple[str, State, str], list[tuple[Acting, Review]]] = {}
    for one in acting:
        step = None if one.ended else one.review.on(today)
        if step is not None:
            groups.setdefault((one.instructor_id, step.state, one.scheme), []).append((one, step))
    steps = [step for some in groups.values() for _, step in some]
    await reviews.keep(tx, lapsed + steps)
    for (instructor_id, state, scheme), some in groups.items():
        await _tell(tx, instructor_id, state, scheme, some, today)
    await audit.note(
        tx,
        by,
        [(f"trainee/{one.trainee_id}", f"programme review of {one.due_on} {one.state}") for one in lapsed + steps],
    )
    late = [one for one in steps if one.state in (State.OVERDUE, State.ESCALATED)]
    await _see_to_signals(tx, lapsed + late, today)
    return len(lapsed) + len(steps)


async def _tell(
    tx: Tx, instructor_id: str, state: State, scheme: str, some: Sequence[tuple[Acting, Review]], today: date
) -> None:
    kind = TOLD[state]
    ids = [step.review_id for _, step in some]
    event = kind(
        instructor_id=instructor_id,
        review_ids=tuple(ids),
        trainee_ids=tuple(step.trainee_id for _, step in some),
        mentor_ids=tuple(one.mentor_id for one, _ in some),
        due_on=min(step.due_on for _, step in some),
        told_on=today,
        scheme=scheme,
    )
    await outbox.put(tx, event, id=stable_id(kind.TYPE, *sorted(ids)))


async def _see_to_signals(tx: Tx, changed: Sequence[Review], today: date) -> None:
    """A review that is late is a signal of its trainee until it is held or has lapsed."""
    if not changed:
        return
    found = {
        (one.trainee_id, ""): {"review_id": one.review_id, "due_on": one.due_on.isoformat()}
        for one in changed
        if one.state in (State.OVERDUE, State.ESCALATED)
    }
    await signals.set_found(tx, Kind.REVIEW_OVERDUE, [one.trainee_id for one in changed], found, on=today)


async def record_review(tx: Tx, given: Record, asked: Sequence[Asked], *, today: date, by: By) -> bool:
    """A review was held: the open one is, the next is planned, its actions are assigned. False when it was known so.

    Raises ``UnknownTrainee``, ``ReviewOutsideTraining``, and what assigning actions raises.
    """
    await reviews.lock(tx, [given.trainee_id])
    training = (await reviews.trainings(tx, [given.trainee_id])).get(given.trainee_id)
    if training is None:
        raise unknown("trainee_id", given.trainee_id)
    rules.check_day(given.held_on, first=training.first, last=training.last, today=today)
    before = (await reviews.records(tx, [given.record_id])).get(given.record_id)
    record = given
    if before is not None and before.trainee_id != given.trainee_id:
        raise _of_another(given.record_id)
    if before is not None:
        for party in rules.PARTIES:
            if (day := getattr(before, f"{party}_confirmed_on")) is not None:
                record = record.confirmed(party, day)
    if before != record:
        await reviews.keep_record(
            tx,
            record,
            instructor_id=training.instructor_id,
            mentor_id=training.mentor_id,
            recorded_by=by.actor,
        )
        if before is None and training.open is not None and rules.completes(record, training.open, training.weeks):
            await _complete(tx, training.open, record, today)
        for party in rules.PARTIES:
            if before is not None and party in before.missing and party not in record.missing:
                await confirmations.withdraw(tx, record.record_id, party, today)
        if before is None:
            await confirmations.ask(tx, record, record.missing, today=today, by=by)
        await plan_reviews(tx, [given.trainee_id], today=today, by=by)
        what = "held" if before is None else "changed"
        await audit.note(tx, by, [(f"trainee/{given.trainee_id}", f"programme review of {given.held_on} {what}")])
    made = await assign(
        tx,
        asked,
        origin="review",
        origin_id=given.record_id,
        on=given.held_on,
        trainee_id=given.trainee_id,
        scheme=training.scheme,
        today=today,
        by=by,
    )
    if before is None:
        following = (await reviews.trainings(tx, [given.trainee_id]))[given.trainee_id].open
        await outbox.put(
            tx,
            ProgrammeReviewHeld(
                record_id=given.record_id,
                trainee_id=given.trainee_id,
                instructor_id=training.instructor_id,
                mentor_id=training.mentor_id,
                held_on=given.held_on,
                actions=len(made),
                unconfirmed=record.missing,
                next_due_on=following.due_on if following else None,
                scheme=training.scheme,
            ),
        )
    return before is None


async def _complete(tx: Tx, review: Review, record: Record, today: date) -> None:
    await reviews.keep(tx, [review.held()], held_as={review.review_id: record.record_id})
    await _see_to_signals(tx, [review.held()], today)


def _of_another(record_id: str) -> UnknownReview:
    return UnknownReview(
        f"programmabespreking {record_id} is van een andere leerling",
        f"programme review {record_id} is of another trainee",
        field="record_id",
        value=record_id,
    )
