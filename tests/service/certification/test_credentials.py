"""Credentials of what was issued: recorded before they are signed, finished after a crash, public with their status."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.certification import schedule
from services.certification.commands import signing
from services.certification.commands.signing import Signer
from services.certification.credential.did import did_of
from services.certification.credential.keys import IssuingKeyMissing, IssuingKeys, make_issuing_key
from services.certification.credential.proof import check_proof
from services.certification.credential.status_list import SIZE, is_set
from services.certification.settings import CertificationSettings
from services.certification.store import status_lists
from shared import clock
from shared.service import Context
from shared.settings import ServiceSettings
from tests.conftest import Servers

from .conftest import Certification, Web
from .test_verify import behind_its_back

REGISTER = "/certification/register"
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def signer(certification: Certification, tmp_path: Path) -> Signer:
    make_issuing_key(tmp_path)
    settings = ServiceSettings(
        service="certification", home=tmp_path, amqp_url="amqp://nowhere", database_url=certification.db.url
    )
    return Signer.of(CertificationSettings.of(settings))


async def sign_all(certification: Certification, signer: Signer) -> None:
    while await signing.sign_some(certification.db, signer, now=clock.now(), limit=2):
        pass


async def states(certification: Certification) -> list[tuple[str, str]]:
    rows = await certification.rows("select number, state from signing order by signing_id")
    return [(row["number"], row["state"]) for row in rows]


def keys_of(document: dict[str, Any]) -> Any:
    return {one["id"]: one["publicKeyMultibase"] for one in document["verificationMethod"]}.get


async def test_whoever_has_number_and_code_gets_a_credential_that_the_published_key_proves(
    certification: Certification, web: Web, signer: Signer
) -> None:
    (row,) = await certification.certify("T1", name="Åsa-Lena van 't Hof-O'Brien")

    answer = await web.stranger.get(f"{REGISTER}/{row['number']}/credential.json", params={"code": row["check_code"]})
    did = (await web.stranger.get("/.well-known/did.json")).json()

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vc"
    assert answer.headers["cache-control"] == "no-store"
    credential = answer.json()
    check_proof(credential, keys_of(did))
    assert credential["issuer"]["id"] == did["id"] == did_of(signer.base_url)
    subject = credential["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == "Åsa-Lena van 't Hof-O'Brien"
    assert subject["licenseNumber"] == "SM-2026-00001"
    assert [one["value"] for one in subject["result"]] == ["7", "8"]
    assert subject["achievement"]["achievementType"] == "Certification"
    assert credential["awardedDate"] == "2026-07-03T09:00:00Z"


async def test_the_key_document_and_the_lists_may_be_read_by_pages_of_others(
    certification: Certification, web: Web, signer: Signer
) -> None:
    await certification.certify("T1")
    await sign_all(certification, signer)

    for path in ("/.well-known/did.json", "/certification/status/1"):
        assert (await web.stranger.get(path)).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("accept", ["application/json", HTML["accept"]])
async def test_for_a_credential_a_wrong_code_and_an_unknown_number_get_the_register_s_answer(
    certification: Certification, web: Web, signer: Signer, accept: str
) -> None:
    (row,) = await certification.certify("T1")
    headers = {"accept": accept}

    async def ask(number: str, what: str) -> tuple[int, bytes]:
        url = f"{REGISTER}/{number}{what}"
        answer = await web.stranger.get(url, params={"code": "ABCDEFGHJK"}, headers=headers)
        return answer.status_code, answer.content

    wrong = await ask(row["number"], "/credential.json")

    assert wrong[0] == 404
    assert wrong == await ask("SM-2026-99999", "/credential.json")
    if accept == "application/json":
        assert wrong == await ask(row["number"], "")


async def test_the_register_s_page_leads_to_the_credential(
    certification: Certification, web: Web, signer: Signer
) -> None:
    (row,) = await certification.certify("T1")
    link = f"{REGISTER}/{row['number']}/credential.json?code={row['check_code']}"

    for language, words in (("nl", "Bewijs voor software"), ("en", "Proof for software")):
        page = await web.stranger.get(
            f"{REGISTER}/{row['number']}", params={"code": row["check_code"], "lang": language}, headers=HTML
        )
        assert link in page.text
        assert words in page.text
    assert (await web.stranger.get(link)).status_code == 200


async def test_issuing_owes_a_signature_in_the_same_transaction(certification: Certification) -> None:
    await certification.certify("T1", "T2")

    assert await states(certification) == [("SM-2026-00001", "owed"), ("SM-2026-00002", "owed")]


async def test_the_schedule_signs_what_is_owed(certification: Certification, web: Web, signer: Signer) -> None:
    await certification.certify("T1", "T2", "T3")
    settings = ServiceSettings(
        service="certification",
        home=signer.settings.home,
        amqp_url="amqp://nowhere",
        database_url=certification.db.url,
    )

    loop = asyncio.create_task(schedule.run(Context(certification.db, clock.FixedClock(clock.now()), settings)))
    async with asyncio.timeout(30):
        while {state for _, state in await states(certification)} != {"signed"}:
            await asyncio.sleep(0.05)
    loop.cancel()

    assert len(await states(certification)) == 3


class Crash(Exception):
    pass


@pytest.mark.parametrize("point", ["signer.after-begin", "signer.before-finish"])
async def test_after_a_crash_the_signature_is_finished_as_it_was_begun(
    certification: Certification, web: Web, signer: Signer, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    (row,) = await certification.certify("T1")
    begun_at = clock.now()

    def crash(name: str) -> None:
        if name == point:
            raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("services.certification.commands.signing.crashpoints.reach", crash)
        with pytest.raises(Crash):
            await sign_all(certification, signer)
    assert await states(certification) == [(row["number"], "begun")]
    before = await certification.value("select credential from signing")
    clock.use(clock.FixedClock(begun_at.replace(hour=23)))

    await sign_all(certification, signer)

    assert await states(certification) == [(row["number"], "signed")]
    assert await certification.value("select credential from signing") == before
    assert (await certification.value("select proof from signing"))["created"] == "2026-07-03T09:00:00Z"
    assert (await web.office.get("/certification/api/verify")).json()["ok"] is True


async def test_a_signature_begun_with_a_key_that_is_gone_is_voided_and_made_with_another(
    certification: Certification, web: Web, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = await certification.certify("T1")

    def crash(_name: str) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("services.certification.commands.signing.crashpoints.reach", crash)
        with pytest.raises(Crash):
            await sign_all(certification, signer)
    place = await certification.rows("select * from status_entry")
    for path in (tmp_path / "keys").glob("issuing*"):
        path.unlink()
    make_issuing_key(tmp_path)

    await sign_all(certification, signer)

    assert await states(certification) == [(row["number"], "voided"), (row["number"], "signed")]
    assert await certification.rows("select * from status_entry") == place
    assert (await web.office.get("/certification/api/verify")).json()["ok"] is True


async def test_two_who_sign_at_once_come_to_one_proof_each(certification: Certification, signer: Signer) -> None:
    await certification.certify(*(f"T{number}" for number in range(1, 7)))

    await asyncio.gather(*(sign_all(certification, signer) for _ in range(3)))
    await sign_all(certification, signer)

    assert {state for _, state in await states(certification)} == {"signed"}
    assert await certification.value("select count(*) from signing") == 6
    assert await certification.value("select used from status_list") == 6


async def test_without_the_key_issuing_goes_on_and_only_signing_says_what_is_missing(
    certification: Certification, web: Web, tmp_path: Path
) -> None:
    (row,) = await certification.certify("T1")
    url = f"{REGISTER}/{row['number']}/credential.json"

    answer = await web.stranger.get(url, params={"code": row["check_code"]})
    did = await web.stranger.get("/.well-known/did.json")

    assert answer.status_code == did.status_code == 503
    assert answer.headers["retry-after"] == "60"
    with pytest.raises(IssuingKeyMissing):
        IssuingKeys.of(tmp_path)
    make_issuing_key(tmp_path)
    assert (await web.stranger.get(url, params={"code": row["check_code"]})).status_code == 200


async def test_the_status_list_says_who_was_withdrawn_and_is_the_same_until_something_changes(
    certification: Certification, web: Web, signer: Signer, summer: clock.FixedClock
) -> None:
    await certification.certify("T1", "T2")
    await sign_all(certification, signer)
    first = await web.stranger.get("/certification/status/1")
    again = await web.stranger.get("/certification/status/1", headers={"if-none-match": first.headers["etag"]})
    place = await certification.value("select place from status_entry where number = 'SM-2026-00002'")
    other = await certification.value("select place from status_entry where number = 'SM-2026-00001'")

    async with certification.db.transaction() as tx:
        await status_lists.withdraw(tx, "SM-2026-00002", now=clock.now())
    second = await web.stranger.get("/certification/status/1", headers={"if-none-match": first.headers["etag"]})

    assert again.status_code == 304
    assert (first.status_code, second.status_code) == (200, 200)
    did = (await web.stranger.get("/.well-known/did.json")).json()
    before, after = (answer.json() for answer in (first, second))
    for one in (before, after):
        check_proof(one, keys_of(did))
    assert not is_set(before["credentialSubject"]["encodedList"], place)
    assert is_set(after["credentialSubject"]["encodedList"], place)
    assert not is_set(after["credentialSubject"]["encodedList"], other)


async def test_an_unknown_status_list_is_not_known(web: Web, signer: Signer) -> None:
    assert (await web.stranger.get("/certification/status/7")).status_code == 404


async def test_a_credential_names_the_place_of_its_status(
    certification: Certification, web: Web, signer: Signer
) -> None:
    (row,) = await certification.certify("T1")
    answer = await web.stranger.get(f"{REGISTER}/{row['number']}/credential.json", params={"code": row["check_code"]})
    status = answer.json()["credentialStatus"]
    listed = (await web.stranger.get("/certification/status/1")).json()

    assert status["type"] == "BitstringStatusListEntry"
    assert status["statusListCredential"] == listed["id"] == f"{signer.base_url}/certification/status/1"
    assert 0 <= int(status["statusListIndex"]) < SIZE


@pytest.mark.parametrize(
    ("sql", "about", "check"),
    [
        ("update signing set credential = jsonb_set(credential::jsonb, '{name}', '\"Other\"') where number like '%2'",
         "SM-2026-00002", {"credential", "credential-proof"}),
        ("update signing set proof = (select proof from signing where number like '%1') where number like '%2'",
         "SM-2026-00002", {"credential-proof"}),
        ("update status_entry set place = (place + 1) % 131072 where number like '%2'",
         "SM-2026-00002", {"credential"}),
        ("delete from signing where number like '%2'", "SM-2026-00002", {"credential"}),
        ("update status_list set credential = jsonb_set(credential::jsonb, '{validUntil}', '\"2099-01-01T00:00:00Z\"')",
         "status list 1", {"credential-proof"}),
    ],
)  # fmt: skip
async def test_one_change_to_a_credential_is_found_and_named(
    certification: Certification, web: Web, signer: Signer, servers: Servers, sql: str, about: str, check: set[str]
) -> None:
    await certification.certify("T1", "T2")
    await sign_all(certification, signer)
    await web.stranger.get("/certification/status/1")
    assert (await web.office.get("/certification/api/verify")).json()["ok"] is True

    await behind_its_back(servers, certification.db.url, sql)

    report = (await web.office.get("/certification/api/verify")).json()
    assert {(one["about"], one["check"]) for one in report["violations"]} == {(about, each) for each in check}
    assert report["checked"]["certificates"] == 2
