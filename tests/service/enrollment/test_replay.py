"""The same entries on the same days give the same signals, visits and agendas: in whatever order a day brings them."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.enrollment.queries import agenda
from shared import clock
from shared.db import Database
from tests.conftest import DatabaseUrl

from . import rows
from .conftest import Enrollment

FIRST = date(2025, 9, 1)
WEEKS = 13
TRAINEES = {"T1": ("C1", "M1", "S1", "I1"), "T2": ("C1", "M1", "S1", "I1"), "T3": ("C2", "M3", "S1", "I1")}
SCHEME: dict[str, Any] = {
    "cadence": {
        "visit_company_weeks": 6, "visit_school_weeks": 7, "visit_after_complaint_weeks": 1,
        "visit_after_signal_weeks": 2, "visit_school_after_signal_weeks": 1, "visit_school_signal_share": 0.5,
    },
    "norms": {
        "mentor_max_trainees": 3, "mentor_minutes_per_week": 120, "simple_work_share": 0.4, "alignment_lag_days": 14,
        "school_attendance": 0.85, "complaint_acknowledge_days": 5,
    },
    "week_pattern": {"school_days": 2, "company_days": 3, "start_phase": {"weeks": 2, "school_days": 3}},
    "risk": {"raised_from": 1, "high_from": 3, "complaint": 2, "no_placement": 2},
    "programmes": {"lasser-3": {"targets": ["T01", "T02"]}},
}  # fmt: skip

Entry = tuple[str, dict[str, Any]]


def history(seed: int) -> dict[date, list[Entry]]:
    """By day on which it is entered: a term of three trainees, with lines that come late and lines put right."""
    draw = random.Random(seed)
    found: dict[date, list[Entry]] = defaultdict(list)
    for number in range(WEEKS):
        monday = FIRST + timedelta(weeks=number)
        entered = monday + timedelta(weeks=1)
        name = f"{monday.isocalendar().year}-W{monday.isocalendar().week:02d}"
        for trainee in TRAINEES:
            day = entered + timedelta(weeks=draw.choice((0, 0, 0, 1, 2)))
            common = {"trainee_id": trainee, "week": name}
            done = "T01" if number < 8 else draw.choice(("T01", "T02"))
            work = {"place": "company", "target": done, "hours": draw.choice((8, 16, 24))}
            minutes = draw.choice((20, 60, 110, 180))
            level = draw.choice(("simple", "simple", "assist"))
            line = rows.entry(f"{trainee}-{name}-c", **common, **work, level=level, mentor_minutes=minutes)
            found[day].append(("logbook", line))
            target = draw.choice(("T01", "T02"))
            taught = rows.entry(f"{trainee}-{name}-s", **common, place="school", target=target, mentor_minutes=0)
            if draw.random() < 0.7:
                found[day].append(("logbook", taught))
            if draw.random() < 0.3:
                put_right = {**line, "hours": 20, "mentor_minutes": 130, "level": "independent"}
                found[day + timedelta(weeks=1)].append(("logbook", put_right))
            if draw.random() < 0.5:
                on = monday + timedelta(days=draw.randrange(5))
                said = {"trainee_id": trainee, "date": on.isoformat(), "present": draw.choice(("yes", "no", "excused"))}
                found[day].append(("attendance", said))
            if draw.random() < 0.3:
                moment = {"moment_id": f"{trainee}-{name}", "trainee_id": trainee, "minutes": 60}
                found[day].append(("contact-moments", moment | {"held_on": (monday + timedelta(days=2)).isoformat()}))
            if draw.random() < 0.08:
                category = draw.choice(("guidance", "school"))
                found[entered].append(
                    (
                        "complaints",
                        rows.complaint(
                            f"{trainee}-{name}", trainee_id=trainee, category=category, received_on=monday.isoformat()
                        ),
                    )
                )
        if number in (6, 9):
            place = ("company", "C1") if number == 6 else ("school", "S1")
            held = (monday + timedelta(days=3)).isoformat()
            visit = rows.visit(f"V{number}", place_kind=place[0], place_id=place[1], held_on=held, next_in_weeks=5)
            found[entered].append(("visits", visit))
    return found


def days(told: dict[date, list[Entry]]) -> Iterator[tuple[date, list[Entry]]]:
    for number in range(1, WEEKS + 4):
        day = FIRST + timedelta(weeks=number)
        yield day, told.get(day, [])


async def opened(office: Enrollment) -> None:
    await office.publish(**SCHEME)
    for kind, given in (
        ("companies", [rows.company("C1"), rows.company("C2")]),
        ("mentors", [rows.mentor("M1"), rows.mentor("M3", company_id="C2")]),
        ("schools", [rows.school("S1")]),
        ("instructors", [rows.instructor("I1")]),
        ("trainees", [rows.trainee(key, company_id=c, mentor_id=m) for key, (c, m, _, _) in TRAINEES.items()]),
    ):
        answer = await office.give(kind, *given)
        assert answer.status_code == 200, answer.text


async def played(office: Enrollment, told: dict[date, list[Entry]], *, seed: int | None) -> None:
    """Each Monday the clock is followed, then comes what is entered that day. With a seed: in another order, line by
    line, each line that can be said again more than once, and the signals looked at in between."""
    await opened(office)
    for day, entries in days(told):
        await office.day_comes(day.isoformat())
        if seed is None:
            kinds = dict.fromkeys(kind for kind, _ in entries)
            for kind in kinds:
                given = [body for each, body in entries if each == kind]
                if kind == "contact-moments":
                    for body in given:
                        assert (await office.post(kind, body)).status_code in (200, 201)
                else:
                    answer = await office.give(kind, *given) if kind != "attendance" else await said(office, given)
                    assert answer.status_code == 200, answer.text
        else:
            draw = random.Random(f"{seed}/{day}")
            for kind, body in draw.sample(entries, len(entries)):
                for _ in range(draw.choice((1, 1, 2))):
                    answer = await office.post(kind, body)
                    assert answer.status_code in (200, 201), answer.text
        await office.day_comes(day.isoformat())


async def said(office: Enrollment, given: list[dict[str, Any]]) -> Any:
    lines = [",".join(one.values()) for one in given]
    return await office.file("attendance", "\n".join(["trainee_id,date,present", *lines]).encode())


async def follows(office: Enrollment) -> dict[str, list[tuple[Any, ...]]]:
    """All that follows from the entries, with its days; a signal that came and went within a day left nothing."""
    queries = {
        "signal": """
            select trainee_id, kind, about, opened_on, closed_on, evidence::text from signal
            where opened_on is distinct from closed_on
        """,
        "target_first": "select trainee_id, target, taught_on, school_on, company_on from target_first",
        "risk": "select trainee_id, level, points, causes, judged_on from risk",
        "training_watch": "select trainee_id, next_on, attended_until from training_watch",
        "planned_visit": """
            select place_kind, place_id, due_on, reason, state, told_on, act_on, held_as, moved_to from planned_visit
        """,
        "complaint": "select complaint_id, state, acknowledge_by, act_on from complaint",
    }
    async with office.db.read() as tx:
        found = {
            name: sorted((tuple(row.values()) for row in await tx.fetch(query)), key=repr)
            for name, query in queries.items()
        }
        for kind, key in (("company", "C1"), ("company", "C2"), ("school", "S1")):
            items = await agenda.agenda(tx, kind, key, coordinator=True)
            found[f"agenda of {key}"] = [tuple(str(one[name]) for name in sorted(one)) for one in items]
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_same_entries_in_another_order_and_more_than_once_give_the_same_signals_visits_and_agendas(
    enrollment: Enrollment, database_url: DatabaseUrl, tmp_path: Path, seed: int
) -> None:
    told = history(seed)
    await played(enrollment, told, seed=None)
    first = await follows(enrollment)
    kinds = {row[1] for row in first["signal"]}
    assert kinds >= {"attendance", "mentor-time", "extra-hands", "alignment-gap"}
    assert {row[3] for row in first["planned_visit"]} & {"signal", "complaint"}
    assert all(first[f"agenda of {key}"] for key in ("C1", "C2", "S1"))

    url = await database_url("enrollment")
    db = Database(url, name="again", max_size=4)
    await db.open()
    again = Enrollment(db, tmp_path / "again", url)
    clock.use(again.clock)
    await played(again, told, seed=seed)
    second = await follows(again)
    await again.http.aclose()
    await db.close()

    for name, wanted in first.items():
        assert second[name] == wanted, name
