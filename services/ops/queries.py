"""SQL for the desk's pages and API: rows out."""

from __future__ import annotations

from typing import Any

import asyncpg

from shared.db import Tx

_EVENT = (
    """position, id, type, source, time, subject, sequence, scheme, correlationid, causationid, traceparent, data"""
)
TRACE_MOST = 2000
"""Events shown in one trace."""


async def events(
    tx: Tx, *, after: int = 0, limit: int = 100, subject: str = "", type: str = "", newest: bool = False
) -> list[dict[str, Any]]:
    """Journal rows after a position, oldest first, or the newest, newest first. `subject` finds references too."""
    order = "desc" if newest else "asc"
    rows = await tx.fetch(
        f"""select {_EVENT} from journal
            where position > $1 and ($2 = '' or refs @> array[$2]) and ($3 = '' or type = $3)
            order by position {order} limit $4""",  # noqa: S608 (two constants of this module)
        after,
        subject,
        type,
        limit,
    )
    return [dict(row) for row in rows]


async def event(tx: Tx, id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(f"select {_EVENT}, refs, causes, heard_at from journal where id = $1", id)  # noqa: S608
    return dict(row) if row else None


async def effects(tx: Tx, id: str) -> list[dict[str, Any]]:
    """The events that came of one, oldest first."""
    rows = await tx.fetch(
        f"select {_EVENT} from journal where causes @> array[$1] order by position limit 200",  # noqa: S608
        id,
    )
    return [dict(row) for row in rows]


async def position_range(tx: Tx) -> tuple[int, int]:
    """First and last position of the journal; (0, 0) when it is empty."""
    row = await tx.fetchrow(
        "select coalesce(min(position), 0) as first, coalesce(max(position), 0) as last from journal"
    )
    return (row["first"], row["last"]) if row else (0, 0)


async def trace_rows(tx: Tx, subject: str) -> list[dict[str, Any]]:
    """What refers to the subject, and what came of that: mails carry the id of the event that caused them."""
    rows = await tx.fetch(
        f"""with recursive direct as (
                select position, id from journal where refs @> array[$1] order by position limit $2
            ), all_of_it as (
                select position, id from direct
                union
                select j.position, j.id from journal j join all_of_it on j.causes @> array[all_of_it.id]
                where j.subject like 'mail/%'
            )
            select {_EVENT}, causes from journal where position in (select position from all_of_it)
            order by position limit $2""",  # noqa: S608
        subject,
        TRACE_MOST,
    )
    return [dict(row) for row in rows]


async def groups(tx: Tx) -> list[dict[str, Any]]:
    """Parked messages by cause, the largest group first."""
    rows = await tx.fetch(
        """select fingerprint as group, string_agg(distinct service, ', ') as service, min(error) as error,
                  min(frame) as frame,
                  min(handler) as handler, count(*) as count, min(parked_at) as first_at, max(parked_at) as last_at,
                  array_agg(distinct event_type) as types,
                  (array_agg(reason order by position desc))[1] as reason,
                  count(*) filter (where exists (
                      select from failed before where before.message_id = failed.message_id
                      and before.service = failed.service and before.position < failed.position)) as repeated
           from failed where state = 'parked' group by fingerprint order by count(*) desc, max(parked_at) desc"""
    )
    return [dict(row) for row in rows]


_FAILED = """position, id::text, message_id, service, event_type, subject, correlationid, error, reason, frame, handler,
             fingerprint as group, attempt, sealed, parked_at, state, decided_at, decided_by, decided_reason,
             edited_from::text"""
_TIMES = """(select count(*) from failed again
             where again.message_id = failed.message_id and again.service = failed.service) as times"""


async def failed(
    tx: Tx,
    *,
    state: str = "parked",
    group: str = "",
    service: str = "",
    type: str = "",
    subject: str = "",
    error: str = "",
    older: str = "",
    newer: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Failed messages in a state (`all` for every one), oldest first."""
    rows = await tx.fetch(
        f"""select {_FAILED}, {_TIMES} from failed
            where ($1 = 'all' or state = $1) and ($2 = '' or fingerprint = $2) and ($3 = '' or service = $3)
              and ($4 = '' or event_type = $4) and ($5 = '' or subject = $5) and ($6 = '' or error = $6)
              and position > $7 and ($9 = '' or parked_at <= now() - $9::text::interval)
              and ($10 = '' or parked_at >= now() - $10::text::interval)
            order by position limit $8""",  # noqa: S608 (a constant of this module)
        state,
        group,
        service,
        type,
        subject,
        error,
        after,
        limit,
        older,
        newer,
    )
    return [dict(row) for row in rows]


async def failed_message(tx: Tx, id: str) -> dict[str, Any] | None:
    """One failed message whole, by its own id or by the id of the message (then the latest); how often it failed."""
    row = await tx.fetchrow(
        f"""select {_FAILED}, {_TIMES}, exchange, routing_key, headers, properties, body
            from failed where id::text = $1 or message_id = $1 order by position desc limit 1""",  # noqa: S608
        id,
    )
    return dict(row) if row else None


async def actions(tx: Tx, failed_id: str) -> list[dict[str, Any]]:
    """What operators did with it, oldest first."""
    rows = await tx.fetch(
        "select at, actor, action, reason from operator_action where failed_id = $1 order by position", failed_id
    )
    return [dict(row) for row in rows]


async def parked_counts(tx: Tx) -> list[asyncpg.Record]:
    """service, event type, how many are parked."""
    return await tx.fetch(
        "select service, event_type, count(*) as count from failed where state = 'parked' group by service, event_type"
    )


async def status(tx: Tx) -> dict[str, Any]:
    """For `/readyz`: how many wait for a decision or for the broker, and how far the journal is."""
    row = await tx.fetchrow(
        """select count(*) filter (where state = 'parked') as parked,
                  count(*) filter (where state = 'redriving') as redriving from failed
           where state in ('parked', 'redriving')"""
    )
    _, last = await position_range(tx)
    return {
        "failed": {"parked": row["parked"], "redriving": row["redriving"]} if row else {},
        "journal": {"last": last},
    }
