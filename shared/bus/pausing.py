"""An operator can stop a service's consumer: a row says so, so it holds over restarts and for every worker.

The messages wait in the queue meanwhile; relay, web pages and loops go on.
"""

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from shared.bus.consumer import Consumer
from shared.db import Database, Tx
from shared.errors import RuleBroken

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between looks at the row: what an operator asked of another worker of this service."""


class PauseNeedsReason(RuleBroken):
    """Whoever stops a consumer says why, in at least three characters."""


@dataclass(frozen=True)
class Pause:
    """Since when a consumer rests, who asked for it, and why."""

    since: datetime
    actor: str
    reason: str

    def told(self) -> dict[str, Any]:
        return asdict(self) | {"since": self.since.isoformat()}


class Pausing:
    """Keeps one consumer in step with its row."""

    def __init__(self, db: Database, consumer: Consumer, *, service: str) -> None:
        self._db = db
        self._consumer = consumer
        self._service = service
        self.now: Pause | None = None

    async def look(self) -> None:
        """Reads the row and tells the consumer."""
        async with self._db.read() as tx:
            row = await tx.fetchrow(
                "select since, actor, reason from consumer_pause where consumer = $1", self._service
            )
        before, self.now = self.now, Pause(**row) if row else None
        if (before is None) != (self.now is None):
            log.warning("consumer pauses" if self.now else "consumer goes on", queue=self._consumer.queue)
        self._consumer.hold(self.now is not None)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def pause(self, tx: Tx, *, actor: str, reason: str) -> bool:
        """Writes the row and its record; false when it was paused before, by whom it stays."""
        reason = reason.strip()
        if len(reason) < 3:
            raise PauseNeedsReason("a reason is needed to pause a consumer", field="reason", allowed="≥ 3")
        made = await tx.fetchval(
            "insert into consumer_pause (consumer, actor, reason) values ($1, $2, $3)"
            " on conflict do nothing returning true",
            self._service,
            actor,
            reason,
        )
        if made:
            await record(tx, actor=actor, action="pause", reason=reason)
        return bool(made)

    async def resume(self, tx: Tx, *, actor: str, reason: str) -> bool:
        """Takes the row away; false when there was none."""
        gone = await tx.fetchval("delete from consumer_pause where consumer = $1 returning true", self._service)
        if gone:
            await record(tx, actor=actor, action="resume", reason=reason.strip())
        return bool(gone)


async def record(tx: Tx, *, actor: str, action: str, reason: str, details: dict[str, Any] | None = None) -> None:
    """What an operator did to this service's bus."""
    await tx.execute(
        "insert into bus_action (actor, action, reason, details) values ($1, $2, $3, $4)",
        actor,
        action,
        reason,
        details or {},
    )
