"""Counts, for the start page and for whoever watches the service."""

from datetime import date
from typing import Any

from shared.db import Tx

from ..store import runs


async def status(tx: Tx) -> dict[str, Any]:
    """Added to ``/readyz``: until when the clock was followed, and how much it was asked to look at since."""
    ran = await tx.fetchval("select ran_until from schedule_run")
    return {"schedule": {"ran_until": None if ran is None else ran.isoformat(), "to_look_at": await runs.asked(tx)}}


async def start(tx: Tx, today: date) -> dict[str, Any]:
    """What the start page counts. Complaints are counted, never shown."""
    row = await tx.fetchrow(
        """
        select (select count(*) from company) as companies,
               (select count(*) from mentor) as mentors,
               (select count(*) from school) as schools,
               (select count(*) from planned_visit where state = 'due') as due,
               (select count(*) from planned_visit where state = 'overdue') as overdue,
               (select count(*) from held_visit) as held,
               (select count(*) from coverage_gap where closed_on is null)::int as gaps,
               (select count(*) from complaint where received_on > $1::date - 365) as complaints
        """,
        today,
    )
    states = await tx.fetch("select state, count(*)::int as trainees from enrolment group by state")
    return {**dict(row or {}), "states": {one["state"]: one["trainees"] for one in states}}
