import json
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest
from pamqp.commands import Basic

from services.ops import store
from shared.bus import topology, wire
from shared.bus.retry import again_or_parked
from shared.errors import GiveUp
from shared.events import Envelope
from shared.events.certification import ExamPassed
from shared.events.enrollment import ContactPointChanged
from shared.ids import new_id
from tests.servers import Vhost

from .conftest import Desk, aiormq_channel, taken_from, until


def message(trainee: str = "T1") -> tuple[str, bytes, Basic.Properties]:
    event = ExamPassed(
        result_id=f"{trainee}-theory-1",
        trainee_id=trainee,
        exam="theory",
        attempt=1,
        taken_on=date(2026, 4, 7),
        score=8.3,
        scheme="smo",
    )
    envelope = Envelope(
        id=new_id(), type=event.TYPE, source="/keur/certification", time=datetime.now(UTC), subject=event.subject,
        correlationid="c-1", sequence=1,
    )  # fmt: skip
    properties = wire.properties(envelope, app_id="certification", user_id="admin", sealed=False)
    return envelope.id, event.model_dump_json().encode(), properties


async def park(
    desk: Desk, trainee: str = "T1", *, error: Exception | None = None, handler: str = "assess_candidate"
) -> str:
    """As a service parks what it gave up on, by the bus's own code."""
    id, body, properties = message(trainee)
    outcome, copy = again_or_parked(
        _delivered(body, properties),
        error or GiveUp("no such scheme"),
        service="certification",
        handler=handler,
        attempt=0,
        sealed=False,
        user="admin",
    )
    assert outcome == "parked"
    await desk.publish(copy.exchange, copy.routing_key, copy.body, copy.properties)
    return id


def _delivered(body: bytes, properties: Basic.Properties) -> Any:
    class Delivered:
        class header:
            pass

        class delivery:
            exchange = topology.EVENTS
            routing_key = "certification.exam-passed.v1"

    delivered: Any = Delivered()
    delivered.header.properties, delivered.body = properties, body
    return delivered


