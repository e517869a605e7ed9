"""What a number and a day are, in JSON too: pydantic is more lenient than anybody who sends a file."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.certification.intake.results import ResultRow
from services.enrollment.intake.rows import LogbookRow, MentorRow
from shared.tabular import Moment, typed_day

RESULT = {
    "result_id": "R1", "trainee_id": "T1", "exam": "theory", "attempt": 1, "taken_on": "2026-04-07", "score": 8.3,
    "knocked_out": False, "examiner": "EX1",
}  # fmt: skip


def refused(model: Any, body: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as wrong:
        model.model_validate_json(json.dumps(body))
    return [str(error["loc"][0]) for error in wrong.value.errors()]


@pytest.mark.parametrize(("field", "value"), [
    ("attempt", True), ("attempt", "1_0"), ("attempt", "1.000"), ("score", True), ("score", "8_3"), ("score", "8,3"),
    ("taken_on", "9999-12-31"), ("taken_on", 20260407),
])  # fmt: skip
def test_a_result_is_not_read_from_something_else(field: str, value: object) -> None:
    assert refused(ResultRow, RESULT | {field: value}) == [field]


def test_numbers_may_come_as_they_stand_in_a_file() -> None:
    assert ResultRow.model_validate_json(json.dumps(RESULT | {"attempt": "1", "score": "8.3"})) == (
        ResultRow.model_validate_json(json.dumps(RESULT))
    )


def test_empty_is_not_a_number_and_not_wrong_where_nothing_needs_to_be_said() -> None:
    mentor = {"mentor_id": "M1", "company_id": "C1", "name": "a", "email": "a@b.example"}

    assert MentorRow.model_validate(mentor | {"max_trainees": "", "hours_per_week": ""}).max_trainees is None
    assert refused(MentorRow, mentor | {"max_trainees": True, "hours_per_week": True}) == [
        "max_trainees",
        "hours_per_week",
    ]


@pytest.mark.parametrize("week", ["0001-W01", "9999-W52"])
def test_a_week_lies_in_years_that_can_be_meant(week: str) -> None:
    entry = {
        "entry_id": "E1", "trainee_id": "T1", "week": week, "place": "school", "target": "T01", "level": "simple",
        "hours": 2,
    }  # fmt: skip

    assert refused(LogbookRow, entry) == ["week"]


def test_a_moment_lies_in_years_that_can_be_meant() -> None:
    moments = TypeAdapter(Moment)

    assert moments.validate_python("2026-04-07T10:00:00+02:00").year == 2026
    with pytest.raises(ValidationError):
        moments.validate_python("9999-12-31T23:59:59+00:00")


@pytest.mark.parametrize("text", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_what_is_typed_as_a_day_and_is_none_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        typed_day(text)
    assert typed_day(" 2026-04-07 ").day == 7
