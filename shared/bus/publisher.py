"""The publishing side of a service's connection: many at a time, each outcome known, nothing waited for without limit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import aiormq
from aiormq.abc import AbstractConnection
from pamqp.commands import Basic
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
        outcomes = await asyncio.gather(*(self._one(channel, m) for m in messages), return_exceptions=True)
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if any(not isinstance(error, aiormq.exceptions.DeliveryError | Unroutable) for error in failed):
            await self._discard()
        return [self._told(outcome) for outcome in outcomes]

    async def _one(self, channel: aiormq.Channel, message: Outgoing) -> None:
        try:
            await channel.basic_publish(
                message.body,
                exchange=message.exchange,
                routing_key=message.routing_key,
                properties=message.properties,
                mandatory=True,
                timeout=self._timeout,
                wait=False,
            )
        except aiormq.exceptions.PublishError as error:
            raise Unroutable(f"no queue for {message.exchange or 'the default exchange'}/{message.routing_key}") from error

    @staticmethod
    def _told(outcome: BaseException | None) -> Exception | None:
        if outcome is None or isinstance(outcome, Exception):
            return outcome
        if isinstance(outcome, asyncio.CancelledError):
            return DependencyAway("the broker")  # the channel closed under it
        raise outcome

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
