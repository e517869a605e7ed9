"""Signals follow from what is written down and from time passing; each is told once, and closes when it is mended."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from services.enrollment.commands.complaints import see_to_signals
from services.enrollment.commands.coverage import find_gaps_of
from services.enrollment.commands.visits import plan_visits
from services.enrollment.commands.watch import watch
from services.enrollment.domain.visits import Place
from services.enrollment.queries import agenda
from services.enrollment.store import risk
from services.enrollment.store.audit import By

from . import rows
from .conftest import Enrollment

FILES = Path(__file__).parents[3] / "deploy" / "demo" / "smo"
NORMS: dict[str, Any] = {
    "norms": {
        "mentor_max_trainees": 3,
        "mentor_minutes_per_week": 120,
        "simple_work_share": 0.4,
        "alignment_lag_days": 28,
        "school_attendance": 0.85,
    },
    "week_pattern": {"school_days": 2, "company_days": 3, "start_phase": {"weeks": 4, "school_days": 3}},
    "programmes": {"lasser-3": {"targets": ["T01", "T02"]}, "verspaner-3": {"targets": ["T01"]}},
}


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """The office with norms, and a trainee who started on 1 September 2025, the Monday of week 36."""
    await office.publish(**NORMS)
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200
    return office


def week(number: int, **given: Any) -> dict[str, Any]:
    """An entry of a week of the training, counted from 1."""
    place = given.get("place", "company")
    name = f"2025-W{35 + number:02d}"
    return rows.entry(f"{given.get('trainee_id', 'T1')}-{name}-{place}-{given.get('level', '')}", week=name, **given)


async def open_kinds(office: Enrollment, trainee_id: str = "T1") -> list[tuple[str, str]]:
    answer = await office.http.get("/enrollment/api/signals?open=true")
    assert answer.status_code == 200, answer.text
    return [(item["kind"], item["about"]) for item in answer.json()["items"] if item["trainee_id"] == trainee_id]


async def test_too_little_mentor_time_in_a_complete_period_is_a_signal_told_once(mark: Enrollment) -> None:
    entries = [week(n, mentor_minutes=60) for n in range(1, 5)]
    await mark.day_comes("2025-10-03")
    await mark.give("logbook", *entries)
    assert await open_kinds(mark) == []  # the period is over on 28 September; its logbook may come until 5 October

    await mark.day_comes("2025-10-06")
    await mark.day_comes("2025-10-07")

    assert await open_kinds(mark) == [("mentor-time", "")]
    told = await mark.told("mentor-time-below-norm")
    assert [event.model_dump(include={"minutes", "budget_minutes", "weeks"}) for event in told] == [
        {"minutes": 240, "budget_minutes": 480, "weeks": 4}
    ]


async def test_contact_moments_count_and_mend_the_signal(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-06")
    await mark.give("logbook", *(week(n, mentor_minutes=100) for n in (1, 2)))
    assert await open_kinds(mark) == [("mentor-time", "")]

    given = {"moment_id": "K1", "trainee_id": "T1", "minutes": 40, "held_on": "2025-09-26"}
    first, again = await mark.post("contact-moments", given), await mark.post("contact-moments", given)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert await open_kinds(mark) == []


async def test_simple_work_above_the_norm_is_a_signal_only_twice_running(mark: Enrollment) -> None:
    await mark.day_comes("2025-11-03")  # two periods are complete
    simple = [week(n, level="simple", hours=12, mentor_minutes=120) for n in (1, 5)]
    other = [week(n, level="independent", hours=12, mentor_minutes=0) for n in (1, 5)]

    await mark.give("logbook", *simple, *other)
    assert await open_kinds(mark) == [("extra-hands", "")]
    told = (await mark.told("extra-hands-signalled"))[0]
    assert told.model_dump()["share"] == 0.5
    await mark.give("logbook", week(5, level="independent", hours=30, mentor_minutes=0))

    assert await open_kinds(mark) == []


async def test_a_period_without_work_in_the_company_neither_counts_nor_breaks_the_row(mark: Enrollment) -> None:
    await mark.day_comes("2025-12-01")
    await mark.give("logbook", *(week(n, level="simple", mentor_minutes=120) for n in (1, 9)))

    assert await open_kinds(mark) == [("extra-hands", "")]


async def test_a_week_in_which_school_taught_others_counts_as_missed_and_its_own_word_goes_first(
    mark: Enrollment,
) -> None:
    await mark.give("trainees", rows.trainee("T2"))
    await mark.day_comes("2025-11-03")
    work = [week(n, mentor_minutes=120, trainee_id=key) for n in range(1, 6) for key in ("T1", "T2")]
    taught = [week(n, place="school", hours=14, mentor_minutes=0, target="T01", trainee_id="T2") for n in range(1, 6)]
    own = [week(n, place="school", hours=14, mentor_minutes=0, target="T01") for n in range(1, 5)]
    await mark.give("logbook", *work, *own)
    assert await open_kinds(mark) == []

    await mark.give("logbook", *taught)  # T1 has no school hours in the fifth week, and school was open: 12 of 14 days
    assert await open_kinds(mark) == []
    await mark.post("attendance", {"trainee_id": "T1", "date": "2025-09-02", "present": "no"})

    assert await open_kinds(mark) == [("attendance", "")]
    told = (await mark.told("attendance-below-norm"))[-1].model_dump()
    assert (told["expected_days"], told["attended_days"]) == (14, 11)
    for day in ("2025-09-29", "2025-09-30"):
        excused = {"trainee_id": "T1", "date": day, "present": "excused"}
        assert (await mark.post("attendance", excused)).status_code == 201
    assert await open_kinds(mark) == []  # 11 of 12


async def test_a_target_taught_and_not_practised_past_the_norm_is_a_gap_until_it_is_practised(mark: Enrollment) -> None:
    await mark.give("logbook", week(1, place="school", mentor_minutes=0), week(1, place="school", level="simple"))
    await mark.day_comes("2025-10-06")
    assert await open_kinds(mark) == []

    await mark.day_comes("2025-10-07")  # 28 days of the norm and 7 for the logbook are over
    assert await open_kinds(mark) == [("alignment-gap", "T01")]
    assert (await mark.told("alignment-gap-detected"))[0].model_dump()["targets"] == ("T01",)
    await mark.give("logbook", week(5, mentor_minutes=120))

    assert await open_kinds(mark) == []
    found = (await mark.http.get("/enrollment/api/alignment?school=S1&company=C1")).json()
    assert [(cell["instructor_id"], cell["taught"], cell["median_lag_days"]) for cell in found["cells"]] == [
        ("I1", 1, 28.0)
    ]
    assert found["targets"][0]["target"] == "T01"
    assert (await mark.http.get("/enrollment/api/alignment?school=S2")).json() == {"cells": [], "targets": []}


async def test_a_training_that_stopped_has_no_signals_and_one_whose_mentor_says_no_has(mark: Enrollment) -> None:
    await mark.post("mentor-answers", {"mentor_id": "M1", "willing": False, "reason": "Te druk"})
    assert await open_kinds(mark) == [("mentor", "M1")]

    async with mark.db.transaction() as tx:
        await tx.execute("update enrolment set state = 'dropped out', ended_on = '2025-09-20'")
        await tx.execute("update training_watch set next_on = '0001-01-01'")
    await mark.day_comes("2025-10-06")

    assert await open_kinds(mark) == []


async def test_another_norm_is_judged_by_at_once_and_without_norms_nothing_is_watched(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-06")
    await mark.give("logbook", *(week(n, mentor_minutes=60) for n in range(1, 5)))
    assert await open_kinds(mark) == [("mentor-time", "")]

    await mark.publish(**{**NORMS, "norms": {"mentor_minutes_per_week": 60}})
    await mark.day_comes("2025-10-06")
    assert await open_kinds(mark) == []
    await mark.publish(**{**NORMS, "norms": {"mentor_minutes_per_week": 61}})
    await mark.day_comes("2025-10-06")
    assert await open_kinds(mark) == [("mentor-time", "")]
    await mark.publish(**{**NORMS, "norms": {}})
    await mark.day_comes("2025-10-06")
    assert await open_kinds(mark) == []


async def test_attendance_is_told_once_for_each_period_where_the_scheme_asks_for_it(mark: Enrollment) -> None:
    rule = [{"rule": "school_attendance", "at_least": 0.85, "from_version": "2024.1"}]
    await mark.publish(**NORMS, eligibility=rule)
    await mark.give("logbook", *(week(n, place="school", mentor_minutes=0) for n in (1, 2, 5)))
    for day in ("2025-10-06", "2025-10-07", "2025-11-03"):
        await mark.day_comes(day)

    told = [event.model_dump() for event in await mark.told("attendance-measured")]
    assert [(str(one["up_to"]), one["expected_days"], one["attended_days"]) for one in told] == [
        ("2025-09-28", 6, 6),
        ("2025-10-26", 8, 8),
    ]


async def test_a_target_is_signed_off_when_instructor_and_mentor_both_have(mark: Enrollment) -> None:
    mentor = {"trainee_id": "T1", "target": "T01", "role": "mentor", "person_id": "M1", "signed_on": "2025-09-01"}
    instructor = {**mentor, "role": "instructor", "person_id": "I1", "signed_on": "2025-08-31"}

    assert (await mark.post("sign-offs", mentor)).status_code == 201
    assert await mark.told("target-signed-off") == []
    assert (await mark.post("sign-offs", instructor)).status_code == 201
    assert (await mark.post("sign-offs", instructor)).status_code == 200

    told = [event.model_dump() for event in await mark.told("target-signed-off")]
    assert told == [{"trainee_id": "T1", "target": "T01", "signed_on": date(2025, 9, 1), "scheme": "smo"}]
    for change, rule in (
        ({"signed_on": "2025-09-02"}, "not-yet-happened"),
        ({"signed_on": "2025-08-30"}, "signed-by-another"),
        ({"target": "T09"}, "target-not-in-programme"),
        ({"person_id": "M3"}, "not-the-own-mentor"),
        ({"role": "instructor", "person_id": "I2"}, "not-the-own-instructor"),
        ({"trainee_id": "T9"}, "unknown-trainee"),
    ):
        dutch = await mark.post("sign-offs", {**mentor, **change}, **{"Accept-Language": "nl"})
        english = await mark.post("sign-offs", {**mentor, **change}, **{"Accept-Language": "en"})
        assert english.json()["type"] == f"urn:keur:problem:{rule}", english.text
        assert dutch.json()["detail"] != english.json()["detail"]


async def test_what_the_office_writes_down_is_of_a_day_that_was_and_of_the_own_mentor(mark: Enrollment) -> None:
    contact = {"trainee_id": "T1", "minutes": 10}
    for kind, body, rule in (
        ("contact-moments", {**contact, "held_on": "2025-09-02"}, "not-yet-happened"),
        ("contact-moments", {**contact, "mentor_id": "M3"}, "not-the-own-mentor"),
        ("contact-moments", {**contact, "trainee_id": "T9"}, "unknown-trainee"),
        ("attendance", {"trainee_id": "T1", "date": "2025-09-02", "present": "yes"}, "not-yet-happened"),
    ):
        dutch = await mark.post(kind, body, **{"Accept-Language": "nl"})
        english = await mark.post(kind, body, **{"Accept-Language": "en"})
        assert (dutch.status_code, english.json()["type"]) == (422, f"urn:keur:problem:{rule}")
        assert dutch.json()["detail"] != english.json()["detail"]


def monday(name: str) -> date:
    return date.fromisocalendar(int(name[:4]), int(name[6:]), 1)


def expected_signals(today: date) -> set[tuple[str, str, str]]:
    """The signals of the shipped files on a day, worked out row by row: no SQL, and none of the code under test."""
    scheme = YAML(typ="safe").load((FILES / "scheme.yaml").read_text("utf-8"))
    norms = scheme["norms"]
    with (FILES / "trainees.csv").open(encoding="utf-8") as file:
        trainees = list(csv.DictReader(file))
    log = defaultdict(list)
    with (FILES / "logbook.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            log[row["trainee_id"]].append(row)
    found = set()
    for trainee in trainees:
        key, begin = trainee["trainee_id"], date.fromisoformat(trainee["starts_on"])
        begin -= timedelta(days=begin.weekday())
        minutes: dict[int, int] = defaultdict(int)
        weeks: dict[int, set[str]] = defaultdict(set)
        hours: dict[int, float] = defaultdict(float)
        simple: dict[int, float] = defaultdict(float)
        taught: dict[str, date] = {}
        practised = set()
        for row in log[key]:
            day = monday(row["week"])
            number = (day - begin).days // 28
            over = begin + timedelta(days=28 * (number + 1) + 7) <= today
            if row["place"] == "school":
                taught[row["target"]] = min(taught.get(row["target"], day), day)
                continue
            practised.add(row["target"])
            if over:
                minutes[number] += int(row["mentor_minutes"])
                weeks[number].add(row["week"])
                hours[number] += float(row["hours"])
                simple[number] += float(row["hours"]) if row["level"] == "simple" else 0
        known = sorted(hours)
        if known and minutes[known[-1]] < norms["mentor_minutes_per_week"] * len(weeks[known[-1]]):
            found.add((key, "mentor-time", ""))
        last_two = [simple[number] / hours[number] for number in known[-2:]]
        if len(last_two) == 2 and min(last_two) > norms["simple_work_share"]:
            found.add((key, "extra-hands", ""))
        for target, day in taught.items():
            waited = (today - day).days > norms["alignment_lag_days"] + 7
            if target in scheme["programmes"][trainee["programme"]]["targets"] and target not in practised and waited:
                found.add((key, "alignment-gap", target))
    return found


async def test_the_signals_of_the_shipped_files_are_those_of_a_plain_count_and_worked_out_anew_they_are_the_same(
    enrollment: Enrollment,
) -> None:
    scheme = YAML(typ="safe").load((FILES / "scheme.yaml").read_text("utf-8"))
    await enrollment.publish(**{**scheme, "valid_from": scheme["valid_from"].isoformat()})
    for kind in ("schools", "companies", "mentors", "instructors", "trainees", "logbook"):
        answer = await enrollment.file(kind, (FILES / f"{kind}.csv").read_bytes())
        assert answer.status_code == 200, answer.text
    assert (await enrollment.post("complaints", rows.complaint("K1", trainee_id="T20240010"))).status_code == 201

    for day in ("2025-10-20", "2026-06-15", "2026-07-20"):
        await enrollment.day_comes(day)
        async with enrollment.db.read() as tx:
            open_now = await tx.fetch(
                """
                select trainee_id, kind, about from signal where closed_on is null
                  and kind in ('mentor-time', 'extra-hands', 'alignment-gap')
                """
            )
            running = {
                row["trainee_id"] for row in await tx.fetch("select trainee_id from enrolment where state = 'active'")
            }
            wanted = {one for one in expected_signals(date.fromisoformat(day)) if one[0] in running}
        assert {tuple(row.values()) for row in open_now} == wanted
        assert wanted

    for kind in ("attendance", "visits", "complaints"):
        answer = await enrollment.file(kind, (FILES / f"{kind}.csv").read_bytes(), partial="true")
        assert answer.json()["new"] > 0, answer.text
    missed = [date(2026, 4, 13) + timedelta(days=n) for n in range(70) if n % 7 in (0, 2)]
    lines = [f"{key},{day},no" for key in ("T20250103", "T20250107", "T20250112") for day in missed]
    assert (await enrollment.file("attendance", "\n".join(["trainee_id,date,present", *lines]).encode())).is_success
    await enrollment.day_comes("2026-07-20")
    stood = await standing(enrollment)
    assert "attendance" in {row[1] for row in stood["signal"]}
    assert {row[3] for row in stood["planned_visit"]} >= {"agreed", "cadence", "signal"}

    async with enrollment.db.transaction() as tx:
        await tx.execute("delete from planned_visit where state = 'planned'")
        places = [Place(*row) for row in await tx.fetch("select distinct place_kind, place_id from planned_visit")]
        places += [Place("company", row[0]) for row in await tx.fetch("select company_id from company")]
        places += [Place("school", row[0]) for row in await tx.fetch("select school_id from school")]
        await plan_visits(tx, places, today=enrollment.clock.today(), by=By("test"))
    again = await standing(enrollment)
    assert again["planned_visit"] == stood["planned_visit"]

    async with enrollment.db.transaction() as tx:
        await tx.execute("delete from signal where kind <> 'review-overdue'")  # that one follows from what was told
        for table in ("target_first", "coverage_gap", "risk", "risk_to_judge", "visit_to_plan"):
            await tx.execute(f"delete from {table}")  # noqa: S608 - names from this line
        await tx.execute("update training_watch set next_on = null")
        keys = [row["trainee_id"] for row in await tx.fetch("select trainee_id from enrolment")]
        today = enrollment.clock.today()
        await find_gaps_of(tx, keys, today=today, by=By("test"))
        await watch(tx, keys, today=today, by=By("test"))
        await see_to_signals(tx, keys, today)
        await risk.look_again(tx, keys)
    await enrollment.day_comes("2026-07-20")
    again = await standing(enrollment)
    del stood["planned_visit"]  # the day on which a signal was first seen decides too, and that is another now
    for table, found in stood.items():
        assert found, table
        assert again[table] == found, table


async def standing(office: Enrollment) -> dict[str, list[tuple[Any, ...]]]:
    """All that follows from the entries and stands now, but for the day on which it was first seen."""
    queries = {
        "signal": "select trainee_id, kind, about, evidence::text from signal where closed_on is null",
        "target_first": "select trainee_id, target, taught_on, school_on, company_on from target_first",
        "coverage_gap": "select placement_id, target, company_id, equipment from coverage_gap where closed_on is null",
        "risk": "select trainee_id, level, points, causes from risk",
        "training_watch": "select trainee_id, next_on, attended_until from training_watch",
        "planned_visit": "select place_kind, place_id, due_on, reason, state, told_on from planned_visit",
    }
    async with office.db.read() as tx:
        found = {
            table: [tuple(row.values()) for row in await tx.fetch(f"{query} order by 1, 2, 3")]
            for table, query in queries.items()
        }
        found["agendas"] = [
            (key, item["kind"], item["about"], item["trainee_id"], item["signal"])
            for key in sorted({key for kind, key, *_ in found["planned_visit"] if kind == "company"})
            for item in await agenda.agenda(tx, "company", key, coordinator=True)
        ]
    found["agendas"].sort(key=repr)
    return found


async def test_a_school_hands_in_attendance_as_a_file_with_all_errors_at_once(mark: Enrollment) -> None:
    await mark.day_comes("2025-09-08")
    good = b"trainee_id,date,present\nT1,2025-09-02,yes\nT1,2025-09-03,excused\n"
    bad = b"trainee_id,date,present\nT9,2025-09-02,yes\nT1,2025-09-09,no\nT1,2025-09-01,perhaps\n"

    first = (await mark.file("attendance", good)).json()
    again = (await mark.file("attendance", good)).json()
    other = (await mark.file("attendance", good.replace(b"excused", b"no"))).json()
    refused = (await mark.file("attendance", bad)).json()

    assert [(one["new"], one["changed"], one["unchanged"]) for one in (first, again, other)] == [
        (2, 0, 0), (0, 0, 2), (0, 1, 1),
    ]  # fmt: skip
    assert [(one["row"], one["column"], one["value"]) for one in refused["errors"]] == [
        (2, "trainee_id", "T9"), (3, "date", "2025-09-09"), (4, "present", "perhaps"),
    ]  # fmt: skip
    async with mark.db.read() as tx:
        said = await tx.fetch("select day, present from attendance_entry order by 1")
    assert [tuple(row) for row in said] == [(date(2025, 9, 2), "yes"), (date(2025, 9, 3), "no")]
