"""Applications: who wants to take part, and the day of each step."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.applications import Application, Reached, Room, State

_FIELDS = "application_id, state, channel, name, email, language, programme"
_DAYS = {
    State.INTEREST: "interest_on",
    State.APPLIED: "applied_on",
    State.ACCEPTED: "accepted_on",
    State.REJECTED: "rejected_on",
    State.ENROLLED: "enrolled_on",
}


def _application(row: asyncpg.Record) -> Application:
    return Application(**{**{name: row[name] for name in _FIELDS.split(", ")}, "state": State(row["state"])})


async def known(tx: Tx, application_id: str) -> Application | None:
    """Held until commit: one at a time decides about it."""
    query = f"select {_FIELDS} from application where application_id = $1 for update"  # noqa: S608
    row = await tx.fetchrow(query, application_id)
    return None if row is None else _application(row)


async def keep(tx: Tx, one: Application, *, public: bool, at: datetime) -> None:
    await tx.execute(
        """
        insert into application (application_id, state, channel, name, email, language, programme, public, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (application_id) do update set channel = excluded.channel, name = excluded.name,
            email = excluded.email, language = excluded.language, programme = excluded.programme
        """,
        one.application_id,
        one.state,
        one.channel,
        one.name,
        one.email,
        one.language,
        one.programme,
        public,
        at,
    )


async def step(
    tx: Tx, application_id: str, to: State, on: date, *, reason: str | None = None, trainee_id: str | None = None
) -> None:
    await tx.execute(
        f"""
        update application set state = $2, {_DAYS[to]} = $3, reason = $4, trainee_id = $5 where application_id = $1
        """,  # noqa: S608
        application_id,
        to,
        on,
        reason,
        trainee_id,
    )


async def recent(tx: Tx, email: str, connection: str, now: datetime) -> Room:
    """How many the public form took before this one. One at a time counts; this one is noted."""
    asker = hashlib.sha256(connection.encode()).digest()
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('apply', 0))")
    row = await tx.fetchrow(
        """
        select count(*) filter (where made_at > $1)::int as in_hour,
               count(*) filter (where lower(email) = lower($3))::int as for_address
        from application where public and made_at > $2
        """,
        now - timedelta(hours=1),
        now - timedelta(days=1),
        email,
    )
    before = await tx.fetchval(
        "select count(*)::int from application_asker where asker = $1 and made_at > $2", asker, now - timedelta(hours=1)
    )
    await tx.execute("delete from application_asker where made_at < $1", now - timedelta(days=1))
    await tx.execute("insert into application_asker (asker, made_at) values ($1, $2)", asker, now)
    return Room(row["in_hour"] if row else 0, before, row["for_address"] if row else 0)


async def forget_unconfirmed(tx: Tx, before: datetime) -> list[str]:
    """Those who never confirmed the address are forgotten; their keys."""
    rows = await tx.fetch(
        "delete from application where state = 'pending' and made_at < $1 returning application_id", before
    )
    return [row["application_id"] for row in rows]


async def programmes(tx: Tx) -> list[str]:
    """What one can apply for: the programmes of every scheme known."""
    rows = await tx.fetch("select distinct unnest(programmes) as programme from scheme_version order by 1")
    return [row["programme"] for row in rows]


async def channel_of(tx: Tx, trainee_id: str) -> str | None:
    channel: str | None = await tx.fetchval("select channel from enrolment where trainee_id = $1", trainee_id)
    return channel


_ROW = """
    select application_id, state, channel, name, email, language, programme, interest_on, applied_on, accepted_on,
           rejected_on, enrolled_on, reason, trainee_id
    from application
"""


async def some(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """All but those that were not confirmed, in the order of their keys."""
    rows = await tx.fetch(
        f"{_ROW} where state <> 'pending' and application_id > $1 order by application_id limit $2", after, limit
    )
    return [dict(row) for row in rows]


async def row(tx: Tx, application_id: str) -> dict[str, Any] | None:
    found = await tx.fetchrow(f"{_ROW} where application_id = $1", application_id)
    return None if found is None else dict(found)


async def waiting(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """Those with which something is to be done, the longest waiting first."""
    rows = await tx.fetch(
        f"""
        {_ROW} where state in ('interest', 'applied', 'accepted')
        order by coalesce(applied_on, interest_on), application_id limit $1
        """,
        limit,
    )
    return [dict(row) for row in rows]


async def reached(tx: Tx) -> list[Reached]:
    rows = await tx.fetch(
        """
        select channel, interest_on, applied_on, accepted_on, rejected_on, enrolled_on
        from application where state <> 'pending'
        """
    )
    return [Reached(**row) for row in rows]
