"""Coverage: gaps open and close with what they depend on; a plan closes one; a scheme may ask for plans."""

from typing import Any

import pytest

from shared.events.enrollment import CoverageGapClosed, CoverageGapOpened

from . import rows
from .conftest import Enrollment

TARGETS: dict[str, Any] = {
    "targets": {
        "T01": {"title": {"nl": "Veilig werken", "en": "Working safely"}, "equipment": []},
        "T02": {"title": {"nl": "Draaien", "en": "Turning"}, "equipment": ["lathe"]},
        "T03": {"title": {"nl": "Kanten", "en": "Press braking"}, "equipment": ["press_brake"]},
        "T04": {"title": {"nl": "Walsen", "en": "Rolling"}, "equipment": ["plate_roller"]},
    },
    "equipment": {"lathe": {"nl": "draaibank"}, "press_brake": {"nl": "kantbank"}, "plate_roller": {"nl": "plaatwals"}},
    "programmes": {"lasser-3": {"targets": ["T01", "T02", "T03", "T04"]}, "verspaner-3": {"targets": ["T01", "T02"]}},
}
PLANNED = {**TARGETS, "norms": {"mentor_max_trainees": 3, "open_targets_need_plan": True}}


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """The office with targets that the companies C1 and C2 and the schools cannot all teach, and C3 that can roll."""
    await office.publish(**TARGETS)
    await office.give("companies", rows.company("C3", city="Uden", equipment=["plate_roller"], places=1))
    return office


async def open_gaps(office: Enrollment) -> list[str]:
    answer = await office.http.get("/enrollment/api/gaps")
    assert answer.status_code == 200, answer.text
    return [item["gap_id"] for item in answer.json()["items"]]


async def test_a_placement_opens_a_gap_for_each_target_that_neither_company_nor_school_can_teach(
    mark: Enrollment,
) -> None:
    await mark.give("trainees", rows.trainee("T1"), rows.trainee("T2", programme="verspaner-3"))

    assert await open_gaps(mark) == ["T1-1/T03", "T1-1/T04"]
    opened = await mark.told("coverage-gap-opened")
    assert [(event.trainee_id, event.targets, event.scheme) for event in opened] == [  # type: ignore[attr-defined]
        ("T1", ("T03", "T04"), "smo")
    ]
    seen = (await mark.http.get("/enrollment/api/coverage?trainee_id=T1")).json()
    assert {one["target"]: (one["covered_by"], one["place_id"]) for one in seen["targets"]} == {
        "T01": ("company", "C1"),
        "T02": ("company", "C1"),
        "T03": ("open", None),
        "T04": ("open", None),
    }


async def test_a_machine_at_the_company_or_the_school_closes_gaps_and_one_that_goes_opens_them_again(
    mark: Enrollment,
) -> None:
    await mark.give("trainees", rows.trainee("T1"))

    await mark.give("companies", rows.company("C1", equipment=["lathe", "press_brake"]))
    assert await open_gaps(mark) == ["T1-1/T04"]
    await mark.give("schools", rows.school("S1", equipment=["plate_roller"]))
    assert await open_gaps(mark) == []
    await mark.give("companies", rows.company("C1", equipment=["press_brake"]))
    assert await open_gaps(mark) == ["T1-1/T02"]

    closed = await mark.told("coverage-gap-closed")
    assert [(event.targets, event.because) for event in closed] == [  # type: ignore[attr-defined]
        (("T03",), "equipment"),
        (("T04",), "equipment"),
    ]


async def test_the_same_scheme_again_tells_nothing_and_one_that_asks_less_closes_gaps(mark: Enrollment) -> None:
    await mark.give("trainees", rows.trainee("T1"))
    before = len(await mark.told())

    await mark.publish(**TARGETS)
    assert len(await mark.told()) == before
    await mark.publish(**{**TARGETS, "programmes": {"lasser-3": {"targets": ["T01", "T03"]}}})

    assert await open_gaps(mark) == ["T1-1/T03"]
    assert (await mark.told("coverage-gap-closed"))[-1].because == "scheme"  # type: ignore[attr-defined]


async def test_another_company_closes_the_gaps_of_the_placement_and_opens_those_of_the_next(mark: Enrollment) -> None:
    await mark.give("trainees", rows.trainee("T1"))
    await mark.give("companies", rows.company("C2", equipment=["press_brake"]))
    await mark.weeks_pass(4)

    await mark.give("trainees", rows.trainee("T1", company_id="C2", mentor_id="M3"))

    assert await open_gaps(mark) == ["T1-2/T04"]
    closed = (await mark.told("coverage-gap-closed"))[-1]
    assert isinstance(closed, CoverageGapClosed)
    assert (closed.placement_id, closed.targets, closed.because) == ("T1-1", ("T03", "T04"), "placement ended")


