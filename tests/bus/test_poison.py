"""Messages that nobody can handle: parked with their reason in seconds, their neighbours not delayed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.bus import outbox, topology
from shared.events.certification import ExamPassed

from .conftest import MakeNode
from .node import passed, publish_raw, take, until
from .test_delivery import TABLE, writing_down

INBOX = "keur.certification.inbox"


def headers(**changed: Any) -> dict[str, Any]:
    given = {
        "id": "22222222-2222-7222-8222-222222222222",
        "type": ExamPassed.TYPE,
        "source": "/keur/test",
        "time": datetime.now(UTC).isoformat(),
        "subject": "trainee/T1",
        "correlationid": "c",
        "sequence": "1",
    } | changed
    return {f"cloudEvents:{name}": value for name, value in given.items() if value is not None}


GOOD = passed(1).model_dump_json().encode()
POISON: list[tuple[str, bytes, dict[str, Any], str]] = [
    ("not JSON", b"<xml/>", {"headers": headers(), "content_type": "application/json"}, "BodyDoesNotFit"),
    ("NUL bytes", b"\x00" * 50, {"headers": headers(), "content_type": "application/json"}, "BodyDoesNotFit"),
    (
        "nested a thousand deep",
        b"[" * 1000,
        {"headers": headers(), "content_type": "application/json"},
        "BodyDoesNotFit",
    ),
    ("a field missing", b'{"exam": "x"}', {"headers": headers(), "content_type": "application/json"}, "BodyDoesNotFit"),
    ("another content type", GOOD, {"headers": headers(), "content_type": "text/xml"}, "WrongContentType"),
    ("no content type", GOOD, {"headers": headers()}, "WrongContentType"),
    ("no headers", GOOD, {"content_type": "application/json"}, "NotAnEvent"),
    ("no id", GOOD, {"headers": headers(id=None), "content_type": "application/json"}, "NotAnEvent"),
    ("an id with NUL", GOOD, {"headers": headers(id="a\x00b"), "content_type": "application/json"}, "NotAnEvent"),
    ("a time that is none", GOOD, {"headers": headers(time="soon"), "content_type": "application/json"}, "NotAnEvent"),
    (
        "an unknown type",
        GOOD,
        {"headers": headers(type="x.y-done.v1"), "content_type": "application/json"},
        "UnknownEventType",
    ),
    (
        "an unknown version",
        GOOD,
        {"headers": headers(type="certification.exam-passed.v9"), "content_type": "application/json"},
        "UnknownEventType",
    ),
    (
        "a type nobody handles here",
        b'{"message_id":"x","service":"ops","event_type":"x","reason":"x"}',
        {"headers": headers(type="ops.message-discarded.v1"), "content_type": "application/json"},
        "NoHandler",
    ),
    ("ten megabytes", b" " * 10_000_000, {"headers": headers(), "content_type": "application/json"}, "BodyTooLarge"),
    (
        "sealed with another key",
        b"x" * 60,
        {"headers": headers(), "content_type": "application/vnd.keur.sealed"},
        "SealBroken",
    ),
]


@pytest.mark.parametrize(("body", "properties", "reason"), [p[1:] for p in POISON], ids=[p[0] for p in POISON])
async def test_poison_is_parked_with_its_reason_and_its_neighbours_go_on(
    make_node: MakeNode, body: bytes, properties: dict[str, Any], reason: str
) -> None:
    node = await make_node(writing_down(), TABLE)

    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n) for n in range(10)))
    await publish_raw(node.amqp_url, INBOX, body, message_id="poison", **properties)
    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n) for n in range(10, 20)))

    await until(lambda: node.handled("select count(*) = 20 from seen"))
    parked = await take(node.amqp_url, topology.FAILED)
    told = parked.header.properties.headers or {}
    assert told["x-keur-error"] == reason
    assert told["x-keur-service"] == "certification"
    assert told["x-keur-reason"]
    assert parked.header.properties.message_id == "poison"
    assert parked.body == body
    assert node.consumer.alive
