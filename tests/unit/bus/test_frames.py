"""What the tap takes from the stream is what pamqp would have read from it, however the bytes arrive."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pamqp.frame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.body import ContentBody
from pamqp.commands import Basic, Queue
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

from shared.bus.frames import Delivered, Tap, publish_bytes, publish_frame

LOOP = asyncio.new_event_loop()
CHANNEL = 1
LARGEST = 64

short = st.text(max_size=40)
values = st.one_of(
    st.text(max_size=60), st.integers(-(2**31), 2**31 - 1), st.booleans(), st.none(), st.lists(st.text(max_size=5))
)
tables = st.dictionaries(st.text(min_size=1, max_size=30), values, max_size=8)
properties = st.builds(
    Basic.Properties,
    content_type=st.none() | short,
    content_encoding=st.none() | short,
    headers=st.none() | tables,
    delivery_mode=st.none() | st.sampled_from((1, 2)),
    correlation_id=st.none() | short,
    message_id=st.none() | short,
    timestamp=st.none() | st.integers(0, 2**31).map(lambda s: datetime.fromtimestamp(s, UTC)),
    message_type=st.none() | short,
    app_id=st.none() | short,
)
messages = st.lists(st.tuples(properties, st.binary(max_size=200)), max_size=6)


def delivered_bytes(tag: int, given: Basic.Properties, body: bytes, channel: int = CHANNEL) -> bytes:
    frames: list[Any] = [
        Basic.Deliver(consumer_tag="c", delivery_tag=tag, exchange="keur.events", routing_key="a.b.v1"),
        ContentHeader(body_size=len(body), properties=given),
        *(ContentBody(body[at : at + LARGEST]) for at in range(0, len(body), LARGEST)),
    ]
    return b"".join(pamqp.frame.marshal(frame, channel) for frame in frames)


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True) if a != b]


class Heard:
    """A tap on channel 1, with what it handed over and what it left to aiormq."""

    def __init__(self) -> None:
        self.now = 100.0
        self.tap = Tap(LOOP)
        self.tap._now = lambda: self.now
        self.tap._beat = self.now
        self.tap.take(CHANNEL)
        self.messages: list[Delivered] = []
        self.confirms: list[tuple[int, bool, bool]] = []
        self.back: list[Delivered] = []
        self.tap.delivered = self.messages.extend
        self.tap.confirmed = lambda *confirm: self.confirms.append(confirm)
        self.tap.returned = self.back.append

    def feed(self, *pieces: bytes) -> bytes:
        for piece in pieces:
            self.tap.feed_data(piece)
        return bytes(self.tap._buffer)  # type: ignore[attr-defined]


@given(messages, st.lists(st.integers(0, 5000), max_size=8))
def test_messages_come_out_as_pamqp_reads_them_in_whatever_pieces_they_arrive(
    sent: list[tuple[Basic.Properties, bytes]], cuts: list[int]
) -> None:
    heard = Heard()
    other = pamqp.frame.marshal(Queue.DeclareOk(queue="q", message_count=1, consumer_count=1), CHANNEL)
    beat = pamqp.frame.marshal(Heartbeat(), 0)
    elsewhere = delivered_bytes(1, Basic.Properties(), b"not ours", channel=2)
    stream = b"".join(delivered_bytes(n + 1, *message) + (other if n % 2 else beat) for n, message in enumerate(sent))

    left = heard.feed(*in_pieces(stream + elsewhere, cuts))

    assert [message.delivery_tag for message in heard.messages] == list(range(1, len(sent) + 1))
    assert [message.body for message in heard.messages] == [body for _, body in sent]
    for message, (given_properties, _) in zip(heard.messages, sent, strict=True):
        as_read = ContentHeader()
        as_read.unmarshal(ContentHeader(properties=given_properties).marshal())
        assert message.header.properties == as_read.properties
        content_type, headers = message.content_type_and_headers()
        assert content_type == as_read.properties.content_type
        assert headers == (as_read.properties.headers or {})
        assert message.delivery.routing_key == "a.b.v1"
        assert message.delivery.exchange == "keur.events"
    passed_on = b"".join(other if n % 2 else beat for n in range(len(sent))) + elsewhere
    assert left == passed_on


@given(messages, st.lists(st.integers(0, 5000), max_size=8))
def test_what_is_published_is_what_pamqp_would_have_written(
    sent: list[tuple[Basic.Properties, bytes]], cuts: list[int]
) -> None:
    ours, theirs = b"", b""
    for given_properties, body in sent:
        first = publish_frame(CHANNEL, "keur.events", "a.b.v1")
        ours += b"".join(publish_bytes(first, CHANNEL, given_properties.marshal(), body, LARGEST))
        frames: list[Any] = [
            Basic.Publish(exchange="keur.events", routing_key="a.b.v1", mandatory=True),
            ContentHeader(body_size=len(body), properties=given_properties),
            *(ContentBody(body[at : at + LARGEST]) for at in range(0, len(body), LARGEST)),
        ]
        theirs += b"".join(pamqp.frame.marshal(frame, CHANNEL) for frame in frames)

    assert ours == theirs


@given(st.lists(st.tuples(st.integers(1, 2**40), st.booleans(), st.booleans()), max_size=20), st.integers(0, 300))
def test_confirms_are_told_with_tag_multiple_and_whether_the_broker_took_it(
    confirms: list[tuple[int, bool, bool]], cut: int
) -> None:
    heard = Heard()
    stream = b"".join(
        pamqp.frame.marshal((Basic.Ack if acked else Basic.Nack)(delivery_tag=tag, multiple=multiple), CHANNEL)
        for tag, multiple, acked in confirms
    )

    assert heard.feed(*in_pieces(stream, [cut])) == b""
    assert heard.confirms == confirms


def test_a_returned_message_is_told_apart_from_a_delivered_one() -> None:
    heard = Heard()
    frames: list[Any] = [
        Basic.Return(reply_code=312, reply_text="NO_ROUTE", exchange="keur.events", routing_key="a.b.v1"),
        ContentHeader(body_size=2, properties=Basic.Properties(message_id="m")),
        ContentBody(b"{}"),
    ]

    heard.feed(b"".join(pamqp.frame.marshal(frame, CHANNEL) for frame in frames))

    assert [message.header.properties.message_id for message in heard.back] == ["m"]
    assert heard.messages == []


def test_properties_that_are_not_utf8_are_refused_one_message_at_a_time() -> None:
    heard = Heard()
    broken = delivered_bytes(1, Basic.Properties(content_type="text/xx", message_id="mm"), b"{}")
    broken = broken.replace(b"text/xx", b"text/\xff\xfe").replace(b"mm", b"\xff\xff")

    heard.feed(broken, delivered_bytes(2, Basic.Properties(message_id="next"), b"{}"))

    first, second = heard.messages
    with pytest.raises(ValueError, match="utf-8"):
        first.content_type_and_headers()
    assert first.header.properties.message_id is None
    assert first.body == b"{}"
    assert second.header.properties.message_id == "next"


@pytest.mark.parametrize("data", [b"AMQP\x00\x00\x09\x01", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_of_another_protocol_is_left_to_aiormq(data: bytes) -> None:
    tap = Tap(LOOP)

    tap.feed_data(data[:5])
    tap.feed_data(data[5:])

    assert bytes(tap._buffer) == data  # type: ignore[attr-defined]


def test_a_frame_without_its_end_is_left_to_aiormq_which_closes_the_connection() -> None:
    heard = Heard()
    good = delivered_bytes(1, Basic.Properties(message_id="m"), b"{}")
    wrong = bytearray(delivered_bytes(2, Basic.Properties(), b"{}"))
    wrong[-1] = 0

    left = heard.feed(good + bytes(wrong))

    assert heard.messages == []  # the broker sends them again
    assert left == bytes(wrong[-len(left) :])
    assert left[-1] == 0


def test_a_broker_that_only_delivers_still_counts_as_alive() -> None:
    heard = Heard()

    for seconds in (0.0, 0.5, 1.5, 0.5):
        heard.now += seconds
        left = heard.feed(delivered_bytes(1, Basic.Properties(), b"{}"))

    assert left == pamqp.frame.marshal(Heartbeat(), 0)
