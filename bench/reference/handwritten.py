"""The yardstick: the job written by hand for this one event, on aio-pika and asyncpg, with nothing it does not need.

At most 100 events in a transaction, one statement each for inbox, business and outbox rows (``unnest``), one ``ack``
for all; a relay that publishes 200 at a time. It has no retry, no parking, no order per subject, no time limits, no
envelope read, no reconnection: what it does is what the job says, as fast as that can be done by hand.
"""

import asyncio
import contextlib
import json
from collections import deque
from datetime import UTC, datetime
from typing import Any

import aio_pika
import asyncpg
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from bench.reference.job import INBOX, TELLS, decided_plain
from shared.bus.topology import EVENTS
from shared.ids import new_id

BATCH = 100
RELAY = 200

_TABLES = """
create table inbox (message_id text primary key);
create table outbox (
    position bigint generated always as identity primary key, id text not null, type text not null,
    subject text not null, time timestamptz not null, cause text, body bytea not null, published_at timestamptz
);
create index outbox_pending on outbox (position) where published_at is null;
"""
_INBOX = "insert into inbox select * from unnest($1::text[]) on conflict do nothing returning message_id"
_BUSINESS = "insert into business select * from unnest($1::text[], $2::text[], $3::float8[])"
_OUTBOX = """
insert into outbox (id, type, subject, time, cause, body)
select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bytea[])
"""
_PENDING = """
select position, id, type, subject, time, cause, body from outbox where published_at is null
order by position limit $1 for update skip locked
"""
_MARK = "update outbox set published_at = now() where position = any($1::bigint[])"


class HandWritten:
    """The worker. With ``cloudevents`` what it tells carries the same headers as Keur's events do."""

    def __init__(self, amqp: str, database: str, *, cloudevents: bool = False) -> None:
        self._amqp = amqp
        self._database = database
        self._headers = cloudevents
        self._arrived: deque[AbstractIncomingMessage] = deque()
        self._wake = asyncio.Event()
        self._told = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._published = 0

    @staticmethod
    async def prepare(database: str) -> None:
        connection = await asyncpg.connect(database)
        await connection.execute(_TABLES)
        await connection.close()

    @property
    def published(self) -> int:
        return self._published

    async def start(self) -> None:
        self._pool = await asyncpg.create_pool(self._database, min_size=2, max_size=2)
        self._consuming = await aio_pika.connect_robust(self._amqp)
        self._publishing = await aio_pika.connect_robust(self._amqp)
        channel = await self._consuming.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=2 * BATCH)
        exchange = await (await self._publishing.channel()).get_exchange(EVENTS, ensure=False)
        queue = await channel.get_queue(INBOX, ensure=False)
        self._tasks = [asyncio.create_task(self._handle()), asyncio.create_task(self._relay(exchange))]
        await queue.consume(self._on_message)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._consuming.close()
        await self._publishing.close()
        await self._pool.close()

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        self._arrived.append(message)
        self._wake.set()

    async def _handle(self) -> None:
        async with self._pool.acquire() as connection:
            while True:
                if not self._arrived:
                    self._wake.clear()
                    await self._wake.wait()
                taken = [self._arrived.popleft() for _ in range(min(BATCH, len(self._arrived)))]
                async with connection.transaction():
                    ids = [message.message_id or "" for message in taken]
                    new = {row[0] for row in await connection.fetch(_INBOX, ids)}
                    events = [(message.message_id, json.loads(message.body)) for message in taken]
                    fresh = [(cause, event) for cause, event in events if cause in new]
                    await connection.execute(
                        _BUSINESS,
                        [event["result_id"] for _, event in fresh],
                        [event["trainee_id"] for _, event in fresh],
                        [event["score"] for _, event in fresh],
                    )
                    now = datetime.now(UTC)
                    await connection.execute(
                        _OUTBOX,
                        [new_id() for _ in fresh],
                        [TELLS] * len(fresh),
                        [f"trainee/{event['trainee_id']}" for _, event in fresh],
                        [now] * len(fresh),
                        [cause for cause, _ in fresh],
                        [decided_plain(event["result_id"], event["trainee_id"]) for _, event in fresh],
                    )
                self._told.set()
                await taken[-1].ack(multiple=True)

    async def _relay(self, exchange: AbstractExchange) -> None:
        async with self._pool.acquire() as connection:
            while True:
                self._told.clear()
                async with connection.transaction():
                    rows = await connection.fetch(_PENDING, RELAY)
                    if rows:
                        await asyncio.gather(
                            *(exchange.publish(self._message(row), row["type"], mandatory=True) for row in rows)
                        )
                        await connection.execute(_MARK, [row["position"] for row in rows])
                self._published += len(rows)
                if len(rows) < RELAY:
                    await self._told.wait()

    def _message(self, row: asyncpg.Record) -> aio_pika.Message:
        headers: dict[str, Any] | None = None
        if self._headers:
            headers = {
                "cloudEvents:specversion": "1.0",
                "cloudEvents:id": row["id"],
                "cloudEvents:type": row["type"],
                "cloudEvents:source": "/keur/certification",
                "cloudEvents:time": row["time"].isoformat(),
                "cloudEvents:subject": row["subject"],
                "cloudEvents:correlationid": row["cause"],
                "cloudEvents:causationid": row["cause"],
                "cloudEvents:sequence": str(row["position"]),
                "cloudEvents:scheme": "smo",
            }
        return aio_pika.Message(
            row["body"],
            headers=headers,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=row["id"],
            type=row["type"],
            timestamp=row["time"],
        )
