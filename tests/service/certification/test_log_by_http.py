"""The log as everybody sees it: heads, proofs, and an export that is checked with the standard library alone."""

import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.certification.credential.keys import make_issuing_key
from services.certification.log import Kind, LogEntry, append, merkle
from services.certification.log.heads import signed_text
from shared.clock import FixedClock

from .conftest import Certification, Web

ROOT = Path(__file__).resolve().parents[3]


def checker() -> Any:
    spec = importlib.util.spec_from_file_location("check_export", ROOT / "docs" / "check_export.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def keys(tmp_path: Path) -> None:
    make_issuing_key(tmp_path)


async def head_of(web: Web) -> dict[str, Any]:
    return dict((await web.stranger.get("/certification/log/head")).json())


async def more(certification: Certification, *numbers: str) -> None:
    async with certification.db.transaction() as tx:
        await append(tx, [LogEntry(one, Kind.SUSPENDED, datetime(2026, 7, 4, tzinfo=UTC), "ab") for one in numbers])


async def test_a_head_is_signed_anew_when_the_log_grew_and_after_an_hour(
    keys: None, certification: Certification, web: Web, summer: FixedClock
) -> None:
    empty = await head_of(web)
    await certification.certify("T1")
    summer.moment += timedelta(seconds=2)
    grown, again = await head_of(web), await head_of(web)
    summer.moment += timedelta(minutes=61)
    later = await head_of(web)

    assert (empty["size"], empty["root_sha256"]) == (0, merkle.EMPTY.hex())
    assert grown["size"] == 1
    assert grown == again
    assert (later["size"], later["root_sha256"]) == (1, grown["root_sha256"])
    assert later["timestamp"] > grown["timestamp"]


async def test_number_and_code_give_the_proof_that_a_certificate_is_in_the_log(
    keys: None, certification: Certification, web: Web
) -> None:
    rows = await certification.certify(*(f"T{n}" for n in range(5)))
    row = rows[3]
    await more(certification, row["number"])
    url = f"/certification/log/proof/{row['number']}"

    told = (await web.stranger.get(url, params={"code": row["check_code"]})).json()
    wrong = await web.stranger.get(url, params={"code": "2222222222"})
    unknown = await web.stranger.get("/certification/log/proof/SM-2026-99999", params={"code": "2222222222"})

    assert [(one["position"], one["kind"]) for one in told["leaves"]] == [(3, "issued"), (5, "suspended")]
    for leaf in told["leaves"]:
        path = [bytes.fromhex(one) for one in leaf["path"]]
        hashed = merkle.leaf_hash(leaf["leaf"].encode())
        found = merkle.root_of_inclusion(hashed, leaf["position"], told["head"]["size"], path)
        assert found is not None
        assert found.hex() == told["head"]["root_sha256"]
    assert row["document_sha256"] in told["leaves"][0]["leaf"]
    assert "Åsa" not in json.dumps(told, ensure_ascii=False)
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.content == unknown.content


async def test_the_register_and_the_credential_lead_to_the_proof(
    keys: None, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1")
    url, code = f"/certification/register/{row['number']}", {"code": row["check_code"]}
    before = (await web.stranger.get(url, params=code)).json()
    proof = (await web.stranger.get(f"/certification/log/proof/{row['number']}", params=code)).json()

    entry = (await web.stranger.get(url, params=code)).json()
    credential = await web.stranger.get(f"{url}/credential.json", params=code)

    assert before["log"] is None
    assert entry["log"] == proof
    beside = credential.headers["link"].partition(">")[0].removeprefix("<")
    assert (await web.stranger.get(beside)).json() == proof


async def test_any_earlier_head_is_proved_to_be_the_beginning_of_a_later_one(
    keys: None, certification: Certification, web: Web, summer: FixedClock
) -> None:
    heads = []
    for numbers in (["A"], ["B", "C"], [], ["D", "E", "F", "G"], ["H"]):
        await more(certification, *numbers)
        summer.moment += timedelta(minutes=2)
        heads.append(await head_of(web))

    for earlier in heads:
        for later in heads:
            sizes = {"first": earlier["size"], "second": later["size"]}
            answer = await web.stranger.get("/certification/log/consistency", params=sizes)
            if earlier["size"] > later["size"]:
                assert answer.status_code == 422
                continue
            assert merkle.is_consistent(
                earlier["size"],
                later["size"],
                bytes.fromhex(earlier["root_sha256"]),
                bytes.fromhex(later["root_sha256"]),
                [bytes.fromhex(one) for one in answer.json()["path"]],
            )


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("nl", "Het logboek heeft nu 1 regels: van 1 naar 9 is er geen bewijs."),
        ("en", "The log has 1 entries now: there is no proof from 1 to 9."),
    ],
)
async def test_a_proof_beyond_the_end_of_the_log_is_refused(
    keys: None, certification: Certification, web: Web, language: str, detail: str
) -> None:
    await more(certification, "A")

    answer = await web.stranger.get(
        "/certification/log/consistency", params={"first": 1, "second": 9}, headers={"Accept-Language": language}
    )

    assert answer.status_code == 422
    assert answer.json()["detail"] == detail
    assert answer.json()["type"].endswith("log-not-that-long")


