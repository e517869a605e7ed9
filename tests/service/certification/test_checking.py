"""Files, lists, share links and counts: what strangers may learn, and nothing else."""

import copy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.certification.credential.keys import make_issuing_key
from services.certification.domain.life import Kind
from services.certification.pages.register import MISS_TAKES_S
from shared.clock import FixedClock
from shared.db import Tx

from .conftest import SUMMER, Certification, Web
from .test_life import NUMBER, certified, step

REGISTER = "/certification/register"
HTML = {"accept": "text/html,application/xhtml+xml"}
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def issuing_key(tmp_path: Path) -> None:
    make_issuing_key(tmp_path)


async def credential(certification: Certification, web: Web) -> dict[str, Any]:
    code = await certification.value("select check_code from certificate")
    answer = await web.stranger.get(f"{REGISTER}/{NUMBER}/credential.json", params={"code": code})
    return dict(answer.json())


def as_pdf(text: bytes) -> bytes:
    head = b"%PDF-2.0\n1 0 obj\n<< /Type /EmbeddedFile /Length " + str(len(text)).encode() + b" >>\nstream\n"
    return head + text + b"\nendstream\nendobj\n"


async def upload(web: Web, data: bytes, headers: dict[str, str] = JSON) -> Any:
    return await web.stranger.post(f"{REGISTER}/file", files={"file": ("x.pdf", data)}, headers=headers)


async def test_a_genuine_file_shows_how_the_certificate_stands_now(certification: Certification, web: Web) -> None:
    await certified(certification)
    data = json.dumps(await credential(certification, web), indent=1).encode()

    before = (await upload(web, data)).json()
    await step(certification, Kind.SUSPENDED)
    after = (await upload(web, data)).json()
    page = await upload(web, data, HTML)

    assert (before["verdict"], before["status"], before["holder"]) == ("genuine", "valid", "Åsa O'Brien")
    assert after["status"] == "suspended"
    assert "Dit certificaat is geschorst" in page.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("nl", "Dit PDF-bestand is niet zoals wij het maakten"), ("en", "This PDF file is not as we made it")],
)
async def test_a_paper_that_was_not_made_here_is_refused_also_with_a_genuine_credential_inside(
    certification: Certification, web: Web, language: str, said: str
) -> None:
    await certified(certification)
    data = as_pdf(json.dumps(await credential(certification, web), indent=1).encode())

    told = (await upload(web, data)).json()
    page = await upload(web, data, {**HTML, "accept-language": language})

    assert (told["verdict"], told["file"], told["number"]) == ("altered_paper", "not_as_made", NUMBER)
    assert said in page.text
    assert "banner-bad" in page.text


async def test_a_credential_from_before_a_correction_is_said_to_be_superseded(
    certification: Certification, web: Web
) -> None:
    await certified(certification)
    text = json.dumps(await credential(certification, web)).encode()
    await step(certification, Kind.CORRECTED, holder="Somebody Else")

    assert (await upload(web, text)).json()["verdict"] == "superseded"


