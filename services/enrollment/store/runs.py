"""How far the clock was followed, and what it was asked to look at."""

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


async def asked(tx: Tx) -> int:
    """How much others left to the clock and it has not looked at yet: whom to judge, which visits to plan anew, whose
    training to watch at once. Not what only time brings: a clock that stands still has looked at everything."""
    return int(
        await tx.fetchval(
            """
            select (select count(*) from risk_to_judge) + (select count(*) from visit_to_plan)
                   + (select count(*) from training_watch where next_on = '0001-01-01')
            """
        )
    )
