"""What a teller writes about an event is what a listener reads, and what pamqp and CloudEvents say it should be."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pamqp.header import ContentHeader

from shared.bus import wire
from shared.bus.frames import Delivered
from shared.bus.sealing import Seal
from shared.events import ALL, Envelope
from shared.events.certification import ExamPassed

SEAL = Seal(b"k" * 32)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=60)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
envelopes = st.builds(
    Envelope,
    id=st.uuids().map(str),
    type=st.sampled_from((ExamPassed.TYPE, "enrollment.contact-point-changed.v1")),
    source=st.just("/keur/certification"),
    time=moments,
    subject=texts,
    correlationid=texts,
    causationid=st.none() | texts,
    sequence=st.integers(0, 2**60),
    scheme=st.none() | texts,
    traceparent=st.none() | texts,
)


def encoded(envelope: Envelope, *, user_id: str | None, sealed: bool) -> bytes:
    encoder = wire.Encoder(app_id="certification", user_id=user_id)
    columns: dict[str, Any] = envelope.model_dump(exclude={"source"})
    return encoder.properties(**columns, sealed=sealed)


@given(envelopes, st.none() | st.just("keur-certification"), st.booleans())
def test_our_bytes_decode_to_the_properties_that_pamqp_writes(
    envelope: Envelope, user_id: str | None, sealed: bool
) -> None:
    slow = wire.properties(envelope, app_id="certification", user_id=user_id, sealed=sealed)
    ours, theirs = ContentHeader(), ContentHeader()
    ours.unmarshal(ContentHeader().marshal()[:12] + encoded(envelope, user_id=user_id, sealed=sealed))
    theirs.unmarshal(ContentHeader(properties=slow).marshal())

    by_name: dict[str, Any] = dict(ours.properties)
    by_pamqp: dict[str, Any] = dict(theirs.properties)
    published, expected = by_name.pop("timestamp"), by_pamqp.pop("timestamp")
    assert by_name == by_pamqp
    assert abs((published - expected).total_seconds()) <= 2


@given(envelopes)
def test_a_listener_reads_the_envelope_that_the_teller_wrote(envelope: Envelope) -> None:
    private = ALL[envelope.type].PRIVATE
    header = ContentHeader(body_size=2).marshal()[:12] + encoded(envelope, user_id=None, sealed=private)
    body = SEAL.close(b"{}", envelope.id) if private else b"{}"

    heard = wire.read(Delivered(b"", header, body), SEAL)

    assert heard.envelope == envelope
    assert heard.body == b"{}"
    assert heard.attempt == 0


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    moment = datetime(2027, 3, 28, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    envelope = Envelope(
        id="i", type=ExamPassed.TYPE, source="/keur/certification", time=moment,
        subject="trainee/T1", correlationid="c", sequence=1,
    )  # fmt: skip
    header = ContentHeader(body_size=2).marshal()[:12] + encoded(envelope, user_id=None, sealed=False)

    assert wire.read(Delivered(b"", header, b"{}"), None).envelope.time == moment


def test_a_correlation_longer_than_amqp_allows_keeps_its_whole_text_in_the_header() -> None:
    envelope = Envelope(
        id="i", type=ExamPassed.TYPE, source="/keur/certification", time=datetime(2027, 1, 1, tzinfo=UTC),
        subject="trainee/T1", correlationid="é" * 200, sequence=1,
    )  # fmt: skip
    read = ContentHeader()
    read.unmarshal(ContentHeader().marshal()[:12] + encoded(envelope, user_id=None, sealed=False))

    assert read.properties.correlation_id == "é" * 127
    assert (read.properties.headers or {})["cloudEvents:correlationid"] == "é" * 200
