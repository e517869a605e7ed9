"""Files as they come: those that ship with the project, and one of 100,000 rows."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from shared.events.certification import SchemeVersionPublished

from . import rows
from .conftest import Enrollment, csv_of

SHIPPED = Path(__file__).resolve().parents[3] / "deploy" / "demo" / "smo"
IN_ORDER = {
    "companies": 90,
    "mentors": 171,
    "schools": 2,
    "instructors": 8,
    "trainees": 200,
    "visits": 92,
    "complaints": 14,
    "logbook": 10_000,
}


def shipped_scheme() -> dict[str, Any]:
    def plain(value: Any) -> Any:
        match value:
            case dict():
                return {str(key): plain(one) for key, one in value.items()}
            case list():
                return [plain(one) for one in value]
            case date():
                return value.isoformat()
            case _:
                return value

    content: dict[str, Any] = plain(YAML(typ="safe").load(SHIPPED / "scheme.yaml"))
    return content


async def test_the_shipped_files_are_taken_as_they_are_and_a_second_time_changes_nothing(
    enrollment: Enrollment,
) -> None:
    await enrollment.hear(
        SchemeVersionPublished(scheme="smo", version="2024.1", valid_from=date(2024, 8, 1), content=shipped_scheme())
    )
    for kind, number in IN_ORDER.items():
        answer = await enrollment.file(kind, (SHIPPED / f"{kind}.csv").read_bytes())
        assert answer.status_code == 200, answer.text[:500]
        assert answer.json()["new"] == number
    told = Counter(type(event).__name__ for event in await enrollment.told())
    assert (told["TraineeEnrolled"], told["CompanyRegistered"], told["VisitCompleted"]) == (200, 90, 92)

    for kind, number in IN_ORDER.items():
        again = (await enrollment.file(kind, (SHIPPED / f"{kind}.csv").read_bytes())).json()
        assert (again["unchanged"], again["refused"]) == (number, 0), kind
    assert Counter(type(event).__name__ for event in await enrollment.told()) == told


def gaps_by_hand(scheme: dict[str, Any]) -> set[str]:
    """Which targets are open in the shipped files, worked out from the files alone."""

    def of(kind: str) -> list[dict[str, str]]:
        with (SHIPPED / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    machines = {row["company_id"]: set(row["equipment"].split(";")) for row in of("companies")}
    machines |= {row["school_id"]: set(row["equipment"].split(";")) for row in of("schools")}
    return {
        f"{row['trainee_id']}-1/{target}"
        for row in of("trainees")
        for target in scheme["programmes"][row["programme"]]["targets"]
        if not any(
            set(scheme["targets"][target]["equipment"]) <= machines[row[place]] for place in ("company_id", "school_id")
        )
    }


async def test_the_shipped_files_open_the_gaps_that_can_be_worked_out_from_them_by_hand(enrollment: Enrollment) -> None:
    scheme = shipped_scheme()
    await enrollment.hear(
        SchemeVersionPublished(scheme="smo", version="2024.1", valid_from=date(2024, 8, 1), content=scheme)
    )
    for kind in ("companies", "mentors", "schools", "instructors", "trainees"):
        await enrollment.file(kind, (SHIPPED / f"{kind}.csv").read_bytes())

    listed = (await enrollment.http.get("/enrollment/api/gaps?limit=1000")).json()["items"]

    by_hand = gaps_by_hand(scheme)
    assert len(by_hand) > 100
    assert {item["gap_id"] for item in listed} == by_hand
    told = [
        f"{event.placement_id}/{target}"  # type: ignore[attr-defined]
        for event in await enrollment.told("coverage-gap-opened")
        for target in event.targets  # type: ignore[attr-defined]
    ]
    assert sorted(told) == sorted(by_hand)


@pytest.mark.timeout(600)
async def test_a_machine_that_a_school_gets_closes_the_gaps_of_ten_thousand_trainees(
    office: Enrollment,
) -> None:
    needs = {"T01": {"equipment": ["lathe"]}, "T02": {"equipment": ["press_brake"]}}
    await office.publish(targets=needs, programmes={"lasser-3": {"targets": ["T01", "T02"]}})
    await office.give("mentors", rows.mentor("M1", max_trainees=100_000))
    given = [rows.trainee(f"T{number}") for number in range(10_000)]
    assert (await office.file("trainees", csv_of("trainees", given))).status_code == 200
    assert len((await office.http.get("/enrollment/api/gaps?limit=1000")).json()["items"]) == 1000

    answer = await office.give("schools", rows.school("S1", equipment=["press_brake"]))

    assert answer.status_code == 200, answer.text
    assert (await office.http.get("/enrollment/api/gaps")).json()["items"] == []
    assert len(await office.told("coverage-gap-closed")) == 10_000


async def test_each_place_with_trainees_is_visited_over_the_school_year(enrollment: Enrollment) -> None:
    await enrollment.hear(
        SchemeVersionPublished(scheme="smo", version="2024.1", valid_from=date(2024, 8, 1), content=shipped_scheme())
    )
    for kind in ("companies", "mentors", "schools", "instructors", "trainees"):
        await enrollment.file(kind, (SHIPPED / f"{kind}.csv").read_bytes())
    async with enrollment.db.read() as tx:
        companies = {row[0] for row in await tx.fetch("select distinct company_id from enrolment")}

    for _ in range(13):
        await enrollment.weeks_pass(1)

    due = Counter(event.subject for event in await enrollment.told("visit-due"))
    assert set(due) == {f"company/{key}" for key in companies} | {"school/S1", "school/S2"}
    assert set(due.values()) == {1}


@pytest.mark.timeout(600)
async def test_a_file_of_100_000_rows_is_checked_row_by_row_and_refused_or_taken_whole(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    given = [rows.entry(f"E{number}") for number in range(100_000)]
    wrong = {7: {"trainee_id": "T9"}, 50_000: {"target": "T99"}, 99_999: {"hours": "veel"}}
    with_errors = [{**row, **wrong.get(number, {})} for number, row in enumerate(given)]

    refused = await office.file("logbook", csv_of("logbook", with_errors))
    kept = await office.count("logbook_entry")
    taken = await office.file("logbook", csv_of("logbook", given))

    assert refused.status_code == 422
    assert [(error["row"], error["column"]) for error in refused.json()["errors"]] == [
        (9, "trainee_id"),
        (50_002, "target"),
        (100_001, "hours"),
    ]
    assert kept == 0
    assert (taken.status_code, taken.json()["new"]) == (200, 100_000)