async def test_a_gap_of_a_placement_that_has_not_begun_moves_along_to_the_other_company(mark: Enrollment) -> None:
    await mark.give("trainees", rows.trainee("T1", starts_on="2025-10-06"))

    await mark.give("trainees", rows.trainee("T1", starts_on="2025-10-06", company_id="C2", mentor_id="M3"))

    gaps = (await mark.http.get("/enrollment/api/gaps")).json()["items"]
    assert {(gap["gap_id"], gap["company_id"]) for gap in gaps} == {("T1-1/T03", "C2"), ("T1-1/T04", "C2")}


async def test_a_plan_closes_the_gap_with_dates_and_who_chose_it(mark: Enrollment) -> None:
    await mark.give("trainees", rows.trainee("T1"))
    choice = {"trainee_id": "T1", "target": "T04", "place_kind": "company", "place_id": "C3"}

    first = await mark.post("gap-plans", choice)
    again = await mark.post("gap-plans", choice)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    assert (first.json()["starts_on"], first.json()["ends_on"]) == ("2025-09-01", "2025-10-27")
    assert first.json()["chosen_by"] == "office/admin"
    assert await open_gaps(mark) == ["T1-1/T03"]
    closed = (await mark.told("coverage-gap-closed"))[-1]
    assert isinstance(closed, CoverageGapClosed)
    assert (closed.targets, closed.because) == (("T04",), "plan")
    async with mark.db.read() as tx:
        noted = await tx.fetch("select actor, change from audit where subject = 'trainee/T1' order by position")
    assert ("office/admin", "T04 planned at company/C3, 2025-09-01 to 2025-10-27") in [tuple(row) for row in noted]


async def test_a_plan_falls_when_its_place_loses_the_machine_or_the_accreditation(mark: Enrollment) -> None:
    await mark.give("trainees", rows.trainee("T1"))
    await mark.post("gap-plans", {"trainee_id": "T1", "target": "T04", "place_kind": "company", "place_id": "C3"})
    c3: dict[str, Any] = {"city": "Uden", "equipment": ["plate_roller"], "places": 1}

    await mark.give("companies", rows.company("C3", **{**c3, "equipment": ["lathe"]}))
    assert "T1-1/T04" in await open_gaps(mark)
    await mark.give("companies", rows.company("C3", **c3))
    assert "T1-1/T04" not in await open_gaps(mark)
    await mark.give("companies", rows.company("C3", **c3, accredited_until="2025-10-01"))
    assert "T1-1/T04" in await open_gaps(mark)


async def test_proposals_are_schools_first_then_the_nearest_companies_with_room(mark: Enrollment) -> None:
    roller: dict[str, Any] = {"equipment": ["plate_roller"]}
    await mark.give(
        "companies",
        rows.company("C4", city="Heesch", **roller),
        rows.company("C5", city="Schijndel", **roller),
        rows.company("C6", city="Berghem", places=0, **roller),
        rows.company("C7", city="Berghem", accredited_until="2025-09-15", **roller),
        rows.company("C8", city="Berghem"),
    )
    await mark.give("schools", rows.school("S2", equipment=["plate_roller"]))
    await mark.give("trainees", rows.trainee("T1"))

    seen = (await mark.http.get("/enrollment/api/coverage?trainee_id=T1")).json()

    rolling = next(one for one in seen["targets"] if one["target"] == "T04")
    assert [one["place_id"] for one in rolling["proposals"]] == ["S2", "C4", "C3", "C5"]
    distances = [one["km"] for one in rolling["proposals"][1:]]
    assert distances == sorted(distances)


async def test_a_choice_that_cannot_be_is_refused_by_name_in_both_languages(mark: Enrollment) -> None:
    await mark.give("companies", rows.company("C4", equipment=["plate_roller"], accredited_until="2025-09-15"))
    await mark.give("trainees", rows.trainee("T1"), rows.trainee("T2"))
    good = {"trainee_id": "T1", "target": "T04", "place_kind": "company", "place_id": "C3"}
    assert (await mark.post("gap-plans", {**good, "trainee_id": "T2"})).status_code == 201

    for wrong, rule in (
        ({"target": "T99"}, "target-not-in-programme"),
        ({"target": "T01"}, "target-is-covered"),
        ({"target": "T03"}, "place-lacks-equipment"),
        ({"place_id": "C9"}, "unknown-company"),
        ({"place_kind": "school", "place_id": "S9"}, "unknown-school"),
        ({"place_id": "C4"}, "guest-not-accredited"),
        ({"starts_on": "2025-08-01"}, "plan-outside-placement"),
        ({"starts_on": "2025-10-02", "ends_on": "2025-10-01"}, "plan-outside-placement"),
        ({}, "no-room-for-guest"),
        ({"trainee_id": "T9"}, "unknown-trainee"),
    ):
        dutch = await mark.post("gap-plans", {**good, **wrong}, **{"Accept-Language": "nl"})
        english = await mark.post("gap-plans", {**good, **wrong}, **{"Accept-Language": "en"})

        assert (dutch.status_code, english.status_code) == (422, 422), wrong
        assert english.json()["type"] == f"urn:keur:problem:{rule}"
        assert dutch.json()["detail"] != english.json()["detail"]
    later = await mark.post("gap-plans", {**good, "starts_on": "2025-11-03"})
    assert later.status_code == 201


