"""Reports: the same figures on a terminal, as JSON, as CSV and as a page that needs nothing beside it."""

import csv
import io
import json
import re
from typing import Any

import pytest

from deploy.cli.audit_index import CLAUSES, CRITERIA, OUTSIDE
from deploy.cli.document import Document, Section, as_csv, as_html

from .answers import Services


def both(text: str) -> dict[str, str]:
    return {"nl": text, "en": f"{text} (en)"}


def figure(key: str, numerator: int | None, denominator: int, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "unit": "share", "title": both(key), "definition": both(f"telt {key}"), "numerator": numerator,
        "denominator": denominator, "value": value, "interval": {"low": 0.1, "high": 0.9} if value else None,
        "scope": "cohort", "as_of": "2027-09-01", "parts": [], **more,
    }  # fmt: skip


PART = {"code": "P4", "title": both("geen tijd"), "numerator": 2, "denominator": 3, "value": 2 / 3,
        "interval": {"low": 0.2, "high": 0.9}}  # fmt: skip
FIGURES: dict[str, Any] = {
    "as_of": "2027-09-01",
    "scheme": "smo",
    "title": both("SMO-certificaat"),
    "cohort": None,
    "goals": [{"code": "target", "share": 0.85, "title": both("doel")}],
    "figures": [
        figure("completion", 3, 4, 0.75),
        figure("first_attempt_pass", 2, 3, 0.667),
        figure("drop_out", 3, 7, 0.43, parts=[PART]),
        figure("drop_out_phase", 1, 3, 0.33, parts=[PART]),
        figure("replacement_days", None, 2, 11.5, unit="days", interval=None),
        figure("agreements", 1, 2, 0.5),
        figure("visits_held", 5, 6, 0.83),
        figure("visits_on_time", 4, 6, 0.67),
    ],
    "cohorts": [
        {"cohort": 2025, "name": "2025/2026", "began": 4, "certified": 3, "dropped": 1, "finished": True,
         "last_planned_end": "2027-07-02", "completion": 0.75, "interval": {"low": 0.3, "high": 0.95}, "course": []},
        {"cohort": 2026, "name": "2026/2027", "began": 3, "certified": 0, "dropped": 0, "finished": False,
         "last_planned_end": "2028-07-02", "completion": 0.0, "interval": {"low": 0.0, "high": 0.6},
         "course": [{"month": n, "certified": 0.0, "dropped": 0.0} for n in range(14)]},
    ],
    "projections": [{"cohort": 2026, "value": 0.7, "band": {"low": 0.2, "high": 1.0}, "finished_of_basis": 3,
                     "basis": 4, "basis_cohorts": [2025], "method": both("methode")}],
    "around_visits": [{"brought_forward": True, "visits": 1, "trainees": 2, "open_on_the_day": 3,
                       "open_eight_weeks_later": 1}],
    "around_visits_note": both("geen bewijs"),
    "signals": [{"kind": "mentor-time", "title": both("te weinig tijd"), "cause": "P4", "opened": 4, "closed": 1,
                 "open": 3, "trainees": 4}],
    "gaps": {"opened": 0, "open": 0, "closed": {}, "plans": {}},
    "visit_reasons": {"cadence": 5, "complaint": 1},
}  # fmt: skip


def listing(*items: dict[str, Any]) -> tuple[int, Any]:
    return 200, {"items": list(items), "next": None}


@pytest.fixture
def told(services: Services) -> Services:
    services.answers |= {
        "/enrollment/api/figures": (200, FIGURES),
        "/enrollment/api/trainees": listing(
            {"trainee_id": "T1", "scheme": "smo", "programme": "lasser-3", "starts_on": "2025-09-01",
             "planned_end": "2027-07-02", "state": "active"},
            {"trainee_id": "T2", "scheme": "lasmeester", "programme": "lasmeester", "starts_on": "2026-09-01",
             "planned_end": "2027-03-02", "state": "active"},
        ),
        "/enrollment/api/planned-visits": listing(
            {"visit_id": "v1", "place_kind": "company", "place_id": "C1", "due_on": "2027-08-01", "reason": "complaint",
             "state": "overdue"},
            {"visit_id": "v2", "place_kind": "school", "place_id": "S1", "due_on": "2027-12-01", "reason": "cadence",
             "state": "planned"},
        ),
        "/enrollment/api/mentors": listing(
            {"mentor_id": "M1", "course_valid_until": "2028-01-01"}, {"mentor_id": "M2", "course_valid_until": None}
        ),
        "/enrollment/api/companies": listing(
            {"company_id": "C1", "accredited_until": "2031-09-01"},
            {"company_id": "C2", "accredited_until": "2039-01-01"},
        ),
        "/enrollment/api/complaints": listing({"trainee_id": "T1"}),
        "/certification/api/certificates": listing(
            {"trainee_id": "T1", "number": "SMO-1", "status": "withdrawn", "scheme": "smo", "valid_until": None}
        ),
        "/certification/api/register": listing({"number": "SMO-1", "scheme": "smo"}),
        "/certification/api/candidates": listing({"trainee_id": "T1", "scheme": "smo"}),
        "/certification/api/results": listing({"trainee_id": "T1", "examiner": "EX1"}),
        "/certification/api/schemes": listing({"scheme": "smo", "version": "2024.1"}),
        "/certification/api/schemes/smo/2024.1": (
            200, {"content": {"week_pattern": {"school_days": 2}, "norms": {"school_weeks": 40}}},
        ),
    }  # fmt: skip
    return services


