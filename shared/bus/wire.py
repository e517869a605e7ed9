"""CloudEvents 1.0 on AMQP, binary mode: attributes as headers ``cloudEvents:…``, the data as the body.

What AMQP has a property for is there too (message id, type, correlation id, timestamp, app id), so that RabbitMQ's own
tools show it.
"""

import json
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from time import time as seconds_now
from typing import Any, NamedTuple

from pamqp.commands import Basic
from pydantic import ValidationError

from shared.bus.frames import Delivered
from shared.bus.sealing import CONTENT_TYPE as SEALED
from shared.bus.sealing import Seal
from shared.errors import GiveUp
from shared.events import ALL, Envelope, Event

JSON = "application/json"
PREFIX = "cloudEvents:"
ATTEMPT = "x-keur-attempt"
AGAIN = "x-keur-again"
"""Header of a replayed message that is handled although the inbox knows it: handlers build what they know anew."""
MAX_BODY = 1_000_000
"""Bytes; ours are under 10 kB, except a whole scheme."""


class NotReadable(GiveUp):
    """A message that no handler can ever accept: it is parked at once with this reason."""


class NotAnEvent(NotReadable):
    """Required CloudEvents attributes are missing or malformed."""


class WrongContentType(NotReadable):
    """The body is neither JSON nor sealed JSON."""


class PrivateNotSealed(NotReadable):
    """The body of a private event lies open: nobody here sends it so. ``message_id`` is what a seal binds it to."""

    def __init__(self, words: str, message_id: str) -> None:
        super().__init__(words)
        self.message_id = message_id


class BodyTooLarge(NotReadable):
    """The body is larger than any event of ours."""


class UnknownEventType(NotReadable):
    """No contract has this type and version."""


class BodyDoesNotFit(NotReadable):
    """The body is no JSON or does not fit the contract of its type."""


class Heard(NamedTuple):
    """A message as it came: its envelope, its body opened, and what retrying needs."""

    envelope: Envelope
    body: bytes
    attempt: int = 0
    again: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """The body as data."""
        return dict(json.loads(self.body))

    def event(self) -> Event:
        """The event itself; raises ``UnknownEventType`` or ``BodyDoesNotFit``."""
        kind = ALL.get(self.envelope.type)
        if kind is None:
            raise UnknownEventType(f"no contract has the type {self.envelope.type!r}")
        try:
            return kind.model_validate_json(self.body).heard_in(self.envelope)
        except ValidationError as error:
            where = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
                for fault in error.errors(include_input=False, include_url=False, include_context=False)[:5]
            )
            raise BodyDoesNotFit(f"{self.envelope.type}: {where}") from None


def properties(envelope: Envelope, *, app_id: str, user_id: str | None, sealed: bool) -> Basic.Properties:
    """The AMQP properties and headers of an event; persistent always."""
    headers: dict[str, Any] = {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": envelope.id,
        "cloudEvents:type": envelope.type,
        "cloudEvents:source": envelope.source,
        "cloudEvents:time": envelope.time.isoformat(),
        "cloudEvents:subject": envelope.subject,
        "cloudEvents:correlationid": envelope.correlationid,
        "cloudEvents:sequence": str(envelope.sequence),
    }
    if envelope.causationid is not None:
        headers["cloudEvents:causationid"] = envelope.causationid
    if envelope.scheme is not None:
        headers["cloudEvents:scheme"] = envelope.scheme
    if envelope.traceparent is not None:
        headers["cloudEvents:traceparent"] = envelope.traceparent
    return Basic.Properties(
        content_type=SEALED if sealed else JSON,
        headers=headers,
        delivery_mode=2,
        correlation_id=envelope.correlationid,
        message_id=envelope.id,
        timestamp=datetime.now(UTC),  # of publishing: what monitoring asks for, whatever clock the event was told by
        message_type=envelope.type,
        user_id=user_id,
        app_id=app_id,
    )


_LENGTH = struct.Struct(">I")
_TIMESTAMP = struct.Struct(">Q")
_NAMED = (0x8000 | 0x2000 | 0x1000 | 0x0400 | 0x0080 | 0x0040 | 0x0020 | 0x0008).to_bytes(2, "big")
_NAMED_WITH_USER = (int.from_bytes(_NAMED, "big") | 0x0010).to_bytes(2, "big")


