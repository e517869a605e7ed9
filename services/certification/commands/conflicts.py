"""Who examined or was to decide, and also trained, mentored or works with the candidate: found and told once."""

from collections.abc import Sequence
from datetime import datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import ExaminerConflictDetected

from ..store import deciding as store


async def tell_conflicts(tx: Tx, found: Sequence[tuple[str, str, str, str]], *, now: datetime) -> None:
    """``found``: trainee, role, person, tie. What was told before is not told again."""
    if not found:
        return
    ties: dict[tuple[str, str, str], list[str]] = {}
    for one in await store.add_conflicts(tx, found, now=now):
        ties.setdefault((one["trainee_id"], one["role"], one["person"]), []).append(one["tie"])
    for (trainee_id, role, person), some in sorted(ties.items()):
        await outbox.put(
            tx, ExaminerConflictDetected(trainee_id=trainee_id, role=role, person=person, ties=tuple(sorted(some)))
        )
