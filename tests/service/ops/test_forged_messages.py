"""Nobody gets a lie told by way of the operators' desk: what its teller did not publish is kept, not sent back."""

import json
from typing import Any

import pytest

from shared.bus import topology
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.retry import again_or_parked
from shared.bus.tellers import ForgedTeller
from shared.errors import GiveUp
from tests.servers import Vhost

from .conftest import Desk
from .test_editing import edit
from .test_failed_messages import _delivered, message


async def bring(vhost: Vhost, user: str, *, parked_by: str | None, headers: dict[str, Any], error: Exception) -> None:
    """An exam-passed in the queue of failed messages, as this service's broker user would bring it there."""
    _, body, properties = message()
    properties.user_id = f"keur_{user}"
    if parked_by is not None:
        _, copy = again_or_parked(
            _delivered(body, properties), error, service=parked_by, handler="h", attempt=0, sealed=False,
            user=f"keur_{user}",
        )  # fmt: skip
        assert not isinstance(copy.properties, bytes)
        properties = copy.properties
    properties.headers = {**(properties.headers or {}), **headers}
    publisher = Publisher(vhost.url(user), name=user)
    assert await publisher.publish([Outgoing(topology.DEAD, "x", body, properties)]) == [None]
    await publisher.close()


DEATH = {"x-death": [{"queue": "keur.certification.inbox", "reason": "delivery_limit", "count": 1}]}
FORGERIES: dict[str, dict[str, Any]] = {
    "a copy that says another service parked it": {"user": "enrollment", "parked_by": "certification", "headers": {}},
    "a death in another's queue that never was": {"user": "enrollment", "parked_by": None, "headers": DEATH},
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forgery_brought_to_the_desk_is_kept_named_and_not_sent_back(
    desk: Desk, vhost: Vhost, forgery: str
) -> None:
    await bring(vhost, **FORGERIES[forgery], error=GiveUp("believe me"))

    (kept,) = await desk.failed()
    assert kept["error"] == ForgedTeller.__name__
    assert kept["service"] == ""
    answer = await desk.http.post("/ops/api/failed/retry", json={"ids": [kept["id"]]})
    assert answer.status_code == 422
    assert "forged-stays" in answer.json()["type"]
    assert (await desk.post("/ops/api/failed/retry", all=True))["matched"] == 0


async def test_what_a_listener_parked_as_forged_is_not_sent_back(desk: Desk, vhost: Vhost) -> None:
    lie = ForgedTeller("published by keur_enrollment")
    await bring(vhost, "certification", parked_by="certification", headers={}, error=lie)

    (kept,) = await desk.failed()
    assert (kept["service"], kept["error"]) == ("certification", "ForgedTeller")
    answer = await desk.http.post("/ops/api/failed/retry", json={"ids": [kept["id"]]})
    assert answer.status_code == 422
    assert (await desk.post("/ops/api/failed/retry", group=kept["group"]))["matched"] == 0


async def test_what_was_parked_as_forged_does_not_become_true_by_being_edited(desk: Desk, vhost: Vhost) -> None:
    lie = ForgedTeller("published by keur_enrollment")
    await bring(vhost, "certification", parked_by="certification", headers={}, error=lie)

    (kept,) = await desk.failed()
    data = json.loads(message()[1]) | {"score": 9.0}
    answer = await edit(desk, kept["id"], data=data, reason="to try", status=422)
    assert "forged-stays" in str(answer["type"])
    assert (await desk.failed())[0]["state"] == "parked"


async def test_what_a_service_parked_itself_is_sent_back(desk: Desk, vhost: Vhost) -> None:
    await bring(vhost, "certification", parked_by="certification", headers={}, error=GiveUp("no such scheme"))

    (kept,) = await desk.failed()
    assert kept["error"] == "GiveUp"
    assert (await desk.post("/ops/api/failed/retry", ids=[kept["id"]]))["changed"] == 1
