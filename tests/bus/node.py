"""One small service for the tests of the bus: its own database, relay, consumer, and the handlers a test gives it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

import aiormq
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from shared.bus import topology
from shared.bus.consumer import Consumer
from shared.bus.dispatch import Dispatcher
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.relay import Relay
from shared.bus.sealing import Seal
from shared.bus.subscriptions import Subscriptions
from shared.db import Database
from shared.events.certification import ExamPassed
from shared.events.enrollment import ContactPointChanged

SHORT_TIERS = (timedelta(milliseconds=100), timedelta(milliseconds=200))
SEAL = Seal(b"k" * 32)


async def until(true: Callable[[], Awaitable[Any] | Any], *, within: float = 60.0) -> Any:
    """Polls until it holds; fails with what it last gave."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        seen = true()
        if isinstance(seen, Awaitable):
            seen = await seen
        if seen:
            return seen
        assert asyncio.get_running_loop().time() < deadline, f"not within {within} s; last seen: {seen!r}"
        await asyncio.sleep(0.02)


def passed(number: int = 1, *, trainee: str = "T1") -> ExamPassed:
    return ExamPassed(
        result_id=f"R{number}",
        trainee_id=trainee,
        exam="theory",
        attempt=1,
        taken_on=date(2026, 4, 7),
        score=7.5,
        scheme="smo",
    )


def contact(person: str = "trainee/T1", name: str = "Kanarie Vogel") -> ContactPointChanged:
    return ContactPointChanged(person=person, name=name, email="kanarie@vogel.example", language="nl")


class Node:
    """A service called ``name`` on a broker and in a database of the test's own."""

    def __init__(self, name: str, amqp_url: str, database_url: str, on: Subscriptions, *, batch: int = 50) -> None:
        self.on = on
        self.amqp_url = amqp_url
        self.db = Database(database_url, name=name)
        self.publisher = Publisher(amqp_url, name=name, timeout=5)
        self.relay = Relay(self.db, self.publisher, service=name, seal=SEAL)
        self.dispatcher = Dispatcher(on, self.db, timeout=5)
        self.consumer = Consumer(
            amqp_url,
            topology.inbox(name),
            service=name,
            dispatcher=self.dispatcher,
            publisher=self.publisher,
            seal=SEAL,
            batch=batch,
            tiers=SHORT_TIERS,
        )
        self._relaying: asyncio.Task[None] | None = None

    async def start(self, *, relay: bool = True, consume: bool = True) -> None:
        if not self.db.is_open:
            await self.db.open()
        if relay:
            self._relaying = asyncio.create_task(self.relay.run())
        if consume:
            await self.consumer.start()
            await until(lambda: self.consumer.alive)

    async def stop(self) -> None:
        await self.consumer.stop()
        if self._relaying is not None:
            self._relaying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._relaying
        await self.publisher.close()
        await self.db.close()

    async def all_published(self) -> bool:
        return (await self.relay.waiting())[0] == 0

    async def handled(self, query: str, *args: object) -> Any:
        async with self.db.read() as tx:
            return await tx.fetchval(query, *args)


async def channel(amqp_url: str) -> aiormq.Channel:
    connection = await aiormq.connect(amqp_url)
    opened = await connection.channel()
    assert isinstance(opened, aiormq.Channel)
    return opened


async def declare(amqp_url: str, *subscriptions: Subscriptions) -> None:
    opened = await channel(amqp_url)
    await topology.declare(opened, {on.service: list(on.bindings()) for on in subscriptions}, SHORT_TIERS)
    await opened.connection.close()


async def depth(amqp_url: str, queue: str) -> int:
    """Messages ready in a queue, by the broker's own word."""
    opened = await channel(amqp_url)
    try:
        return (await opened.queue_declare(queue, passive=True)).message_count or 0
    finally:
        await opened.connection.close()


async def take(amqp_url: str, queue: str) -> DeliveredMessage:
    """The next message of a queue, waited for and acknowledged."""
    opened = await channel(amqp_url)
    try:
        found: list[DeliveredMessage] = []

        async def look() -> bool:
            message = await opened.basic_get(queue)
            if not isinstance(message.delivery, Basic.GetOk):
                return False
            await opened.basic_ack(message.delivery_tag or 0)
            found.append(message)
            return True

        await until(look)
        return found[0]
    finally:
        await opened.connection.close()


async def publish_raw(amqp_url: str, queue: str, body: bytes, *, times: int = 1, **properties: Any) -> None:
    """A message as anybody with a client could send it, straight into a queue."""
    publisher = Publisher(amqp_url, name="stranger")
    outgoing = Outgoing("", queue, body, Basic.Properties(delivery_mode=2, **properties))
    outcomes: Sequence[Exception | None] = await publisher.publish([outgoing] * times)
    assert outcomes == [None] * times
    await publisher.close()
