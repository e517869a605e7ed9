"""The same job through the real bus: consumer, dispatcher, inbox, outbox and relay of ``shared/bus``."""

import asyncio
import contextlib
from collections.abc import Sequence

from bench.reference.job import INBOX, decided
from shared.bus import outbox
from shared.bus.consumer import Consumer
from shared.bus.dispatch import Dispatcher
from shared.bus.publisher import Publisher
from shared.bus.relay import Relay
from shared.bus.subscriptions import Subscriptions
from shared.db import BUS_MIGRATIONS, Database, Tx, migrate
from shared.events.certification import ExamPassed

_MANY = "insert into business select * from unnest($1::text[], $2::text[], $3::float8[])"
_ONE = "insert into business values ($1, $2, $3)"


def _in_sets() -> Subscriptions:
    on = Subscriptions("certification")

    @on.batch(ExamPassed)
    async def decide(events: Sequence[ExamPassed], tx: Tx) -> None:
        await tx.execute(
            _MANY, [e.result_id for e in events], [e.trainee_id for e in events], [e.score for e in events]
        )
        for event in events:
            await outbox.put(tx, decided(event.result_id, event.trainee_id), cause=event)

    return on


def _one_by_one() -> Subscriptions:
    on = Subscriptions("certification")

    @on(ExamPassed)
    async def decide(event: ExamPassed, tx: Tx) -> None:
        await tx.execute(_ONE, event.result_id, event.trainee_id, event.score)
        await outbox.put(tx, decided(event.result_id, event.trainee_id))

    return on


class Keur:
    """A service's worker side. ``plain`` has the handler take one event at a time, as most handlers do."""

    def __init__(self, amqp: str, database: str, *, plain: bool = False) -> None:
        self._db = Database(database, name="bench")
        self._publisher = Publisher(amqp, name="bench")
        self._relay = Relay(self._db, self._publisher, service="certification", seal=None)
        self._consumer = Consumer(
            amqp,
            INBOX,
            service="certification",
            dispatcher=Dispatcher(_one_by_one() if plain else _in_sets(), self._db),
            publisher=self._publisher,
        )

    @staticmethod
    async def prepare(database: str) -> None:
        await migrate(database, (BUS_MIGRATIONS,))

    @property
    def published(self) -> int:
        return self._relay.published

    async def start(self) -> None:
        await self._db.open()
        self._relaying = asyncio.create_task(self._relay.run())
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()
        self._relaying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._relaying
        await self._publisher.close()
        await self._db.close()
