"""A failed message: parked by a service with its reason, or taken away by the broker with a death record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.errors import NotKnown, Refused
from shared.ids import stable_id

SEALED = "application/vnd.keur.sealed"
STATES = ("parked", "redriving", "redriven", "discarded", "edited")

BROKER_REASONS = {
    "delivery_limit": "the consumer died or hung on it too often: the broker took it away",
    "rejected": "it was rejected without a reason",
    "expired": "it outlived its time in the queue",
    "maxlen": "the queue was full",
}


class MessageNotKnown(Refused, NotKnown):
    """No failed message has this id."""

    def __init__(self, id: str) -> None:
        super().__init__(
            "Geen mislukt bericht heeft dit nummer.", "No failed message has this id.", field="id", value=id
        )


class EventNotKnown(Refused, NotKnown):
    """The journal has no event with this id."""

    def __init__(self, id: str) -> None:
        super().__init__(
            "Het logboek heeft geen gebeurtenis met dit nummer.",
            "The journal has no event with this id.",
            field="id",
            value=id,
        )


class ReplayNotKnown(Refused, NotKnown):
    """No replay has this id."""

    def __init__(self, id: str) -> None:
        super().__init__(
            "Geen herhaling van gebeurtenissen heeft dit nummer.", "No replay has this id.", field="id", value=id
        )


class AlreadyDecided(Refused):
    """The message was sent back or discarded before: only a parked one can be decided about."""

    status = 409


class NoInboxKnown(Refused):
    """Nobody knows which service gave up on it, so there is no queue to send it back to."""


class ForgedStays(Refused):
    """Somebody published it who may not tell it: sent back by an operator it would count as if its teller had."""


class ReasonNeeded(Refused):
    """What an operator throws away needs a reason of at least three characters."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One parked copy of a message. `id` is the same however often that copy is delivered."""

    id: str
    message_id: str
    service: str
    event_type: str
    subject: str
    correlationid: str
    error: str
    reason: str
    frame: str
    handler: str
    fingerprint: str
    attempt: int
    exchange: str
    routing_key: str
    sealed: bool
    headers: dict[str, Any]
    properties: dict[str, Any]
    body: bytes
    parked_at: datetime


def failure_of(
    headers: Mapping[str, Any], properties: Mapping[str, Any], body: bytes, *, now: datetime, routing_key: str = ""
) -> Failure:
    """What a message of `keur.ops.failed` says about its failure. `headers` and `properties` are JSON-ready.

    A copy parked by a service carries `x-keur-…`; what the broker dead-lettered carries `x-death` and has killed or
    outwaited its consumer; anything else was sent here by hand and has no service.
    """
    death = _death(headers)
    message_id = _text(properties.get("message_id")) or _text(headers.get("cloudEvents:id"))
    message_id = message_id or f"sha256-{hashlib.sha256(body).hexdigest()[:32]}"
    if "x-keur-service" in headers:
        service, error, reason = (_text(headers.get(f"x-keur-{name}")) for name in ("service", "error", "reason"))
        frame, handler = _text(headers.get("x-keur-frame")), _text(headers.get("x-keur-handler"))
        cause = _text(headers.get("x-keur-fingerprint"))
        parked_at = _moment(headers.get("x-keur-parked-at"))
        stamp = _text(headers.get("x-keur-parked-at"))
        exchange, key = _text(headers.get("x-keur-exchange")), _text(headers.get("x-keur-routing-key"))
    elif death:
        queue, why = _text(death.get("queue")), _text(death.get("reason"))
        service = _service_of(queue)
        error, reason = f"broker: {why}", BROKER_REASONS.get(why, why)
        frame, handler, cause = "", queue, _digest(f"{why}|{queue}")
        parked_at = _moment(death.get("time"))
        stamp = f"{death.get('time')} {death.get('count')}"
        exchange = _text(death.get("exchange"))
        key = _text(next(iter(death.get("routing-keys") or []), ""))
    else:
        service, error, reason = "", "unknown", "sent to the dead-letter exchange by hand, without a reason"
        frame, handler, cause = "", "", _digest("by hand")
        parked_at, stamp, exchange, key = None, str(properties.get("timestamp")), "", routing_key
    attempt = headers.get("x-keur-attempt")
    return Failure(
        id=stable_id("failed", service, message_id, stamp or "", hashlib.sha256(body).hexdigest()),
        message_id=message_id,
        service=service,
        event_type=_text(properties.get("type")) or _text(headers.get("cloudEvents:type")),
        subject=_text(headers.get("cloudEvents:subject")),
        correlationid=_text(headers.get("cloudEvents:correlationid")) or message_id,
        error=error,
        reason=reason,
        frame=frame,
        handler=handler,
        fingerprint=cause or _digest(f"{error}|{frame}|{handler}"),
        attempt=attempt if isinstance(attempt, int) and 0 <= attempt < 1000 else 0,
        exchange=exchange,
        routing_key=key,
        sealed=properties.get("content_type") == SEALED,
        headers=dict(headers),
        properties=dict(properties),
        body=body,
        parked_at=parked_at or now,
    )


def headers_to_resend(headers: Mapping[str, Any]) -> dict[str, Any]:
    """The headers that a message had before it failed: it starts again at its first attempt, a replayed one as such."""
    return {
        name: value
        for name, value in headers.items()
        if name == "x-keur-again"
        or not name.startswith(("x-keur-", "x-death", "x-first-death", "x-last-death", "x-delivery-count"))
    }


def _death(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths else None
    return first if isinstance(first, Mapping) else {}


def _service_of(queue: str) -> str:
    parts = queue.split(".")
    return parts[1] if len(parts) >= 3 and parts[0] == "keur" and parts[2] in ("inbox", "retry") else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _text(value: object) -> str:
    """Text that PostgreSQL takes and a page can show; headers come from whoever may publish."""
    return "" if value is None else str(value).replace("\x00", "\ufffd")[:2000]


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
