"""The publishing side of a service: many at a time, each outcome known, nothing waited for without limit."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import aiormq
from aiormq.abc import ChannelFrame
from pamqp.commands import Basic

from shared.bus.frames import Delivered, Tap, open_channel, publish_bytes, publish_frame
from shared.bus.nodes import Nodes
from shared.errors import DependencyAway

CONNECT_WITHIN = 3.5
"""Seconds for opening a connection: who began while the link was silent waits no longer after it is back."""


class Outgoing(NamedTuple):
    """A message for an exchange; the empty exchange leads straight to the queue named by the routing key.

    ``properties`` are pamqp's, or already encoded (``wire.Encoder``): then ``message_id`` says which message it is.
    """

    exchange: str
    routing_key: str
    body: bytes
    properties: Basic.Properties | bytes
    message_id: str | None = None

    @property
    def id(self) -> str | None:
        return self.message_id if isinstance(self.properties, bytes) else self.properties.message_id


REFUSALS = 10
"""Batches in a row of which something was refused, after which a new connection is tried: a channel of RabbitMQ 3.10
that published while a queue had no leader goes on refusing for that queue when there is a new one."""


class NotTaken(Exception):
    """The broker could not keep it: a full queue, or a fault of its own."""


class BrokerBlocked(DependencyAway):
    """The broker takes nothing from publishers now: out of memory or disk. The link itself is well."""

    def __init__(self, reason: str) -> None:
        super().__init__("the broker")
        self.reason = reason

    def __str__(self) -> str:
        return f"the broker is blocked: {self.reason}"


class Unroutable(Exception):
    """The broker has no queue for it and no alternate exchange took it."""


class _Batch:
    """Messages published together, and what the broker has said of each: ``DependencyAway`` is that it said nothing."""

    __slots__ = ("done", "first", "left", "messages", "outcomes")

    def __init__(self, messages: Sequence[Outgoing], first: int, done: "asyncio.Future[None]") -> None:
        self.messages = messages
        self.first = first
        self.left = len(messages)
        self.outcomes: list[Exception | None] = [DependencyAway("the broker")] * len(messages)
        self.done = done


class _Line:
    """One channel to the broker and the confirms outstanding on it, by delivery tag."""

    def __init__(self, connection: aiormq.Connection, channel: aiormq.Channel, tap: Tap) -> None:
        self.connection = connection
        self.channel = channel
        self.tap = tap
        self.firsts: dict[tuple[str, str], bytes] = {}
        self.last = 0
        self._oldest = 1
        self._waiting: dict[int, _Batch] = {}
        tap.confirmed, tap.returned = self.on_confirm, self.on_return

    def expect(self, messages: Sequence[Outgoing]) -> _Batch:
        batch = _Batch(messages, self.last + 1, self.channel.create_future())
        self.last += len(messages)
        for tag in range(batch.first, self.last + 1):
            self._waiting[tag] = batch
        return batch

    def on_confirm(self, tag: int, multiple: bool, acked: bool) -> None:
        for number in range(self._oldest, tag + 1) if multiple else (tag,):
            batch = self._waiting.pop(number, None)
            if batch is None:
                continue
            place = number - batch.first
            if not acked:
                batch.outcomes[place] = NotTaken("the broker refused it (basic.nack)")
            elif isinstance(batch.outcomes[place], DependencyAway):
                batch.outcomes[place] = None
            batch.left -= 1
            if batch.left == 0 and not batch.done.done():
                batch.done.set_result(None)
        if multiple:
            self._oldest = max(self._oldest, tag + 1)

    def on_return(self, message: Delivered) -> None:
        """Comes before the confirm of the same message, which then says only that the broker is rid of it."""
        for batch in dict.fromkeys(self._waiting.values()):
            for place, sent in enumerate(batch.messages):
                if sent.id == message.header.properties.message_id:
                    batch.outcomes[place] = Unroutable(
                        f"no queue for {sent.exchange or 'the default exchange'}/{sent.routing_key}"
                    )


class Publisher:
    """One connection and one confirm channel, opened when needed and thrown away at the first doubt.

    A time limit on a confirm means that the outcome is unknown: the caller publishes again, listeners see duplicates
    by their id.
    """

    def __init__(self, url: str, *, name: str, timeout: float = 10.0) -> None:
        self._nodes = Nodes(url)
        self._name = name
        self._timeout = timeout
        self._line: _Line | None = None
        self._refused = 0  # batches in a row of which something was
        self._opening = asyncio.Lock()
        self._sending = asyncio.Lock()
        self.user = self._nodes.user

    async def _open(self) -> _Line:
        async with self._opening:
            if self._line is None or self._line.channel.is_closed:
                await self._discard()
                try:
                    name = f"{self._name} publishing"
                    opened = await self._nodes.connect(
                        lambda url: open_channel(url, name=name, publisher_confirms=True),
                        within=min(CONNECT_WITHIN, self._timeout),
                    )
                    self._line = _Line(*opened)
                except (OSError, TimeoutError, aiormq.exceptions.AMQPError) as error:
                    await self._discard()
                    raise DependencyAway("the broker") from error
            return self._line

    async def _discard(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                async with asyncio.timeout(2):
                    await line.connection.close()
            except (OSError, TimeoutError, aiormq.exceptions.AMQPError, RuntimeError, asyncio.CancelledError):
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise

    async def publish(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Publishes all with their confirms outstanding together, in order; per message none or why it is not certain.

        Raises ``DependencyAway`` when there is no connection, ``BrokerBlocked`` when the broker takes nothing: then
        nothing was published.
        """
        line = await self._open()
        if not messages:
            return []
        if self.blocked is not None:
            raise BrokerBlocked(self.blocked)
        try:
            async with asyncio.timeout(self._timeout):
                batch = await self._send(line, messages)
                await asyncio.wait({batch.done})  # ended by the last confirm, or by the end of the channel
        except (TimeoutError, aiormq.exceptions.AMQPError, RuntimeError, ConnectionError) as error:
            if self.blocked is not None:  # a new connection would be blocked by its first message
                raise BrokerBlocked(self.blocked) from error
            await self._discard()
            self._nodes.turn()
            raise DependencyAway("the broker") from error
        self._refused = self._refused + 1 if any(isinstance(one, NotTaken) for one in batch.outcomes) else 0
        if self._refused >= REFUSALS or any(isinstance(one, DependencyAway) for one in batch.outcomes):
            self._refused = 0
            await self._discard()
        return batch.outcomes

    async def _send(self, line: _Line, messages: Sequence[Outgoing]) -> _Batch:
        """All frames in one write: aiormq's own ``basic_publish`` makes a task, a lock and a system call for each."""
        number, largest, firsts = line.channel.number, line.channel.max_content_size, line.firsts
        parts: list[bytes] = []
        for message in messages:
            key = (message.exchange, message.routing_key)
            first = firsts.get(key)
            if first is None:
                first = firsts[key] = publish_frame(number, *key)
            properties = message.properties
            encoded = properties if isinstance(properties, bytes) else properties.marshal()
            parts += publish_bytes(first, number, encoded, message.body, largest)
        async with self._sending:  # the broker numbers messages as they come: count and write in the same order
            batch = line.expect(messages)
            await line.channel.write_queue.put(ChannelFrame(b"".join(parts), should_close=False))
        return batch

    @property
    def is_open(self) -> bool:
        return self._line is not None and not self._line.channel.is_closed

    @property
    def blocked(self) -> str | None:
        """Why the broker takes nothing from us now; none when it does, or was not asked."""
        line = self._line
        return None if line is None or line.channel.is_closed else line.tap.blocked

    async def check(self) -> None:
        """Raises ``DependencyAway`` unless the broker answers now and accepts publishes."""
        line = await self._open()
        if self.blocked is not None:
            raise BrokerBlocked(self.blocked)
        try:
            async with asyncio.timeout(min(2.0, self._timeout)):
                await line.channel.exchange_declare("keur.events", exchange_type="topic", passive=True)
        except (OSError, TimeoutError, aiormq.exceptions.AMQPError, RuntimeError) as error:  # the last: it is closing
            await self._discard()
            raise DependencyAway("the broker") from error

    async def close(self) -> None:
        await self._discard()
