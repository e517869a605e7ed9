"""Practice gained elsewhere is recorded, and withdrawn when it was recorded in error."""

from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import PracticeElsewhereRecorded, PracticeElsewhereWithdrawn
from shared.ids import stable_id

from ..domain import practice as rules
from ..domain.norms import Norms
from ..domain.practice import PracticeElsewhere
from ..domain.rules import unknown
from ..store import audit, norms, practice
from ..store.audit import By


async def record(tx: Tx, given: PracticeElsewhere, *, today: date, by: By) -> bool:
    """Practice of which the office saw proof; told to whoever certifies. False when it was recorded already."""
    under = await practice.scheme_of(tx, given.trainee_id)
    if under is None:
        raise unknown("trainee_id", given.trainee_id)
    before = await practice.one(tx, given.practice_id)
    if before is not None:
        rules.check_same(given, before)
        return False
    norm = (await norms.norms(tx)).get(under, Norms())
    rules.check(given, counts=norm.counts_practice_elsewhere, scheme=under[0], today=today)
    await practice.add(tx, given, today, by.actor)
    event = PracticeElsewhereRecorded(
        practice_id=given.practice_id,
        trainee_id=given.trainee_id,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        recorded_on=today,
        scheme=under[0],
    )
    await outbox.put(tx, event, id=stable_id(event.TYPE, given.practice_id))
    what = f"practice elsewhere {given.practice_id} from {given.starts_on} to {given.ends_on}"
    await audit.note(tx, by, [(f"trainee/{given.trainee_id}", what)])
    return True


async def withdraw(tx: Tx, key: str, reason: str, *, today: date, by: By) -> bool:
    """It was recorded in error. False when it was withdrawn already."""
    before = await practice.one(tx, key)
    if before is None:
        raise rules.unknown_practice(key)
    if before.withdrawn_on is not None:
        return False
    after = before.withdrawn(reason, today)
    await practice.set_withdrawn(tx, after)
    under = await practice.scheme_of(tx, before.trainee_id)
    event = PracticeElsewhereWithdrawn(
        practice_id=key,
        trainee_id=before.trainee_id,
        starts_on=before.starts_on,
        ends_on=before.ends_on,
        withdrawn_on=today,
        scheme=under[0] if under else "",
    )
    await outbox.put(tx, event, id=stable_id(event.TYPE, key))
    await audit.note(tx, by, [(f"trainee/{before.trainee_id}", f"practice elsewhere {key} withdrawn")])
    return True
