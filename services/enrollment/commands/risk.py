"""Levels of risk are judged anew by the clock, soon after signals opened or closed; a change is told once."""

from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import RiskLevelChanged

from ..domain.risk import Judgement, Level, judge
from ..store import audit, risk, signals
from ..store.audit import By


async def judge_risks(tx: Tx, *, today: date, by: By, limit: int = 500) -> int:
    """Judges those whose signals changed; how many they were."""
    looked_at = await risk.take(tx, limit)
    if not looked_at:
        return 0
    running = await risk.in_training(tx, looked_at)
    judged = [one for one in running if one.rule is not None]
    open_now = await signals.open_of(tx, [one.trainee_id for one in judged])
    found: dict[str, Judgement] = {}
    changed = []
    for one in judged:
        if one.rule is None:
            continue
        found[one.trainee_id] = judge(open_now[one.trainee_id], one.rule)
        if found[one.trainee_id].level is not (one.before or Level.LOW):
            changed.append(one)
    await risk.keep(tx, found, today)
    await risk.forget(tx, set(looked_at) - set(found))
    for one in changed:
        now = found[one.trainee_id]
        await outbox.put(
            tx,
            RiskLevelChanged(
                trainee_id=one.trainee_id,
                level=now.level.value,
                before=(one.before or Level.LOW).value,
                points=now.points,
                causes=now.causes,
                complaint=now.complaint,
                no_placement=now.no_placement,
                changed_on=today,
                scheme=one.scheme,
            ),
        )
    await audit.note(tx, by, [(f"trainee/{one.trainee_id}", f"risk {found[one.trainee_id].level}") for one in changed])
    return len(looked_at)
