"""Appeals: within the term, with a frozen dossier, decided by somebody who had no part, with what follows."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.certification.commands.appeals import decide, lodge
from services.certification.domain.life import Kind
from services.certification.domain.rules import Refused
from services.certification.store.audit import By

from .conftest import OFFICE, SUMMER, Certification, Web
from .test_life import API, NUMBER, certified, issuing_key, step

__all__ = ["issuing_key"]
OTHER = By("office/other")


async def appeal(certification: Certification, late_reason: str = "", days: int = 1) -> str:
    now = SUMMER + timedelta(days=days)
    async with certification.db.transaction() as tx:
        made = await lodge(
            tx, NUMBER, grounds="it was not me", step=None, lodged_by=None, late_reason=late_reason, now=now,
            today=now.date(), by=OFFICE,
        )  # fmt: skip
        return made.appeal_id


async def decided(certification: Certification, appeal_id: str, *, upheld: bool, by: By = OTHER) -> str | None:
    async with certification.db.transaction() as tx:
        now = SUMMER + timedelta(days=9)
        done = await decide(tx, appeal_id, upheld=upheld, words="read it all", now=now, today=now.date(), by=by)
        return done[1]


async def test_an_appeal_that_is_right_ends_a_suspension(certification: Certification) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED)
    appeal_id = await appeal(certification)

    await decided(certification, appeal_id, upheld=True)

    assert await certification.value("select state from certificate_status") == "valid"
    assert await certification.value("select reason from certificate_step where position = 2") == "appeal_upheld"
    told = await certification.told("appeal-lodged", "certificate-reinstated", "appeal-decided")
    assert [type(event).__name__ for event in told] == ["AppealLodged", "CertificateReinstated", "AppealDecided"]
    assert all("not me" not in event.model_dump_json() for event in told)


async def test_a_withdrawal_that_does_not_stand_gives_a_new_certificate_and_the_old_one_stays_withdrawn(
    certification: Certification, web: Web
) -> None:
    await certified(certification)
    await step(certification, Kind.WITHDRAWN)
    appeal_id = await appeal(certification)

    new = await decided(certification, appeal_id, upheld=True)

    assert new == "SM-2026-00002"
    rows = await certification.rows("select number, status from v_certificate order by number")
    assert [(row["number"], row["status"]) for row in rows] == [(NUMBER, "withdrawn"), (new, "valid")]
    assert await certification.value("select replaces from certificate where number = $1", new) == NUMBER
    assert (await web.office.get("/certification/api/verify")).json()["violations"] == []


async def test_a_correction_that_does_not_stand_is_undone_in_a_new_version(certification: Certification) -> None:
    await certified(certification)
    await step(certification, Kind.CORRECTED, holder="Somebody Else")
    appeal_id = await appeal(certification)

    await decided(certification, appeal_id, upheld=True)

    row = (await certification.rows("select document from certificate_version order by version desc limit 1"))[0]
    assert row["document"]["holder"] == "Åsa O'Brien"


@pytest.mark.parametrize("who", ["office/coordinator", "examiner/EX1", "mentor/M1", "instructor/i1", "trainee/T1"])
async def test_who_had_a_part_does_not_decide_and_the_database_says_so_too(
    certification: Certification, who: str
) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED)
    appeal_id = await appeal(certification)

    with pytest.raises(Refused) as refused:
        await decided(certification, appeal_id, upheld=True, by=By(who))
    with pytest.raises(asyncpg.RestrictViolationError):
        await certification.rows(
            "insert into appeal_decision values ($1, 'upheld', $2, '2026-07-12', now(), null)", appeal_id, who
        )

    assert type(refused.value).__name__ == "HadAPart"
    assert await certification.value("select state from certificate_status") == "suspended"


async def test_after_the_term_an_appeal_needs_a_reason(certification: Certification) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED)

    with pytest.raises(Refused) as refused:
        await appeal(certification, days=60)
    await appeal(certification, "was in hospital", days=60)

    assert refused.value.said("nl")[0] == "De termijn voor beroep liep tot en met 14 augustus 2026."
    assert refused.value.said("en")[0] == "The term of appeal ran until 14 August 2026."
    assert await certification.value("select late from appeal") is True


async def test_the_dossier_of_the_day_is_frozen(certification: Certification, web: Web) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED)
    await appeal(certification)
    await step(certification, Kind.REINSTATED)

    dossier: dict[str, Any] = await certification.value("select dossier from appeal")

    assert (dossier["stands"], len(dossier["steps"]), len(dossier["results"])) == ("suspended", 1, 2)
    with pytest.raises(asyncpg.RestrictViolationError):
        await certification.rows("update appeal set dossier = '{}'")


async def test_by_json_an_appeal_is_lodged_once_and_refused_to_who_decided(
    certification: Certification, web: Web
) -> None:
    await certified(certification)
    await web.office.post(f"{API}/suspend", json={"reason": "x"})

    lodged = await web.office.post(f"{API}/appeals", json={"grounds": "no"})
    again = await web.office.post(f"{API}/appeals", json={"grounds": "no"})
    refused = await web.office.post(
        f"/certification/api/appeals/{lodged.json()['appeal_id']}/decision", json={"outcome": "upheld", "reason": "y"}
    )

    assert (lodged.status_code, again.status_code, refused.status_code) == (201, 409, 409)
    assert refused.json()["type"].endswith("had-a-part")
    page = await web.office.get(f"/certification/certificates/{NUMBER}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "Beroep" in page.text
