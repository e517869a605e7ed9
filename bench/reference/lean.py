"""A harder yardstick: the hand-written worker on Keur's own AMQP path (``shared/bus/frames``) instead of aio-pika.

What then remains between it and the bus is what the bus adds: envelopes read and written, contracts checked, order and
numbering per subject, correlation and trace, metrics, time limits, one by one when a batch fails.
"""

import asyncio
import json
from datetime import UTC, datetime

import asyncpg
from pamqp.commands import Basic
from yarl import URL

from bench.reference.handwritten import _BUSINESS, _INBOX, _MARK, _OUTBOX, _PENDING, BATCH, RELAY, HandWritten
from bench.reference.job import INBOX, TELLS, decided_plain
from shared.bus.frames import Delivered, open_channel
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.topology import EVENTS
from shared.ids import new_id


class LeanHandWritten(HandWritten):
    """The same statements and batches; messages with AMQP's own properties only."""

    async def start(self) -> None:
        self._pool = await asyncpg.create_pool(self._database, min_size=2, max_size=2)
        self._publisher = Publisher(self._amqp, name="bench")
        self._came: list[Delivered] = []
        self._connection, self._channel, tap = await open_channel(
            URL(self._amqp), name="bench consuming", publisher_confirms=False
        )
        tap.delivered = self._on_delivered
        await self._channel.basic_qos(prefetch_count=2 * BATCH)
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._publish())]
        await self._channel.basic_consume(INBOX, _nothing)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._connection.close()
        await self._publisher.close()
        await self._pool.close()

    def _on_delivered(self, messages: list[Delivered]) -> None:
        self._came += messages
        self._wake.set()

    async def _work(self) -> None:
        async with self._pool.acquire() as connection:
            while True:
                if not self._came:
                    self._wake.clear()
                    await self._wake.wait()
                taken, self._came = self._came[:BATCH], self._came[BATCH:]
                async with connection.transaction():
                    by_id = {message.header.properties.message_id: json.loads(message.body) for message in taken}
                    new = [row[0] for row in await connection.fetch(_INBOX, list(by_id))]
                    events = [by_id[cause] for cause in new]
                    await connection.execute(
                        _BUSINESS,
                        [event["result_id"] for event in events],
                        [event["trainee_id"] for event in events],
                        [event["score"] for event in events],
                    )
                    await connection.execute(
                        _OUTBOX,
                        [new_id() for _ in events],
                        [TELLS] * len(events),
                        [f"trainee/{event['trainee_id']}" for event in events],
                        [datetime.now(UTC)] * len(events),
                        new,
                        [decided_plain(event["result_id"], event["trainee_id"]) for event in events],
                    )
                self._told.set()
                await self._channel.basic_ack(taken[-1].delivery_tag, multiple=True, wait=False)

    async def _publish(self) -> None:
        async with self._pool.acquire() as connection:
            while True:
                self._told.clear()
                async with connection.transaction():
                    rows = await connection.fetch(_PENDING, RELAY)
                    if rows:
                        outcomes = await self._publisher.publish([_outgoing(row) for row in rows])
                        assert not any(outcomes)
                        await connection.execute(_MARK, [row["position"] for row in rows])
                self._published += len(rows)
                if len(rows) < RELAY:
                    await self._told.wait()


def _outgoing(row: asyncpg.Record) -> Outgoing:
    properties = Basic.Properties(
        content_type="application/json",
        delivery_mode=2,
        message_id=row["id"],
        message_type=row["type"],
        timestamp=row["time"],
    )
    return Outgoing(EVENTS, row["type"], row["body"], properties)


async def _nothing(_: object) -> None: ...
