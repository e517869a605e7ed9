"""What is refused: each wrong row names its row, column, value and what is allowed; nothing of the file is taken."""

from typing import Any

import pytest

from . import rows
from .conftest import Enrollment, csv_of

MINOR = {"birth_date": "2009-01-01"}


@pytest.mark.parametrize(
    ("kind", "row", "column", "value"),
    [
        ("mentors", rows.mentor("M9", company_id="C9"), "company_id", "C9"),
        ("instructors", rows.instructor("I9", school_id="S9"), "school_id", "S9"),
        ("trainees", rows.trainee("T9", company_id="C9"), "company_id", "C9"),
        ("trainees", rows.trainee("T9", school_id="S9"), "school_id", "S9"),
        ("trainees", rows.trainee("T9", mentor_id="M9"), "mentor_id", "M9"),
        ("trainees", rows.trainee("T9", instructor_id="I9"), "instructor_id", "I9"),
        ("trainees", rows.trainee("T9", mentor_id="M3"), "mentor_id", "M3"),
        ("trainees", rows.trainee("T9", instructor_id="I2"), "instructor_id", "I2"),
        ("trainees", rows.trainee("T9", planned_end="2025-08-31"), "planned_end", "2025-08-31"),
        ("trainees", rows.trainee("T9", birth_date="2011-09-02", guardian_email="o@t.nl"), "birth_date", "2011-09-02"),
        ("trainees", rows.trainee("T9", birth_date="1954-09-01"), "birth_date", "1954-09-01"),
        ("trainees", rows.trainee("T9", birth_date="2009-01-01"), "guardian_email", None),
        ("trainees", rows.trainee("T9", email="geen adres"), "email", "geen adres"),
        ("trainees", rows.trainee("T9", **MINOR, guardian_email="a@@b.nl"), "guardian_email", "a@@b.nl"),
        ("trainees", rows.trainee("T9", programme="kapper-2"), "programme", "kapper-2"),
        ("trainees", rows.trainee("T9", starts_on="2025-02-30"), "starts_on", "2025-02-30"),
        ("trainees", rows.trainee("T9", language="de"), "language", "de"),
        ("trainees", rows.trainee("T9", name="Sem\x07"), "name", "Sem\ufffd"),
        ("trainees", rows.trainee("T/9"), "trainee_id", "T/9"),
        ("companies", rows.company("C9", contact_email="x"), "contact_email", "x"),
        ("companies", rows.company("C9", places=-1), "places", "-1"),
        ("logbook", rows.entry("E1", trainee_id="T9"), "trainee_id", "T9"),
        ("logbook", rows.entry("E1", target="T99"), "target", "T99"),
        ("logbook", rows.entry("E1", week="2025-W54"), "week", "2025-W54"),
        ("logbook", rows.entry("E1", hours=200), "hours", "200"),
        ("complaints", rows.complaint("K1", trainee_id="T9"), "trainee_id", "T9"),
        ("complaints", rows.complaint("K1", category="Jan"), "category", "Jan"),
        ("visits", rows.visit("V1", place_id="C9"), "place_id", "C9"),
        ("visits", rows.visit("V1", place_kind="home"), "place_kind", "home"),
        ("visits", rows.visit("V1", next_in_weeks=0), "next_in_weeks", "0"),
    ],
    ids=lambda given: None if isinstance(given, dict) else given,
)
async def test_a_wrong_row_is_refused_with_its_place_and_what_is_allowed(
    office: Enrollment, kind: str, row: dict[str, Any], column: str, value: str | None
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    before = (await office.told(), await office.count("audit"))
    good = {"trainees": rows.trainee("T2"), "mentors": rows.mentor("M8"), "instructors": rows.instructor("I8"),
            "companies": rows.company("C8"), "logbook": rows.entry("E0"), "complaints": rows.complaint("K0"),
            "visits": rows.visit("V0")}[kind]  # fmt: skip

    answer = await office.file(kind, csv_of(kind, [good, row]), name="mijn.csv")

    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert (told["kind"], told["file"], told["rows"], told["new"], told["refused"]) == (kind, "mijn.csv", 2, 0, 1)
    (error,) = told["errors"]
    assert (error["row"], error["column"], error["value"]) == (3, column, value)
    assert error["message"]
    assert error["allowed"] or column == "name"
    assert (await office.told(), await office.count("audit")) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "leeg"),
        (b"school_id,name,city,equipment\n", "geen rijen"),
        (b"school_id,name,city\nS9,Vak,Oss\n", "ontbreekt"),
        (b"school_id,name,city,equipment,extra\nS9,Vak,Oss,,x\n", "onbekend"),
        (b"school_id,name,city,city,equipment\nS9,Vak,Oss,Oss,\n", "dubbel"),
        ("school_id,name,city,equipment\nS9,Vakschool Ömer,Oss,\n".encode("latin-1"), "UTF-8"),
        ("school_id,name,city,equipment\nS9,Vak,Oss,\n".encode("utf-16"), "UTF-16"),
        (b"school_id,name,city,equipment\nS9,=1+1,Oss,\n", "formule"),
        (b"school_id,name,city,equipment\nS9,Vak,Oss,\nS9,Vak,Oss,\n", "dubbel"),
    ],
)
async def test_a_wrong_file_is_refused_whole(enrollment: Enrollment, content: bytes, message: str) -> None:
    answer = await enrollment.file("schools", content, lang="nl")

    assert answer.status_code == 422
    assert message in answer.json()["errors"][0]["message"]
    assert await enrollment.count("school") == 0


