"""A request that waits for a database that went silent gets 503 in under two seconds, not after half a minute.

A refused connection is known at once. A frozen server or a half-open link is not: the statement just waits. So a
request that takes long makes us knock at the database beside it; no answer there means no answer here.
"""

import asyncio
import contextlib
import time

import asyncpg
import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web import problems

log = structlog.get_logger("keur.web")

SLOW_AFTER_S = 0.6
KNOCK_S = 1.0
LATE_S = 0.2
"""A knock that ends this much later than it should says that we were busy ourselves: it proves nothing."""
PROBES = ("/healthz", "/readyz", "/metrics")
"""They say themselves what is away, each within its own time."""
LONG_WORK = "/api/import/"
KNOCKS_FOR_LONG_WORK = 3


class Knocker:
    """Asks the database for a connection of its own, apart from the pool; those who ask together share one knock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._now: asyncio.Task[bool] | None = None

    async def answers(self) -> bool:
        if self._now is None or self._now.done():
            self._now = asyncio.create_task(self._knock())
        return await asyncio.shield(self._now)

    async def _knock(self) -> bool:
        began = time.monotonic()
        try:
            async with asyncio.timeout(KNOCK_S):
                connection = await asyncpg.connect(self.url)
            connection.terminate()
        except TimeoutError:
            return time.monotonic() - began > KNOCK_S + LATE_S
        except asyncpg.TooManyConnectionsError:
            return True
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True


class Patience:
    """Pure ASGI: runs the request as a task, and gives up on it when the database does not answer a knock.

    What the abandoned request still does (rolling back on a dead connection) nobody waits for.
    """

    def __init__(self, app: ASGIApp, *, knocker: Knocker | None) -> None:
        self.app = app
        self.knocker = knocker
        self._abandoned: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.knocker is None or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        begun = over = False

        async def send_unless_over(message: Message) -> None:
            nonlocal begun
            if not over:
                begun = True
                await send(message)

        async def run() -> None:
            await self.app(scope, receive, send_unless_over)

        work = asyncio.create_task(run())
        try:
            knocks = KNOCKS_FOR_LONG_WORK if LONG_WORK in scope["path"] else 1
            while not work.done() and not begun and knocks > 0:
                await asyncio.wait({work}, timeout=SLOW_AFTER_S)
                if not work.done() and not begun and not await self.knocker.answers():
                    knocks -= 1
            if work.done() or begun:
                await work
                return
        except asyncio.CancelledError:
            work.cancel()
            raise
        over = True
        self._abandon(work)
        await problems.away(Request(scope, receive), "database is silent")(scope, receive, send)

    def _abandon(self, work: asyncio.Task[None]) -> None:
        def forget(task: asyncio.Task[None]) -> None:
            self._abandoned.discard(task)
            with contextlib.suppress(asyncio.CancelledError):
                if (error := task.exception()) is not None:
                    log.info("abandoned request ended", error=type(error).__name__)

        self._abandoned.add(work)
        work.add_done_callback(forget)
        work.cancel()
