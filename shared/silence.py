"""A database link that went silent without closing (half-open): told from a statement that is merely long, and ended.

TCP does not notice that nobody answers any more, and a statement's own time limit is half a minute. So a connection of
its own asks the server about every statement that takes long: a server that works on it says so, one that has answered
long ago, does not know of it, or cannot be reached has left us waiting for nothing.
"""

import asyncio
import time
from collections.abc import Collection
from typing import Protocol

import asyncpg
import structlog

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.4
LONG = 1.0
"""Seconds after which a statement is asked about."""
KNOCK = 1.5
LATE = 0.3
"""An answer that stays out this much longer than it may says that we were busy ourselves: it proves nothing."""
ONCE_MORE = 2
"""Knocks without an answer that it takes: a server can be held up by its disk for a moment."""

_WORKING = """
select pid from pg_stat_activity where pid = any(string_to_array($1, ' ')::int[]) and state not like 'idle%'
"""
"""Text, no array: about arrays asyncpg asks a new connection first, which is dearer than all else here, and it is just
when statements take long that this is asked."""


class Asking(Protocol):
    """A connection that says since when (monotonic, seconds) it waits for an answer; none when it does not."""

    asked_at: float | None

    def is_closed(self) -> bool: ...

    def get_server_pid(self) -> int: ...

    def terminate(self) -> None: ...


async def end_silent(url: str, lent: Collection[Asking]) -> None:
    """Watches the connections in ``lent`` until cancelled. Who waits on one that is silent gets an error at once.

    Whatever one look meets (a link that breaks while it is looked at), the next look comes: without the watch a write
    would hang for half a minute.
    """
    unanswered = 0
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            unanswered = await _look(url, lent, unanswered)
        except Exception:
            log.exception("a look at silent database links failed")


async def _look(url: str, lent: Collection[Asking], unanswered: int) -> int:
    """Ends what is silent now; ``unanswered`` knocks went before, and the number after this look comes back."""
    now = time.monotonic()
    waiting: dict[Asking, tuple[float, int]] = {}
    for link in lent:
        if link.asked_at is not None and now - link.asked_at > LONG and not link.is_closed():
            waiting[link] = link.asked_at, link.get_server_pid()
    if not waiting:
        return 0
    try:
        working = await _working(url, [pid for _, pid in waiting.values()])
        unanswered = 0
    except TimeoutError:
        unanswered += 1
        working = None if unanswered < ONCE_MORE else set()
    if working is not None:
        for link, (asked_at, pid) in waiting.items():
            if link.asked_at == asked_at and pid not in working:
                log.warning("a silent database link was ended", seconds=round(time.monotonic() - asked_at, 1))
                link.terminate()
    return unanswered


async def _working(url: str, pids: list[int]) -> set[int] | None:
    """Which of the server's processes work on something; none of them when it is not there, None: not known.

    Raises ``TimeoutError`` when it says nothing at all.
    """
    began = time.monotonic()
    try:
        async with asyncio.timeout(KNOCK):
            connection = await asyncpg.connect(url)
            try:
                return {row["pid"] for row in await connection.fetch(_WORKING, " ".join(map(str, pids)))}
            finally:
                connection.terminate()
    except TimeoutError:
        if time.monotonic() - began > KNOCK + LATE:
            return None
        raise
    except asyncpg.TooManyConnectionsError:
        return None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return set()
