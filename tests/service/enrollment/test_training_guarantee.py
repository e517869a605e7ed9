"""The training guarantee: a place that is lost, who could take over, the clock, and the next place."""

from datetime import date
from typing import Any

from shared.events.enrollment import PlacementEnded, PlacementReplaced, PlacementReplacementNeeded

from . import rows
from .conftest import Enrollment

NORMS: dict[str, Any] = {"norms": {"mentor_max_trainees": 3, "replacement_placement_days": 30}}
END = {"trainee_id": "T1", "reason": "company-stopped"}


async def open_signals(office: Enrollment) -> list[tuple[str, Any]]:
    async with office.db.read() as tx:
        found = await tx.fetch("select kind, evidence from signal where closed_on is null and kind = 'no-placement'")
    return [tuple(row) for row in found]


async def test_a_place_that_ends_early_asks_for_another_one_and_ranks_who_could_follow(office: Enrollment) -> None:
    needs = {"T01": {"equipment": ["lathe"]}, "T02": {"equipment": ["press_brake"]}}
    await office.publish(**NORMS, targets=needs, programmes={"lasser-3": {"targets": ["T01", "T02"]}})
    await office.give(
        "companies",
        rows.company("C3", city="Schijndel", equipment=["lathe", "press_brake"]),
        rows.company("C4", city="Uden", equipment=["lathe", "press_brake"]),
        rows.company("C5", city="Oss", equipment=["press_brake"], accredited_until="2025-09-30"),
        rows.company("C6", city="Oss", equipment=["press_brake"]),
    )
    await office.give("mentors", *(rows.mentor(f"M{n}", company_id=f"C{n}") for n in (4, 5)))
    await office.give("mentors", rows.mentor("M9", company_id="C3"), rows.mentor("M6", company_id="C6", max_trainees=0))
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-06")
    given = {**END, "ended_on": "2025-10-03"}

    first, again = await office.post("placement-endings", given), await office.post("placement-endings", given)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["needed_by"] == "2025-11-02"
    assert first.json()["days_without"] == 3
    (ended,) = await office.told("placement-ended")
    assert isinstance(ended, PlacementEnded)
    assert (ended.placement_id, ended.ended_on, ended.because) == ("T1-1", date(2025, 10, 3), "early")
    (needed,) = await office.told("placement-replacement-needed")
    assert isinstance(needed, PlacementReplacementNeeded)
    assert needed.companies == ("C4", "C3", "C2")
    ranked = (await office.http.get("/enrollment/api/replacements?trainee_id=T1")).json()
    assert [(one["company_id"], one["open_targets"], one["mentors"]) for one in ranked] == [
        ("C4", [], ["M4"]),
        ("C3", [], ["M9"]),
        ("C2", ["T02"], ["M3"]),
    ]
    assert (await office.http.get("/enrollment/api/gaps")).json()["items"] == []
    assert await open_signals(office) == [
        ("no-placement", {"since": "2025-10-03", "needed_by": "2025-11-02", "overdue": False})
    ]


async def test_the_next_place_settles_it_and_says_how_many_days_there_was_none(office: Enrollment) -> None:
    await office.publish(**NORMS)
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-06")
    await office.post("placement-endings", END)
    await office.day_comes("2025-10-20")
    given = {"trainee_id": "T1", "company_id": "C2", "mentor_id": "M3"}

    first, again = await office.post("replacements", given), await office.post("replacements", given)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert (first.json()["replaced_by"], first.json()["days_without"]) == ("T1-2", 14)
    (replaced,) = await office.told("placement-replaced")
    assert isinstance(replaced, PlacementReplaced)
    assert (replaced.placement_id, replaced.before_id, replaced.days_without, replaced.in_time) == (
        "T1-2",
        "T1-1",
        14,
        True,
    )
    assert await open_signals(office) == []
    assert [one.placement_id for one in await office.told("placement-started")] == ["T1-1", "T1-2"]  # type: ignore[attr-defined]
    trainee = (await office.http.get("/enrollment/api/trainees/T1")).json()
    assert (trainee["state"], trainee["company_id"], trainee["mentor_id"]) == ("active", "C2", "M3")


