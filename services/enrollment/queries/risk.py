"""Rows of levels of risk, and what one trainee's file shows of them."""

from datetime import date
from typing import Any, NamedTuple

from shared.db import Tx

from ..domain.risk import Indicator, beside, indicators
from ..domain.signals import Signal
from ..store import signals


class Risk(NamedTuple):
    """Six indicators and the signals beside them; level and points are None where the scheme has no rule."""

    six: list[Indicator]
    others: list[Signal]
    level: str | None
    points: int | None
    since: date | None


async def of(tx: Tx, trainee_id: str) -> Risk:
    open_now = (await signals.open_of(tx, [trainee_id]))[trainee_id]
    row = await tx.fetchrow("select level, points, since from risk where trainee_id = $1", trainee_id)
    level, points, since = tuple(row) if row else (None, None, None)
    return Risk(indicators(open_now), beside(open_now), level, points, since)


async def levels(tx: Tx) -> dict[str, int]:
    """How many trainees have each level."""
    rows = await tx.fetch("select level, count(*)::int as trainees from risk group by level")
    return {row["level"]: row["trainees"] for row in rows}


async def some(tx: Tx, *, level: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Trainees of one level (or, when empty, all that are watched), those with the most points first; their signals."""
    rows = await tx.fetch(
        """
        select r.trainee_id, t.name, r.level, r.points, r.causes, r.since, e.company_id, c.name as company,
               e.mentor_id, e.school_id
        from risk r join trainee t using (trainee_id) join enrolment e using (trainee_id)
        join company c using (company_id)
        where (r.level = $1 or ($1 = '' and r.level <> 'low'))
          and ($2 = '' or (-r.points, r.trainee_id) > (select -points, trainee_id from risk where trainee_id = $2))
        order by -r.points, r.trainee_id limit $3
        """,
        level,
        after,
        limit,
    )
    open_now = await signals.open_of(tx, [row["trainee_id"] for row in rows])
    return [{**row, "signals": open_now[row["trainee_id"]]} for row in rows]
