"""The office's page of a certificate: another period, links that show it, and an end that only the calendar decides."""

import re
from datetime import UTC, date, datetime

from shared.clock import FixedClock

from .conftest import Certification, Web
from .test_life import API, NUMBER, certified, issuing_key

__all__ = ["issuing_key"]
PAGE = f"/certification/certificates/{NUMBER}"
HTML = {"accept": "text/html"}


async def test_another_period_is_given_by_page_and_what_is_missing_comes_back(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    await certified(certification)
    early = await web.office.get(PAGE, headers=HTML)
    summer.moment = datetime(2029, 5, 1, 9, 0, tzinfo=UTC)
    typed = {
        "score-forging": "8,5",
        "taken_on-forging": "2029-04-20",
        "examiner-forging": "EX9",
        "practice_months": "12",
        "reason": "seen",
    }

    short = await web.office.post(f"{PAGE}/recertify", data=typed, headers=HTML)
    unread = await web.office.post(f"{PAGE}/recertify", data={**typed, "score-forging": "good"}, headers=HTML)
    done = await web.office.post(f"{PAGE}/recertify", data={**typed, "practice_months": "24"}, headers=HTML)

    assert re.search(r"Verlengen kan vanaf .*5 maart 2029", early.text)
    assert (short.status_code, unread.status_code, done.status_code) == (422, 422, 303)
    assert "Er is te weinig praktijk in het vak aangetoond. (minstens 18 maanden)" in short.text
    assert 'value="8,5"' in short.text
    assert await certification.value("select stands_until from v_certificate") == date(2032, 7, 3)


async def test_a_link_is_made_shown_once_counted_and_ended(certification: Certification, web: Web) -> None:
    await certified(certification)

    made = await web.office.post(f"{PAGE}/share", headers=HTML)
    found = re.search(r"/certification/shared/(?!manage)([\w-]+)", made.text)
    assert found is not None
    opened = await web.stranger.get(f"/certification/shared/{found[1]}")
    page = await web.office.get(PAGE, headers=HTML)
    share_id = await certification.value("select share_id from share")
    ended = await web.office.post(f"{PAGE}/share/{share_id}/end", headers=HTML)
    gone = await web.stranger.get(f"/certification/shared/{found[1]}")

    assert (made.status_code, opened.status_code, ended.status_code, gone.status_code) == (201, 200, 303, 404)
    assert found[1] not in page.text
    assert re.search(r'<td[^>]*class="num"[^>]*>1</td>', page.text)
    assert gone.json()["detail"] == "Deze link geldt niet of niet meer."
    english = await web.stranger.get(f"/certification/shared/{found[1]}?lang=en")
    assert english.json()["detail"] == "This link does not work, or no longer."


async def test_a_certificate_does_not_expire_before_its_last_day_has_passed(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    await certified(certification)

    early = await web.office.post(f"{API}/expire?lang=nl", json={})
    english = await web.office.post(f"{API}/expire?lang=en", json={})
    summer.moment = datetime(2029, 7, 4, 9, 0, tzinfo=UTC)
    done = await web.office.post(f"{API}/expire", json={})

    assert early.status_code == 409
    assert early.json()["detail"] == f"Certificaat {NUMBER} geldt tot en met 3 juli 2029."
    assert english.json()["detail"] == f"Certificate {NUMBER} is valid until 3 July 2029."
    assert (done.status_code, done.json()["status"]) == (201, "expired")
