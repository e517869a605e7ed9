"""Debian's poppler and zbar, and pyHanko's validator, on the certificate on paper and on what somebody made of it."""

import asyncio
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.certification.paper.keys import make_paper_keys

from . import forging
from .conftest import Published, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
NOT_SIGNED = "does not contain any signatures"


@dataclass(frozen=True)
class Forged:
    """How it is made of a paper and the credential of another, and what poppler's ``pdfsig`` says or does not say."""

    make: Callable[[Published, Path], bytes]
    pdfsig: str
    other_inside: bool


FORGED = {
    "a paper of which one byte is another": Forged(
        lambda given, _: forging.one_other_byte(given.one.pdf), "Digest Mismatch", other_inside=False
    ),
    "a paper with an addition behind its signature": Forged(
        lambda given, _: forging.another_language(given.one.pdf), "Not total document signed", other_inside=False
    ),
    "the credential of another, put behind the signature": Forged(
        lambda given, _: forging.other_credential_behind_it(given.one.pdf, given.other.file),
        "Not total document signed",
        other_inside=True,
    ),
    "the credential of another, in a paper without a signature": Forged(
        lambda given, _: forging.other_credential_unsigned(given.one.pdf, given.other.file),
        NOT_SIGNED,
        other_inside=True,
    ),
    "the credential of another, in a paper that a stranger signed": Forged(
        lambda given, folder: forging.other_credential_signed_by_a_stranger(given.one.pdf, given.other.file, folder),
        "Signature is Valid",  # it is, by somebody: poppler was not told whom to trust
        other_inside=True,
    ),
}


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    for tool in ("pdfsig", "pdfdetach", "pdftoppm", "zbarimg"):
        assert shutil.which(tool), "apt-get install poppler-utils zbar-tools"


@pytest.fixture(scope="module")
def forged(published: Published, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("forger")
    return {name: one.make(published, folder) for name, one in FORGED.items()}


def seen(pdf: bytes, folder: Path) -> tuple[str, bytes, str]:
    """What ``pdfsig`` says, the file that ``pdfdetach`` takes out, and the address in the code on the sheet."""
    paper, inside = folder / "paper.pdf", folder / "inside"
    inside.mkdir()
    paper.write_bytes(pdf)
    run(["pdfdetach", "-saveall", "-o", str(inside), str(paper)])
    run(["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", str(paper), str(folder / "sheet")])
    (sheet,) = folder.glob("sheet*.png")
    (file,) = inside.glob("*")
    return run(["pdfsig", str(paper)]), file.read_bytes(), run(["zbarimg", "-q", str(sheet)])


def stands(pdf: bytes, home: Path) -> bool:
    """Whether pyHanko finds one signature by the authority of ``home``, over all of it and nothing changed after."""
    roots = [load_cert_from_pemder(str(home / "keys" / "paper-ca.pem"))]
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return len(signatures) == 1 and bool(
        validate_pdf_signature(signatures[0], ValidationContext(trust_roots=roots)).bottom_line
    )


async def test_poppler_zbar_and_pyhanko_agree_about_a_paper(published: Published, tmp_path: Path) -> None:
    said, inside, code = await asyncio.to_thread(seen, published.one.pdf, tmp_path)

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert inside == published.one.file
    assert re.search(rf"/certification/register/{published.one.number}\?code={published.one.check_code}", code)
    assert await asyncio.to_thread(stands, published.one.pdf, published.home)
    assert await verdict(published, published.one.pdf) == "genuine"


async def test_pyhanko_does_not_trust_a_paper_by_another_authority(published: Published, tmp_path: Path) -> None:
    make_paper_keys(tmp_path)

    assert not await asyncio.to_thread(stands, published.one.pdf, tmp_path)


@pytest.mark.parametrize("name", FORGED)
async def test_pyhanko_refuses(published: Published, forged: dict[str, bytes], name: str) -> None:
    assert not await asyncio.to_thread(stands, forged[name], published.home)


@pytest.mark.parametrize("name", FORGED)
async def test_the_register_refuses(published: Published, forged: dict[str, bytes], name: str) -> None:
    assert await verdict(published, forged[name]) in ("altered_paper", "not_genuine")


@pytest.mark.parametrize("name", FORGED)
async def test_poppler_and_zbar_tell_apart(
    published: Published, forged: dict[str, bytes], name: str, tmp_path: Path
) -> None:
    said, inside, code = await asyncio.to_thread(seen, forged[name], tmp_path)

    assert FORGED[name].pdfsig in said
    assert published.one.number in code
    if FORGED[name].other_inside:
        subject: dict[str, Any] = json.loads(inside)["credentialSubject"]
        assert subject["licenseNumber"] == published.other.number, "of another certificate than the sheet"


async def verdict(published: Published, pdf: bytes) -> str:
    """What anybody hears who has the file checked by the register."""
    answer = await published.web.stranger.post("/certification/register/file", files={"file": ("x.pdf", pdf)})
    return str(answer.json()["verdict"])
