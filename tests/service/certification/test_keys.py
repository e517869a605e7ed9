"""Keys are replaced by two persons; what the old one signed still counts, or is made out again when it was stolen."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.certification.commands import key_changes, key_reissues, signing
from services.certification.commands.key_reissues import Round, go_on
from services.certification.commands.signing import Signer, sign_some
from services.certification.credential.did import method_of
from services.certification.credential.keys import IssuingKeys, make_issuing_key
from services.certification.credential.proof import ProofRefused, check_proof, make_proof
from services.certification.credential.status_list import is_set
from services.certification.log.heads import head_now
from services.certification.paper.keys import make_paper_keys
from services.certification.queries import candidates
from services.certification.settings import CertificationSettings
from services.certification.workers import WORKERS
from shared import clock
from shared.web.session import SessionKeys
from tests.conftest import Servers

from .conftest import Certification, Web
from .test_verify import behind_its_back

API = "/certification/api/signing-keys"
ANNA, BRAM = "office/anna", "office/bram"
WINTER = datetime(2026, 1, 5, 8, 0, tzinfo=UTC).timestamp()
SINCE = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """Two people of the office, and what they do with keys."""

    certification: Certification
    web: Web
    signer: Signer
    home: Path

    async def ask(self, who: str, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        token = SessionKeys(self.home).sign(subject=who, scopes=["office"], via="token", seconds=600)
        asked = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{path} {who} {body} {headers}", **headers}
        return await self.web.stranger.post(f"{API}/{path}", json=body, headers=asked)

    async def propose(self, reason: str = "routine", **more: Any) -> str:
        answer = await self.ask(ANNA, "changes", {"reason": reason, "words": "afgesproken op 1 juli", **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["change_id"])

    async def approve(self, change_id: str, who: str = BRAM) -> httpx.Response:
        return await self.ask(who, f"changes/{change_id}/approve", {})

    async def replaced(self, reason: str = "routine", **more: Any) -> str:
        change_id = await self.propose(reason, **more)
        assert (await self.approve(change_id)).status_code == 201
        await self.carry_out()
        return change_id

    async def carry_out(self) -> None:
        while await go_on(self.certification.db, self.signer, clock=self.signer_clock) != Round():
            pass

    @property
    def signer_clock(self) -> clock.Clock:
        return clock.FixedClock(clock.now())

    async def sign_all(self) -> None:
        while await sign_some(self.certification.db, self.signer, now=clock.now(), limit=10):
            pass

    async def credential(self, row: dict[str, Any]) -> dict[str, Any]:
        url = f"/certification/register/{row['number']}/credential.json?code={row['check_code']}"
        answer = await self.web.stranger.get(url)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def did(self) -> dict[str, Any]:
        return dict((await self.web.stranger.get("/.well-known/did.json")).json())

    async def verified(self) -> list[dict[str, Any]]:
        return list((await self.web.office.get("/certification/api/verify")).json()["violations"])

    async def checked(self, credential: dict[str, Any]) -> dict[str, Any]:
        file = ("credential.json", json.dumps(credential).encode(), "application/json")
        answer = await self.web.stranger.post("/certification/register/file", files={"file": file})
        return dict(answer.json())


def vouched(did: dict[str, Any]) -> Any:
    """What a stranger believes: the keys of assertionMethod that are not revoked."""
    methods = {one["id"]: one for one in did["verificationMethod"]}
    return lambda url: (
        methods[url]["publicKeyMultibase"] if url in did["assertionMethod"] and "revoked" not in methods[url] else None
    )


def key_in(credential: dict[str, Any]) -> str:
    return str(credential["proof"][0]["verificationMethod"]).partition("#")[2]


@pytest.fixture
async def desk(certification: Certification, web: Web, tmp_path: Path) -> AsyncIterator[Desk]:
    make_issuing_key(tmp_path)
    make_paper_keys(tmp_path)
    index = tmp_path / "keys" / "issuing.json"
    (entry,) = json.loads(index.read_text())["keys"]
    index.write_text(json.dumps({"keys": [{**entry, "made_at": "2026-01-05T08:00:00+00:00"}]}))
    os.utime(tmp_path / "keys" / "paper-signer.pem", (WINTER, WINTER))
    settings = CertificationSettings(
        service="certification", home=tmp_path, amqp_url="amqp://nowhere", database_url=certification.db.url
    )
    yield Desk(certification, web, Signer.of(settings), tmp_path)
    WORKERS.close()


async def test_after_a_change_the_new_key_signs_and_what_the_old_one_signed_still_counts(desk: Desk) -> None:
    (first,) = await desk.certification.certify("T1")
    old = await desk.credential(first)

    await desk.replaced()
    rows = await desk.certification.certify("T2")
    new = await desk.credential(rows[-1])

    did = await desk.did()
    check_proof(old, vouched(did))
    check_proof(new, vouched(did))
    assert key_in(old) != key_in(new)
    assert await desk.credential(first) == old
    periods = {one["id"].partition("#")[2]: one for one in did["verificationMethod"]}
    assert periods[key_in(old)]["validThrough"] == "2026-07-03T09:00:00+00:00"
    assert "validThrough" not in periods[key_in(new)]
    assert "expires" not in periods[key_in(old)]
    assert (await desk.checked(old))["verdict"] == "genuine"
    assert await desk.verified() == []
    told = await desk.certification.told("signing-key-replaced")
    assert [(one.old_key, one.new_key, one.reason) for one in told] == [(key_in(old), key_in(new), "routine")]  # type: ignore[attr-defined]
    assert not (desk.home / "keys" / f"issuing-{key_in(old)}.key").exists()
    assert IssuingKeys.of(desk.home).active.id == key_in(new)


async def test_who_proposed_cannot_approve_and_another_can(desk: Desk) -> None:
    change_id = await desk.propose()
    before = await desk.did()

    for language, words in (("nl", "twee mensen"), ("en", "two persons")):
        refused = await desk.ask(ANNA, f"changes/{change_id}/approve", {}, **{"Accept-Language": language})
        assert refused.status_code == 409
        assert words in refused.text
    assert await desk.did() == before
    assert (await desk.approve(change_id)).status_code == 201
    assert await desk.did() != before


async def test_the_database_itself_refuses_one_person_a_second_proposal_and_a_way_back(desk: Desk) -> None:
    change_id = await desk.propose()
    db = desk.certification.db
    alone = "update key_change set state = 'approved', approved_by = proposed_by, approved_at = now()"
    with pytest.raises(asyncpg.CheckViolationError, match="approved_by_another"):
        async with db.transaction() as tx:
            await tx.execute(alone)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.transaction() as tx:
            await tx.execute(
                "insert into key_change (change_id, keys, reason, words, proposed_by, proposed_at)"
                " values (gen_random_uuid(), '{paper}', 'routine', 'x', 'office/c', now())"
            )
    await desk.approve(change_id)
    await desk.carry_out()
    for sql in (
        "update key_change set state = 'proposed'",
        "delete from key_change",
        "update signing_key set state = 'active', ended_at = null where state = 'retired'",
        "delete from signing_key",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with db.transaction() as tx:
                await tx.execute(sql)


async def test_the_database_refuses_a_signature_by_a_key_that_has_ended(desk: Desk) -> None:
    await desk.certification.certify("T1")
    await desk.sign_all()
    old = await desk.certification.value("select key_id from signing")
    await desk.replaced()
    await desk.certification.certify("T2")

    with pytest.raises(asyncpg.RestrictViolationError, match="signs no more"):
        async with desk.certification.db.transaction() as tx:
            await tx.execute(
                "update signing set state = 'begun', begun_at = now(), key_id = $1, method = 'x', credential = '{}'"
                " where state = 'owed'",
                old,
            )


async def test_a_withdrawn_proposal_is_not_approved_any_more_and_room_for_another(desk: Desk) -> None:
    change_id = await desk.propose()

    assert (await desk.ask(ANNA, "changes", {"reason": "routine", "words": "nog eens"})).status_code == 409
    assert (await desk.ask(ANNA, f"changes/{change_id}/withdraw", {})).json()["state"] == "withdrawn"
    assert (await desk.approve(change_id)).status_code == 409
    assert await desk.propose(words="een ander voorstel") != change_id
    assert (await desk.approve("unknown")).status_code == 404


class Crash(Exception):
    pass


@pytest.mark.parametrize(
    "point",
    ["rotation.after-approval", "rotation.after-key-file", "rotation.after-new-key", "rotation.before-complete"],
)
async def test_after_a_crash_anywhere_the_change_is_finished_with_one_new_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    (row,) = await desk.certification.certify("T1")
    old = await desk.credential(row)
    change_id = await desk.propose(keys=["credential", "paper"])

    crashed: list[str] = []

    def crash(name: str) -> None:
        if name == point:
            crashed.append(name)
            raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("shared.bus.crashpoints.reach", crash)
        await desk.approve(change_id)
        if not crashed:
            with pytest.raises(Crash):
                await desk.carry_out()
    assert crashed == [point]
    await desk.certification.certify("T2")
    if point == "rotation.after-approval":  # nobody signs with what is ended, or with what is not there yet
        answer = await desk.web.stranger.get("/certification/status/1")
        assert answer.status_code == 503

    await desk.carry_out()
    await desk.sign_all()

    keys = (await desk.web.office.get(API)).json()["keys"]
    assert sorted((one["kind"], one["state"]) for one in keys) == [
        ("credential", "active"), ("credential", "retired"), ("paper", "active"), ("paper", "retired"),
    ]  # fmt: skip
    left = {path.name for path in (desk.home / "keys").glob("issuing*")}
    active = next(one["key_id"] for one in keys if (one["kind"], one["state"]) == ("credential", "active"))
    assert left == {"issuing.json", f"issuing-{active}.key"}
    assert {one.id for one in IssuingKeys.of(desk.home).all} == {active, key_in(old)}
    assert await desk.certification.value("select count(*) from key_change where state = 'completed'") == 1
    assert await desk.verified() == []


async def test_an_approval_waits_for_who_signs_and_nothing_is_signed_after_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.certification.certify("T1", "T2", "T3")
    change_id = await desk.propose()
    inside, go = asyncio.Event(), asyncio.Event()
    proofs = signing.Signer.proofs

    async def slow(self: Signer, keys: Any, some: Any) -> Any:
        made = await proofs(self, keys, some)
        inside.set()
        await go.wait()
        return made

    monkeypatch.setattr(signing.Signer, "proofs", slow)
    signs = asyncio.create_task(sign_some(desk.certification.db, desk.signer, now=clock.now(), limit=2))
    await inside.wait()
    approves = asyncio.create_task(desk.approve(change_id))
    async with asyncio.timeout(20):  # until PostgreSQL says that the approval waits for a lock
        while not await desk.certification.value(
            "select count(*) from pg_locks where not granted and locktype in ('tuple', 'transactionid')"
        ):
            await asyncio.sleep(0.02)
    assert not approves.done()
    go.set()

    assert await signs == 2
    assert (await approves).status_code == 201
    await desk.sign_all()
    keys = await desk.certification.rows("select key_id from signing where state = 'signed' order by signing_id")
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2]


async def test_what_was_begun_with_the_old_key_is_voided_and_signed_by_the_new_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.certification.certify("T1")

    def crash(_name: str) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("services.certification.commands.signing.crashpoints.reach", crash)
        with pytest.raises(Crash):
            await desk.sign_all()

    await desk.replaced()
    await desk.sign_all()

    rows = await desk.certification.rows("select state, key_id from signing order by signing_id")
    assert [row["state"] for row in rows] == ["voided", "signed"]
    assert rows[0]["key_id"] != rows[1]["key_id"]
    assert await desk.verified() == []


async def stolen(desk: Desk) -> tuple[list[dict[str, Any]], dict[str, Any], Any, str]:
    """Three certificates, one of them withdrawn; the key that signed them turns out stolen. Gives them, the credential
    of the first, the old private key, and the change."""
    rows = await desk.certification.certify("T1", "T2", "T3")
    old, *_others = [await desk.credential(row) for row in rows]
    await desk.web.office.post(
        f"/certification/api/certificates/{rows[2]['number']}/withdraw",
        json={"reason": "bedrog", "reason_code": "fraud"},
        headers={"Idempotency-Key": "w"},
    )
    await head_now(desk.certification.db, desk.signer.keys, desk.signer.base_url, now=clock.now())
    await desk.web.stranger.get("/certification/status/1")
    private = IssuingKeys.of(desk.home).private(key_in(old))
    change_id = await desk.replaced("compromised", since=SINCE.isoformat(), keys=["credential", "paper"])
    return rows, old, private, change_id


async def test_a_stolen_key_vouches_for_nothing_and_everything_is_made_out_again(desk: Desk) -> None:
    rows, old, private, change_id = await stolen(desk)

    new = await desk.credential(rows[0])
    did = await desk.did()
    check_proof(new, vouched(did))
    with pytest.raises(ProofRefused):
        check_proof(old, vouched(did))
    method = next(one for one in did["verificationMethod"] if one["id"].endswith(key_in(old)))
    assert method["revoked"] == "2026-07-02T09:00:00+00:00"
    assert method["id"] not in did["assertionMethod"]
    subject, before = new["credentialSubject"], old["credentialSubject"]
    assert (subject["licenseNumber"], subject["result"]) == (before["licenseNumber"], before["result"])
    assert await desk.checked(old) == {"verdict": "key_revoked"}
    assert (await desk.checked(new))["verdict"] == "genuine"

    forged = {name: value for name, value in old.items() if name != "proof"} | {"name": "Anything"}
    at = SINCE + timedelta(hours=1)
    proof = make_proof(forged, private, method=method_of(desk.signer.base_url, key_in(old)), created=at)
    assert await desk.checked({**forged, "proof": [proof]}) == {"verdict": "not_genuine"}

    told = (await desk.web.office.get(f"{API}/changes/{change_id}")).json()
    assert (told["state"], told["done"], told["left_alone"], told["failed"]) == ("completed", 2, 1, 0)
    outcomes = (await desk.web.office.get(f"{API}/changes/{change_id}/certificates")).json()["items"]
    assert [(one["number"], one["state"], one["why"]) for one in outcomes] == [
        (rows[0]["number"], "done", None), (rows[1]["number"], "done", None), (rows[2]["number"], "left", "withdrawn"),
    ]  # fmt: skip
    register = await desk.web.stranger.get(f"/certification/register/{rows[0]['number']}?code={rows[0]['check_code']}")
    assert register.json()["status"] == "valid"
    mails = await desk.certification.told("certificate-reissued")
    assert [(one.number, one.reason, one.version) for one in mails] == [  # type: ignore[attr-defined]
        (rows[0]["number"], "key_compromised", 2), (rows[1]["number"], "key_compromised", 2),
    ]  # fmt: skip
    assert await desk.verified() == []


async def test_after_a_theft_the_list_revokes_the_old_credentials_and_is_signed_anew_as_is_the_log(desk: Desk) -> None:
    rows, old, _private, _change = await stolen(desk)
    new = await desk.credential(rows[0])

    listed = (await desk.web.stranger.get("/certification/status/1")).json()
    check_proof(listed, vouched(await desk.did()))
    bits = listed["credentialSubject"]["encodedList"]
    assert is_set(bits, int(old["credentialStatus"]["statusListIndex"]))
    assert not is_set(bits, int(new["credentialStatus"]["statusListIndex"]))

    heads = await desk.certification.rows("select size, method from log_head order by head_id")
    assert [(one["size"], one["method"].partition("#")[2]) for one in heads] == [(4, key_in(old)), (6, key_in(new))]
    proof = await desk.web.stranger.get("/certification/log/consistency?first=4&second=6")
    assert proof.status_code == 200
    kinds = await desk.certification.rows("select kind from log_entry order by position")
    assert [one["kind"] for one in kinds][-2:] == ["reissued", "reissued"]


async def test_what_was_signed_before_the_theft_is_left_and_counts_here(desk: Desk, summer: clock.FixedClock) -> None:
    (row,) = await desk.certification.certify("T1")
    old = await desk.credential(row)
    await desk.replaced("compromised", since=clock.now().isoformat())

    assert await desk.checked(old) == {"verdict": "key_revoked"}

    new = await desk.credential(row)
    summer.moment += timedelta(days=2)
    await desk.replaced("compromised", since=(clock.now() - timedelta(days=1)).isoformat(), words="weer gestolen")

    assert (await desk.checked(new))["verdict"] == "genuine"
    assert await desk.credential(row) == new
    assert await desk.verified() == []


async def test_making_out_again_goes_on_where_a_crash_left_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = await desk.certification.certify("T1", "T2", "T3", "T4")
    await desk.sign_all()
    monkeypatch.setattr(key_reissues, "BATCH", 3)
    passes: list[str] = []

    def crash(name: str) -> None:
        if name == "rotation.before-reissue-commit":
            passes.append(name)
            if len(passes) == 2:
                raise Crash

    change_id = await desk.propose("compromised")
    with monkeypatch.context() as patched:
        patched.setattr("shared.bus.crashpoints.reach", crash)
        with pytest.raises(Crash):
            await desk.approve(change_id)
            for _ in range(3):
                await key_reissues.reissue_some(desk.certification.db, clock=desk.signer_clock, limit=3)
    told = (await desk.web.office.get(f"{API}/changes/{change_id}")).json()
    assert (told["state"], told["done"], told["waiting"]) == ("approved", 3, 1)
    assert await desk.verified() == []

    await asyncio.gather(*(desk.carry_out() for _ in range(2)))
    await desk.carry_out()

    assert (await desk.web.office.get(f"{API}/changes/{change_id}")).json()["state"] == "completed"
    assert await desk.certification.rows("select version from certificate_status") == [{"version": 2}] * len(rows)
    assert len(await desk.certification.told("certificate-reissued")) == len(rows)
    assert await desk.verified() == []


async def test_while_it_waits_to_be_made_out_again_nobody_gets_the_old_credential(desk: Desk) -> None:
    (row,) = await desk.certification.certify("T1")
    await desk.credential(row)
    await desk.approve(await desk.propose("compromised"))

    answer = await desk.web.stranger.get(
        f"/certification/register/{row['number']}/credential.json?code={row['check_code']}"
    )

    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_new_signer_of_papers_replaces_the_old_and_a_stolen_one_takes_its_authority_with_it(desk: Desk) -> None:
    (row,) = await desk.certification.certify("T1")
    url = f"/certification/register/{row['number']}/certificate.pdf?code={row['check_code']}"
    first = (await desk.web.stranger.get(url)).content
    before = (await desk.web.stranger.get("/certification/paper/ca.pem")).content

    await desk.replaced(keys=["paper"])
    second = (await desk.web.stranger.get(url)).content
    same = (await desk.web.stranger.get("/certification/paper/ca.pem")).content
    await desk.replaced("compromised", keys=["paper"], words="de map lag open")
    third = (await desk.web.stranger.get(url)).content
    other = (await desk.web.stranger.get("/certification/paper/ca.pem")).content

    assert len({first, second, third}) == 3
    assert before == same != other
    assert await desk.certification.value("select version from certificate_status") == 2
    assert await desk.verified() == []
    assert not (desk.home / "keys" / "paper-signer.key").exists()


@pytest.mark.parametrize(
    ("sql", "about"),
    [
        ("update signing_key set ended_at = '2026-01-01' where state = 'retired'", "SM-2026-00001"),
        ("update key_change set approved_by = proposed_by", None),
        ("update signing_key set state = 'revoked', revoked_since = began_at where state = 'active'"
         " and kind = 'credential'", "SM-2026-00001"),
    ],
)  # fmt: skip
async def test_what_somebody_changed_about_keys_is_found(
    desk: Desk, servers: Servers, sql: str, about: str | None
) -> None:
    await desk.certification.certify("T1")
    await desk.sign_all()
    change_id = await desk.replaced()
    if "active" in sql:
        await desk.certification.certify("T2")
        await desk.sign_all()
        about = "SM-2026-00002"
        sql = sql.replace("began_at", "'2026-01-01'") + ""
    assert await desk.verified() == []

    drop = "alter table key_change drop constraint approved_by_another;" if about is None else ""
    drop += "alter table signing_key drop constraint signing_key_check;" if "active" in sql else ""
    await behind_its_back(servers, desk.certification.db.url, drop + sql)

    found = {(one["check"], one["about"]) for one in await desk.verified()}
    assert ("key", about or change_id) in found


async def test_the_drill_does_it_all_and_keeps_nothing(desk: Desk) -> None:
    await desk.certification.certify("T1", "T2", "T3")
    await desk.sign_all()
    counted = "select (select count(*) from signing), (select count(*) from outbox), (select size from log_counter)"
    before = await desk.certification.rows(counted), await desk.did()

    told = (await desk.ask(ANNA, "drill", {"certificates": 2})).json()

    assert (told["holds"], told["kept"]) == (True, False)
    assert (told["standing"], told["tried"], told["reissued"]) == (3, 2, 2)
    assert (told["new_accepted"], told["old_refused"], told["papers"]) == (2, 2, 2)
    assert told["all_would_take_s"] > 0
    assert (await desk.certification.rows(counted), await desk.did()) == before
    assert await desk.verified() == []


async def test_the_page_shows_keys_and_the_proposal_and_lets_another_approve(desk: Desk) -> None:
    page = "/certification/signing-keys"

    def as_person(who: str) -> dict[str, str]:
        token = SessionKeys(desk.home).sign(subject=who, scopes=["office"], via="token", seconds=600)
        return {"Authorization": f"Bearer {token}", "accept": "text/html", "origin": "http://keur"}

    async def send(who: str, **form: Any) -> httpx.Response:
        return await desk.web.stranger.post(page, data=form, headers=as_person(who))

    wrong = await send(ANNA, what="propose", key="credential", reason="routine", words="", since="")
    assert wrong.status_code == 422
    assert "Schrijf erbij" in wrong.text
    made = await send(
        ANNA, what="propose", key="credential", reason="compromised", words="laptop weg", since="2026-07-02T11:00"
    )
    assert made.status_code == 303
    change_id = str(await desk.certification.value("select change_id from key_change"))
    own = (await desk.web.stranger.get(page, headers=as_person(ANNA))).text
    other = (await desk.web.stranger.get(page + "?lang=en", headers=as_person(BRAM))).text
    assert all(words in own for words in ("laptop weg", "iemand anders keurt het goed"))
    assert 'value="approve"' not in own
    assert all(words in other for words in ('value="approve"', "Waits for approval"))
    refused = await send(ANNA, what="approve", change_id=change_id)
    assert refused.status_code == 422
    assert "two persons" in refused.text  # the language that was chosen last stays
    assert (await send(BRAM, what="approve", change_id=change_id)).status_code == 303
    assert await desk.certification.value("select since from key_change") == SINCE
    assert len((await desk.web.office.get(API)).json()["keys"]) == 3


async def test_without_the_right_to_decide_nobody_sees_or_changes_keys(desk: Desk) -> None:
    token = SessionKeys(desk.home).sign(subject="token/board", scopes=["read"], via="token", seconds=600)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "x"}

    assert (await desk.web.stranger.get(API, headers=headers)).status_code == 403
    body = {"reason": "routine", "words": "x"}
    assert (await desk.web.stranger.post(f"{API}/changes", json=body, headers=headers)).status_code == 403


def test_the_words_of_a_change_are_no_part_of_an_event() -> None:
    assert "words" not in key_changes.SigningKeyReplaced.model_fields


async def test_the_service_tells_what_waits_for_a_signature_until_a_change_of_keys_is_carried_out(desk: Desk) -> None:
    async def waiting() -> int:
        async with desk.certification.db.read() as tx:
            return int((await candidates.status(tx))["signing"]["waiting"])

    await desk.certification.certify("T1")
    assert await waiting() == 1
    await desk.sign_all()
    assert await waiting() == 0

    change_id = await desk.propose("compromised")
    assert await waiting() == 0
    await desk.approve(change_id)
    assert await waiting() == 2  # the change, and what the old key signed
    await desk.carry_out()
    assert await waiting() == 0