REPORTS = ("board", "completion", "visits", "audit")


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_told_in_four_ways(told: Services, name: str) -> None:
    plain = told.keur("report", name)
    machine = told.keur("report", name, "--json")
    table = told.keur("report", name, "--csv")
    page = told.keur("report", name, "--html")

    assert [one.returncode for one in (plain, machine, table, page)] == [0, 0, 0, 0], plain.stderr + page.stderr
    assert json.loads(machine.stdout)["as_of"] == "2027-09-01"
    assert all(len(row) > 1 for row in csv.reader(io.StringIO(table.stdout)))
    assert page.stdout.startswith("<!DOCTYPE html>")
    assert not re.search(r'(?:src|href)="', page.stdout), "it needs nothing beside it"
    assert "<script" not in page.stdout


@pytest.mark.parametrize(
    ("language", "heading"), [("nl_NL.UTF-8", "Stand van het keurmerk"), ("en_GB.UTF-8", "Where the mark stands")]
)
def test_a_page_is_in_the_language_of_the_terminal(told: Services, language: str, heading: str) -> None:
    page = told.keur("report", "board", "--html", LANG=language).stdout

    assert f'<html lang="{language[:2]}">' in page
    assert f"<h1>{heading}" in page
    assert page.count("<svg") == 4
    assert page.count("<table") == 8, "every picture has its table"


def test_two_forms_at_once_are_wrong_use(told: Services) -> None:
    answer = told.keur("report", "board", "--csv", "--html")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--csv, --html" in answer.stderr


def test_the_scheme_is_asked_for_and_filters_what_is_counted_here(told: Services) -> None:
    told.keur("report", "board", "--scheme", "smo")
    assert told.asked[-1].path == "/enrollment/api/figures?scheme=smo"

    said = json.loads(told.keur("report", "completion", "--scheme", "smo", "--json").stdout)

    assert [(one["cohort"], one["denominator"]) for one in said["cohorts"]] == [("2025/2026", 1)]
    assert said["target"] == 0.85, "the goals are the scheme's"


def test_visits_lists_what_is_to_do_the_longest_due_first(told: Services) -> None:
    said = json.loads(told.keur("report", "visits", "--json").stdout)

    assert [one["visit_id"] for one in said["open"]] == ["v1"]
    assert said["planned"] == 1


def test_the_audit_counts_what_is_kept_and_says_what_is_not(told: Services) -> None:
    said = json.loads(told.keur("report", "audit", "--json").stdout)
    rows = {row["number"]: row for row in (*said["clauses"], *said["criteria"])}

    assert rows["7.1"]["counted"] == {"trainees": 2, "certificates": 1}
    assert rows["9.5"]["counted"] == {"not_valid": 1}
    assert rows["6.2"]["counted"] == {"examiners": 1, "results": 1}
    assert rows["9.8"]["counted"] == {"appeals": None}, "a list that the version does not have is not counted as none"
    assert rows["B"]["counted"] == {"week_pattern": "smo 2 × 40"}
    assert rows["D"]["counted"] == {"mentor_courses": "1/2"}
    assert rows["E"]["counted"] == {"accredited": "1/2"}, "an accreditation for longer than four years is none"
    assert rows["F"]["counted"] == {"agreements": "1/2"}
    assert rows["4.1"]["outside"] is True
    assert rows["7.2"]["where"][0].endswith("/certification/register")
    assert rows["7.2"]["where"][0].startswith("http")


def test_every_clause_and_criterion_is_there_once_in_both_languages() -> None:
    numbers = [entry.number for entry in (*CLAUSES, *CRITERIA)]

    assert len(numbers) == len(set(numbers))
    for chapter in ("4.", "5.", "6.", "7.", "8.", "9.", "10."):
        assert any(number.startswith(chapter) for number in numbers)
    for entry in (*CLAUSES, *CRITERIA):
        assert entry.asks[0] != entry.asks[1]
        assert entry.evidence[0] != entry.evidence[1]
        assert entry.evidence == OUTSIDE or entry.where, entry.number


def test_what_stands_in_a_cell_can_steer_neither_a_page_nor_a_spreadsheet() -> None:
    evil = Document("t", "l", None, [Section("<b>", ("x",), [("=HYPERLINK(1)",), ("<script>",), ("-1",)])])

    assert "'=HYPERLINK(1)" in as_csv(evil)
    assert "\r\n<b>,-1\r\n" in as_csv(evil)
    assert "&lt;script&gt;" in as_html(evil)
    assert "<h2>&lt;b&gt;</h2>" in as_html(evil)
