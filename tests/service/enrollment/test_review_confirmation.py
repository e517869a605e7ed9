"""Instructor and mentor stand by the record of a programme review through the link in a mail."""

from typing import Any

import httpx
import pytest

from shared.events.enrollment import ActionLinkMade

from . import rows
from .conftest import Enrollment


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    answer = await office.give("trainees", rows.trainee("T1"))
    assert answer.status_code == 200, answer.text
    office.clock.moment = office.clock.moment.replace(month=10, day=29)
    return office


async def hold(mark: Enrollment, **given: Any) -> httpx.Response:
    action = {"owner": "mentor/M1", "text": "Kantbank vrijmaken", "due_on": "2025-11-11"}
    body = {"review_id": "R1", "trainee_id": "T1", "held_on": "2025-10-28", "topics": ["Lassen"],
            "agreements": "Meer uren bij de kantbank.", "confirmed_by": [], "actions": [action]}  # fmt: skip
    return await mark.post("programme-reviews", {**body, **given})


async def links(mark: Enrollment) -> list[tuple[str, str]]:
    """Who was asked, and by which path, in order."""
    return [
        (one.person, one.url[one.url.index("/enrollment/answer") :])
        for one in await mark.told("action-link-made")
        if isinstance(one, ActionLinkMade) and one.purpose == "review-confirm"
    ]


async def confirmed(mark: Enrollment) -> tuple[str | None, str | None]:
    found = (await mark.http.get("/enrollment/api/programme-reviews/R1")).json()
    return found["instructor_confirmed_on"], found["mentor_confirmed_on"]


async def test_both_are_asked_and_each_confirms_once_without_an_account_or_a_script(mark: Enrollment) -> None:
    assert (await hold(mark)).status_code == 201
    asked = await links(mark)
    assert [person for person, _ in asked] == ["instructor/I1", "mentor/M1"]
    token = mark.http.headers.pop("Authorization")
    for _, link in asked:
        for language, words in (("nl", "Ik bevestig deze bespreking"), ("en", "I confirm this review")):
            page = await mark.http.get(f"{link}?lang={language}")
            assert page.status_code == 200
            assert words in page.text
            assert "Meer uren bij de kantbank." in page.text
            assert "Kantbank vrijmaken" in page.text
            assert "<script" not in page.text.split("<main")[1].split("</main")[0]
        assert (await mark.http.post(link)).status_code == 200
        assert (await mark.http.post(link)).status_code == 410
    mark.http.headers["Authorization"] = token
    assert await confirmed(mark) == ("2025-10-29", "2025-10-29")
    async with mark.db.read() as tx:
        actors = await tx.fetch("select actor from audit where change like '%confirmed by%' order by position")
    assert [row["actor"] for row in actors] == ["instructor/I1", "mentor/M1"]
    await mark.day_comes("2025-11-06")
    assert len(await links(mark)) == 2


async def test_who_has_not_confirmed_is_reminded_once_after_a_week(mark: Enrollment) -> None:
    await hold(mark, confirmed_by=["instructor"])
    assert [person for person, _ in await links(mark)] == ["mentor/M1"]
    await mark.day_comes("2025-11-04")
    assert len(await links(mark)) == 1
    for day in ("2025-11-05", "2025-11-06", "2025-12-24"):
        await mark.day_comes(day)
        assert [person for person, _ in await links(mark)] == ["mentor/M1", "mentor/M1"]
    await mark.day_comes("2025-11-05")
    first, again = (link for _, link in await links(mark))
    assert (await mark.http.get(first)).status_code == 410
    assert (await mark.http.post(again)).status_code == 200
    assert (await confirmed(mark))[1] == "2025-11-05"


async def test_the_same_review_again_asks_nobody_again_and_the_office_can_confirm_instead(mark: Enrollment) -> None:
    await hold(mark)
    assert (await hold(mark)).status_code == 200
    asked = await links(mark)
    assert len(asked) == 2
    await mark.post("programme-reviews/R1/confirmations", {"party": "mentor"})
    assert (await mark.http.get(asked[1][1])).status_code == 410
    await hold(mark, confirmed_by=["instructor", "mentor"])
    assert (await mark.http.get(asked[0][1])).status_code == 410
    await mark.day_comes("2025-11-06")
    assert len(await links(mark)) == 2


async def test_about_a_review_of_long_ago_nobody_is_asked(mark: Enrollment) -> None:
    mark.clock.moment = mark.clock.moment.replace(month=12, day=30)
    await hold(mark)
    assert await links(mark) == []
