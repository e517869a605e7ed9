"""Rows of placements that ended early."""

from datetime import date
from typing import Any

from shared.db import Tx

_ENDING = """
    select p.placement_id, p.trainee_id, p.company_id, p.mentor_id, p.ended_on, p.reason, p.needed_by,
           p.overdue_since, p.replaced_by, p.settled_on,
           greatest(0, coalesce(p.settled_on, $1::date) - p.ended_on) as days_without
    from placement_ending p
"""


async def endings(tx: Tx, after: str, limit: int, today: date) -> list[dict[str, Any]]:
    rows = await tx.fetch(_ENDING + " where p.placement_id > $2 order by p.placement_id limit $3", today, after, limit)
    return [dict(row) for row in rows]


async def endings_of(tx: Tx, trainee_id: str, today: date) -> list[dict[str, Any]]:
    """The newest first."""
    rows = await tx.fetch(
        _ENDING + " where p.trainee_id = $2 order by p.ended_on desc, p.placement_id desc", today, trainee_id
    )
    return [dict(row) for row in rows]


async def open_of(tx: Tx, trainee_id: str, today: date) -> dict[str, Any] | None:
    """The placement that ended early and has no successor yet."""
    return next((one for one in await endings_of(tx, trainee_id, today) if one["settled_on"] is None), None)


async def without(tx: Tx, today: date, limit: int = 50) -> list[dict[str, Any]]:
    """Who has no place now, the longest first, with names for a page."""
    rows = await tx.fetch(
        """
        select p.trainee_id, t.name, p.company_id, c.name as company, p.ended_on, p.needed_by, p.overdue_since,
               greatest(0, $1::date - p.ended_on) as days_without
        from placement_ending p join trainee t using (trainee_id) join company c using (company_id)
        where p.settled_on is null order by p.ended_on, p.trainee_id limit $2
        """,
        today,
        limit,
    )
    return [dict(row) for row in rows]