async def test_a_file_that_names_another_company_is_a_next_place_too(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-06")
    await office.post("placement-endings", END)
    same = await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-20")

    other = await office.give("trainees", rows.trainee("T1", company_id="C2", mentor_id="M3"))

    assert (same.json()["unchanged"], other.json()["changed"]) == (1, 1)
    (replaced,) = await office.told("placement-replaced")
    assert isinstance(replaced, PlacementReplaced)
    assert (replaced.days_without, replaced.in_time) == (14, None)


async def test_when_the_clock_has_passed_without_another_place_the_signal_says_so_once(office: Enrollment) -> None:
    await office.publish(**NORMS)
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-06")
    await office.post("placement-endings", END)
    await office.day_comes("2025-11-05")
    in_time = await open_signals(office)

    await office.day_comes("2025-11-06")
    await office.day_comes("2025-11-20")

    assert in_time[0][1]["overdue"] is False
    assert (await open_signals(office))[0][1]["overdue"] is True
    ending = (await office.http.get("/enrollment/api/placement-endings")).json()["items"][0]
    assert (ending["overdue_since"], ending["days_without"]) == ("2025-11-06", 45)
    await office.post("drop-outs", {"trainee_id": "T1", "reason": "place-lost"})
    assert await open_signals(office) == []


async def test_another_mentor_at_the_same_company_is_told_as_that(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-06")

    await office.give("trainees", rows.trainee("T1", mentor_id="M2"))

    told = [one.TYPE.split(".")[1] for one in await office.told() if "placement" in one.TYPE]
    assert told == ["placement-started", "placement-ended", "placement-started", "placement-mentor-changed"]
    (changed,) = await office.told("placement-mentor-changed")
    assert (changed.before_id, changed.mentor_id, changed.placement_id) == ("M1", "M2", "T1-2")  # type: ignore[attr-defined]
    assert (await office.told("placement-ended"))[0].because == "mentor changed"  # type: ignore[attr-defined]


async def test_who_is_paused_and_gets_another_place_stays_paused(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.post("pauses", {"trainee_id": "T1", "reason": "no-placement"})
    await office.post("placement-endings", END)

    await office.post("replacements", {"trainee_id": "T1", "company_id": "C2", "mentor_id": "M3"})

    trainee = (await office.http.get("/enrollment/api/trainees/T1")).json()
    assert (trainee["state"], trainee["company_id"]) == ("paused", "C2")


async def test_what_cannot_be_is_refused_by_name_in_both_languages(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2", starts_on="2025-12-01"))
    await office.give("trainees", rows.trainee("T3", mentor_id="M2"))
    await office.post("placement-endings", {**END, "trainee_id": "T3"})
    place = {"company_id": "C2", "mentor_id": "M3"}
    for kind, given, rule in (
        ("placement-endings", {**END, "trainee_id": "T9"}, "unknown-trainee"),
        ("placement-endings", {**END, "trainee_id": "T2"}, "no-placement-runs"),
        ("placement-endings", {**END, "ended_on": "2025-09-02"}, "day-still-to-come"),
        ("replacements", {"trainee_id": "T1", **place}, "placement-runs-still"),
        ("replacements", {"trainee_id": "T3", "company_id": "C1", "mentor_id": "M2"}, "same-place-again"),
        ("replacements", {"trainee_id": "T3", "company_id": "C2", "mentor_id": "M1"}, "mentor-of-another-company"),
    ):
        dutch = await office.post(kind, given, **{"Accept-Language": "nl"})
        english = await office.post(kind, given, **{"Accept-Language": "en"})

        assert (dutch.status_code, english.status_code) == (422, 422), (given, english.text)
        assert english.json()["type"] == f"urn:keur:problem:{rule}"
        assert dutch.json()["detail"] != english.json()["detail"]


async def test_the_file_ends_a_place_and_finds_the_next_one_and_the_start_page_shows_who_waits(
    office: Enrollment,
) -> None:
    await office.publish(**NORMS)
    await office.give("trainees", rows.trainee("T1", name="Noor Smit"))
    at = "/enrollment/trainees/T1"

    no_reason = await office.http.post(f"{at}/end-placement?lang=nl", data={"placement_ended_on": "2025-09-01"})
    ended = await office.http.post(
        f"{at}/end-placement", data={"placement_ended_on": "2025-09-01", "placement_reason": "no-work"}
    )
    start = (await office.http.get("/enrollment/?lang=nl")).text
    page = (await office.http.get(f"{at}?lang=en")).text
    nothing = await office.http.post(f"{at}/replacement?lang=nl", data={"next_place": ""})
    wrong = await office.http.post(f"{at}/replacement?lang=nl", data={"next_place": "C2/M1"})
    placed = await office.http.post(f"{at}/replacement", data={"next_place": "C2/M3"})

    assert no_reason.status_code == 422
    assert "Waarom de plek eindigt:" in no_reason.text
    assert (ended.status_code, placed.status_code) == (303, 303), placed.text
    assert "Zonder leerwerkplek" in start
    assert "Noor Smit" in start
    assert "Companies that could take over" in page
    assert 'value="C2/M3"' in page
    assert (nothing.status_code, wrong.status_code) == (422, 422)
    assert "praktijkbegeleider M1 hoort bij leerbedrijf C1" in wrong.text
    assert "Zonder leerwerkplek" not in (await office.http.get("/enrollment/?lang=nl")).text
