"""Foreign software accepts what Keur issued, and refuses what somebody made of it.

Digital Bazaar's verifier comes from npm, the tools from Debian (poppler-utils, zbar-tools).
"""

import asyncio
import copy
import io
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.certification.credential import status_list
from services.certification.credential.did import method_of
from services.certification.credential.keys import IssuingKeys, make_issuing_key
from services.certification.credential.proof import make_proof
from services.certification.credential.rdf import SHIPPED
from services.certification.paper.keys import make_paper_keys
from services.certification.workers import WORKERS
from tests.service.certification.conftest import SUMMER, Certification, Web

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
HERE = Path(__file__).parent
CONTEXTS = Path(__file__).resolve().parents[2] / "services" / "certification" / "credential" / "contexts"
BASE = "http://127.0.0.1:8402"
LIST = f"{BASE}/certification/status/1"


def run(command: Sequence[str], **more: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500, **more)
    return done.stdout + done.stderr


def installed(folder: Path) -> Path:
    """The verifier with its packages, in a folder of this run."""
    assert shutil.which("npm"), "apt-get install nodejs npm"
    for name, as_name in (("package.json", "package.json"), ("npmrc", ".npmrc"), ("verify.mjs", "verify.mjs")):
        shutil.copy(HERE / name, folder / as_name)
    said = run(["npm", "install", "--no-package-lock", "--ignore-scripts"], cwd=folder)
    assert (folder / "node_modules" / "@digitalbazaar" / "vc").is_dir(), said
    return folder


def read(told: Path, said: str) -> dict[str, Any]:
    assert told.exists(), said
    return dict(json.loads(told.read_text("utf-8")))


