"""In which order a withdrawal is seen: register, status list and event at once when it is committed, not before."""

from pathlib import Path
from typing import Any

import pytest

from services.certification.commands.life import Asked, decide_step
from services.certification.credential.keys import make_issuing_key
from services.certification.credential.status_list import is_set
from services.certification.domain.life import Kind
from shared.clock import FixedClock

from .conftest import OFFICE, SUMMER, Certification, Web


@pytest.fixture(autouse=True)
def issuing_key(tmp_path: Path) -> None:
    make_issuing_key(tmp_path)


async def seen(web: Web, row: dict[str, Any], place: int) -> dict[str, Any]:
    """What strangers see now: the register's answer, the bit and the tag of the list."""
    path, asked = f"/certification/register/{row['number']}", {"code": row["check_code"]}
    entry = await web.stranger.get(path, params=asked, headers={"accept": "application/json"})
    listed = await web.stranger.get("/certification/status/1")
    packed = listed.json()["credentialSubject"]["encodedList"]
    return {"register": entry.json()["status"], "bit": is_set(packed, place), "tag": listed.headers["etag"]}


async def test_nothing_is_seen_of_a_withdrawal_until_it_is_committed_and_everything_at_once_then(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    first, _ = await certification.certify("T1", "T2")
    code = {"code": first["check_code"]}
    await web.stranger.get(f"/certification/register/{first['number']}/credential.json", params=code)
    place = await certification.value("select place from status_entry where number = $1", first["number"])
    before = await seen(web, first, place)

    async with certification.db.transaction() as tx:
        asked = Asked(Kind.WITHDRAWN, "other", "found out")
        await decide_step(tx, first["number"], asked, now=SUMMER, today=SUMMER.date(), by=OFFICE)
        meanwhile = await seen(web, first, place)
        told_meanwhile = await certification.told("certificate-withdrawn")
    after = await seen(web, first, place)
    told = await certification.told("certificate-withdrawn")

    assert before == meanwhile == {"register": "valid", "bit": False, "tag": before["tag"]}
    assert not told_meanwhile
    assert (after["register"], after["bit"]) == ("withdrawn", True)
    assert after["tag"] != before["tag"], "who keeps the list by its tag gets the new one"
    assert [event.model_dump()["number"] for event in told] == [first["number"]]


async def test_the_answer_to_a_withdrawal_comes_when_register_and_list_say_it_already(
    certification: Certification, web: Web
) -> None:
    first, other = await certification.certify("T1", "T2")
    for row in (first, other):
        path = f"/certification/register/{row['number']}/credential.json"
        await web.stranger.get(path, params={"code": row["check_code"]})
    places = {row["number"]: row["place"] for row in await certification.rows("select number, place from status_entry")}

    answer = await web.office.post(
        f"/certification/api/certificates/{first['number']}/withdraw",
        json={"reason": "found out", "reason_code": "other"},
        headers={"Idempotency-Key": "w1"},
    )
    now = await seen(web, first, places[first["number"]])

    assert answer.status_code == 201
    assert (now["register"], now["bit"]) == ("withdrawn", True)
    beside = await seen(web, other, places[other["number"]])
    assert (beside["register"], beside["bit"]) == ("valid", False), "nobody else's"
