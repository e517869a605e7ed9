"""Signals as a list: all there ever were, the oldest first."""

from typing import Any

from shared.db import Tx


async def some(tx: Tx, *, still_open: bool | None, kind: str | None, after: int, limit: int) -> list[dict[str, Any]]:
    """``still_open``: true for those that hold now, false for those that were closed, None for both."""
    rows = await tx.fetch(
        """
        select signal_id, trainee_id, kind, about, opened_on, closed_on, evidence from signal
        where signal_id > $3 and ($1::boolean is null or (closed_on is null) = $1) and ($2::text is null or kind = $2)
        order by signal_id limit $4
        """,
        still_open,
        kind,
        after,
        limit,
    )
    return [dict(row) for row in rows]
