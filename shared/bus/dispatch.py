"""What happens to messages that arrived together: inbox, handlers, what they tell, one commit; else one by one."""

import asyncio
import contextlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from time import perf_counter

import asyncpg
import structlog

from shared import telemetry
from shared.bus import context, crashpoints
from shared.bus.subscriptions import Handler, Subscriptions
from shared.bus.wire import Heard
from shared.db import Database, Tx
from shared.errors import DependencyAway, GiveUp
from shared.events.base import Event

log = structlog.get_logger(__name__)

_UNSEEN = """
insert into inbox (consumer, message_id) select $1, unnest($2::text[])
on conflict do nothing returning message_id
"""

CONTENTION = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
PASSING = (DependencyAway, asyncpg.PostgresConnectionError, ConnectionError, *CONTENTION)


class NoHandler(GiveUp):
    """A message of a known type reached a service that has no handler for it."""


class HandlerTimedOut(Exception):
    """A handler took longer than its time limit; its transaction was rolled back."""


class Failed(Exception):
    """What a message's handling ended with, and in which handler."""

    def __init__(self, error: Exception, handler: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.handler = handler


class Dispatcher:
    """Runs a service's handlers. ``timeout`` in seconds bounds one transaction."""

    def __init__(self, subscriptions: Subscriptions, db: Database, *, timeout: float = 60.0) -> None:
        self._on = subscriptions
        self._db = db
        self._timeout = timeout
        self.handled = 0

    async def together(self, messages: Sequence[Heard]) -> None:
        """Handles all in one transaction: those seen before are passed over. Raises whatever a handler raised."""
        started = perf_counter()
        running = _Running()
        try:
            async with asyncio.timeout(self._timeout):
                fresh = await self._commit(messages, running)
        except TimeoutError as error:
            raise Failed(HandlerTimedOut(f"longer than {self._timeout:g} s"), running.handler) from error
        except PASSING:
            raise
        except Exception as error:
            raise Failed(error, running.handler) from error
        self.handled += len(messages)
        telemetry.BATCH_SIZE.labels(self._on.service).observe(len(messages))
        telemetry.HANDLING_SECONDS.labels(self._on.service).observe(perf_counter() - started)
        for (kind, new), count in Counter((m.envelope.type, m.envelope.id in fresh) for m in messages).items():
            telemetry.MESSAGES.labels(self._on.service, kind, "handled" if new else "seen before").inc(count)

    async def _commit(self, messages: Sequence[Heard], running: "_Running") -> set[str]:
        async with self._db.transaction(plans="kept") as tx:
            rows = await tx.fetch(_UNSEEN, self._on.service, [message.envelope.id for message in messages])
            fresh = {row["message_id"] for row in rows}
            new, taken = [], set()
            for message in messages:
                own = message.envelope.id
                if (own in fresh or message.again) and own not in taken:
                    taken.add(own)
                    new.append(message)
            await self._run(new, tx, running)
            crashpoints.reach("consumer.before-commit")
        return fresh

    async def _run(self, messages: Sequence[Heard], tx: Tx, running: "_Running") -> None:
        if not messages:
            return
        for handler in self._on.every_message:
            running.handler = handler.name
            public = [m for m in messages if not _is_private(m)]
            if public:
                await handler.run(public, tx)
        for kind, group in in_groups([m for m in messages if self._wants(m)]):
            events = [message.event() for message in group]
            for handler in self._on.handlers[kind]:
                running.handler = handler.name
                await _call(handler, events, tx)

    def _wants(self, message: Heard) -> bool:
        if message.envelope.type in self._on.handlers:
            return True
        if self._on.every_message:
            return False
        message.event()  # an unknown type says so by its own name
        raise NoHandler(f"{self._on.service} does not listen to {message.envelope.type}")


class _Running:
    """Which handler is at work: what a failure is grouped by."""

    handler = "inbox"


def _is_private(message: Heard) -> bool:
    from shared.events import ALL

    kind = ALL.get(message.envelope.type)
    return kind is not None and kind.PRIVATE


async def _call(handler: Handler, events: Sequence[Event], tx: Tx) -> None:
    if handler.batch:
        with context.handling(events[0]) if len(events) == 1 else contextlib.nullcontext():
            await handler.run(events, tx)
        return
    for event in events:
        with context.handling(event):
            await handler.run(event, tx)


def in_groups(messages: Sequence[Heard]) -> list[tuple[str, list[Heard]]]:
    """Messages of one type together, yet never one before an earlier message of its own subject.

    A message joins the first group of its type that comes after every group holding its subject.
    """
    groups: list[tuple[str, list[Heard]]] = []
    last_of_subject: dict[str, int] = {}
    by_type: dict[str, list[int]] = {}
    for message in messages:
        kind, subject = message.envelope.type, message.envelope.subject
        earliest = last_of_subject.get(subject, 0)
        places = by_type.setdefault(kind, [])
        at = bisect_left(places, earliest)  # the first, or the groups would grow with every change of type
        if at == len(places):
            places.append(len(groups))
            groups.append((kind, []))
        place = places[at]
        groups[place][1].append(message)
        last_of_subject[subject] = place
    return groups


def is_passing(error: Exception) -> bool:
    """Whether the surroundings failed, not this message: the same messages are taken again where they are."""
    return isinstance(error, PASSING)