async def test_all_errors_of_a_file_come_at_once(office: Enrollment) -> None:
    answer = await office.give(
        "trainees",
        rows.trainee("T1", email="x", starts_on="morgen"),
        rows.trainee("T2", company_id="C9"),
        rows.trainee("T3"),
        rows.trainee("T4", programme="kapper-2", mentor_id="M9", planned_end="2025-01-01"),
    )

    assert [(error["row"], error["column"]) for error in answer.json()["errors"]] == [
        (2, "email"),
        (2, "starts_on"),
        (3, "company_id"),
        (5, "planned_end"),
        (5, "programme"),
        (5, "mentor_id"),
    ]


async def test_the_good_rows_are_taken_when_asked_for(office: Enrollment) -> None:
    given = [rows.trainee("T1"), rows.trainee("T2", company_id="C9"), rows.trainee("T3", email="x")]

    answer = await office.give("trainees", *given, partial="true")

    told = answer.json()
    assert answer.status_code == 200
    assert (told["new"], told["refused"], told["refused_rows"]) == (1, 2, [3, 4])
    assert await office.count("trainee") == 1


async def test_a_check_says_what_would_happen_and_takes_nothing(office: Enrollment) -> None:
    before = await office.told()

    good = await office.give("trainees", rows.trainee("T1"), check="true")
    bad = await office.give("trainees", rows.trainee("T1", company_id="C9"), check="true")

    assert (good.status_code, good.json()["new"]) == (200, 1)
    assert bad.status_code == 422
    assert await office.told() == before


async def test_the_limit_of_a_mentor_holds_across_the_rows_of_one_file_and_against_what_is_there(
    office: Enrollment,
) -> None:
    await office.give("trainees", rows.trainee("T1"))

    answer = await office.give("trainees", *(rows.trainee(f"T{n}") for n in (2, 3, 4)), lang="en")

    errors = answer.json()["errors"]
    assert [(error["row"], error["column"], error["value"]) for error in errors] == [
        (3, "mentor_id", "M1"),
        (4, "mentor_id", "M1"),
    ]
    assert errors[0]["allowed"] == "a mentor with room: M2"


async def test_without_a_scheme_enrolling_says_to_publish_one_first(enrollment: Enrollment) -> None:
    for kind, given in (
        ("companies", rows.company("C1")),
        ("mentors", rows.mentor("M1")),
        ("schools", rows.school("S1")),
        ("instructors", rows.instructor("I1")),
    ):
        await enrollment.give(kind, given)

    answer = await enrollment.give("trainees", rows.trainee("T1"), lang="nl")

    assert "publiceer eerst het schema" in answer.json()["errors"][0]["allowed"]


async def test_an_unknown_kind_is_named(enrollment: Enrollment) -> None:
    answer = await enrollment.file("paarden", b"x")

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:keur:problem:unknown-kind"