class Encoder:
    """The bytes of ``properties`` for one teller's events, straight from the columns of its outbox.

    pamqp looks up the type of each of the 20 values anew, which costs ten times as much; a test holds the two equal.
    """

    def __init__(self, *, app_id: str, user_id: str | None) -> None:
        self._app_id = app_id
        self._user_id = user_id
        self._fixed: dict[tuple[str, bool], tuple[bytes, bytes, bytes]] = {}

    def properties(
        self,
        *,
        id: str,
        type: str,
        time: datetime,
        subject: str,
        correlationid: str,
        causationid: str | None,
        sequence: int,
        scheme: str | None,
        traceparent: str | None,
        sealed: bool,
    ) -> bytes:
        """The properties as they stand in a content header, after the size of the body."""
        fixed = self._fixed.get((type, sealed))
        if fixed is None:
            fixed = self._fixed[(type, sealed)] = self._fixed_parts(type, sealed)
        begin, headers, end = fixed
        own, correlation, about = id.encode(), correlationid.encode(), subject.encode()
        moment, number = time.isoformat().encode(), b"%d" % sequence
        table = [
            headers,
            _ID, _LENGTH.pack(len(own)), own,
            _TIME, _LENGTH.pack(len(moment)), moment,
            _SUBJECT, _LENGTH.pack(len(about)), about,
            _CORRELATION, _LENGTH.pack(len(correlation)), correlation,
            _SEQUENCE, _LENGTH.pack(len(number)), number,
        ]  # fmt: skip
        for key, text in ((_CAUSATION, causationid), (_SCHEME, scheme), (_TRACE, traceparent)):
            if text is not None:
                value = text.encode()
                table += (key, _LENGTH.pack(len(value)), value)
        whole = b"".join(table)
        short = correlation if len(correlation) < 256 else correlation[:255].decode(errors="ignore").encode()
        return b"".join(
            (
                begin, _LENGTH.pack(len(whole)), whole, b"\x02",
                bytes((len(short),)), short,
                bytes((len(own),)), own,
                _TIMESTAMP.pack(int(seconds_now())),
                end,
            )
        )  # fmt: skip

    def _fixed_parts(self, type: str, sealed: bool) -> tuple[bytes, bytes, bytes]:
        begin = (_NAMED if self._user_id is None else _NAMED_WITH_USER) + _short(SEALED if sealed else JSON)
        headers = b"".join(
            _key(name) + _LENGTH.pack(len(value.encode())) + value.encode()
            for name, value in (("specversion", "1.0"), ("type", type), ("source", f"/keur/{self._app_id}"))
        )
        user = b"" if self._user_id is None else _short(self._user_id)
        return begin, headers, _short(type) + user + _short(self._app_id)


def _short(text: str) -> bytes:
    value = text.encode()
    return bytes((len(value),)) + value


def _key(name: str) -> bytes:
    return _short(PREFIX + name) + b"S"


_ID, _TIME, _SUBJECT, _CORRELATION, _SEQUENCE, _CAUSATION, _SCHEME, _TRACE = (
    _key(name)
    for name in ("id", "time", "subject", "correlationid", "sequence", "causationid", "scheme", "traceparent")
)


def envelope_of(headers: Mapping[str, Any]) -> Envelope:
    """The envelope in a message's headers; ``NotAnEvent`` names what is missing."""
    get = headers.get
    try:
        return Envelope(
            id=_text(get("cloudEvents:id")),
            type=_text(get("cloudEvents:type")),
            source=_text(get("cloudEvents:source")),
            time=_moment(get("cloudEvents:time")),
            subject=_text(get("cloudEvents:subject")),
            correlationid=_text(get("cloudEvents:correlationid") or get("cloudEvents:id")),
            causationid=get("cloudEvents:causationid"),
            sequence=int(get("cloudEvents:sequence") or 0),
            scheme=get("cloudEvents:scheme"),
            traceparent=get("cloudEvents:traceparent"),
        )
    except (KeyError, TypeError, ValueError):
        required = [f"cloudEvents:{name}" for name in ("id", "type", "source", "time", "subject")]
        missing = [name for name in required if not headers.get(name)]
        raise NotAnEvent(
            f"missing headers: {', '.join(missing)}" if missing else "a CloudEvents header is malformed"
        ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 255 or "\x00" in value:
        raise ValueError("not a text")
    return value


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read(message: Delivered, seal: Seal | None) -> Heard:
    """What a delivered message says; raises a ``NotReadable`` or ``SealBroken`` that says why it says nothing."""
    try:
        content_type, headers = message.content_type_and_headers()
    except ValueError as error:
        raise NotAnEvent(f"its properties cannot be decoded: {error}") from None
    envelope = envelope_of(headers)
    body = message.body
    if len(body) > MAX_BODY:
        raise BodyTooLarge(f"{len(body)} bytes; at most {MAX_BODY}")
    if content_type == SEALED:
        if seal is None:
            raise WrongContentType("a sealed message, and this service holds no key for it")
        body = seal.open(body, envelope.id)
    elif content_type != JSON:
        raise WrongContentType(f"content type {content_type!r}; allowed: {JSON}")
    elif (kind := ALL.get(envelope.type)) is not None and kind.PRIVATE:
        raise PrivateNotSealed(f"a body of {envelope.type} that is not sealed", envelope.id)
    attempt = headers.get(ATTEMPT, 0)
    return Heard(envelope, body, attempt if isinstance(attempt, int) else 0, bool(headers.get(AGAIN)))
