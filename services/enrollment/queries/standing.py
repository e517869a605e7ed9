"""Rows of how enrolments stand."""

from typing import Any

from shared.db import Tx


async def standing_of(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(
        """
        select e.trainee_id, e.state, p.paused_on, p.reason as pause_reason, d.dropped_out_on, d.reason, d.cause,
               d.phase
        from enrolment e
        left join enrolment_pause p on p.trainee_id = e.trainee_id and p.until is null
        left join enrolment_ending d on d.trainee_id = e.trainee_id
        where e.trainee_id = $1
        """,
        trainee_id,
    )
    return None if row is None else dict(row)


async def drop_outs(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        """
        select d.trainee_id, d.dropped_out_on, d.reason, d.cause, d.phase, d.days_in, e.scheme, e.starts_on
        from enrolment_ending d join enrolment e using (trainee_id)
        where d.trainee_id > $1 order by d.trainee_id limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]
