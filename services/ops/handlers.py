"""What ops hears: every event of keur.events goes into the journal, and every failed message onto the desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import structlog

from services.ops import store
from services.ops.domain.failures import Failure, failure_of
from shared.bus import outbox
from shared.bus.consumer import Consumer
from shared.bus.dispatch import is_passing
from shared.bus.frames import Delivered
from shared.bus.subscriptions import Subscriptions
from shared.bus.tellers import ForgedTeller, Tellers
from shared.bus.topology import FAILED
from shared.bus.wire import BodyDoesNotFit, Heard
from shared.db import Database, Tx
from shared.events.ops import MessageParked
from shared.service import Service

log = structlog.get_logger(__name__)

on = Subscriptions("ops")


@on.every("#")
async def journal(messages: Sequence[Heard], tx: Tx) -> None:
    """Keeps each event with its facts and what it refers to; what is no event by contract is parked."""
    await store.journal(tx, [(message, _facts(message)) for message in messages])


def _facts(message: Heard) -> dict[str, Any]:
    message.event()  # an unknown type or a body against its contract says so here
    data = json.loads(message.body, parse_constant=_no_number)
    if "\\u0000" in message.body.decode():
        raise BodyDoesNotFit(f"{message.envelope.type}: holds a NUL character")
    return dict(data)


def _no_number(constant: str) -> Any:
    raise BodyDoesNotFit(f"{constant} is no JSON")


class FailedMessages(Consumer):
    """Consumes `keur.ops.failed`: each message is committed before it is acknowledged, and told once."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        super().__init__(
            settings.amqp_url,
            FAILED,
            service="ops",
            dispatcher=service.dispatcher,
            publisher=service.publisher,
            batch=settings.batch,
            timeout=settings.broker_timeout,
        )
        self._db: Database = service.db

    async def _settle(self, messages: Sequence[Delivered]) -> None:
        pauses = 0
        while True:
            try:
                async with self._db.transaction() as tx:
                    for message in messages:
                        await take_failed(message, tx, self._tellers)
                return
            except Exception as error:
                if not is_passing(error) or self._stopping:
                    raise
                if pauses == 0:
                    log.warning("failed messages wait for the database", error=error)
                await asyncio.sleep(min(2.0, 0.05 * 2**pauses))
                pauses += 1


async def take_failed(message: Delivered, tx: Tx, tellers: Tellers) -> None:
    """One failed message onto the desk, and told: the same copy delivered again changes nothing."""
    properties = message.header.properties
    failure = failure_of(
        json_ready(properties.headers or {}),
        {
            "message_id": properties.message_id,
            "type": properties.message_type,
            "content_type": properties.content_type,
            "content_encoding": properties.content_encoding,
            "correlation_id": properties.correlation_id,
            "app_id": properties.app_id,
            "timestamp": properties.timestamp.isoformat() if properties.timestamp else None,
        },
        message.body or b"",
        now=datetime.now(UTC),
        routing_key=getattr(message.delivery, "routing_key", None) or "",
    )
    if failure.service:
        # A copy is of who says it parked it, what the broker took away of its teller; else nobody may send it back.
        teller = failure.service if "x-keur-service" in failure.headers else failure.headers.get("cloudEvents:type")
        try:
            tellers.check(message, str(teller), listener=failure.service)
        except ForgedTeller as error:
            failure = replace(failure, service="", error=type(error).__name__, reason=str(error))
    if await _kept(failure, tx):
        log.warning("message on the desk", event_id=failure.message_id, of=failure.service, group=failure.fingerprint)
        await outbox.put(
            tx,
            MessageParked(
                message_id=failure.message_id,
                service=failure.service,
                event_type=failure.event_type,
                error=failure.error,
                fingerprint=failure.fingerprint,
            ),
        )


async def _kept(failure: Failure, tx: Tx) -> bool:
    try:
        async with tx.transaction():
            return await store.add_failure(tx, failure)
    except asyncpg.DataError as error:
        # Headers that PostgreSQL cannot hold must not stop the queue: the message is kept without them.
        log.warning("failed message kept without its headers", event_id=failure.message_id, error=error)
        return await store.add_failure(tx, replace(failure, headers={}, properties={}))


def json_ready(value: Any) -> Any:
    """An AMQP header table as JSON that PostgreSQL takes; what JSON cannot hold becomes text."""
    match value:
        case dict():
            return {json_ready(str(key)): json_ready(item) for key, item in value.items()}
        case list():
            return [json_ready(item) for item in value]
        case str():
            return value.replace("\x00", "\ufffd")
        case None | bool() | int():
            return value
        case datetime():
            return value.isoformat()
        case bytes() | bytearray():
            return bytes(value).decode("utf-8", "replace").replace("\x00", "\ufffd")
        case float() | Decimal():
            return str(value)
        case _:
            return str(value)