def folder_in(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def found_in(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def altered(credential: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    made = copy.deepcopy(credential)
    node: Any = made
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = to
    return made


class Issuer:
    """Signs what the product would not: credentials that are rightly signed and wrong otherwise."""

    def __init__(self, home: Path, base: str = BASE) -> None:
        self.keys, self.base = IssuingKeys.of(home), base

    def sign(self, unsigned: dict[str, Any], at: datetime = SUMMER, method: str = "") -> dict[str, Any]:
        bare = {name: value for name, value in unsigned.items() if name != "proof"}
        active = self.keys.active.id
        method = method or method_of(self.base, active)
        return {**bare, "proof": make_proof(bare, self.keys.private(active), method=method, created=at)}


def cases(one: dict[str, Any], other: dict[str, Any], listed: dict[str, Any], home: Path) -> dict[str, Any]:
    """Bad ones by name; ``documents`` replaces what is loaded."""
    issuer = Issuer(home)
    place = int(one["credentialStatus"]["statusListIndex"])
    revoked = status_list.unsigned_list(BASE, 1, status_list.bits([place]), now=SUMMER)
    old = status_list.unsigned_list(BASE, 1, status_list.bits([]), now=datetime(2026, 6, 1, tzinfo=UTC))
    away = home / "stranger"
    make_issuing_key(away)
    stranger = Issuer(away, "https://other.example")
    elsewhere = status_list.unsigned_list("https://other.example", 1, status_list.bits([]), now=SUMMER)
    subject = "credentialSubject"
    return {
        "altered name": {"credential": altered(one, subject, "identifier", 0, "identityHash", to="Somebody Else")},
        "altered grade": {"credential": altered(one, subject, "result", 0, "value", to="10")},
        "altered date": {"credential": altered(one, "awardedDate", to="2020-01-01T00:00:00Z")},
        "altered number": {"credential": altered(one, subject, "licenseNumber", to="SM-2026-00009")},
        "altered status index": {"credential": altered(one, "credentialStatus", "statusListIndex", to="5")},
        "added undefined term": {"credential": altered(one, subject, "salary", to="10")},
        "wrong issuer": {"credential": altered(one, "issuer", "id", to="did:web:other.example")},
        "proof of another": {"credential": {**one, "proof": other["proof"]}},
        "no proof": {"credential": {name: value for name, value in one.items() if name != "proof"}},
        "foreign key": {"credential": stranger.sign(one, method=method_of(BASE, issuer.keys.active.id))},
        "expired": {"credential": issuer.sign({**one, "validUntil": "2026-07-01T00:00:00Z"})},
        "not valid yet": {"credential": issuer.sign({**one, "validFrom": "2027-07-01T00:00:00Z"})},
        "revoked": {"credential": one, "documents": {LIST: issuer.sign(revoked)}},
        "status list altered": {
            "credential": one,
            "documents": {LIST: altered(listed, subject, "encodedList", to=revoked[subject]["encodedList"])},
        },
        "status list of another issuer": {"credential": one, "documents": {LIST: stranger.sign(elsewhere)}},
        "status list out of date": {"credential": one, "documents": {LIST: issuer.sign(old)}},
        "status list unreachable": {"credential": one, "documents": {LIST: None}},
    }


async def test_digital_bazaar_accepts_the_good_ones_and_refuses_the_bad_ones(
    certification: Certification, web: Web, tmp_path: Path
) -> None:
    make_issuing_key(tmp_path)
    rows = await certification.certify("T1", "T2", name="Ngọc O'Brien")
    one, other = [
        (
            await web.stranger.get(f"/certification/register/{row['number']}/credential.json?code={row['check_code']}")
        ).json()
        for row in rows
    ]
    listed = (await web.stranger.get("/certification/status/1")).json()
    did = (await web.stranger.get("/.well-known/did.json")).json()
    documents = {url: json.loads((CONTEXTS / name).read_text("utf-8")) for url, name in SHIPPED.items()}
    documents |= {did["id"]: did, LIST: listed}
    documents |= {
        method["id"]: {"@context": "https://w3id.org/security/multikey/v1", **method}
        for method in did["verificationMethod"]
    }
    asked = {"good": {"credential": one}, "other good": {"credential": other}, **cases(one, other, listed, tmp_path)}
    folder = tmp_path / "npm"
    folder.mkdir()
    await asyncio.to_thread(installed, folder)
    (folder / "asked.json").write_text(
        json.dumps({"now": "2026-07-03T10:00:00Z", "documents": documents, "cases": asked}), "utf-8"
    )

    said = await asyncio.to_thread(run, ["node", "verify.mjs", "asked.json", "told.json"], cwd=folder)

    told = read(folder / "told.json", said)
    assert {name for name, found in told.items() if found["verified"]} == {"good", "other good"}, told
    assert len(told) >= 2 + 15


async def test_the_tools_of_debian_and_pyhanko_agree_about_the_paper(
    certification: Certification, web: Web, tmp_path: Path
) -> None:
    make_issuing_key(tmp_path)
    make_paper_keys(tmp_path)
    (row,) = await certification.certify("T1", name="Ngọc O'Brien")
    url = f"/certification/register/{row['number']}"
    pdf = (await web.stranger.get(f"{url}/certificate.pdf?code={row['check_code']}")).content
    credential = (await web.stranger.get(f"{url}/credential.json?code={row['check_code']}")).content
    await asyncio.to_thread(WORKERS.close)
    for tool in ("pdfsig", "pdfdetach", "pdftoppm", "zbarimg"):
        assert shutil.which(tool), "apt-get install poppler-utils zbar-tools"
    paper, changed = tmp_path / "paper.pdf", tmp_path / "changed.pdf"
    paper.write_bytes(pdf)
    place = len(pdf) // 3
    changed.write_bytes(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])

    assert "Signature is Valid" in run(["pdfsig", str(paper)])
    assert "Total document signed" in run(["pdfsig", str(paper)])
    assert "Signature is Valid" not in run(["pdfsig", str(changed)])

    inside = folder_in(tmp_path, "inside")
    run(["pdfdetach", "-saveall", "-o", str(inside), str(paper)])
    assert (inside / "credential.json").read_bytes() == credential

    run(["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", str(paper), str(tmp_path / "sheet")])
    (sheet,) = found_in(tmp_path, "sheet*.png")
    assert re.search(rf"{url}\?code={row['check_code']}", run(["zbarimg", "-q", str(sheet)]))

    roots = [load_cert_from_pemder(str(tmp_path / "keys" / "paper-ca.pem"))]
    assert await asyncio.to_thread(stands, pdf, roots)
    assert not await asyncio.to_thread(stands, changed.read_bytes(), roots)
    assert not await asyncio.to_thread(stands, with_another_language(pdf), roots)
    stranger = tmp_path / "stranger"
    make_paper_keys(stranger)
    others = [load_cert_from_pemder(str(stranger / "keys" / "paper-ca.pem"))]
    assert not await asyncio.to_thread(stands, pdf, others)


def stands(pdf: bytes, roots: list[Any]) -> bool:
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return bool(validate_pdf_signature(signature, ValidationContext(trust_roots=roots)).bottom_line)


def with_another_language(pdf: bytes) -> bytes:
    """Another language of the document, behind the signature, which leaves every signed byte as it was."""
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root[pdf_name("/Lang")] = pdf_string("xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
