"""A broker that refuses some messages and takes later ones: events about one subject still go out in their order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from pamqp.commands import Basic

from shared.bus import outbox
from shared.bus.publisher import REFUSALS, NotTaken, Outgoing, Publisher
from shared.bus.relay import Relay
from shared.db import Database

from .node import channel, passed, until


class Hesitant(Publisher):
    """Takes nothing of the first ``refusals`` messages and everything after; ``taken`` is what it has, in order."""

    def __init__(self, refusals: int) -> None:
        super().__init__("amqp://nobody", name="hesitant")
        self.refusals = refusals
        self.taken: list[str] = []

    async def publish(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        outcomes: list[Exception | None] = []
        for message in messages:
            if self.refusals:
                self.refusals -= 1
                outcomes.append(NotTaken("the queue has no leader"))
            else:
                self.taken.append(str(message.message_id))
                outcomes.append(None)
        return outcomes


def all_taken(publisher: Hesitant) -> bool:
    return len(publisher.taken) == 60


async def test_refused_events_are_taken_before_later_ones_of_their_subject(
    new_database: Callable[[], Awaitable[str]],
) -> None:
    db = Database(await new_database(), name="certification")
    await db.open()
    for refusals in (1, 7, 25):
        async with db.transaction() as tx:
            await tx.execute("truncate outbox")
            await outbox.put(tx, *(passed(n, trainee=f"T{n % 3}") for n in range(60)))
        publisher = Hesitant(refusals)
        relay = Relay(db, publisher, service="certification", seal=None)
        relaying = asyncio.create_task(relay.run())
        await until(partial(all_taken, publisher))
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        async with db.read() as tx:
            rows = await tx.fetch("select id::text, subject, sequence from outbox")
        sequence = {row["id"]: (row["subject"], row["sequence"]) for row in rows}
        for subject in {row["subject"] for row in rows}:
            told = [number for about, number in map(sequence.__getitem__, publisher.taken) if about == subject]
            assert told == sorted(told), (refusals, subject)
    await db.close()


async def test_a_connection_on_which_something_is_refused_again_and_again_is_given_up_for_a_new_one(
    amqp_url: str,
) -> None:
    opened = await channel(amqp_url)
    await opened.queue_declare("full", arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    await opened.queue_declare("roomy")
    publisher = Publisher(amqp_url, name="certification")
    both = [Outgoing("", queue, b"{}", Basic.Properties(delivery_mode=2)) for queue in ("roomy", "full")]
    assert await publisher.publish(both) == [None, None]

    for _ in range(REFUSALS - 1):
        taken, refused = await publisher.publish(both)
        assert taken is None
        assert isinstance(refused, NotTaken)
        assert publisher.is_open
    await opened.queue_purge("full")
    assert await publisher.publish(both) == [None, None]
    for _ in range(REFUSALS - 1):
        await publisher.publish(both)
        assert publisher.is_open  # what was taken in between began the count anew

    await publisher.publish(both)
    assert not publisher.is_open
    await opened.queue_purge("full")
    assert await publisher.publish(both) == [None, None]
    await publisher.close()
    await opened.connection.close()
