"""Replay: events of the journal go to the one inbox queue of a service once more, never to the exchange.

A replay is a row: it survives a restart, says how far it is, and who asked for it and why. The messages keep their
ids, so that a listener passes over what it has handled, unless the replay says `again`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog

from services.ops.broker import Monitor
from services.ops.domain.failures import ReplayNotKnown
from services.ops.settings import management_url
from shared.bus import topology
from shared.bus.private_replay import marked
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.wire import properties
from shared.db import Database, Tx
from shared.events import Envelope
from shared.ids import new_id
from shared.service import Context

log = structlog.get_logger(__name__)

EVERY = 0.5
BATCH = 200
MOST_WAITING = 5000
"""Messages in the listener's queue above which a replay waits: the rest stays in the journal, not in the broker."""
LOOK_AT_DEPTH = 10

_WANTED = "position >= $1 and position <= $2 and ('#' = any($3::text[]) or type = any($3))"
_ENVELOPE = "id, type, source, time, subject, sequence, scheme, correlationid, causationid, traceparent"
_SHOWN = "id::text, service, position, until, again, total, sent, state, actor, reason, started_at, ended_at"


async def count(tx: Tx, *, first: int, types: Sequence[str]) -> tuple[int, int]:
    """How many events of the journal a replay would send, and the position of the last."""
    last = await tx.fetchval("select coalesce(max(position), 0) from journal")
    found = await tx.fetchval(f"select count(*) from journal where {_WANTED}", first, last, list(types))  # noqa: S608
    return int(found), int(last)


async def begin(
    tx: Tx,
    *,
    service: str,
    first: int,
    until: int,
    types: Sequence[str],
    again: bool,
    total: int,
    actor: str,
    reason: str,
) -> str:
    """Writes the row; the loop does the rest."""
    id = new_id()
    await tx.execute(
        "insert into replay (id, service, types, position, until, again, total, actor, reason)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id, service, list(types), first - 1, until, again, total, actor, reason,
    )  # fmt: skip
    return id


async def shown(tx: Tx, id: str) -> dict[str, Any]:
    """One replay. Raises ReplayNotKnown."""
    row = await tx.fetchrow(f"select {_SHOWN} from replay where id::text = $1", id)  # noqa: S608
    if row is None:
        raise ReplayNotKnown(id)
    return dict(row)


async def latest(tx: Tx, limit: int = 20) -> list[dict[str, Any]]:
    """The last replays, newest first."""
    rows = await tx.fetch(f"select {_SHOWN} from replay order by started_at desc limit $1", limit)  # noqa: S608
    return [dict(row) for row in rows]


async def stop(tx: Tx, id: str) -> bool:
    """Ends a replay where it is; false when it had ended."""
    return bool(
        await tx.fetchval(
            "update replay set state = 'stopped', ended_at = now() where id::text = $1 and state = 'running'"
            " returning true",
            id,
        )
    )


async def replaying(ctx: Context) -> None:
    """Sends what replays ask for, for as long as the service runs. Over connections of its own."""
    publisher = Publisher(ctx.settings.amqp_url, name="ops replaying", timeout=ctx.settings.broker_timeout)
    monitor = Monitor(ctx.settings.amqp_url, management_url(ctx.settings))
    sent = 0
    try:
        while True:
            service = await running(ctx.db)
            look = service is not None and sent % LOOK_AT_DEPTH == 0
            full = look and await monitor.depth(topology.inbox(str(service))) > MOST_WAITING
            if service is None or full:
                await asyncio.sleep(EVERY)
            else:
                await send_batch(ctx.db, publisher)
                sent += 1
    finally:
        await publisher.close()
        await monitor.close()


async def running(db: Database) -> str | None:
    """The service that the oldest running replay is for."""
    async with db.read() as tx:
        found: str | None = await tx.fetchval(
            "select service from replay where state = 'running' order by started_at limit 1"
        )
    return found


async def send_batch(db: Database, publisher: Publisher) -> int:
    """One batch of the oldest running replay; how many were confirmed. A crash before the commit sends them twice:
    the listener's inbox, or its handlers, know them."""
    async with db.transaction() as tx:
        replay = await tx.fetchrow(
            "select id, service, types, position, until, again from replay where state = 'running'"
            " order by started_at limit 1 for update skip locked"
        )
        if replay is None:
            return 0
        rows = await tx.fetch(
            f"select position, {_ENVELOPE}, data from journal where {_WANTED} order by position limit $4",  # noqa: S608
            replay["position"] + 1, replay["until"], replay["types"], BATCH,
        )  # fmt: skip
        confirmed = 0
        if rows:
            messages = [_message(row, replay, publisher.user) for row in rows]
            for outcome in await publisher.publish(messages):
                if outcome is not None:
                    log.warning("replayed event not confirmed, sending it again", error=outcome)
                    break
                confirmed += 1
        done = confirmed == len(rows) < BATCH
        at = rows[confirmed - 1]["position"] if confirmed else replay["position"]
        await tx.execute(
            "update replay set position = $2, sent = sent + $3, state = case when $4 then 'done' else state end,"
            " ended_at = case when $4 then now() end where id = $1",
            replay["id"], at, confirmed, done,
        )  # fmt: skip
    return confirmed


def _message(row: asyncpg.Record, replay: asyncpg.Record, user: str | None) -> Outgoing:
    around = Envelope(**{name: row[name] for name in _ENVELOPE.split(", ")})
    teller = around.source.rpartition("/")[2]
    given = marked(properties(around, app_id=teller, user_id=user, sealed=False), again=replay["again"])
    return Outgoing("", topology.inbox(replay["service"]), json.dumps(row["data"]).encode(), given)