async def test_where_the_scheme_says_so_a_new_placement_with_open_targets_needs_a_plan(mark: Enrollment) -> None:
    await mark.publish(**PLANNED)
    await mark.give("schools", rows.school("S2", equipment=["press_brake"]))
    plans = [
        {"target": "T03", "place_kind": "school", "place_id": "S2"},
        {"target": "T04", "place_kind": "company", "place_id": "C3"},
    ]

    by_file = await mark.give("trainees", rows.trainee("T1"))
    half = await mark.post("trainees", rows.trainee("T1", gap_plans=plans[:1]), **{"Accept-Language": "nl"})
    whole = await mark.post("trainees", rows.trainee("T1", gap_plans=plans))

    assert by_file.status_code == 422
    assert by_file.json()["errors"][0]["value"] == "T03, T04"
    assert half.json()["type"] == "urn:keur:problem:targets-open-without-plan"
    assert half.json()["detail"] == "niet te leren bij leerbedrijf of school, en zonder plan: T04"
    assert whole.status_code == 201, whole.text
    assert (await mark.post("trainees", rows.trainee("T1", gap_plans=plans))).status_code == 200
    assert await open_gaps(mark) == []
    assert await mark.told("coverage-gap-opened") == []
    seen = (await mark.http.get("/enrollment/api/coverage?trainee_id=T1")).json()["targets"]
    assert [one["covered_by"] for one in seen] == ["company", "company", "school", "guest"]


async def test_a_refused_enrolment_gives_the_mentors_place_back(mark: Enrollment) -> None:
    await mark.publish(**PLANNED)
    given = [rows.trainee("T1", mentor_id="M2"), rows.trainee("T2", mentor_id="M2", programme="verspaner-3")]

    answer = await mark.give("trainees", *given, partial="true")

    assert (answer.json()["new"], answer.json()["refused"]) == (1, 1)


async def test_what_began_before_today_is_history_and_opens_gaps_also_where_plans_are_asked(mark: Enrollment) -> None:
    await mark.publish(**PLANNED)

    answer = await mark.give("trainees", rows.trainee("T1", starts_on="2025-08-25"))

    assert answer.status_code == 200, answer.text
    opened = (await mark.told("coverage-gap-opened"))[0]
    assert isinstance(opened, CoverageGapOpened)
    assert opened.targets == ("T03", "T04")


async def test_who_enrolled_already_gets_the_plan_that_is_given_afterwards(mark: Enrollment) -> None:
    await mark.post("trainees", rows.trainee("T1"))
    plan = {"target": "T04", "place_kind": "company", "place_id": "C3"}

    answer = await mark.post("trainees", rows.trainee("T1", gap_plans=[plan]))

    assert answer.status_code == 200
    assert await open_gaps(mark) == ["T1-1/T03"]


async def test_the_pages_show_what_is_open_and_take_a_plan_by_form(mark: Enrollment) -> None:
    await mark.give("trainees", rows.trainee("T1"))
    await mark.hear(*await mark.told("coverage-gap-opened"))
    path = "/enrollment/trainees/T1"
    form = {"target": "T04", "place": "company/C3", "starts_on": "2025-09-15", "ends_on": "2025-10-31"}

    before = (await mark.http.get(f"{path}?lang=nl")).text
    assert "Nergens te leren, en nog geen plan: T03 Kanten, T04 Walsen" in before
    assert "Staal C3 B.V. (" in before
    assert "T04 Rolling" in (await mark.http.get(f"{path}?lang=en")).text
    wrong = await mark.http.post(f"{path}/gap-plans?lang=nl", data={**form, "starts_on": "2024-01-01"})
    assert wrong.status_code == 422
    assert "Eerste dag: het verblijf valt niet binnen de leerwerkplek" in wrong.text
    no_day = await mark.http.post(f"{path}/gap-plans?lang=nl", data={**form, "starts_on": "morgen"})
    assert "Eerste dag: is geen bestaande datum" in no_day.text
    right = await mark.http.post(f"{path}/gap-plans", data=form)
    assert right.status_code == 303
    await mark.hear(*await mark.told("coverage-gap-closed"))
    after = (await mark.http.get(f"{path}?lang=en&planned=T04")).text
    assert "No longer open: T04 Rolling (there is a plan)" in after
    assert "guest placement" in after

    for language, words, title in (
        ("nl", "Open per eindterm", "T03 Kanten"),
        ("en", "Open by target", "T03 Press braking"),
    ):
        page = (await mark.http.get(f"/enrollment/coverage?lang={language}")).text
        assert words in page
        assert page.count(title) == 2  # by target, and by company
    assert "Guests from another company" in (await mark.http.get("/enrollment/companies/C3?lang=en")).text
    assert "T03" in (await mark.http.get("/enrollment/companies/C1?lang=en")).text
