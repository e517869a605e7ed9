"""The public register: number and code together open an entry; nothing else tells whether a number exists."""

from datetime import timedelta

import pytest

from shared.clock import FixedClock
from tests.unit.certification.builders import scheme

from .conftest import SUMMER, Certification, Web, enrolled, named, passes

REGISTER = "/certification/register"
HTML = {"accept": "text/html,application/xhtml+xml"}


async def test_number_and_code_open_the_entry_as_json(certification: Certification, web: Web) -> None:
    (row,) = await certification.certify("T1")

    answer = await web.stranger.get(f"{REGISTER}/{row['number']}", params={"code": row["check_code"]})

    assert answer.status_code == 200
    assert answer.json() == {
        "number": "SM-2026-00001",
        "status": "valid",
        "holder": "Åsa O'Brien",
        "programme": "smith-2",
        "scheme": "smith",
        "scheme_version": "2026.1",
        "issued_on": "2026-07-03",
        "valid_until": None,
        "as_of": "2026-07-03",
        "log": None,
    }


async def test_the_page_shows_holder_status_and_what_the_mark_means(certification: Certification, web: Web) -> None:
    (row,) = await certification.certify("T1", name="Zoë <b>van 't Hof</b>")
    url = f"{REGISTER}/{row['number']}"

    dutch = await web.stranger.get(url, params={"code": row["check_code"], "lang": "nl"}, headers=HTML)
    english = await web.stranger.get(url, params={"code": row["check_code"], "lang": "en"}, headers=HTML)

    assert "Dit certificaat is geldig" in dutch.text
    assert "Smeden leerden alleen" in dutch.text
    assert "This certificate is valid" in english.text
    assert "Smiths learned alone" in english.text
    assert "Zoë &lt;b&gt;van &#39;t Hof&lt;/b&gt;" in dutch.text


@pytest.mark.parametrize("typed", ["lower", "hyphens"])
async def test_number_and_code_may_be_typed_as_people_do(certification: Certification, web: Web, typed: str) -> None:
    (row,) = await certification.certify("T1")
    code = row["check_code"].lower() if typed == "lower" else f"{row['check_code'][:5]}-{row['check_code'][5:]} "

    found = await web.stranger.get(REGISTER, params={"number": " sm-2026-00001", "code": code}, follow_redirects=True)

    assert found.json()["holder"] == "Åsa O'Brien"


@pytest.mark.parametrize("accept", ["application/json", HTML["accept"]])
async def test_a_wrong_code_and_an_unknown_number_get_the_same_answer_to_the_letter(
    certification: Certification, web: Web, accept: str
) -> None:
    (row,) = await certification.certify("T1")

    async def ask(number: str) -> tuple[int, bytes, dict[str, str]]:
        answer = await web.stranger.get(
            f"{REGISTER}/{number}", params={"code": "ABCDEFGHJK"}, headers={"accept": accept}
        )
        headers = {k: v for k, v in answer.headers.items() if k != "x-correlation-id"}
        return answer.status_code, answer.content, headers

    wrong, unknown = await ask(row["number"]), await ask("SM-2026-99999")

    assert wrong == unknown
    assert wrong[0] == 404
    assert b"Brien" not in wrong[1]


async def test_a_number_without_a_code_asks_for_it_and_shows_no_name(certification: Certification, web: Web) -> None:
    (row,) = await certification.certify("T1")

    page = await web.stranger.get(f"{REGISTER}/{row['number']}", headers=HTML)
    data = await web.stranger.get(f"{REGISTER}/{row['number']}")

    assert page.status_code == 200
    assert "Brien" not in page.text
    assert data.status_code == 404


async def test_who_keeps_missing_must_wait_and_who_is_right_never_does(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    (row,) = await certification.certify("T1")
    url = f"{REGISTER}/{row['number']}"

    for _ in range(40):
        assert (await web.stranger.get(url, params={"code": row["check_code"]})).status_code == 200
    answers = [await web.stranger.get(url, params={"code": f"WRNG{n:06}"}) for n in range(31)]

    assert [a.status_code for a in answers] == [404] * 30 + [429]
    assert int(answers[-1].headers["retry-after"]) == 60
    assert (await web.stranger.get(url, params={"code": row["check_code"]})).status_code == 429

    summer.moment = SUMMER + timedelta(seconds=61)
    assert (await web.stranger.get(url, params={"code": row["check_code"]})).status_code == 200


async def test_another_address_does_not_wait_for_the_first(certification: Certification, web: Web) -> None:
    app = web.stranger._transport.app  # type: ignore[attr-defined]
    misses = app.state.misses
    for _ in range(30):
        misses.note("198.51.100.4", SUMMER)

    assert misses.wait("198.51.100.4", SUMMER) == 60
    assert misses.wait("198.51.100.5", SUMMER) == 0


async def test_a_certificate_past_its_last_day_is_shown_as_expired(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    await certification.publish(
        scheme(version='version: "2026.2"', decision_mode="decision_mode: automatic\nvalidity: {years: 3}")
    )
    await certification.hear(enrolled(scheme_version="2026.2"), named())
    await certification.enter(*passes())
    await certification.hears_itself()
    (row,) = await certification.rows("select number, check_code, valid_until::text from certificate")
    assert row["valid_until"] == "2029-07-03"

    summer.moment = SUMMER.replace(year=2029, day=4)
    answer = await web.stranger.get(f"{REGISTER}/{row['number']}", params={"code": row["check_code"]})

    assert (answer.json()["status"], answer.json()["as_of"]) == ("expired", "2029-07-04")


async def test_the_search_page_is_open_to_everybody_and_the_desk_is_not(web: Web) -> None:
    assert (await web.stranger.get(REGISTER, headers=HTML)).status_code == 200
    for path in ("certificates", "candidates", "candidates/T1", "schemes", "api/certificates", "api/register",
                 "api/results", "api/candidates", "api/verify", "api/schemes"):  # fmt: skip
        assert (await web.stranger.get(f"/certification/{path}")).status_code == 401, path


async def test_what_is_exported_has_codes_and_no_names(certification: Certification, web: Web) -> None:
    rows = await certification.certify("T1", "T2")

    exported = (await web.office.get("/certification/api/certificates", params={"limit": 1})).json()

    assert exported["next"] == "SM-2026-00001"
    assert exported["items"] == [
        {
            "number": "SM-2026-00001",
            "check_code": rows[0]["check_code"],
            "status": "valid",
            "trainee_id": rows[0]["trainee_id"],
            "scheme": "smith",
            "scheme_version": "2026.1",
            "programme": "smith-2",
            "issued_on": "2026-07-03",
            "valid_until": None,
            "document_sha256": rows[0]["document_sha256"],
            "version": 1,
        }
    ]


async def test_the_register_lists_what_was_issued(certification: Certification, web: Web) -> None:
    await certification.certify("T1", "T2", "T3")

    register = (await web.office.get("/certification/api/register")).json()["items"]
    issued = (await web.office.get("/certification/api/certificates")).json()["items"]

    assert [(r["number"], r["document_sha256"]) for r in register] == [
        (c["number"], c["document_sha256"]) for c in issued
    ]


async def test_one_certificate_is_found_by_its_number(certification: Certification, web: Web) -> None:
    await certification.certify("T1")

    found = await web.office.get("/certification/api/certificates/SM-2026-00001")

    assert found.json()["trainee_id"] == "T1"
    assert (await web.office.get("/certification/api/certificates/SM-2026-00002")).status_code == 404
