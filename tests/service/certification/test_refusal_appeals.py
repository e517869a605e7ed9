"""Appeals against a refusal: within the term, on a frozen decision, decided by the uninvolved, then taken anew."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.certification.commands import deciding
from services.certification.commands.appeals import decide
from services.certification.commands.calendar import follow_calendar
from services.certification.commands.refusal_appeals import lodge_against_refusal
from services.certification.domain.appeals import HadAPart, NotRefused
from services.certification.domain.canonical import fingerprint
from services.certification.domain.deciding import DeciderInvolved
from services.certification.domain.rules import Refused
from services.certification.queries import verification
from services.certification.store.audit import By
from shared import clock
from tests.unit.certification.builders import scheme

from .conftest import OFFICE, Certification, Web, enrolled, named, passes
from .test_deciding import ANNA, BERT, TODAY, name, refuse

NORMS = "norms: {appeal_days: 42, appeal_decision_days: 56}"
WITH_TERM = scheme(version='version: "2026.2"', decision_mode=f"decision_mode: reviewed\n{NORMS}")
CARL = "office/carl"


@pytest.fixture
async def refused(certification: Certification) -> Certification:
    """T1 met every requirement and was refused by Anna all the same."""
    await certification.publish(WITH_TERM)
    await certification.hear(enrolled(scheme_version="2026.2"), named())
    await certification.enter(*passes())
    await certification.hears_itself()
    await name(certification, ANNA)
    await refuse(certification)
    return certification


async def lodge(certification: Certification, *, days: int = 1, late_reason: str = "") -> str:
    async with certification.db.transaction() as tx:
        made = await lodge_against_refusal(
            tx, "T1", grounds="the papers are in order", lodged_by=None, late_reason=late_reason, now=clock.now(),
            today=TODAY + timedelta(days=days), by=OFFICE,
        )  # fmt: skip
        return made.appeal_id


async def settle(certification: Certification, appeal_id: str, *, upheld: bool, by: str = BERT) -> None:
    async with certification.db.transaction() as tx:
        today = TODAY + timedelta(days=20)
        await decide(tx, appeal_id, upheld=upheld, words="read it", now=clock.now(), today=today, by=By(by))


async def test_upheld_the_decision_is_taken_anew_and_by_another(refused: Certification) -> None:
    appeal_id = await lodge(refused)
    await name(refused, BERT)
    await name(refused, CARL)

    await settle(refused, appeal_id, upheld=True)

    assert await refused.value("select state from candidate") == "eligible"
    with pytest.raises(DeciderInvolved):
        async with refused.db.transaction() as tx:
            await deciding.grant(tx, "T1", now=clock.now(), today=TODAY, by=By(ANNA))
    async with refused.db.transaction() as tx:
        number = await deciding.grant(tx, "T1", now=clock.now(), today=TODAY, by=By(CARL))
    assert number == "SM-2026-00001"
    told = [type(event).__name__ for event in await refused.told()]
    assert [one for one in told if "Appeal" in one] == ["RefusalAppealLodged", "RefusalAppealDecided"]
    assert told.count("CandidateEligible") == 2
    outcomes = await refused.rows("select outcome from decision order by decided_at, outcome desc")
    assert [row["outcome"] for row in outcomes] == ["refused", "granted"]
    async with refused.db.read() as tx:
        assert (await verification.verify(tx, lambda method: None))["violations"] == []


async def test_dismissed_the_refusal_stands(refused: Certification) -> None:
    await settle(refused, await lodge(refused), upheld=False)

    assert await refused.value("select state from candidate") == "refused"
    told = await refused.told("refusal-appeal-decided")
    assert told[0].model_dump()["reopened"] is False
    assert all("in order" not in event.model_dump_json() for event in await refused.told())


async def test_the_decision_is_frozen_with_its_evidence_rule_version_and_hash(refused: Certification) -> None:
    await lodge(refused)

    (row,) = await refused.rows("select dossier, dossier_sha256, decide_by from appeal")
    decision = row["dossier"]["decision"]
    kept: dict[str, Any] = (await refused.rows("select scheme_version, dossier_sha256, evidence from decision"))[0]
    assert {key: decision[key] for key in kept} == kept
    assert len(row["dossier"]["results"]) == 2
    assert row["dossier_sha256"] == fingerprint(row["dossier"])
    assert row["decide_by"] == TODAY + timedelta(days=57)
    with pytest.raises(asyncpg.RestrictViolationError):
        await refused.rows("update appeal set dossier = '{}'")


@pytest.mark.parametrize(
    ("who", "ties", "part"),
    [
        (ANNA, (), "nam een van de besluiten"),
        ("mentor/M1", (), "leidde de houder op"),
        ("examiner/ex1", (), "examineerde de houder"),
        ("trainee/T1", (), "stelde het beroep in"),
        (BERT, (("company", "C1"),), "werkt bij het bedrijf of de school van de kandidaat"),
        (BERT, (("examiner", "EX1"),), "examineerde de houder"),
    ],
)
async def test_who_had_a_part_or_is_a_colleague_does_not_decide_and_the_database_says_so_too(
    refused: Certification, who: str, ties: tuple[tuple[str, str], ...], part: str
) -> None:
    appeal_id = await lodge(refused)
    if ties:
        await name(refused, who, *ties)

    with pytest.raises(HadAPart) as caught:
        await settle(refused, appeal_id, upheld=True, by=who)
    with pytest.raises(asyncpg.RestrictViolationError):
        await refused.rows(
            "insert into appeal_decision values ($1, 'upheld', $2, '2026-07-12', now(), null)", appeal_id, who
        )

    assert caught.value.said("nl")[0] == f"U {part}, dus iemand anders beslist op het beroep."
    assert await refused.value("select state from candidate") == "refused"


async def test_after_the_term_it_needs_a_reason_and_it_is_lodged_once(refused: Certification) -> None:
    with pytest.raises(Refused) as late:
        await lodge(refused, days=60)
    await lodge(refused, days=60, late_reason="the letter went to an old address")
    with pytest.raises(Refused) as twice:
        await lodge(refused, days=60, late_reason="again")

    assert late.value.said("en")[0] == "The term of appeal ran until 14 August 2026."
    assert type(twice.value).__name__ == "AppealedAlready"
    assert await refused.value("select late from appeal") is True


async def test_without_a_refusal_there_is_nothing_to_appeal_against(certification: Certification) -> None:
    await certification.hear(enrolled(), named())

    with pytest.raises(NotRefused) as caught:
        await lodge(certification)

    assert caught.value.said("nl")[0] == "Aan T1 is geen certificaat geweigerd."
    assert caught.value.said("en")[0] == "No certificate was refused to T1."


async def test_an_appeal_that_waits_too_long_is_told_once(refused: Certification) -> None:
    await lodge(refused)

    for day in (date(2026, 8, 29), date(2026, 8, 30), date(2026, 8, 31)):
        async with refused.db.transaction() as tx:
            await follow_calendar(tx, today=day, now=clock.now(), by=By("schedule"))

    (event,) = await refused.told("appeal-overdue")
    assert event.model_dump(include={"against", "number", "decide_by"}) == {
        "against": "refused", "number": "", "decide_by": date(2026, 8, 29),
    }  # fmt: skip


async def test_by_json_and_page_it_is_lodged_once_listed_and_decided(refused: Certification, web: Web) -> None:
    api = "/certification/api"
    lodged = await web.office.post(f"{api}/candidates/T1/appeals", json={"grounds": "no"})
    again = await web.office.post(f"{api}/candidates/T1/appeals", json={"grounds": "no"})
    html = {"accept": "text/html"}
    page = await web.office.get("/certification/decisions/T1", headers=html)
    waiting = await web.office.get("/certification/appeals?lang=en", headers=html)
    (listed,) = (await web.office.get(f"{api}/appeals")).json()["items"]
    done = await web.office.post(
        f"/certification/appeals/{lodged.json()['appeal_id']}",
        data={"outcome": "dismissed", "reason": "read it"},
        headers=html,
    )

    assert (lodged.status_code, again.status_code, done.status_code) == (201, 409, 303)
    assert lodged.json()["decide_by"] == "2026-08-28"
    assert (listed["trainee_id"], listed["number"], listed["against"]) == ("T1", None, "refused")
    assert "weigering van het certificaat" in page.text
    assert "refusal of the certificate" in waiting.text
    assert await refused.value("select outcome from appeal_decision") == "dismissed"
