"""Messages as each worker expects them: a peer's are one that its own client wrote, with other keys put in.

All are published the same way, so that none is measured by the speed of its client.
"""

import asyncio
import json
from typing import Any

import aiormq
from aiormq.abc import ChannelFrame, FrameType
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from bench.reference import job

FIRST = "R99999999"
EVENT = {"result_id": FIRST, "trainee_id": "T00000001", "exam": "theory", "attempt": 1, "score": 7.5, "scheme": "smo"}


class NothingTold(Exception):
    """A peer's own client published nothing into the queue that its worker reads."""


class Publisher:
    """Publishes into one queue, with confirms, a few hundred outstanding."""

    def __init__(self, amqp: str, queue: str, *, plain: bool | None) -> None:
        """``plain`` is none for a peer, whose messages are made from the one that ``learn`` finds."""
        self._amqp, self._queue, self._plain = amqp, queue, plain
        self._model: tuple[Basic.Properties, bytes] | None = None

    async def __aenter__(self) -> "Publisher":
        self._connection = await aiormq.connect(self._amqp)
        self._channel: Any = await self._connection.channel(publisher_confirms=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()

    async def consumers(self) -> int:
        """Consumers of the queue; 0 while there is no such queue."""
        channel = await self._connection.channel()
        try:
            declared = await channel.queue_declare(self._queue, passive=True)
        except aiormq.exceptions.ChannelNotFoundEntity:
            return 0
        await channel.close()
        return declared.consumer_count or 0

    async def left(self) -> int:
        declared = await self._channel.queue_declare(self._queue, passive=True)
        return declared.message_count or 0

    async def learn(self) -> None:
        """Takes the one message that the peer's client has put there as the model of all."""
        for _ in range(50):
            got = await self._channel.basic_get(self._queue, no_ack=True)
            if isinstance(got.delivery, Basic.GetOk):
                self._model = (got.header.properties, got.body)
                return
            await asyncio.sleep(0.1)
        raise NothingTold(self._queue)

    async def send(self, first: int, count: int) -> None:
        channel = self._channel
        for start in range(first, first + count, 250):
            frames: list[FrameType] = []
            confirms = []
            for number in range(start, min(start + 250, first + count)):
                properties, body = self._message(number)
                channel.delivery_tag += 1
                confirms.append(channel.create_future())
                channel.confirmations[channel.delivery_tag] = confirms[-1]
                frames += (
                    Basic.Publish(exchange="", routing_key=self._queue),
                    ContentHeader(properties=properties, body_size=len(body)),
                    ContentBody(body),
                )
            await channel.write_queue.put(ChannelFrame.marshall(channel.number, frames))
            for confirm in confirms:
                await confirm

    def _message(self, number: int) -> tuple[Basic.Properties, bytes]:
        if self._plain is not None:
            return job.message(number, plain=self._plain)
        if self._model is None:
            raise NothingTold(self._queue)
        key = f"R{number:08d}"
        properties, body = self._model
        given = {name: getattr(properties, name) for name in Basic.Properties.__slots__}
        return Basic.Properties(**_with_key(given, key)), body.replace(FIRST.encode(), key.encode())


def _with_key(given: Any, key: str) -> Any:
    if isinstance(given, dict):
        return {name: _with_key(value, key) for name, value in given.items()}
    return given.replace(FIRST, key) if isinstance(given, str) else given


def event_text() -> str:
    return json.dumps(EVENT)
