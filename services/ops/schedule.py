"""What the clock starts: messages that an operator sent back leave for their inbox queue until each is confirmed."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import structlog
from pamqp.commands import Basic

from services.ops import store
from services.ops.domain.failures import headers_to_resend
from shared.bus import outbox, topology
from shared.bus.publisher import Outgoing, Publisher
from shared.db import Database
from shared.events.ops import MessageRedriven
from shared.service import Context

log = structlog.get_logger(__name__)

EVERY = 0.5
BATCH = 100


async def redrive(ctx: Context) -> None:
    """Publishes what is to be sent back, for as long as the service runs. Over a connection of its own."""
    publisher = Publisher(ctx.settings.amqp_url, name="ops redriving", timeout=ctx.settings.broker_timeout)
    try:
        while True:
            if await redrive_once(ctx.db, publisher) < BATCH:
                await asyncio.sleep(EVERY)
    finally:
        await publisher.close()


async def redrive_once(db: Database, publisher: Publisher) -> int:
    """One batch through the default exchange, with the message ids they had; how many were confirmed.

    Never to keur.events: that would run every listener again. A crash between confirm and commit sends one twice; the
    listener's inbox knows its id.
    """
    async with db.transaction() as tx:
        rows = await store.to_redrive(tx, BATCH)
        if not rows:
            return 0
        outcomes = await publisher.publish([_outgoing(row, publisher.user) for row in rows])
        sent = [row for row, outcome in zip(rows, outcomes, strict=True) if outcome is None]
        for row, outcome in zip(rows, outcomes, strict=True):
            if outcome is not None:
                log.warning("sending back not confirmed, trying again", event_id=row["message_id"], error=outcome)
        await store.redriven(tx, [row["id"] for row in sent])
        told = [
            MessageRedriven(
                message_id=row["message_id"],
                service=row["service"],
                event_type=row["event_type"],
                reason=row["decided_reason"] or "",
            )
            for row in sent
        ]
        await outbox.put(tx, *told)
    return len(sent)


def _outgoing(row: Any, user: str | None) -> Outgoing:
    given = row["properties"]
    properties = Basic.Properties(
        content_type=given.get("content_type"),
        content_encoding=given.get("content_encoding"),
        headers=headers_to_resend(row["headers"]),
        delivery_mode=2,
        correlation_id=given.get("correlation_id"),
        message_id=given.get("message_id"),
        timestamp=datetime.fromisoformat(given["timestamp"]) if given.get("timestamp") else None,
        message_type=given.get("type"),
        user_id=user,
        app_id=given.get("app_id"),
    )
    return Outgoing("", topology.inbox(row["service"]), row["body"], properties)