async def actions_told(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return list((await desk.get("/ops/api/events", type=kind))["items"])


async def test_a_parked_message_is_on_the_desk_with_its_reason_and_told(desk: Desk) -> None:
    id = await park(desk)

    (parked,) = await desk.failed()

    assert parked["message_id"] == id
    assert (parked["service"], parked["error"], parked["reason"]) == ("certification", "GiveUp", "no such scheme")
    assert (parked["subject"], parked["handler"]) == ("trainee/T1", "assess_candidate")

    async def told() -> list[dict[str, Any]]:
        return await actions_told(desk, "ops.message-parked.v1")

    (event,) = await until(told)
    assert event["data"]["message_id"] == id


async def test_a_parked_copy_delivered_twice_is_there_once_and_told_once(desk: Desk) -> None:
    _, body, properties = message()
    _, copy = again_or_parked(
        _delivered(body, properties),
        GiveUp("x"),
        service="certification",
        handler="h",
        attempt=0,
        sealed=False,
        user=None,
    )
    for _ in range(2):
        await desk.publish(copy.exchange, copy.routing_key, copy.body, copy.properties)
    await park(desk, "T2")

    assert len(await desk.failed(2)) == 2


async def test_messages_with_the_same_cause_are_one_group(desk: Desk) -> None:
    for trainee in ("T1", "T2", "T3"):
        await park(desk, trainee)
    await park(desk, "T4", handler="another_handler")
    await desk.failed(4)

    groups = (await desk.get("/ops/api/failed/groups"))["items"]

    assert [group["count"] for group in groups] == [3, 1]
    assert groups[0]["types"] == ["certification.exam-passed.v1"]


async def test_a_retried_message_reaches_only_the_inbox_of_its_service_with_the_same_id(
    desk: Desk, vhost: Vhost
) -> None:
    id = await park(desk)
    (parked,) = await desk.failed()

    assert await desk.post("/ops/api/failed/retry", ids=[parked["id"]]) == {"matched": 1, "changed": 1}
    message = await taken_from(vhost.admin_url, topology.inbox("certification"))

    properties = message.header.properties
    assert properties.message_id == id
    assert properties.message_type == "certification.exam-passed.v1"
    assert json.loads(message.body)["trainee_id"] == "T1"
    assert not [name for name in properties.headers if name.startswith("x-keur")]
    assert wire.envelope_of(properties.headers).id == id

    async def told() -> list[dict[str, Any]]:
        return await actions_told(desk, "ops.message-redriven.v1")

    (event,) = await until(told)
    assert event["data"]["message_id"] == id
    assert await desk.failed(state="redriven")
    # it went to the one inbox queue and not to keur.events again
    assert (await desk.get("/ops/api/events", type="certification.exam-passed.v1"))["items"] == []


async def test_a_message_that_was_sent_back_cannot_be_sent_back_again(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    await desk.post("/ops/api/failed/retry", ids=[parked["id"]])

    answer = await desk.http.post("/ops/api/failed/retry", json={"ids": [parked["id"]]})

    assert answer.status_code == 409


async def test_a_group_is_retried_at_once_and_a_dry_run_changes_nothing(desk: Desk) -> None:
    for trainee in ("T1", "T2"):
        await park(desk, trainee)
    await park(desk, "T3", handler="another_handler")
    first, *_ = await desk.failed(3)

    dry = await desk.post("/ops/api/failed/retry", group=first["group"], dry_run=True)
    still = await desk.failed(3)
    done = await desk.post("/ops/api/failed/retry", group=first["group"])

    assert (dry, len(still)) == ({"matched": 2, "changed": 0}, 3)
    assert done == {"matched": 2, "changed": 2}
    assert len((await desk.get("/ops/api/failed"))["items"]) == 1


async def test_discarding_needs_a_reason_is_told_and_can_be_undone(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()

    refused = await desk.http.post("/ops/api/failed/discard", json={"ids": [parked["id"]]})
    await desk.post("/ops/api/failed/discard", ids=[parked["id"]], reason="entered twice")
    after = (await desk.get("/ops/api/failed"))["items"]
    await desk.post("/ops/api/failed/restore", ids=[parked["id"]])

    assert refused.status_code == 422
    assert after == []
    shown = await desk.get(f"/ops/api/failed/{parked['id']}")
    assert shown["state"] == "parked"
    assert [(action["action"], action["actor"]) for action in shown["actions"]] == [
        ("discard", "office/admin"),
        ("restore", "office/admin"),
    ]

    async def told() -> list[dict[str, Any]]:
        return await actions_told(desk, "ops.message-discarded.v1")

    assert (await until(told))[0]["data"]["reason"] == "entered twice"


async def test_nothing_chosen_is_refused(desk: Desk) -> None:
    answer = await desk.http.post("/ops/api/failed/retry", json={})

    assert answer.status_code == 422


async def test_a_message_that_failed_again_counts_how_often(desk: Desk) -> None:
    id, body, properties = message()
    for _ in range(2):
        _, copy = again_or_parked(
            _delivered(body, properties),
            GiveUp("x"),
            service="certification",
            handler="h",
            attempt=0,
            sealed=False,
            user=None,
        )
        await desk.publish(copy.exchange, copy.routing_key, copy.body, copy.properties)
    await desk.failed(2)

    assert (await desk.get(f"/ops/api/failed/{id}"))["times"] == 2


async def test_what_the_broker_took_away_is_on_the_desk_with_the_queue_it_was_in(desk: Desk, vhost: Vhost) -> None:
    id, body, properties = message()
    await desk.publish("", topology.inbox("certification"), body, properties)
    async with aiormq_channel(vhost.admin_url) as channel:

        async def taken() -> Any:
            got = await channel.basic_get(topology.inbox("certification"))
            return got if isinstance(got.delivery, Basic.GetOk) else None

        got = await until(taken)
        await channel.basic_reject(got.delivery.delivery_tag, requeue=False)

    (parked,) = await desk.failed()
    assert (parked["message_id"], parked["service"], parked["error"]) == (id, "certification", "broker: rejected")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"x" * 2_000_000], ids=["empty", "no text", "two megabytes"])
async def test_anything_at_all_that_fails_is_kept_and_shown(desk: Desk, body: bytes) -> None:
    odd: Any = {"x-keur-service": "certification", "odd": {"deep": [1, None, "a\x00b", 2.5]}, "when": datetime.now(UTC)}
    await desk.publish(topology.DEAD, "certification", body, Basic.Properties(headers=odd, delivery_mode=2))

    (parked,) = await desk.failed()

    assert (await desk.get(f"/ops/api/failed/{parked['id']}"))["size"] == len(body)
    assert "certification" in await desk.page(f"/ops/failed/{parked['id']}")


async def test_a_sealed_body_is_kept_as_it_came_and_never_shown(desk: Desk) -> None:
    event = ContactPointChanged(person="trainee/T1", name="Fleur", email="fleur@leerling.example")
    sealed = b"nonce-and-ciphertext"
    envelope = Envelope(
        id=new_id(), type=event.TYPE, source="/keur/enrollment", time=datetime.now(UTC), subject=event.subject,
        correlationid="c", sequence=1,
    )  # fmt: skip
    properties = wire.properties(envelope, app_id="enrollment", user_id="admin", sealed=True)
    headers: Any = properties.headers
    headers["x-keur-service"] = "notifications"
    await desk.publish(topology.DEAD, "notifications", sealed, properties)

    (parked,) = await desk.failed()
    shown = await desk.get(f"/ops/api/failed/{parked['id']}")
    page = await desk.page(f"/ops/failed/{parked['id']}")

    assert shown["sealed"] is True
    assert (shown["data"], shown["text"], shown["base64"]) == (None, None, None)
    assert "ciphertext" not in page
    async with desk.service.db.read() as tx:
        assert await tx.fetchval("select body from failed") == sealed


async def test_sending_back_survives_a_crash_between_confirm_and_commit_by_sending_again(
    desk: Desk, vhost: Vhost, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await park(desk)
    (parked,) = await desk.failed()
    crashes = iter([True, False])

    async def crash_once(tx: Any, ids: Any) -> None:
        if next(crashes, False):
            raise asyncpg.ConnectionDoesNotExistError("the database went away")
        await original(tx, ids)

    original = store.redriven
    monkeypatch.setattr(store, "redriven", crash_once)
    await desk.post("/ops/api/failed/retry", ids=[parked["id"]])

    first = await taken_from(vhost.admin_url, topology.inbox("certification"))
    second = await taken_from(vhost.admin_url, topology.inbox("certification"))

    assert first.header.properties.message_id == second.header.properties.message_id == id
    assert await desk.failed(state="redriven")


async def test_pages_show_groups_and_decide_with_a_reason(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()

    groups = await desk.page("/ops/failed")
    form = {"action": "discard", "id": parked["id"], "reason": ""}
    without = await desk.http.post("/ops/failed/decide", data=form, headers={"Accept": "text/html"})
    done = await desk.http.post("/ops/failed/decide", data=form | {"reason": "entered twice"}, follow_redirects=True)

    assert "no such scheme" in groups
    assert without.status_code == 422
    assert "at least three characters" in without.text
    assert "1 message was discarded." in done.text


async def test_impact_is_said_in_words_of_the_work(desk: Desk) -> None:
    for trainee in ("T1", "T2"):
        await park(desk, trainee)
    await desk.failed(2)

    assert "2 passed exams do not count towards a certificate yet" in await desk.page("/ops/")


async def test_queues_tell_depth_consumers_and_parked(desk: Desk) -> None:
    await park(desk)
    await desk.failed()
    _, body, properties = message()
    await desk.publish("", topology.inbox("certification"), body, properties)

    async def counted() -> dict[str, Any] | None:
        told = (await desk.get("/ops/api/queues"))["queues"]
        return told if told.get("keur.certification.inbox", {}).get("ready") == 1 else None

    told = await until(counted)

    assert told["keur.certification.inbox"]["parked"] == 1
    assert told["keur.certification.inbox"]["consumers"] == 0
    assert told["keur.ops.inbox"]["consumers"] == 1
