"""A mentor is asked, answers for themselves, is approved, lapses; until then no trainee is given to them."""

from typing import Any

import pytest

from shared.events.enrollment import ActionLinkMade, MentorDeclined, MentorLapsed

from . import rows
from .conftest import Enrollment

NORMS: dict[str, Any] = {
    "norms": {"mentor_max_trainees": 3, "mentor_replacement_days": 14, "mentor_course_reminder_days": 30}
}


def named(key: str = "M9", **given: Any) -> dict[str, Any]:
    return {**rows.mentor(key), **given}


async def link(office: Enrollment) -> str:
    """The path of the link that went out last."""
    made = (await office.told("action-link-made"))[-1]
    assert isinstance(made, ActionLinkMade)
    return made.url.partition("/enrollment/")[2].join(("/enrollment/", ""))


async def state(office: Enrollment, key: str) -> dict[str, Any]:
    return dict((await office.http.get(f"/enrollment/api/mentor-standings/{key}")).json())


async def test_who_was_entered_by_file_counts_as_approved_and_the_file_says_so(office: Enrollment) -> None:
    found = await state(office, "M1")

    assert (found["state"], found["by_import"]) == ("approved", True)
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200


async def test_a_nominated_mentor_gets_trainees_only_after_yes_and_approval(office: Enrollment) -> None:
    first = await office.post("mentor-nominations", named())
    again = await office.post("mentor-nominations", named())
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["state"] == "nominated"

    for step, wanted in ((None, "mentor-not-willing"), ("answer", "mentor-not-approved"), ("approve", None)):
        if step == "answer":
            assert (await office.post("mentor-answers", {"mentor_id": "M9", "willing": True})).status_code == 201
        if step == "approve":
            assert (await office.post("mentor-approvals", {"mentor_id": "M9"})).status_code == 201
        dutch = await office.post("trainees", rows.trainee("T1", mentor_id="M9"), **{"Accept-Language": "nl"})
        if wanted is None:
            assert dutch.status_code == 201, dutch.text
            continue
        english = await office.post("trainees", rows.trainee("T1", mentor_id="M9"), **{"Accept-Language": "en"})
        assert english.json()["type"] == f"urn:keur:problem:{wanted}"
        assert "M9" in dutch.json()["detail"]
        assert dutch.json()["detail"] != english.json()["detail"]
    told = await office.told("mentor-nominated", "mentor-accepted", "mentor-approved")
    assert [event.TYPE.split(".")[1] for event in told] == ["mentor-nominated", "mentor-accepted", "mentor-approved"]


async def test_an_answer_by_link_counts_once_and_looking_does_not_use_it_up(office: Enrollment) -> None:
    await office.post("mentor-nominations", named())
    path = await link(office)
    anonymous = {"Authorization": ""}

    for language, words in (("nl", "Wilt u praktijkbegeleider zijn?"), ("en", "Would you like to be a mentor?")):
        page = await office.http.get(f"{path}?lang={language}", headers=anonymous)
        assert page.status_code == 200
        assert words in page.text
    nothing = await office.http.post(f"{path}?lang=nl", data={}, headers=anonymous)
    assert (nothing.status_code, "Kies ja of nee." in nothing.text) == (422, True)
    silent = await office.http.post(f"{path}?lang=nl", data={"willing": "no"}, headers=anonymous)
    assert (silent.status_code, "een nee heeft een reden nodig" in silent.text) == (422, True)
    done = await office.http.post(f"{path}?lang=en", data={"willing": "no", "reason": "No time"}, headers=anonymous)
    assert (done.status_code, "Thank you for your answer" in done.text) == (200, True)
    again = await office.http.post(path, data={"willing": "yes"}, headers=anonymous)
    assert again.status_code == 410
    assert (await office.http.get(path, headers=anonymous)).status_code == 410
    assert (await state(office, "M9"))["state"] == "declined"
    assert "No time" not in str([event.model_dump() for event in await office.told()])
    assert "No time" in (await office.http.get("/enrollment/mentors/M9")).text


async def test_a_link_ends_on_its_day_and_another_secret_is_none(office: Enrollment) -> None:
    await office.post("mentor-nominations", named())
    path = await link(office)

    assert (await office.http.get(path[:-4] + "AAAA")).status_code == 410
    await office.weeks_pass(4)
    assert (await office.http.post(path, data={"willing": "yes"})).status_code == 410
    assert (await state(office, "M9"))["state"] == "nominated"


async def test_a_no_needs_a_reason_and_starts_the_clock_of_the_scheme(office: Enrollment) -> None:
    await office.publish(**NORMS)
    for language, words in (("nl", "een nee heeft een reden nodig"), ("en", "a no needs a reason")):
        refused = await office.post(
            "mentor-answers", {"mentor_id": "M1", "willing": False}, **{"Accept-Language": language}
        )
        assert (refused.json()["type"], refused.json()["detail"]) == ("urn:keur:problem:reason-missing", words)

    await office.post("mentor-answers", {"mentor_id": "M1", "willing": False, "reason": "Te druk"})

    declined = (await office.told("mentor-declined"))[0]
    assert isinstance(declined, MentorDeclined)
    assert str(declined.another_by) == "2025-09-15"
    answer = await office.post("trainees", rows.trainee("T1"))
    assert answer.json()["type"] == "urn:keur:problem:mentor-not-willing"


