"""Edit and send back, what became of it, and filters by age."""

import json

from shared.bus import topology
from tests.servers import Vhost

from .conftest import Desk, taken_from, until
from .test_failed_messages import message, park


async def edit(desk: Desk, id: str, *, status: int = 201, **content: object) -> dict[str, object]:
    answer = await desk.http.post(f"/ops/api/failed/{id}/edit", json=content)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_a_changed_message_goes_to_the_one_inbox_with_an_id_of_its_own_and_its_cause(
    desk: Desk, vhost: Vhost
) -> None:
    old = await park(desk)
    (parked,) = await desk.failed()
    data = (await desk.get(f"/ops/api/failed/{parked['id']}"))["data"] | {"score": 6.0}

    told = await edit(desk, parked["id"], data=data, reason="the score was typed wrong")

    sent = await taken_from(vhost.admin_url, topology.inbox("certification"))
    headers = sent.header.properties.headers
    assert sent.header.properties.message_id == headers["cloudEvents:id"] == told["message_id"] != old
    assert headers["cloudEvents:causationid"] == old
    assert not [name for name in headers if name.startswith("x-keur")]
    assert json.loads(sent.body)["score"] == 6.0
    assert {line for line in list(told["diff"]) if line[0] in "+-"} == {'-  "score": 8.3,', '+  "score": 6.0,'}  # type: ignore[call-overload]


async def test_the_old_message_stays_as_it_was_with_who_changed_it_and_why(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    data = (await desk.get(f"/ops/api/failed/{parked['id']}"))["data"]

    told = await edit(desk, parked["id"], data=data | {"score": 6.0}, reason="the score was typed wrong")

    old = await desk.get(f"/ops/api/failed/{parked['id']}")
    assert (old["state"], old["data"]) == ("edited", data)
    assert [(each["action"], each["reason"]) for each in old["actions"]] == [("edit", "the score was typed wrong")]
    again = await edit(desk, parked["id"], data=data, reason="once more", status=409)
    assert "already-decided" in str(again["type"])
    outcome = await desk.get(f"/ops/api/failed/{parked['id']}/outcome")
    assert outcome["edited"]["id"] == told["id"]
    assert '-  "score": 8.3,' in outcome["edited"]["diff"]


async def test_a_change_against_the_contract_is_refused_and_names_the_field(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    data = (await desk.get(f"/ops/api/failed/{parked['id']}"))["data"]

    refused = await edit(desk, parked["id"], data=data | {"score": "much"}, reason="to try", status=422)
    unchanged = await edit(desk, parked["id"], data=data, reason="to try", status=422)
    hurried = await edit(desk, parked["id"], data=data | {"score": 1.0}, status=422)

    assert "does-not-fit-its-contract" in str(refused["type"])
    assert "score" in str(refused["detail"])
    assert "nothing-changed" in str(unchanged["type"])
    assert "reason-needed" in str(hurried["type"])
    assert (await desk.failed())[0]["state"] == "parked"


async def test_a_dry_run_shows_the_diff_and_changes_nothing(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    data = (await desk.get(f"/ops/api/failed/{parked['id']}"))["data"]

    would = await edit(desk, parked["id"], data=data | {"score": 6.0}, dry_run=True, status=200)

    assert would["id"] is None
    assert '+  "score": 6.0,' in would["diff"]  # type: ignore[operator]
    assert (await desk.failed())[0]["state"] == "parked"


async def test_a_sealed_message_cannot_be_edited(desk: Desk) -> None:
    _, _, properties = message()
    properties.content_type = "application/vnd.keur.sealed"
    properties.headers = {**(properties.headers or {}), "x-keur-service": "certification"}
    await desk.publish(topology.DEAD, "certification", b"sealed", properties)
    (parked,) = await desk.failed()

    refused = await edit(desk, parked["id"], data={}, reason="to try", status=422)

    assert "sealed-cannot-be-edited" in str(refused["type"])


async def test_a_message_that_fails_again_is_said_to_be_parked_again_and_its_failures_are_counted(
    desk: Desk, vhost: Vhost
) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    await desk.post("/ops/api/failed/retry", ids=[parked["id"]])
    sent = await taken_from(vhost.admin_url, topology.inbox("certification"))

    async def outcome() -> str:
        answer = await desk.post("/ops/api/failed/outcomes", ids=[parked["id"]])
        return str(answer["items"][0]["outcome"])

    async def unknown() -> bool:  # nobody answers for certification here
        return await outcome() == "unknown"

    await until(unknown)
    sent.header.properties.user_id = "admin"
    sent.header.properties.headers["x-keur-service"] = "certification"
    sent.header.properties.headers["x-keur-parked-at"] = "2026-04-07T09:00:00+00:00"
    await desk.publish(topology.DEAD, "certification", sent.body, sent.header.properties)

    async def again() -> bool:
        return await outcome() == "parked again"

    await until(again)
    (now,) = await desk.failed()
    assert now["times"] == 2
    assert sum(group["repeated"] for group in (await desk.get("/ops/api/failed/groups"))["items"]) == 1


async def test_messages_are_chosen_by_their_age(desk: Desk) -> None:
    await park(desk)
    await desk.failed()

    assert (await desk.get("/ops/api/failed", older="1h"))["items"] == []
    assert len((await desk.get("/ops/api/failed", newer="1h"))["items"]) == 1
    assert (await desk.post("/ops/api/failed/retry", older="1h", dry_run=True))["matched"] == 0
    assert (await desk.post("/ops/api/failed/retry", newer="2d", dry_run=True))["matched"] == 1
    assert (await desk.http.get("/ops/api/failed", params={"older": "soon"})).status_code == 422


async def test_the_page_shows_what_would_change_then_sends_it_and_says_what_became_of_it(
    desk: Desk, vhost: Vhost
) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    data = (await desk.get(f"/ops/api/failed/{parked['id']}"))["data"] | {"score": 6.0}
    form = {"data": json.dumps(data), "reason": "typed wrong"}
    path = f"/ops/failed/{parked['id']}/edit"

    preview = await desk.http.post(path, data=form | {"check": "1"}, headers={"Accept": "text/html"})
    assert "+  &#34;score&#34;: 6.0," in preview.text
    wrong = await desk.http.post(path, data=form | {"data": "no json"}, headers={"Accept": "text/html"})
    assert wrong.status_code == 422
    sent = await desk.http.post(path, data=form, headers={"Accept": "text/html"})

    assert sent.status_code == 303
    await taken_from(vhost.admin_url, topology.inbox("certification"))
    page = await desk.page(f"/ops/failed/{parked['id']}")
    assert "-  &#34;score&#34;: 8.3," in page
    assert sent.headers["location"] in page


async def test_the_overview_says_what_waits_for_a_new_attempt(desk: Desk) -> None:
    _, body, properties = message()
    await desk.publish("", "keur.certification.retry.1h", body, properties)

    async def seen() -> bool:
        return "waits for a new attempt" in await desk.page("/ops/")

    await until(seen)
    assert "Everything flows" not in await desk.page("/ops/")
