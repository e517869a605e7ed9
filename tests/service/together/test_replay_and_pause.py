"""Replay and pause with all four services running."""

import asyncio
from typing import Any

from shared.bus import topology
from shared.events import ALL
from shared.settings import SERVICES

from .conftest import Together, until


async def replay(together: Together, service: str, *, again: bool, first: int = 0) -> int:
    """As the command line does it: private events from their tellers, then the journal."""
    hears = [binding.routing_key for binding in together.services[service].subscriptions.bindings()]
    sent = 0
    for teller in ("enrollment", "certification"):
        types = [kind for kind in hears if kind.startswith(f"{teller}.") and ALL[kind].PRIVATE]
        if types:
            sent += (await together.post(teller, "/bus/replay", to=service, types=types, again=again))["sent"]
    began = await together.post("ops", "/replays", service=service, types=hears, again=again, first=first)

    async def done() -> bool:
        return bool((await together.get("ops", f"/replays/{began['id']}"))["state"] == "done")

    await until(done)
    told = await together.get("ops", f"/replays/{began['id']}")
    assert told["sent"] == told["total"] == began["total"]
    await together.quiet()
    return sent + int(told["sent"])


async def test_everything_told_again_twice_to_every_service_leaves_what_each_knows_byte_equal(
    together: Together,
) -> None:
    await together.fill()
    before = await together.known()
    assert len(before["certification.certificate"]) > 0
    assert len(before["notifications.mail"]) > 50

    for _ in range(2):
        for service in SERVICES:
            assert await replay(together, service, again=True) > 0

    after = await together.known()
    assert after.keys() == before.keys()
    different = [table for table in before if after[table] != before[table]]
    assert different == []


async def test_what_the_inbox_knows_is_passed_over_and_a_dry_run_sends_nothing(together: Together) -> None:
    await together.fill()
    handled = together.services["notifications"].dispatcher.handled
    counted: dict[str, Any] = await together.post("ops", "/replays", service="notifications", types=["#"], dry_run=True)
    assert counted["total"] > 50
    assert counted["id"] is None
    assert together.services["notifications"].dispatcher.handled == handled

    before = await together.known()
    sent = await replay(together, "notifications", again=False)

    assert together.services["notifications"].dispatcher.handled == handled + sent
    assert await together.known() == before


async def test_a_paused_service_handles_nothing_says_who_and_why_and_goes_on_with_what_waited(
    together: Together,
) -> None:
    notifications = together.services["notifications"]
    answer = await together.post("notifications", "/bus/pause", reason="the mail server moves")
    assert answer == {"service": "notifications", "paused": True, "changed": True}

    async def rests() -> bool:
        return not notifications.consumer.alive

    await until(rests)
    ready = await notifications.readiness()
    assert ready["ready"] is True
    assert ready["paused"]["actor"] == "office/admin"
    assert ready["paused"]["reason"] == "the mail server moves"

    await together.take("enrollment", "companies")

    async def waiting() -> bool:
        return bool(await depth(together, topology.inbox("notifications")) > 50)

    await until(waiting)
    assert (await together.post("notifications", "/bus/resume"))["changed"] is True

    async def empty() -> bool:
        return notifications.consumer.alive and await depth(together, topology.inbox("notifications")) == 0

    await until(empty)
    actions = (await together.get("notifications", "/bus"))["actions"]
    assert [(each["action"], each["reason"]) for each in actions] == [
        ("resume", ""),
        ("pause", "the mail server moves"),
    ]


async def test_a_pause_holds_when_the_service_starts_again(together: Together) -> None:
    await together.post("certification", "/bus/pause", reason="to see it again")
    service = together.services["certification"]
    service.pausing.now = None  # as a new process begins
    service.consumer.hold(False)

    await service.pausing.look()

    assert service.consumer.held
    assert (await service.readiness())["paused"]["reason"] == "to see it again"


async def test_a_pause_without_a_reason_is_refused(together: Together) -> None:
    answer = await together.http["certification"].post("/certification/api/bus/pause", json={"reason": " "})

    assert answer.status_code == 422
    assert "pause-needs-reason" in answer.json()["type"]


async def depth(together: Together, queue: str) -> int:
    queues = await asyncio.wait_for(together.get("ops", "/queues"), 10)
    return int(queues["queues"][queue]["ready"] or 0)
