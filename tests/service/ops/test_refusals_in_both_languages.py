"""What the desk refuses, in the operator's language."""

import json
from typing import Any

import pytest

from services.ops.domain.editing import NoContractKnown, SealedCannotBeEdited, checked_body
from shared.bus import topology
from shared.bus.tellers import ForgedTeller
from shared.ids import new_id
from tests.servers import Vhost

from .conftest import Desk
from .test_failed_messages import message, park
from .test_forged_messages import bring


async def refused(
    desk: Desk, path: str, content: dict[str, Any] | None, nl: str, en: str, *, status: int = 422
) -> None:
    """Asks in both languages; without content it is a GET."""
    for language, said in (("nl", nl), ("en", en)):
        headers = {"Accept-Language": language}
        method = "GET" if content is None else "POST"
        answer = await desk.http.request(method, f"/ops/api/{path}", json=content, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (status, said)


async def test_what_is_not_known_or_not_chosen(desk: Desk) -> None:
    message_nl, message_en = "Geen mislukt bericht heeft dit nummer.", "No failed message has this id."
    event_nl, event_en = "Het logboek heeft geen gebeurtenis met dit nummer.", "The journal has no event with this id."

    await refused(desk, "failed/none", None, message_nl, message_en, status=404)
    await refused(desk, "failed/none/edit", {"data": {}, "reason": "to try"}, message_nl, message_en, status=404)
    await refused(desk, "failed/retry", {"ids": [str(new_id())]}, message_nl, message_en, status=404)
    await refused(desk, "events/none", None, event_nl, event_en, status=404)
    replay_nl, replay_en = "Geen herhaling van gebeurtenissen heeft dit nummer.", "No replay has this id."
    await refused(desk, "replays/none", None, replay_nl, replay_en, status=404)
    await refused(desk, "failed/retry", {}, "Zeg om welke berichten het gaat.", "Say about which messages.")


async def test_what_a_decision_lacks(desk: Desk) -> None:
    await park(desk)
    (parked,) = await desk.failed()
    data = (await desk.get(f"/ops/api/failed/{parked['id']}"))["data"]
    edit, chosen = f"failed/{parked['id']}/edit", {"ids": [parked["id"]]}

    await refused(desk, edit, {"data": data, "reason": "to try"}, "Er is niets veranderd.", "Nothing was changed.")
    no_reason = "Een bericht veranderen kan alleen met een reden.", "A reason is needed to edit a message."
    await refused(desk, edit, {"data": data | {"score": 6.0}}, *no_reason)
    no_reason = "Wegleggen kan alleen met een reden.", "A reason is needed to discard a message."
    await refused(desk, "failed/discard", chosen, *no_reason)
    why = "Input should be a valid date or datetime, input is too short"
    misfit = f"taken_on past niet in het contract: {why}", f"taken_on does not fit its contract: {why}"
    await refused(desk, edit, {"data": data | {"taken_on": "x"}, "reason": "to try"}, *misfit)

    await desk.post("/ops/api/failed/retry", **chosen)
    decided = "Over dit bericht is al beslist.", "This message was decided about before."
    await refused(desk, "failed/retry", chosen, *decided, status=409)
    await refused(desk, edit, {"data": data, "reason": "to try"}, *decided, status=409)


async def test_what_was_published_by_who_may_not_tell_it(desk: Desk, vhost: Vhost) -> None:
    lie = ForgedTeller("published by keur_enrollment")
    await bring(vhost, "certification", parked_by="certification", headers={}, error=lie)
    (kept,) = await desk.failed()
    said = "Dit is gepubliceerd door wie het niet mag vertellen.", "This was published by who may not tell it."
    data = json.loads(message()[1]) | {"score": 9.0}

    await refused(desk, "failed/retry", {"ids": [kept["id"]]}, *said)
    await refused(desk, f"failed/{kept['id']}/edit", {"data": data, "reason": "to try"}, *said)


async def test_what_nobody_here_can_read_or_send_back(desk: Desk) -> None:
    _, body, properties = message()
    properties.headers = {k: v for k, v in (properties.headers or {}).items() if not k.startswith("x-keur")}
    await desk.publish(topology.DEAD, "", body, properties)
    (lost,) = await desk.failed()
    said = "Niemand weet welke dienst dit bericht opgaf.", "Nobody knows which service gave up on this message."

    assert lost["service"] == ""
    await refused(desk, "failed/retry", {"ids": [lost["id"]]}, *said)


async def test_a_sealed_message(desk: Desk) -> None:
    _, _, properties = message()
    properties.content_type = "application/vnd.keur.sealed"
    properties.headers = {**(properties.headers or {}), "x-keur-service": "certification"}
    await desk.publish(topology.DEAD, "certification", b"sealed", properties)
    (sealed,) = await desk.failed()
    nl = "Een verzegeld bericht is niet te veranderen: niemand kan het hier lezen."
    en = "A sealed message cannot be edited: nobody here can read it."

    await refused(desk, f"failed/{sealed['id']}/edit", {"data": {}, "reason": "to try"}, nl, en)


def test_what_has_no_contract_or_is_private() -> None:
    with pytest.raises(NoContractKnown) as none:
        checked_body("ops.nothing-happened.v1", {})
    with pytest.raises(SealedCannotBeEdited) as private:
        checked_body("enrollment.person-erased.v1", {})

    assert (none.value.nl, none.value.en) == ("Geen contract heeft deze soort.", "No contract has this type.")
    assert private.value.nl == "Persoonsgegevens zijn hier niet te veranderen."
    assert private.value.en == "Personal data cannot be edited here."
