"""The part of AMQP that every message passes, done lean: aiormq keeps the connection, this carries the messages.

aiormq opens the connection, negotiates, beats the heart, makes the calls that have an answer and closes. Deliveries,
confirms and returned messages are taken from the stream before it sees them (``Tap``), and publishes are written as
bytes (``publish_bytes``): for each message aiormq makes several tasks and futures and decodes what nobody reads, which
costs more than the work itself (docs/decisions, bench/).
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any, cast

import aiormq
import pamqp.frame
from aiormq import TransportFactory
from pamqp import decode
from pamqp.commands import Basic
from pamqp.exceptions import PAMQPException
from pamqp.header import ContentHeader
from yarl import URL

_HEAD = struct.Struct(">BHI")
_METHOD = struct.Struct(">I")
_TAG = struct.Struct(">Q")
_SIZE = struct.Struct(">I")
_FLAGS = struct.Struct(">H")
_CONTENT = struct.Struct(">HHQ")
_END = 0xCE
_DELIVER, _RETURN, _ACK, _NACK = 60 << 16 | 60, 60 << 16 | 50, 60 << 16 | 80, 60 << 16 | 120
_BLOCKED, _UNBLOCKED = 10 << 16 | 60, 10 << 16 | 61
_HEARTBEAT = b"\x08\x00\x00\x00\x00\x00\x00\xce"
_FRAME_TYPES = b"\x01\x02\x03\x08"
_TEXT = ord("S")
# flag and size of each property before user_id, in their order; 0 is a short text, and 0x2000 the table of headers
_BEFORE_USER = (
    (0x8000, 0), (0x4000, 0), (0x2000, 0), (0x1000, 1), (0x0800, 1), (0x0400, 0), (0x0200, 0), (0x0100, 0),
    (0x0080, 0), (0x0040, 8), (0x0020, 0),
)  # fmt: skip


class Delivered:
    """A message as the broker sent it; its properties are decoded when somebody asks."""

    __slots__ = ("_delivery", "_header", "_method", "_raw", "body", "delivery_tag")

    def __init__(self, method: bytes, header: bytes, body: bytes) -> None:
        self._method = method
        self._raw = header
        self.body = body
        self.delivery_tag: int = _TAG.unpack_from(method, 1 + method[0])[0] if method else 0
        self._header: ContentHeader | None = None
        self._delivery: Basic.Deliver | None = None

    @property
    def header(self) -> ContentHeader:
        """All properties. Those that cannot be decoded (not UTF-8) are as if not given: the body still is."""
        if self._header is None:
            self._header = ContentHeader()
            try:
                self._header.unmarshal(self._raw)
            except (PAMQPException, ValueError, struct.error, KeyError, IndexError, OverflowError):
                self._header = ContentHeader(body_size=len(self.body))
        return self._header

    @property
    def delivery(self) -> Basic.Deliver:
        """The exchange and routing key that it came by."""
        if self._delivery is None:
            self._delivery = Basic.Deliver()
            self._delivery.unmarshal(self._method)
        return self._delivery

    def content_type_and_headers(self) -> tuple[str | None, dict[str, Any]]:
        """The two properties that every message is read by, without decoding the others.

        Raises ``ValueError`` when they are malformed.
        """
        raw = self._raw
        try:
            (flags,) = _FLAGS.unpack_from(raw, 12)
            if flags & 1:  # more than 15 properties: not of this protocol version
                raise ValueError("unknown properties")
            at, content_type, headers = 14, None, {}
            if flags & 0x8000:
                at, content_type = at + 1 + raw[at], raw[at + 1 : at + 1 + raw[at]].decode()
            if flags & 0x4000:
                at += 1 + raw[at]
            if flags & 0x2000:
                headers = _table(raw, at)
        except (struct.error, IndexError, KeyError) as error:
            raise ValueError("malformed properties") from error
        return content_type, headers

    def user_id(self) -> str | None:
        """Who published it, by the broker's word; none when that was not said, or not readably."""
        raw, at = self._raw, 14
        try:
            (flags,) = _FLAGS.unpack_from(raw, 12)
            for flag, width in _BEFORE_USER:
                if flags & flag:
                    at += width or 1 + raw[at] if flag != 0x2000 else 4 + _SIZE.unpack_from(raw, at)[0]
            return raw[at + 1 : at + 1 + raw[at]].decode() if flags & 0x0010 else None
        except (struct.error, IndexError, UnicodeDecodeError):
            return None


_names: dict[bytes, str] = {}


def _table(raw: bytes, at: int) -> dict[str, Any]:
    (size,) = _SIZE.unpack_from(raw, at)
    at += 4
    end = at + size
    if end > len(raw):
        raise ValueError("a header table longer than its frame")
    found: dict[str, Any] = {}
    while at < end:
        start = at + 1
        at = start + raw[at]
        key = raw[start:at]
        name = _names.get(key)
        if name is None:
            name = key.decode()
            if len(_names) < 200:
                _names[key] = name
        if raw[at] == _TEXT:
            (size,) = _SIZE.unpack_from(raw, at + 1)
            start = at + 5
            at = start + size
            if at > end:
                raise ValueError("a header longer than its table")
            value = raw[start:at]
            try:
                found[name] = value.decode()
            except UnicodeDecodeError:
                found[name] = value
        else:
            used, found[name] = decode.embedded_value(raw[at:end])
            at += used
    return found


