"""Exports that somebody kept, checked again after the key was replaced, or was stolen and everything made out again."""

import asyncio
import base64
import json
import sys
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.cli.verify import changed
from services.certification.credential.keys import IssuingKeys
from services.certification.log.heads import signed_text
from shared import clock

from . import test_keys
from .conftest import SUMMER
from .test_keys import Desk
from .test_log_by_http import ROOT, checker, head_of

desk = test_keys.desk
Export = dict[str, Any]


async def exported(desk: Desk) -> Export:
    """All that somebody can keep on one day: certificates, log, head, a proof, the keys."""
    (row, *_) = await desk.certification.rows("select number, check_code from certificate order by number")
    proof = await desk.web.stranger.get(f"/certification/log/proof/{row['number']}?code={row['check_code']}")
    return {
        "certificates": (await desk.web.office.get("/certification/api/certificates")).json()["items"],
        "entries": (await desk.web.office.get("/certification/api/log")).json()["items"],
        "head": await head_of(desk.web),
        "proof": proof.json(),
        "did": await desk.did(),
    }


async def kept(desk: Desk) -> Export:
    """Three certificates that were signed, and the export of before the key changed."""
    await desk.certification.certify("T1", "T2", "T3")
    await desk.sign_all()
    return await exported(desk)


def by_itself(entries: Export, did: Export, *earlier: Export, proofs: tuple[Export, ...] = ()) -> list[str]:
    """What docs/check_export.py finds with the head of ``entries``, the keys of ``did`` and what was kept before."""
    heads = {"now": entries["head"]} | {f"earlier {n}": one["head"] for n, one in enumerate(earlier)}
    with_names = {f"proof {n}": one["proof"] for n, one in enumerate(proofs)}
    return list(checker().faults(entries["entries"], heads, with_names, did["did"]))


def told(entries: Export, did: Export, *earlier: Export) -> list[str]:
    """What it says beside faults."""
    heads = {"now": entries["head"]} | {f"earlier {n}": one["head"] for n, one in enumerate(earlier)}
    return list(checker().remarks(entries["entries"], heads, {"proof": entries["proof"]}, did["did"]))


def verified(before: Export, now: Export) -> list[dict[str, str]]:
    """What `keur verify EXPORT` finds."""
    return changed(before["certificates"], now["certificates"], now["entries"])


def altered(given: Export, what: str) -> Export:
    other = deepcopy(given)
    match what:
        case "entry":
            other["entries"][1]["document_sha256"] = "0" * 64
            del other["entries"][1]["leaf"], other["entries"][1]["leaf_sha256"]
        case "cut":
            del other["entries"][-1]
        case "signature":
            other["head"]["signature"] = "A" * 86 + "=="
        case "root":
            other["head"]["root_sha256"] = "00" * 32
        case "time":
            other["head"]["timestamp"] = "2026-07-09T09:00:00Z"
        case "programme" | "check_code" | "document_sha256" | "trainee_id":
            other["certificates"][1][what] = "x"
        case "version":
            other["certificates"][1]["version"] += 1
    return other


FACTS = ("programme", "check_code", "document_sha256", "trainee_id", "version")


def refuses_what_is_altered(given: Export, did: Export, now: Export) -> None:
    for what in ("entry", "cut", "signature", "root", "time"):
        assert by_itself(altered(given, what), did), what
    for what in FACTS:
        assert [one["about"] for one in verified(altered(given, what), now)][:1] == ["SM-2026-00002"], what


async def test_an_export_of_before_a_routine_change_holds_with_the_keys_of_after_and_altered_it_does_not(
    desk: Desk,
) -> None:
    before = await kept(desk)
    await desk.replaced()
    await desk.certification.certify("T4")
    now = await exported(desk)

    assert by_itself(before, before) == by_itself(before, now, proofs=(before,)) == []
    assert verified(before, now) == []
    refuses_what_is_altered(before, now, now)


async def test_an_export_of_after_a_routine_change_holds_with_the_head_of_before_and_altered_it_does_not(
    desk: Desk, summer: clock.FixedClock
) -> None:
    before = await kept(desk)
    await desk.replaced()
    await desk.certification.certify("T4")
    short = await exported(desk)
    summer.moment += timedelta(seconds=2)
    now = await exported(desk)

    assert now["head"]["key"] != before["head"]["key"]
    assert by_itself(now, now, before, proofs=(before, now)) == []
    assert verified(now, now) == []
    assert told(now, now, before) == []
    assert by_itself(short, now) == []
    assert told(short, now) == ["the last 1 entries are in no head yet: nothing vouches for them"]
    refuses_what_is_altered(now, now, now)
    assert by_itself(now, now, altered(before, "root"))
    unknown = {"did": {**now["did"], "verificationMethod": now["did"]["verificationMethod"][1:]}}
    assert by_itself(now, unknown, before) == ["earlier 0: its key is not in did.json"]