async def test_what_was_altered_and_what_was_never_issued_get_one_answer(
    certification: Certification, web: Web
) -> None:
    await certified(certification)
    good = await credential(certification, web)
    altered, unknown, unsigned = copy.deepcopy(good), copy.deepcopy(good), copy.deepcopy(good)
    altered["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    unknown["credentialSubject"]["licenseNumber"] = "SM-2026-99999"
    unsigned["proof"] = []
    bomb = b'{"a":' * 100_000

    answers = [
        (await upload(web, data)).json()
        for data in (*(json.dumps(one).encode() for one in (altered, unknown, unsigned)), b"", b"%PDF-1.7", bomb)
    ]

    assert answers == [{"verdict": "not_genuine"}] * 6


async def test_a_list_is_answered_row_by_row_and_formulas_stay_text(certification: Certification, web: Web) -> None:
    await certified(certification)
    code = await certification.value("select check_code from certificate")
    rows = f"number,check_code\n{NUMBER},{code}\n{NUMBER},WRONGCODE1\nSM-2026-99999,{code}\n=1+1,x\n"

    answer = await web.stranger.post(f"{REGISTER}/list", files={"file": ("x.csv", rows.encode())})

    lines = answer.text.splitlines()
    assert lines[0] == "number,answer,holder,programme,issued_on,valid_until"
    assert lines[1].startswith(f"{NUMBER},valid,Åsa O'Brien,smith-2,2026-07-03,2029-07-03")
    assert lines[2] == f"{NUMBER},not_found,,,,"
    assert lines[3] == "SM-2026-99999,not_found,,,,"
    assert lines[4] == "'=1+1,not_found,,,,"


async def test_a_list_is_no_way_round_the_limit_on_misses(certification: Certification, web: Web) -> None:
    await certified(certification)
    rows = "number,check_code\n" + "".join(f"SM-2026-{n:05},ABCDEFGHJK\n" for n in range(100))

    answer = await web.stranger.post(f"{REGISTER}/list", files={"file": ("x.csv", rows.encode())}, headers=JSON)

    answers = [item["answer"] for item in answer.json()["items"]]
    assert (answers.count("not_found"), answers.count("not_answered")) == (30, 70)


@pytest.mark.parametrize(
    ("data", "nl", "en"),
    [
        (b"a,b\n1,2\n", "De kolom number ontbreekt.", "The column number is missing."),
        (b"number\n\xff\n", "Het bestand is geen UTF-8.", "The file is not UTF-8."),
        (b"number\n" + b"1\n" * 501, "Dit zijn te veel rijen.", "These are too many rows."),
    ],
)
async def test_a_list_that_cannot_be_read_is_refused_in_words(web: Web, data: bytes, nl: str, en: str) -> None:
    for language, said in (("nl", nl), ("en", en)):
        headers = {**JSON, "accept-language": language}
        answer = await web.stranger.post(f"{REGISTER}/list", files={"file": ("x.csv", data)}, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (422, said)


async def test_a_birth_date_opens_the_entry_and_cannot_be_guessed(certification: Certification, web: Web) -> None:
    await certified(certification)

    right = await web.stranger.get(f"{REGISTER}/{NUMBER}", params={"birth_date": "2008-01-01"})
    page = await web.stranger.get(f"{REGISTER}/{NUMBER}", params={"birth_date": "2008-01-01"}, headers=HTML)
    wrong = [
        await web.stranger.get(f"{REGISTER}/{NUMBER}", params={"birth_date": f"2008-01-{day:02}"})
        for day in range(2, 8)
    ]

    assert right.json()["holder"] == "Åsa O'Brien"
    assert await certification.value("select check_code from certificate") not in page.text
    assert [answer.status_code for answer in wrong] == [404] * 5 + [429]


async def test_the_register_says_how_it_stood_on_a_day(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED, now=SUMMER + timedelta(days=2))
    code = await certification.value("select check_code from certificate")
    summer.moment = SUMMER + timedelta(days=3)

    async def on(day: str) -> Any:
        return await web.stranger.get(f"{REGISTER}/{NUMBER}", params={"code": code, "on": day})

    assert (await on("2026-07-04")).json()["on"] == {"day": "2026-07-04", "status": "valid"}
    assert (await on("2026-07-05")).json()["on"]["status"] == "suspended"
    assert (await on("2026-07-02")).json()["on"]["status"] == "not_issued"
    assert (await on("2026-02-30")).json()["detail"] == "Dit is geen bestaande dag."


async def test_a_link_shows_the_certificate_for_four_weeks_and_the_holder_sees_when_it_was_opened(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    await certified(certification)
    code = await certification.value("select check_code from certificate")

    made = await web.stranger.post(f"{REGISTER}/{NUMBER}/share", data={"code": code}, headers=JSON)
    share, manage = (made.json()[name].split("/certification")[1] for name in ("share_url", "manage_url"))
    shown = await web.stranger.get(f"/certification{share}")
    kept = await web.stranger.get(f"/certification{manage}")
    summer.moment = SUMMER + timedelta(days=28, seconds=1)
    over = await web.stranger.get(f"/certification{share}")

    assert made.status_code == 201
    assert shown.json()["holder"] == "Åsa O'Brien"
    assert [one["how"] for one in kept.json()["log"]] == ["json"]
    assert over.status_code == 404
    token = share.rpartition("/")[2]
    assert token not in json.dumps(await certification.rows("select token_sha256, manage_sha256 from share"))


async def test_a_link_that_was_ended_opens_nothing(certification: Certification, web: Web) -> None:
    await certified(certification)
    code = await certification.value("select check_code from certificate")
    made = (await web.stranger.post(f"{REGISTER}/{NUMBER}/share", data={"code": code}, headers=JSON)).json()
    share, manage = (made[name].split("/certification")[1] for name in ("share_url", "manage_url"))

    ended = await web.stranger.post(f"/certification{manage}/end", headers=JSON)

    assert ended.json()["ended"] is True
    assert (await web.stranger.get(f"/certification{share}")).status_code == 404
    refused = await web.stranger.post(f"{REGISTER}/{NUMBER}/share", data={"code": "WRONG"}, headers=JSON)
    assert refused.status_code == 404


async def test_the_counts_are_of_now_and_hold_no_names(certification: Certification, web: Web) -> None:
    await certified(certification)
    await step(certification, Kind.WITHDRAWN)

    told = (await web.stranger.get(f"{REGISTER}/figures", headers=JSON)).json()
    page = await web.stranger.get(f"{REGISTER}/figures", headers=HTML)

    assert told["items"] == [
        {
            "scheme": "smith",
            "programme": "smith-2",
            "valid": 0,
            "suspended": 0,
            "expired": 0,
            "withdrawn": 1,
            "issued": 1,
        }
    ]
    assert "Meestersmid" in page.text


async def test_wrong_and_unknown_ask_the_same_of_the_database_and_are_answered_no_sooner(
    certification: Certification, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    await certified(certification)
    asked: list[str] = []
    ask = Tx.fetchrow

    async def noted(self: Tx, query: str, *args: Any, **more: Any) -> Any:
        asked.append(query)
        return await ask(self, query, *args, **more)

    monkeypatch.setattr(Tx, "fetchrow", noted)

    async def queries(number: str) -> tuple[int, list[str], bool]:
        asked.clear()
        answer = await web.stranger.get(f"{REGISTER}/{number}", params={"code": "ABCDEFGHJK"})
        return answer.status_code, list(asked), answer.elapsed.total_seconds() >= MISS_TAKES_S

    wrong, unknown = await queries(NUMBER), await queries("SM-2026-99999")

    assert wrong == unknown
    assert (wrong[0], len(wrong[1]), wrong[2]) == (404, 2, True)


async def test_a_company_has_one_licence_of_a_mark_and_a_closed_case_stays_closed(
    certification: Certification, web: Web
) -> None:
    licence = {"company_id": "C1", "scheme": "smith", "conditions": "On paper and site",
               "valid_from": "2026-07-01", "valid_until": "2027-06-30"}  # fmt: skip
    api = "/certification/api/mark-use"
    first = await web.office.post(f"{api}/licences", json=licence)
    second = await web.office.post(f"{api}/licences", json=licence)
    case = await web.office.post(
        f"{api}/cases", json={"company_id": "C1", "scheme": "smith", "found_on": "2026-07-02", "what": "logo on a van"}
    )
    steps = f"{api}/cases/{case.json()['case_id']}/steps"
    done = [
        (await web.office.post(steps, json={"kind": kind, "words": "w"})).status_code
        for kind in ("warned", "licence_ended", "closed", "warned")
    ]

    assert (first.status_code, second.status_code) == (201, 409)
    assert done == [201, 201, 201, 409]
    assert (await web.office.get(f"{api}/licences")).json()["items"][0]["ended_on"] == "2026-07-03"
    page = await web.office.get("/certification/mark-use", headers=HTML)
    assert "logo on a van" in page.text