class Tap(asyncio.StreamReader):
    """aiormq's stream, with the messages of one channel taken out before they get there.

    What is taken is handed over as it arrives: ``delivered`` with all messages of one read, ``confirmed`` with (tag,
    multiple, acked), ``returned`` with a message that no queue took. The callbacks must not raise.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._now = loop.time
        self._rest = b""
        self._channel = 0
        self._untouched = False
        self._method: bytes | None = None
        self._returning = False
        self._header = b""
        self._missing = 0
        self._parts: list[bytes] = []
        self._arrived: list[Delivered] = []
        self._beat = loop.time()
        self.delivered: Callable[[list[Delivered]], None] = lambda _: None
        self.confirmed: Callable[[int, bool, bool], None] = lambda *_: None
        self.returned: Callable[[Delivered], None] = lambda _: None
        self.blocked: str | None = None
        """Why the broker takes nothing from this connection now ("low on memory"), by its own word."""

    def take(self, channel: int) -> None:
        """From now on the messages of this channel are handed over here."""
        self._channel = channel

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]
        """Called by the transport with whatever arrived: parts of frames, or many."""
        if self._untouched or not data:
            super().feed_data(data)
            return
        if self._rest:
            data = self._rest + data
        elif not self._channel and data[0] not in _FRAME_TYPES:  # a server of another protocol: aiormq says so
            self._untouched = True
            super().feed_data(data)
            return
        at, end, taken = 0, len(data), False
        while end - at >= 8:
            kind, channel, size = _HEAD.unpack_from(data, at)
            stop = at + size + 8
            if stop > end:
                break
            if data[stop - 1] != _END:  # not at a frame's end: aiormq closes the connection over it
                self._untouched = True
                super().feed_data(data[at:])
                return
            if channel and channel == self._channel and self._take(kind, data, at + 7, stop - 1):
                taken = True
            else:
                if not channel and kind == 1:
                    self._hear(data, at + 7)
                super().feed_data(data[at:stop])
                self._beat = self._now()
            at = stop
        self._rest = data[at:]
        if self._arrived:
            arrived, self._arrived = self._arrived, []
            self.delivered(arrived)
        if taken and self._now() - self._beat > 1:  # aiormq counts frames to know that the broker lives
            self._beat = self._now()
            super().feed_data(_HEARTBEAT)

    def _hear(self, data: bytes, at: int) -> None:
        """Connection.Blocked carries its reason as a short text; Unblocked carries nothing."""
        (method,) = _METHOD.unpack_from(data, at)
        if method == _BLOCKED:
            self.blocked = data[at + 5 : at + 5 + data[at + 4]].decode(errors="replace") or "blocked"
        elif method == _UNBLOCKED:
            self.blocked = None

    def _take(self, kind: int, data: bytes, at: int, stop: int) -> bool:
        if kind == 1:
            (method,) = _METHOD.unpack_from(data, at)
            if method in (_DELIVER, _RETURN):
                self._method, self._returning = data[at + 4 : stop], method == _RETURN
                return True
            if method in (_ACK, _NACK):
                self.confirmed(_TAG.unpack_from(data, at + 4)[0], bool(data[at + 12] & 1), method == _ACK)
                return True
            return False
        if self._method is None:
            return False
        if kind == 2:
            self._header = data[at:stop]
            self._missing = _CONTENT.unpack_from(data, at)[2]
        elif kind == 3:
            self._parts.append(data[at:stop])
            self._missing -= stop - at
        if self._missing <= 0:
            body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            if self._returning:
                self.returned(Delivered(b"", self._header, body))
            else:
                self._arrived.append(Delivered(self._method, self._header, body))
            self._method = None
            self._parts.clear()
        return True


class TapFactory(TransportFactory):
    """Opens aiormq's transport with a ``Tap`` as its reader."""

    def __init__(self) -> None:
        self.tap: Tap | None = None

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        provider = kwargs.pop("ssl_context_provider")
        secure = await provider.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        self.tap = Tap(loop)
        protocol = asyncio.StreamReaderProtocol(self.tap, loop=loop)
        try:
            transport, _ = await loop.create_connection(
                lambda: protocol, url.host or "127.0.0.1", url.port or 5672, ssl=secure, **kwargs
            )
        except OSError as error:
            raise aiormq.exceptions.AMQPConnectionError(*error.args) from error
        return self.tap, asyncio.StreamWriter(transport, protocol, self.tap, loop)


async def open_channel(
    url: URL, *, name: str, publisher_confirms: bool
) -> tuple[aiormq.Connection, aiormq.Channel, Tap]:
    """A connection with one channel whose messages come through the tap. ``name`` is what the broker shows."""
    factory = TapFactory()
    connection = await aiormq.connect(url, client_properties={"connection_name": name}, transport_factory=factory)
    try:
        channel = cast(aiormq.Channel, await connection.channel(publisher_confirms=publisher_confirms))
    except BaseException:
        await connection.close()
        raise
    tap = cast(Tap, factory.tap)
    tap.take(channel.number)
    return connection, channel, tap


def publish_frame(channel: int, exchange: str, routing_key: str) -> bytes:
    """The first frame of a publish, the same for all messages of one exchange and routing key; always mandatory."""
    method = Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=True)
    return pamqp.frame.marshal(method, channel)


def publish_bytes(publish: bytes, channel: int, properties: bytes, body: bytes, largest: int) -> list[bytes]:
    """All frames of one message after its ``publish_frame``; ``largest`` is the most body bytes of one frame."""
    size = len(body)
    parts = [
        publish,
        _HEAD.pack(2, channel, 12 + len(properties)),
        _CONTENT.pack(60, 0, size),
        properties,
    ]
    if size <= largest:
        if size:
            parts += (b"\xce", _HEAD.pack(3, channel, size), body, b"\xce")
        else:
            parts.append(b"\xce")
        return parts
    parts.append(b"\xce")
    for at in range(0, size, largest):
        part = body[at : at + largest]
        parts += (_HEAD.pack(3, channel, len(part)), part, b"\xce")
    return parts
