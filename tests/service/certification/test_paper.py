"""The certificate on paper, asked for as a holder, an employer and the office do."""

import asyncio
import io
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.certification.credential.keys import make_issuing_key
from services.certification.paper.keys import make_paper_keys
from services.certification.workers import WORKERS
from shared.events.enrollment import ContactPointChanged

from .conftest import Certification, Web


@pytest.fixture
async def press(tmp_path: Path) -> Any:
    """The keys of a home; the workers end with the test."""
    make_issuing_key(tmp_path)
    make_paper_keys(tmp_path)
    yield tmp_path
    WORKERS.close()


def path(row: dict[str, Any], more: str = "") -> str:
    return f"/certification/register/{row['number']}/certificate.pdf?code={row['check_code']}{more}"


def words(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)


async def test_a_paper_is_signed_says_what_the_certificate_says_and_holds_the_credential(
    press: Path, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1", name="Ngọc Ánh O'Brien-Łukasz")

    answer = await web.stranger.get(path(row))

    said = words(answer)
    for part in (row["number"], row["check_code"], "Ngọc Ánh O'Brien-Łukasz", "Meestersmid", "3 juli 2026", "Theorie"):
        assert part in said
    inside = pypdf.PdfReader(io.BytesIO(answer.content)).attachments["credential.json"][0]
    outside = await web.stranger.get(path(row).replace("certificate.pdf", "credential.json"))
    assert inside == outside.content
    status = await asyncio.to_thread(signature_of, answer.content, press)
    assert status.bottom_line
    assert status.docmdp_ok
    assert status.coverage.name == "ENTIRE_FILE"


def signature_of(pdf: bytes, home: Path) -> Any:
    """As pyHanko's validator sees it, by the authority alone."""
    context = ValidationContext(trust_roots=[load_cert_from_pemder(str(home / "keys" / "paper-ca.pem"))])
    return validate_pdf_signature(PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0], context)


async def test_the_check_of_files_knows_its_own_paper_and_refuses_one_of_which_a_byte_is_another(
    press: Path, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1")
    pdf = (await web.stranger.get(path(row))).content
    first = pdf.index(b"%PDF") + 12

    async def verdict(data: bytes) -> Any:
        sent = await web.stranger.post("/certification/register/file", files={"file": ("x.pdf", data)})
        return sent.json()["verdict"]

    assert await verdict(pdf) == "genuine"
    assert await verdict(pdf[:first] + bytes([pdf[first] ^ 1]) + pdf[first + 1 :]) == "altered_paper"


async def test_who_asks_again_gets_the_same_paper_and_it_was_recorded_before_it_was_signed(
    press: Path, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1")
    first, second = await asyncio.gather(web.stranger.get(path(row)), web.stranger.get(path(row)))
    third = await web.office.get(f"/certification/certificates/{row['number']}/certificate.pdf")

    assert words(first)
    assert first.content == second.content == third.content
    (kept,) = await certification.rows("select state, begun_at <= finished_at as before from paper")
    assert kept == {"state": "signed", "before": True}


async def test_the_language_is_the_holders_and_another_when_it_is_asked_for(
    press: Path, certification: Certification, web: Web
) -> None:
    await certification.hear(
        ContactPointChanged(person="trainee/T1", name="A", email="a@example.org", language="en"),
        ContactPointChanged(person="mentor/T1", name="A", email="a@example.org", language="nl"),
    )
    (row,) = await certification.certify("T1")

    own, dutch = await web.stranger.get(path(row)), await web.stranger.get(path(row, "&lang=nl"))

    assert (own.headers["content-language"], dutch.headers["content-language"]) == ("en", "nl")
    assert "Master smith" in words(own)
    assert "Meestersmid" in words(dutch)
    assert await certification.value("select to_jsonb(h)::text like '%@%' from holder_language h") is False


async def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(
    press: Path, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1")

    wrong = await web.stranger.get(path({**row, "check_code": "2222222222"}))
    unknown = await web.stranger.get(path({**row, "number": "SM-2026-99999"}))
    office = await web.stranger.get(f"/certification/certificates/{row['number']}/certificate.pdf")

    assert wrong.status_code == unknown.status_code == 404
    assert wrong.content == unknown.content
    assert office.status_code in (401, 403)
    assert await certification.value("select count(*) from paper") == 0


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("nl", "De naam op dit certificaat heeft tekens die in geen van de lettertypen zitten."),
        ("en", "The name on this certificate has signs that are in none of the fonts."),
    ],
)
async def test_a_name_that_no_font_can_show_is_refused_with_the_remedy(
    press: Path, certification: Certification, web: Web, language: str, detail: str
) -> None:
    (row,) = await certification.certify("T1", name="李小龙")

    answer = await web.office.get(path(row), headers={"Accept-Language": language})

    assert answer.status_code == 422
    assert answer.json()["detail"] == detail
    assert "fonts" in answer.text


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("nl", "Dit certificaat is ingetrokken en wordt niet meer afgedrukt."),
        ("en", "This certificate was withdrawn and is not printed any more."),
    ],
)
async def test_a_withdrawn_certificate_is_not_printed(
    press: Path, certification: Certification, web: Web, language: str, detail: str
) -> None:
    (row,) = await certification.certify("T1")
    assert (await web.stranger.get(path(row))).status_code == 200
    await certification.rows("update status_entry set withdrawn_at = now()")

    answer = await web.stranger.get(path(row), headers={"Accept-Language": language})

    assert answer.status_code == 409
    assert answer.json()["detail"] == detail


async def test_a_paper_that_a_crash_left_begun_is_finished_by_whoever_asks_next(
    press: Path, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1")
    assert (await web.stranger.get(path(row))).status_code == 200
    async with certification.db.transaction() as tx:
        await tx.execute(
            """
            alter table paper disable trigger user;
            update paper set state = 'begun', pdf = null, sha256 = null, finished_at = null, unsigned_sha256 = null,
                             unsigned_size = null;
            alter table paper enable trigger user
            """
        )

    answer = await web.stranger.get(path(row))

    assert words(answer)
    assert await certification.value("select count(*) from paper where state = 'signed'") == 1


async def test_without_the_signers_key_the_answer_is_when_to_come_back(
    press: Path, certification: Certification, web: Web
) -> None:
    (row,) = await certification.certify("T1")
    await asyncio.to_thread((press / "keys" / "paper-signer.pem").unlink)

    answer = await web.stranger.get(path(row))

    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_anybody_may_have_the_authority_that_paper_is_checked_with(press: Path, web: Web) -> None:
    answer = await web.stranger.get("/certification/paper/ca.pem")

    assert answer.content == await asyncio.to_thread((press / "keys" / "paper-ca.pem").read_bytes)
    assert b"PRIVATE" not in answer.content
