"""Where a message goes that could not be handled: to a retry tier, or parked with its reason; never requeued."""

import hashlib
import traceback
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.bus import topology
from shared.bus.frames import Delivered
from shared.bus.publisher import Outgoing
from shared.bus.sealing import CONTENT_TYPE, Seal
from shared.bus.wire import ATTEMPT, PrivateNotSealed
from shared.errors import GiveUp, said

_ROOT = Path(__file__).resolve().parents[2]
HEADERS = (
    "x-keur-service",
    "x-keur-error",
    "x-keur-reason",
    "x-keur-frame",
    "x-keur-handler",
    "x-keur-fingerprint",
    "x-keur-parked-at",
    "x-keur-exchange",
    "x-keur-routing-key",
)


def innermost_own_frame(error: BaseException) -> str:
    """``services/x/handlers.py:42 in assess_candidate``: where in our own code it went wrong."""
    own = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and ".venv" not in path.parts:
            own = f"{path.relative_to(_ROOT)}:{frame.lineno} in {frame.name}"
    return own


def fingerprint(error_class: str, frame: str, handler: str) -> str:
    """Failures with the same cause have the same one: exception type, place in our code (not the line), handler."""
    place = frame.split(":", 1)[0] + frame.partition(" in ")[2]
    return hashlib.sha256(f"{error_class}|{place}|{handler}".encode()).hexdigest()[:12]


def again_or_parked(
    message: Delivered,
    error: Exception,
    *,
    service: str,
    handler: str,
    attempt: int,
    sealed: bool,
    user: str | None,
    seal: Seal | None = None,
    tiers: Sequence[timedelta] = topology.RETRY_TIERS,
) -> tuple[str, Outgoing]:
    """The outcome's name (``retried`` or ``parked``) and the copy to publish before the original is acknowledged."""
    properties = copy(message.header.properties)
    properties.headers = dict(properties.headers or {})
    properties.delivery_mode = 2
    properties.expiration = None
    properties.user_id = user
    for broker_own in ("x-death", "x-first-death-queue", "x-first-death-reason", "x-first-death-exchange"):
        properties.headers.pop(broker_own, None)
    if not isinstance(error, GiveUp) and attempt < len(tiers):
        properties.headers[ATTEMPT] = attempt + 1
        return "retried", Outgoing("", topology.retry_queue(service, tiers[attempt]), message.body, properties)
    kind = type(error).__name__
    frame = innermost_own_frame(error)
    # The text of an error about a private message may quote it, so only its kind leaves the service.
    reason = "" if sealed and not isinstance(error, GiveUp) else said(error)
    values = (
        service,
        kind,
        reason[:2000],
        frame,
        handler,
        fingerprint(kind, frame, handler),
        datetime.now(UTC).isoformat(),
        getattr(message.delivery, "exchange", None) or "",
        getattr(message.delivery, "routing_key", None) or "",
    )
    properties.headers.update(dict(zip(HEADERS, values, strict=True)))
    properties.headers[ATTEMPT] = attempt
    body = message.body
    if isinstance(error, PrivateNotSealed) and seal is not None:
        # Somebody sent it openly; the operators' desk keeps it and cannot read it.
        body, properties.content_type = seal.close(body, error.message_id), CONTENT_TYPE
    return "parked", Outgoing(topology.DEAD, service, body, properties)
