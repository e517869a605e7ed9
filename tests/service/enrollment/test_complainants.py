"""Who complained is told what becomes of it, by mail and link; nobody else is, and no word of it travels."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.enrollment import ActionLinkMade, ComplainantAnswered

from . import rows
from .conftest import Enrollment

WORDS = "Mijn begeleider roept kwibus"


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """T1 is grown up, T2 a minor with a guardian; the scheme has a term for appeals."""
    await office.publish(
        norms={"complaint_acknowledge_days": 5, "complaint_resolve_days": 30, "complaint_appeal_days": 14}
    )
    minor = rows.trainee("T2", birth_date="2009-01-01", guardian_email="ouder@post.example", mentor_id="M2")
    answer = await office.give("trainees", rows.trainee("T1", birth_date="2000-01-01", guardian_email=""), minor)
    assert answer.status_code == 200, answer.text
    return office


async def complain(mark: Enrollment, key: str, by: str, trainee: str) -> None:
    given = rows.complaint(key, trainee_id=trainee, received_on="2025-09-01", confidential=True, text=WORDS)
    assert (await mark.post("complaints", {**given, "by": by})).status_code == 201


async def step(mark: Enrollment, key: str, what: str, **body: Any) -> dict[str, Any]:
    answer = await mark.post(f"complaints/{key}/{what}", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def resolve(mark: Enrollment, key: str, outcome: str = "Er is een rooster") -> dict[str, Any]:
    await step(mark, key, "in-hand")
    await step(mark, key, "waive", reason="Het is al opgelost")
    return await step(mark, key, "resolve", resolution=outcome)


async def told(mark: Enrollment) -> list[tuple[str, str]]:
    """Who was to be told what of a complaint, in order."""
    found: Sequence[Event] = await mark.told("complainant-answered", "action-link-made")
    return [
        (one.person, one.step) if isinstance(one, ComplainantAnswered) else (one.person, one.purpose)
        for one in found
        if isinstance(one, ComplainantAnswered | ActionLinkMade)
        and getattr(one, "purpose", "complaint") != "mentor-answer"
    ]


async def newest_link(mark: Enrollment) -> str:
    made = (await mark.told("action-link-made"))[-1]
    assert isinstance(made, ActionLinkMade)
    return made.url[made.url.index("/enrollment/answer") :]


@pytest.mark.parametrize(
    ("by", "trainee", "person"),
    [("trainee", "T1", "trainee/T1"), ("trainee", "T2", "trainee/T2"), ("guardian", "T2", "guardian/T2"),
     ("mentor", "T2", "mentor/M2")],
)  # fmt: skip
async def test_who_complained_is_told_and_nobody_else_is(mark: Enrollment, by: str, trainee: str, person: str) -> None:
    await complain(mark, "K1", by, trainee)
    await step(mark, "K1", "acknowledge")
    await step(mark, "K1", "acknowledge")
    assert (await resolve(mark, "K1"))["appeal_until"] == "2025-09-15"

    assert await told(mark) == [(person, "acknowledged"), (person, "complaint-answer")]
    for event in await mark.told():
        assert "kwibus" not in event.model_dump_json()
        assert "rooster" not in event.model_dump_json()


@pytest.mark.parametrize(("by", "trainee"), [("office", "T1"), ("guardian", "T1")])
async def test_a_complaint_of_the_office_or_of_somebody_without_an_address_is_told_to_nobody(
    mark: Enrollment, by: str, trainee: str
) -> None:
    await complain(mark, "K1", by, trainee)
    await step(mark, "K1", "acknowledge")
    await resolve(mark, "K1")
    assert await told(mark) == []


async def test_the_mentor_who_complained_is_told_also_after_another_took_over(mark: Enrollment) -> None:
    await complain(mark, "K1", "mentor", "T1")
    async with mark.db.transaction() as tx:
        await tx.execute("update enrolment set mentor_id = 'M2' where trainee_id = 'T1'")
    await step(mark, "K1", "acknowledge")
    assert await told(mark) == [("mentor/M1", "acknowledged")]


async def test_by_the_link_the_answer_is_read_and_appealed_once_and_the_outcome_is_told(mark: Enrollment) -> None:
    await complain(mark, "K1", "guardian", "T2")
    await step(mark, "K1", "acknowledge")
    await resolve(mark, "K1")
    link = await newest_link(mark)
    mark.http.headers.pop("Authorization")
    for language, words in (("nl", "U kunt in beroep gaan tot en met"), ("en", "You can appeal until")):
        page = await mark.http.get(f"{link}?lang={language}")
        assert page.status_code == 200
        assert "Er is een rooster" in page.text
        assert words in page.text
        assert WORDS not in page.text
        assert page.headers["Cache-Control"] == "no-store"
    empty = await mark.http.post(f"{link}?lang=nl", data={"text": " "})
    assert empty.status_code == 422
    assert "Schrijf in enkele zinnen" in empty.text
    assert (await mark.http.post(link, data={"text": WORDS})).status_code == 200
    assert (await mark.http.post(link, data={"text": WORDS})).status_code == 410
    assert (await mark.http.get(link)).status_code == 410

    async with mark.db.read() as tx:
        state, actor = await tx.fetchrow(
            "select c.state, a.actor from complaint c join audit a on a.subject = 'complaint/K1' "
            "where a.change = 'appealed, in hand again'"
        )
    assert (state, actor) == ("in hand", "guardian/T2")
    assert [what for _, what in await told(mark)][2:] == ["appealed"]


async def test_what_came_of_the_appeal_is_told_as_such_and_an_earlier_link_says_no_more(mark: Enrollment) -> None:
    await complain(mark, "K1", "trainee", "T1")
    await step(mark, "K1", "acknowledge")
    await resolve(mark, "K1")
    before = await newest_link(mark)
    await step(mark, "K1", "appeals", by="trainee", text="Niet waar")
    assert (await mark.http.get(before)).status_code == 410
    await step(mark, "K1", "waive", reason="Besproken aan de telefoon")
    await step(mark, "K1", "resolve", resolution="Toch een ander rooster")

    assert [what for _, what in await told(mark)] == [
        "acknowledged", "complaint-answer", "appealed", "complaint-appeal-answer",
    ]  # fmt: skip
    page = await mark.http.get(await newest_link(mark))
    assert "Toch een ander rooster" in page.text


async def test_after_the_term_an_appeal_is_refused_in_both_languages_and_the_link_ends(mark: Enrollment) -> None:
    await complain(mark, "K1", "trainee", "T1")
    await step(mark, "K1", "acknowledge")
    await resolve(mark, "K1")
    await mark.day_comes("2025-09-15")
    assert (await mark.http.get(await newest_link(mark))).status_code == 200
    await mark.day_comes("2025-09-16")
    assert (await mark.http.get(await newest_link(mark))).status_code == 410
    for language, said in (
        ("nl", "beroep was mogelijk tot en met 15 september 2025"),
        ("en", "an appeal could be lodged until 15 September 2025"),
    ):
        answer = await mark.post(
            "complaints/K1/appeals", {"by": "trainee", "text": "Niet waar"}, **{"Accept-Language": language}
        )
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:keur:problem:appeal-term-passed")
        assert answer.json()["detail"] == said