async def test_exports_of_before_and_after_a_stolen_key_hold_and_altered_they_do_not(desk: Desk) -> None:
    before = await kept(desk)
    await desk.replaced("compromised")
    await desk.sign_all()
    now = await exported(desk)

    assert {one["version"] for one in now["certificates"]} == {2}
    assert by_itself(before, before) == []
    assert by_itself(now, now, before, proofs=(before, now)) == []
    (said,) = told(now, now, before)
    assert said.startswith("earlier 0: its key is revoked")
    assert verified(before, now) == verified(now, now) == []
    refuses_what_is_altered(now, now, now)
    refuses_what_is_altered(before, before, now)
    assert by_itself(now, now, altered(before, "root"))
    (fault,) = by_itself(before, now)
    assert "take a new one" in fault


async def test_the_script_runs_alone_and_its_status_says_whether_it_holds(desk: Desk, tmp_path: Path) -> None:
    before = await kept(desk)
    await desk.replaced("compromised")
    await desk.sign_all()
    now = await exported(desk)
    for name, given in (("old-head", before["head"]), ("head", now["head"]), ("did", now["did"])):
        (tmp_path / f"{name}.json").write_text(json.dumps(given), "utf-8")
    lines = [json.dumps(entry) for entry in now["entries"]]

    async def status(newest: str) -> tuple[int | None, str]:
        (tmp_path / "log.jsonl").write_text("\n".join(lines), "utf-8")
        files = ("log.jsonl", newest, "did.json", "--earlier", "old-head.json")
        command = (sys.executable, "-I", "-S", str(ROOT / "docs" / "check_export.py"), *files)
        one = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE)
        said, _none = await one.communicate()
        return one.returncode, said.decode()

    good = await status("head.json")
    assert (good[0], "its key is revoked by now" in good[1], "no faults" in good[1]) == (0, True, True)
    assert (await status("old-head.json"))[0] == 1
    lines[0] = lines[0].replace("issued", "imported")
    assert (await status("head.json"))[0] == 1


async def test_a_head_by_whoever_stole_the_key_is_refused(desk: Desk) -> None:
    before = await kept(desk)
    stolen = IssuingKeys.of(desk.home)
    private = stolen.private(stolen.active.id)
    await desk.replaced("compromised")
    await desk.sign_all()
    now = await exported(desk)

    forged = rewritten(before, private)

    assert by_itself(forged, before) == []  # while nobody knew of the theft nothing could tell
    assert [fault.partition(":")[0] for fault in by_itself(forged, now)] == ["now"]
    assert by_itself(now, now, forged) == ["earlier 0: the first 3 entries of the export come to another root"]
    assert by_itself(now, now, proofs=(forged,))


async def test_a_head_later_than_the_end_of_its_key_is_refused(desk: Desk) -> None:
    before = await kept(desk)
    retired = IssuingKeys.of(desk.home)
    private = retired.private(retired.active.id)
    await desk.replaced()
    now = await exported(desk)

    late = rewritten({**now, "head": before["head"]}, private, at=SUMMER + timedelta(days=1))

    (fault,) = by_itself(late, now)
    assert "after its key had ended" in fault


def rewritten(given: Export, private: bytes, *, at: datetime = SUMMER) -> Export:
    """Another log with another second entry, its head signed with this key as if it were the issuer's."""
    other, check = altered(given, "entry"), checker()
    leaves = [check.leaf_hash(check.leaf_of(entry)) for entry in other["entries"]]
    size = len(leaves)
    root = check.roots(leaves, {size})[size]
    signed = signed_text(given["head"]["key"].partition("#")[0], size, root, at)
    signature = base64.b64encode(Ed25519PrivateKey.from_private_bytes(private).sign(signed.encode())).decode()
    other["head"] |= {"size": size, "root_sha256": root.hex(), "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                      "signed": signed, "signature": signature}  # fmt: skip
    other["proof"] = {"number": "SM-2026-00001", "leaves": [], "head": other["head"]}
    return other
