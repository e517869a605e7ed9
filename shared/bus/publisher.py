"""The publishing side of a service: many at a time, each outcome known, nothing waited for without limit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import aiormq
from aiormq.abc import AbstractConnection, ChannelFrame, FrameType
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader
from yarl import URL

from shared.errors import DependencyAway


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for an exchange; the empty exchange leads straight to the queue named by the routing key."""

    exchange: str
    routing_key: str
    body: bytes
    properties: Basic.Properties


class Unroutable(Exception):
    """The broker has no queue for it and no alternate exchange took it."""


def with_limits(url: str, *, heartbeat: int = 5) -> URL:
    """The broker's URL with the heartbeat (seconds) that makes a half-open link seen."""
    return URL(url).update_query(heartbeat=str(heartbeat))


class Publisher:
    """One connection and one confirm channel, opened when needed and thrown away at the first doubt.

    A time limit on a confirm means that the outcome is unknown: the caller publishes again, listeners see duplicates
    by their id.
    """

    def __init__(self, url: str, *, name: str, timeout: float = 10.0) -> None:
        self._url = with_limits(url)
        self._name = name
        self._timeout = timeout
        self._connection: AbstractConnection | None = None
        self._channel: aiormq.Channel | None = None
        self._opening = asyncio.Lock()
        self.user = URL(url).user

    async def _open(self) -> aiormq.Channel:
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                await self._discard()
                try:
                    async with asyncio.timeout(self._timeout):
                        self._connection = await aiormq.connect(
                            self._url, client_properties={"connection_name": f"{self._name} publishing"}
                        )
                        opened = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
                        self._channel = cast(aiormq.Channel, opened)
                except (OSError, TimeoutError, aiormq.exceptions.AMQPError) as error:
                    await self._discard()
                    raise DependencyAway("the broker") from error
            return self._channel

    async def _discard(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                async with asyncio.timeout(2):
                    await connection.close()
            except (OSError, TimeoutError, aiormq.exceptions.AMQPError, RuntimeError, asyncio.CancelledError):
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise

    async def publish(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Publishes all with their confirms outstanding together, in order; per message none or why it is not certain.

        Raises ``DependencyAway`` when there is no connection: then nothing was published.
        """
        channel = await self._open()
        try:
            async with asyncio.timeout(self._timeout):
                waiting = await self._send(channel, messages)
                await asyncio.wait(waiting)
        except (TimeoutError, aiormq.exceptions.AMQPError, RuntimeError, ConnectionError) as error:
            await self._discard()
            raise DependencyAway("the broker") from error
        finally:
            for message in messages:
                channel.message_id_delivery_tag.pop(message.properties.message_id or "", None)
        outcomes = [self._outcome(message, confirm) for message, confirm in zip(messages, waiting, strict=True)]
        if any(isinstance(outcome, DependencyAway) for outcome in outcomes):
            await self._discard()
        return outcomes

    async def _send(self, channel: aiormq.Channel, messages: Sequence[Outgoing]) -> list["asyncio.Future[object]"]:
        """All frames in one write: aiormq's own ``basic_publish`` makes a task, a lock and a system call for each."""
        frames: list[FrameType] = []
        waiting: list[asyncio.Future[object]] = []
        async with channel.lock:
            for message in messages:
                channel.delivery_tag += 1
                confirm = channel.create_future()
                channel.confirmations[channel.delivery_tag] = confirm
                channel.message_id_delivery_tag[message.properties.message_id or ""] = channel.delivery_tag
                waiting.append(confirm)
                frames.append(Basic.Publish(exchange=message.exchange, routing_key=message.routing_key, mandatory=True))
                frames.append(ContentHeader(properties=message.properties, body_size=len(message.body)))
                size = channel.max_content_size
                frames.extend(ContentBody(message.body[at : at + size]) for at in range(0, len(message.body), size))
            await channel.write_queue.put(ChannelFrame.marshall(channel.number, frames))
        return waiting

    @staticmethod
    def _outcome(message: Outgoing, confirm: "asyncio.Future[object]") -> Exception | None:
        if confirm.cancelled():
            return DependencyAway("the broker")  # the channel closed under it
        error = confirm.exception()
        if isinstance(error, aiormq.exceptions.PublishError):
            return Unroutable(f"no queue for {message.exchange or 'the default exchange'}/{message.routing_key}")
        if isinstance(error, aiormq.exceptions.DeliveryError):
            return error
        return DependencyAway("the broker") if error is not None else None

    @property
    def is_open(self) -> bool:
        return self._channel is not None and not self._channel.is_closed

    async def check(self) -> None:
        """Raises ``DependencyAway`` unless the broker answers now and accepts publishes."""
        channel = await self._open()
        try:
            async with asyncio.timeout(min(2.0, self._timeout)):
                await channel.exchange_declare("keur.events", exchange_type="topic", passive=True)
        except (OSError, TimeoutError, aiormq.exceptions.AMQPError) as error:
            await self._discard()
            raise DependencyAway("the broker") from error

    async def close(self) -> None:
        await self._discard()