async def test_the_entries_are_for_who_may_read_and_the_page_is_for_everybody(
    keys: None, certification: Certification, web: Web
) -> None:
    await certification.certify("T1", "T2", "T3")

    stranger = await web.stranger.get("/certification/api/log")
    first = (await web.office.get("/certification/api/log", params={"limit": 2})).json()
    second = (await web.office.get("/certification/api/log", params={"limit": 2, "after": first["next"]})).json()
    page = await web.stranger.get("/certification/log", headers={"accept": "text/html"}, params={"lang": "en"})

    assert stranger.status_code == 401
    assert [one["position"] for one in first["items"] + second["items"]] == [0, 1, 2]
    assert "The public log" in page.text
    assert (await head_of(web))["root_sha256"] in page.text


async def exported(certification: Certification, web: Web) -> dict[str, Any]:
    """What somebody who keeps a copy has: entries, the newest head, an earlier one, a proof, the keys."""
    (row, *_) = await certification.certify("T1", "T2", "T3")
    earlier = await head_of(web)
    await more(certification, row["number"], "X-1")
    code = {"code": row["check_code"]}
    proof = (await web.stranger.get(f"/certification/log/proof/{row['number']}", params=code)).json()
    return {
        "entries": (await web.office.get("/certification/api/log")).json()["items"],
        "heads": {"now": await head_of(web), "earlier": earlier},
        "proofs": {"proof": proof},
        "did": (await web.stranger.get("/.well-known/did.json")).json(),
    }


async def test_an_export_is_checked_with_the_standard_library_alone(
    keys: None, certification: Certification, web: Web
) -> None:
    given = await exported(certification, web)

    assert list(checker().faults(**given)) == []


@pytest.mark.parametrize("rewritten", ["entry", "order", "left out", "signature", "root", "earlier", "proof", "key"])
async def test_an_export_that_was_rewritten_is_seen_by_it(
    keys: None, certification: Certification, web: Web, rewritten: str
) -> None:
    given = await exported(certification, web)
    entries, now = given["entries"], given["heads"]["now"]
    match rewritten:
        case "entry":
            entries[1]["document_sha256"] = entries[0]["document_sha256"]
        case "order":
            entries[0], entries[1] = {**entries[1], "position": 0}, {**entries[0], "position": 1}
        case "left out":
            del entries[1]
        case "signature":
            now["signature"] = given["heads"]["earlier"]["signature"]
        case "root":
            now["root_sha256"] = "00" * 32
        case "earlier":
            head = given["heads"]["earlier"]
            head["root_sha256"] = "00" * 32
            did, at = given["did"]["id"], datetime.fromisoformat(head["timestamp"])
            head["signed"] = signed_text(did, head["size"], bytes(32), at)
        case "proof":
            given["proofs"]["proof"]["leaves"][0]["path"].reverse()
        case "key":
            given["did"]["verificationMethod"] = []

    assert list(checker().faults(**given))
