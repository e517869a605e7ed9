"""Natural batching: the inbox queue's one consumer takes what has arrived, waits for no more, and acknowledges
together what was committed together. One whose work nobody waits for may linger, so that its commits are fewer."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import aiormq
import structlog
from aiormq.abc import AbstractChannel, DeliveredMessage

from shared import telemetry
from shared.bus import crashpoints, topology
from shared.bus.dispatch import Dispatcher, Failed, is_passing
from shared.bus.frames import Delivered, open_channel
from shared.bus.nodes import Nodes
from shared.bus.publisher import CONNECT_WITHIN, Publisher
from shared.bus.retry import again_or_parked
from shared.bus.sealing import CONTENT_TYPE, Seal
from shared.bus.tellers import Tellers
from shared.bus.wire import ATTEMPT, Heard, read
from shared.errors import DependencyAway, GiveUp, noted

log = structlog.get_logger(__name__)

WATCH_EVERY = 2.0
WATCH_PATIENCE = 3.0
"""Together: how long a consumer may be called alive on a link that is silent."""
RECONNECT = (0.2, 0.5, 1.0, 2.0)
_LOST = (OSError, TimeoutError, aiormq.exceptions.AMQPError, DependencyAway, RuntimeError)


class ConsumerLost(ConnectionError):
    """The broker took the consumer away, or its channel no longer answers: connect anew."""


class Consumer:
    """Consumes one queue over a connection of its own, until stopped; connects again by itself.

    ``batch`` is the most messages taken into one transaction; the broker sends at most twice as many ahead. ``linger``
    is how long what arrived waits for company, in seconds, when it is not a batch yet.
    """

    def __init__(
        self,
        url: str,
        queue: str,
        *,
        service: str,
        dispatcher: Dispatcher,
        publisher: Publisher,
        seal: Seal | None = None,
        batch: int = 200,
        linger: float = 0.0,
        timeout: float = 10.0,
        tiers: Sequence[timedelta] = topology.RETRY_TIERS,
    ) -> None:
        self.queue = queue
        self._nodes = Nodes(url)
        self._service = service
        self._dispatch = dispatcher
        self._publisher = publisher
        self._seal = seal
        self._tellers = Tellers(service, publisher.user)
        self._batch = batch
        self.linger = linger
        self._timeout = timeout
        self._tiers = tiers
        self._arrived: deque[Delivered] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._held = False
        self._task: asyncio.Task[None] | None = None
        self.alive = False
        self.since: datetime | None = None
        self.last_error: str | None = None
        self.in_hand = 0

    @property
    def in_flight(self) -> int:
        """Messages here that are not acknowledged yet."""
        return len(self._arrived) + self.in_hand

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=f"consumer {self.queue}")

    async def stop(self, *, deadline: float = 10.0) -> None:
        """Finishes the batch in hand, gives the rest back to the broker, and closes."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            _, late = await asyncio.wait({self._task}, timeout=deadline)
            for task in late:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def hold(self, held: bool) -> None:
        """Rests (the batch in hand is finished, the rest goes back to the broker) or goes on."""
        if held != self._held:
            self._held = held
            self._wake.set()

    @property
    def held(self) -> bool:
        return self._held

    @property
    def _leaving(self) -> bool:
        return self._stopping or self._held

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            if self._held:
                self._gone()
                self._wake.clear()
                if self._held and not self._stopping:
                    await self._wake.wait()
                continue
            try:
                await self._connected()
                failures = 0
            except _LOST as error:
                wait = RECONNECT[min(failures, len(RECONNECT) - 1)]
                failures = 0 if self.since else failures + 1
                self.last_error = noted(error)
                if self.since or failures == 1:
                    log.warning("consumer lost, connecting again", queue=self.queue, error=error)
                self._gone()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        while not self._stopping:
                            self._wake.clear()
                            await self._wake.wait()
        self._gone()

    def _gone(self) -> None:
        self.alive, self.since, self.in_hand = False, None, 0
        self._arrived.clear()
        telemetry.CONSUMER_ALIVE.labels(self._service).set(0)

    async def _connected(self) -> None:
        connection, channel, tap = await self._nodes.connect(
            lambda url: open_channel(url, name=f"{self._service} consuming", publisher_confirms=False),
            within=min(CONNECT_WITHIN, self._timeout),
        )
        try:
            async with asyncio.timeout(self._timeout):
                tap.delivered = self._on_delivered
                lost = asyncio.Event()
                channel.on_consumer_cancel_callbacks.add(lambda _: lost.set())
                await channel.basic_qos(prefetch_count=2 * self._batch)
                started = await channel.basic_consume(self.queue, _taken_by_the_tap)
            self.alive, self.since = True, datetime.now(UTC)
            telemetry.CONSUMER_ALIVE.labels(self._service).set(1)
            log.info("listening", queue=self.queue)
            watch = asyncio.create_task(self._watch(channel, lost))
            work = asyncio.create_task(self._work(channel))
            done, pending = await asyncio.wait({watch, work}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            if self._leaving and not channel.is_closed and started.consumer_tag:
                async with asyncio.timeout(2):
                    await channel.basic_cancel(started.consumer_tag)
            for task in done:
                task.result()
        finally:
            with contextlib.suppress(*_LOST):
                async with asyncio.timeout(2):
                    await connection.close()

    def _on_delivered(self, messages: list[Delivered]) -> None:
        self._arrived.extend(messages)
        self._wake.set()

    async def _watch(self, channel: AbstractChannel, lost: asyncio.Event) -> None:
        """Fails when the consumer is gone although the socket looks well: cancelled, or a link that answers nothing."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_EVERY):
                    await lost.wait()
                raise ConsumerLost("the broker cancelled the consumer")
            if channel.is_closed:
                raise ConsumerLost("the channel closed")
            try:
                async with asyncio.timeout(min(WATCH_PATIENCE, self._timeout)):
                    await channel.queue_declare(self.queue, passive=True)
            except TimeoutError:
                self._nodes.turn()
                raise ConsumerLost("the broker does not answer") from None

    async def _work(self, channel: AbstractChannel) -> None:
        while not self._leaving:
            if not self._arrived:
                self._wake.clear()
                if not self._arrived and not self._leaving:
                    await self._wake.wait()
                continue
            if self.linger and len(self._arrived) < self._batch:
                await asyncio.sleep(self.linger)
            if channel.is_closed:
                raise ConsumerLost("the channel closed")
            size = min(self._batch, len(self._arrived))
            taken = [self._arrived.popleft() for _ in range(size)]
            self.in_hand = size
            await self._settle(taken)
            await channel.basic_ack(taken[-1].delivery_tag, multiple=True, wait=False)
            self.in_hand = 0

    async def _settle(self, messages: Sequence[Delivered]) -> None:
        """Returns when each message is committed, in a retry tier, or parked."""
        readable: list[tuple[Delivered, Heard]] = []
        for message in messages:
            try:
                heard = read(message, self._seal)
                self._tellers.check(message, heard.envelope.type)
                readable.append((message, heard))
            except GiveUp as error:
                await self._later_or_parked(message, error, "envelope")
        if readable:
            failure = await self._try([heard for _, heard in readable])
            if failure is not None and len(readable) == 1:
                await self._later_or_parked(readable[0][0], failure.error, failure.handler)
            elif failure is not None:
                for message, heard in readable:
                    alone = await self._try([heard])
                    if alone is not None:
                        await self._later_or_parked(message, alone.error, alone.handler)
        crashpoints.reach("consumer.after-commit")

    async def _try(self, heard: Sequence[Heard]) -> Failed | None:
        """Handles them in one transaction; waits in place while the database is away. Returns a failure of theirs."""
        pauses = 0
        while True:
            try:
                await self._dispatch.together(heard)
                return None
            except Failed as failure:
                return failure
            except Exception as error:
                if not is_passing(error) or self._stopping:
                    raise
                if pauses == 0:
                    log.warning("handling waits", queue=self.queue, error=error)
                self.last_error = noted(error)
                await asyncio.sleep(min(2.0, 0.05 * 2**pauses))
                pauses += 1

    async def _later_or_parked(self, message: Delivered, error: Exception, handler: str) -> None:
        properties = message.header.properties
        attempt = (properties.headers or {}).get(ATTEMPT, 0)
        outcome, copy = again_or_parked(
            message,
            error,
            service=self._service,
            handler=handler,
            attempt=attempt if isinstance(attempt, int) else 0,
            sealed=properties.content_type == CONTENT_TYPE,
            user=self._publisher.user,
            seal=self._seal,
            tiers=self._tiers,
        )
        kind = properties.message_type or "?"
        telemetry.MESSAGES.labels(self._service, kind if kind.startswith(_TELLERS) else "?", outcome).inc()
        # What went wrong with a private message may quote it (see retry), so only its kind is said.
        why = type(error).__name__ if properties.content_type == CONTENT_TYPE else error
        log.warning(f"message {outcome}", event_id=properties.message_id, type=kind, handler=handler, error=why)
        while True:
            try:
                (unsure,) = await self._publisher.publish([copy])
                if unsure is None:
                    break
                log.warning("copy not confirmed, publishing again", event_id=properties.message_id, error=unsure)
            except DependencyAway as away:
                log.warning("copy waits", event_id=properties.message_id, error=away)
            if self._stopping:
                raise ConsumerLost("stopping with a message that is neither handled nor parked; the broker keeps it")
            await asyncio.sleep(0.5)
        crashpoints.reach("consumer.after-retry-published")


_TELLERS = ("enrollment.", "certification.", "notifications.", "ops.")


async def _taken_by_the_tap(message: DeliveredMessage) -> None:
    """aiormq wants a callback for its consumer; what is delivered does not come this way."""
