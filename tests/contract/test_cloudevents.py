"""A program that knows CloudEvents and nothing of Keur reads what we tell: the CNCF's own package does."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.amqp import AMQPMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from pamqp.header import ContentHeader

from shared.bus.wire import Encoder
from shared.events import ALL

SAMPLES = Path(__file__).parent / "samples"
PUBLIC = sorted(kind for kind, event in ALL.items() if not event.PRIVATE)


def on_the_wire(kind: str, **attributes: Any) -> ContentHeader:
    """The content header of an event as the relay encodes it, decoded by pamqp."""
    given: dict[str, Any] = {
        "id": "0197a3c2-6a1e-7c55-9d0a-3f1f2c7f9b10",
        "type": kind,
        "time": datetime(2027, 6, 18, 14, 30, 0, 125000, tzinfo=UTC),
        "subject": "trainee/T20260042",
        "correlationid": "0197a3c2-0000-7c55-9d0a-3f1f2c7f9b10",
        "causationid": "0197a3c2-1111-7c55-9d0a-3f1f2c7f9b10",
        "sequence": 17,
        "scheme": "smo",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }
    service = kind.partition(".")[0]
    encoded = Encoder(app_id=service, user_id=f"keur-{service}").properties(**given | attributes, sealed=False)
    header = ContentHeader()
    header.unmarshal(ContentHeader().marshal()[:12] + encoded)
    return header


def as_cloudevent(header: ContentHeader, body: bytes) -> Any:
    properties = header.properties
    message = AMQPMessage(
        properties={"content-type": properties.content_type},
        application_properties=dict(properties.headers or {}),
        application_data=body,
    )
    return from_binary(message, JSONFormat())


@pytest.mark.parametrize("kind", PUBLIC)
def test_the_cloudevents_package_reads_every_public_event(kind: str) -> None:
    body = (SAMPLES / f"{kind}.json").read_bytes()

    event = as_cloudevent(on_the_wire(kind), body)

    assert event.get_type() == kind
    assert event.get_source() == f"/keur/{kind.partition('.')[0]}"
    assert event.get_subject() == "trainee/T20260042"
    assert event.get_time() == datetime(2027, 6, 18, 14, 30, 0, 125000, tzinfo=UTC)
    assert event.get_specversion() == "1.0"
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == json.loads(body)


def test_our_extensions_are_extensions_to_it_and_sequence_is_text() -> None:
    event = as_cloudevent(on_the_wire(PUBLIC[0]), b"{}")

    assert event.get_extension("sequence") == "17"
    assert event.get_extension("scheme") == "smo"
    assert event.get_extension("correlationid") == "0197a3c2-0000-7c55-9d0a-3f1f2c7f9b10"
    assert event.get_extension("causationid") == "0197a3c2-1111-7c55-9d0a-3f1f2c7f9b10"
    assert event.get_extension("traceparent").startswith("00-4bf92f35")


def test_the_same_facts_stand_in_amqps_own_properties() -> None:
    properties = on_the_wire(PUBLIC[0]).properties

    assert properties.message_type == PUBLIC[0]
    assert properties.message_id == "0197a3c2-6a1e-7c55-9d0a-3f1f2c7f9b10"
    assert properties.correlation_id == "0197a3c2-0000-7c55-9d0a-3f1f2c7f9b10"
    assert properties.delivery_mode == 2
    assert properties.app_id == PUBLIC[0].partition(".")[0]
    assert properties.user_id == f"keur-{properties.app_id}"
