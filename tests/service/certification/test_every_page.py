"""Every page of the mark in both languages, walked from link to link with candidates and certificates of each kind."""

from pathlib import Path

import httpx
import pytest

from services.certification.credential.keys import make_issuing_key
from tests.service.walking import walked
from tests.unit.certification.builders import entry

from .conftest import Certification, Web, enrolled, named

ELSEWHERE = ("/certification/shared/", "/certification/status/", "/certification/log/", "/certification/paper")
"""For programs, or behind a link that is shown once: test_history, test_credentials, test_log_by_http, test_paper."""
TYPED = ("/certification/register/{number}",)


@pytest.fixture
async def at_work(certification: Certification, web: Web, tmp_path: Path) -> str:
    """The number of a certificate that is suspended; beside it one that is valid, a failure and a waiting result."""
    make_issuing_key(tmp_path)
    await certification.certify("T1", name="Åsa O'Brien")
    await certification.certify("T2", name="Bram de Groot")
    await certification.hear(enrolled("T3"), named("T3", name="Cem Kaya"))
    await certification.enter(entry("theory", score=3, trainee_id="T3"), entry("theory", trainee_id="T8"))
    await certification.hears_itself()
    number = str(await certification.value("select max(number) from certificate"))
    exam = {"exam": "smith/theory", "starts_at": "2026-09-10T09:00", "place": "Lokaal 1", "examiner": "EX1",
            "invigilator": "", "trainee_ids": "T3"}  # fmt: skip
    for path, form in (
        ("exams", exam),
        ("deciders", {"person": "office/anna", "ties": "company/C1", "ended": "no"}),
        ("corrections", {"result_id": "T3-theory-1", "score": "6", "taken_on": "2026-06-01", "reason": "Telfout"}),
        ("mark-use", {"what": "open", "company_id": "C1", "scheme": "smith", "begins": "2026-07-01", "words": "Logo"}),
        (f"certificates/{number}/decide", {"decision": "suspend", "reason_code": "other", "reason": "Onderzoek"}),
    ):
        await web.office.post(f"/certification/{path}", data=form)
    return number


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_can_be_reached_and_is_whole(web: Web, at_work: str, language: str) -> None:
    walk = await walked(
        "certification", language, web.office, ["/certification/certificates", "/certification/register"]
    )

    assert not walk.faults, "\n".join(walk.faults)
    assert walk.missed(apart=(*ELSEWHERE, "/certification/register", "/.well-known")) == []


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_everybody_may_see_is_whole_for_a_stranger(web: Web, at_work: str, language: str) -> None:
    walk = await walked("certification", language, web.stranger, ["/certification/register"])

    assert not walk.faults, "\n".join(walk.faults)
    assert {"/certification/register/check", "/certification/register/figures"} <= walk.seen


async def test_what_was_typed_comes_back_with_a_refused_use_of_the_mark(web: Web, at_work: str) -> None:
    form = {"what": "open", "company_id": "C1", "scheme": "smith", "begins": "gisteren", "words": ""}
    refused: httpx.Response = await web.office.post("/certification/mark-use", data={**form, "words": ""})

    assert refused.status_code == 422
    assert 'value="C1"' in refused.text
