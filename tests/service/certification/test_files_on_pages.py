"""A page offers the files that are handed out, and says why there is none; the log's page leads to its proofs."""

import re

import pytest

from services.certification.words.certificates import WITHHELD

from . import test_keys
from .conftest import Web
from .test_keys import Desk

desk = test_keys.desk
HTML = {"accept": "text/html"}
ENGLISH = {"withdrawn": "a withdrawn certificate is not printed", "key": "It is being signed anew"}


async def read(web: Web, path: str, language: str) -> str:
    answer = await web.office.get(f"/certification/{path}", headers={**HTML, "accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("why", ["withdrawn", "key"])
async def test_pages_offer_no_paper_that_would_be_refused_and_say_why(desk: Desk, why: str) -> None:
    (row,) = await desk.certification.certify("T1")
    await desk.credential(row)
    number, code = row["number"], row["check_code"]
    pages = (f"register/{number}?code={code}", f"certificates/{number}", "candidates/T1")
    for path in pages:
        assert "certificate.pdf" in await read(desk.web, path, "nl")

    if why == "withdrawn":
        await desk.web.office.post(
            f"/certification/api/certificates/{number}/withdraw",
            json={"reason": "bedrog", "reason_code": "fraud"},
            headers={"Idempotency-Key": "w"},
        )
        assert "certificate.pdf" not in await read(desk.web, "certificates", "nl")
    else:
        await desk.approve(await desk.propose("compromised"))

    refused = await desk.web.stranger.get(f"/certification/register/{number}/certificate.pdf?code={code}")
    assert refused.status_code == {"withdrawn": 409, "key": 503}[why]
    for path in pages:
        dutch, english = await read(desk.web, path, "nl"), await read(desk.web, path, "en")
        assert "certificate.pdf" not in dutch
        if path != "candidates/T1":
            assert (WITHHELD[why] in dutch, ENGLISH[why] in english) == (True, True)
    if why == "key":
        await desk.carry_out()
        assert "certificate.pdf" in await read(desk.web, pages[0], "nl")


async def test_the_page_of_the_log_leads_to_its_proofs(desk: Desk) -> None:
    await desk.certification.certify("T1", "T2")

    page = (await desk.web.stranger.get("/certification/log", headers=HTML)).text

    within = [link for link in re.findall(r'href="(/[^"]*)"', page) if link.startswith(("/certification", "/.well-"))]
    assert {"/certification/log/head", "/.well-known/did.json", "/certification/register"} <= set(within)
    for link in {*within, "/certification/log/consistency?first=1"}:
        assert (await desk.web.stranger.get(link, headers=HTML)).status_code == 200, link
    assert 'action="/certification/log/consistency"' in page
    assert 'name="first"' in page
    assert "NUMMER" not in page