@pytest.mark.parametrize(
    ("kind", "body", "rule"),
    [
        ("mentor-nominations", named("M1"), "mentor-already-nominated"),
        ("mentor-nominations", named("M3"), "mentor-already-nominated"),
        ("mentor-nominations", named(company_id="C9"), "unknown-company"),
        ("mentor-answers", {"mentor_id": "M9", "willing": True}, "unknown-mentor"),
        ("mentor-answers", {"mentor_id": "M1", "willing": True}, "mentor-not-asked"),
        ("mentor-approvals", {"mentor_id": "M1", "course_valid_until": "2025-08-31"}, "course-lapsed"),
        (
            "mentor-feedback",
            {"trainee_id": "T9", "mentor_id": "M1", "given_on": "2025-09-01", "mark": 4},
            "feedback-on-another",
        ),
    ],
)
async def test_what_cannot_be_is_refused_by_name_in_both_languages(
    office: Enrollment, kind: str, body: dict[str, Any], rule: str
) -> None:
    dutch = await office.post(kind, body, **{"Accept-Language": "nl"})
    english = await office.post(kind, body, **{"Accept-Language": "en"})

    assert (dutch.status_code, english.status_code) == (422, 422), dutch.text
    assert english.json()["type"] == f"urn:keur:problem:{rule}"
    assert dutch.json()["detail"] != english.json()["detail"]


async def test_a_course_is_reminded_of_once_and_lapses_on_the_day_after_its_last(office: Enrollment) -> None:
    await office.publish(**NORMS)
    await office.give("mentors", rows.mentor("M1", course_valid_until="2025-10-15"))

    await office.day_comes("2025-09-14")
    assert await office.told("mentor-course-ending") == []
    await office.day_comes("2025-09-15")
    await office.day_comes("2025-10-15")
    assert len(await office.told("mentor-course-ending")) == 1
    assert await office.told("mentor-lapsed") == []
    await office.day_comes("2025-10-16")
    await office.day_comes("2025-10-17")

    lapsed = await office.told("mentor-lapsed")
    assert [(event.mentor_id, str(event.lapsed_on), str(event.another_by)) for event in lapsed] == [  # type: ignore[attr-defined]
        ("M1", "2025-10-16", "2025-10-30")
    ]
    assert isinstance(lapsed[0], MentorLapsed)
    again = await office.post("mentor-approvals", {"mentor_id": "M1", "course_valid_until": "2028-10-15"})
    assert (again.status_code, again.json()["state"]) == (201, "approved")


async def test_where_the_scheme_asks_for_a_course_a_lapsed_mentor_gets_no_new_trainee(office: Enrollment) -> None:
    await office.give("mentors", rows.mentor("M1", course_valid_until="2025-09-10"))
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-09-15")
    assert (await office.post("trainees", rows.trainee("T2"))).status_code == 201

    await office.publish(norms={"mentor_course_required": True})
    refused = await office.post("trainees", rows.trainee("T3"))
    same = await office.post("trainees", rows.trainee("T1", email="nieuw@leerling.example"))

    assert refused.json()["type"] == "urn:keur:problem:mentor-not-approved"
    assert same.status_code == 200


async def test_feedback_is_shown_from_five_trainees_on_and_the_newest_of_each_counts(office: Enrollment) -> None:
    await office.give("mentors", rows.mentor("M1", max_trainees=10))
    await office.give("trainees", *(rows.trainee(f"T{n}") for n in range(1, 6)))
    for n in range(1, 5):
        given = {"trainee_id": f"T{n}", "mentor_id": "M1", "given_on": "2025-09-01", "mark": 4}
        assert (await office.post("mentor-feedback", given)).status_code == 201
    given = {"trainee_id": "T4", "mentor_id": "M1", "given_on": "2025-09-02", "mark": 2}
    await office.post("mentor-feedback", given)

    few = (await office.http.get("/enrollment/api/mentor-feedback?mentor_id=M1")).json()
    await office.post("mentor-feedback", {**given, "trainee_id": "T5", "mark": 1})
    enough = (await office.http.get("/enrollment/api/mentor-feedback?mentor_id=M1")).json()

    assert few == {"mentor_id": "M1", "least": 5, "shown": False, "trainees": None, "mean": None}
    assert (enough["shown"], enough["trainees"], enough["mean"]) == (True, 5, 3.0)


async def test_the_office_names_looks_up_and_approves_by_page(office: Enrollment) -> None:
    form = {"mentor_id": "M9", "name": "Eva Smit", "email": "eva@staal.example", "hours_per_week": "1,5"}
    wrong = await office.http.post("/enrollment/companies/C1/mentors/new?lang=nl", data={**form, "email": "eva"})
    assert (wrong.status_code, "E-mailadres:" in wrong.text) == (422, True)

    made = await office.http.post("/enrollment/companies/C1/mentors/new", data=form)
    assert made.headers["location"] == "/enrollment/mentors/M9?done=nominated"
    await office.post("mentor-answers", {"mentor_id": "M9", "willing": True})
    assert "Eva Smit" in (await office.http.get("/enrollment/mentors?lang=en")).text
    late = await office.http.post("/enrollment/mentors/M9/approve?lang=nl", data={"course_valid_until": "2020-01-01"})
    assert (late.status_code, "de cursus is niet geldig" in late.text) == (422, True)
    done = await office.http.post("/enrollment/mentors/M9/approve", data={"course_valid_until": "2028-01-01"})

    assert done.status_code == 303
    for language, words in (("nl", "goedgekeurd"), ("en", "approved")):
        assert words in (await office.http.get(f"/enrollment/mentors/M9?lang={language}")).text
    assert "/enrollment/mentors/M9" in (await office.http.get("/enrollment/companies/C1")).text
    assert (await office.http.get("/enrollment/mentors/M99")).status_code == 404
