"""Practice gained elsewhere, as the file and the API show it."""

from typing import Any

from shared.db import Tx

from ..domain.norms import Norms
from ..store import norms

_PRACTICE = """
    select practice_id, trainee_id, starts_on, ends_on, gained_at, proof, recorded_on, withdrawn_on, withdrawn_reason
    from practice_elsewhere
"""


async def some(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(f"{_PRACTICE} where practice_id > $1 order by practice_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def one(tx: Tx, key: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(f"{_PRACTICE} where practice_id = $1", key)
    return None if row is None else dict(row)


async def of_trainee(tx: Tx, trainee_id: str, scheme: tuple[str, str]) -> dict[str, Any] | None:
    """The practice of one trainee; None where the scheme counts none and none was recorded."""
    rows = await tx.fetch(f"{_PRACTICE} where trainee_id = $1 order by starts_on, practice_id", trainee_id)
    counts = (await norms.norms(tx)).get(scheme, Norms()).counts_practice_elsewhere
    return {"counts": counts, "rows": [dict(row) for row in rows]} if counts or rows else None
