"""The life of certificates for pages and the API: history, how one stood on a day, what is to be looked at."""

from datetime import date
from typing import Any

from shared.db import Tx

from ..domain.certificates import Status
from ..domain.life import status_at


async def history(tx: Tx, number: str) -> list[dict[str, Any]]:
    """Every step in order, with what was said about it: for the office."""
    rows = await tx.fetch(
        """
        select position, kind, state, s.reason as reason_code, decided_by, decided_at, from_on, until_on, version,
               appeal_until, previous, hash, w.reason as reason, w.obligations
        from certificate_step s left join certificate_step_words w using (number, position)
        where number = $1 order by position
        """,
        number,
    )
    return [dict(row) for row in rows]


async def on_day(tx: Tx, number: str, issued_on: date, on: date) -> tuple[Status | None, list[dict[str, Any]]]:
    """How a certificate stood at the end of a day, and the steps of that day: kind, reason code, decider, moment."""
    first = await tx.fetchval("select valid_until from certificate where number = $1", number)
    rows = await tx.fetch(
        """
        select s.kind, s.state, s.reason, s.decided_by, s.decided_at, s.from_on, v.number is not null as renewed,
               v.valid_until
        from certificate_step s left join certificate_version v using (number, version)
        where number = $1 order by position
        """,
        number,
    )
    until, steps = first, [(issued_on, Status.VALID, first)]
    for row in rows:
        until = row["valid_until"] if row["renewed"] else until
        steps.append((row["from_on"], Status(row["state"]), until))
    that_day = [
        {name: row[name] for name in ("kind", "reason", "decided_by", "decided_at")}
        for row in rows
        if row["from_on"] == on
    ]
    return status_at(issued_on, steps, on), that_day


async def suspended_now(tx: Tx, limit: int) -> list[dict[str, Any]]:
    """Suspended certificates, the first to be looked at first."""
    rows = await tx.fetch(
        """
        select s.number, c.trainee_id, s.programme, s.since, s.until_on
        from certificate_status s join certificate c using (number)
        where s.state = 'suspended' order by s.until_on nulls last, s.number limit $1
        """,
        limit,
    )
    return [dict(row) for row in rows]
