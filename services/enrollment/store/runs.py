"""How far the clock was followed."""

from datetime import date, datetime

from shared.db import Tx


async def note(tx: Tx, until: date, at: datetime) -> None:
    await tx.execute(
        """
        insert into schedule_run (ran_until, ran_at) values ($1, $2)
        on conflict (one) do update set ran_until = excluded.ran_until, ran_at = excluded.ran_at
        """,
        until,
        at,
    )
