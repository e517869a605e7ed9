"""The shipped files, laid out over the weeks in which an office would have given them."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILES = Path(__file__).parent
BASICS = ("schools", "companies", "mentors", "instructors")
"""Entered before the first week, in this order: a mentor belongs to a company, an instructor to a school."""
WEEKLY = ("trainees", "logbook", "attendance", "visits", "complaints", "results")
WEEK = timedelta(weeks=1)

Row = Mapping[str, str]


@dataclass(frozen=True)
class SchoolYears:
    """The rows of a folder of files. ``trainees`` limits them to some trainees (and the places they learn at)."""

    folder: Path = FILES / "smo"
    trainees: frozenset[str] | None = None

    @cached_property
    def scheme(self) -> dict[str, Any]:
        found: dict[str, Any] = YAML(typ="safe").load((self.folder / "scheme.yaml").read_text("utf-8"))
        return found

    def rows(self, kind: str) -> list[Row]:
        """All rows of a file, as text."""
        with (self.folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            rows: list[Row] = list(csv.DictReader(file))
        if self.trainees is None or not rows or "trainee_id" not in rows[0]:
            return rows
        return [row for row in rows if row["trainee_id"] in self.trainees]

    @cached_property
    def _dated(self) -> dict[str, list[tuple[date, Row]]]:
        return {kind: [(given_in(kind, row), row) for row in self.rows(kind)] for kind in WEEKLY}

    @cached_property
    def weeks(self) -> list[date]:
        """The Mondays from the week before the first enrolment to the one after the last result."""
        days = [day for rows in self._dated.values() for day, _ in rows]
        first, last = min(days), max(days)
        return [first + n * WEEK for n in range((last - first).days // 7 + 1)]

    def given(self, kind: str, *, after: date, until: date) -> list[Row]:
        """The rows that the office gives after the one Monday and up to and including the other."""
        return [row for day, row in self._dated[kind] if after < day <= until]

    def passed_everything(self) -> set[str]:
        """Trainees who passed every exam of the scheme in some attempt, worked out from the files alone."""
        exams = self.scheme["exams"]
        passed: dict[str, set[str]] = {}
        for row in self.rows("results"):
            enough = float(row["score"]) >= exams[row["exam"]]["pass_mark"]
            if enough and not (exams[row["exam"]].get("knock_out") and row["knocked_out"] == "yes"):
                passed.setdefault(row["trainee_id"], set()).add(row["exam"])
        return {trainee for trainee, found in passed.items() if found == set(exams)}


def given_in(kind: str, row: Row) -> date:
    """The Monday on which a row is given: who starts is enrolled a week ahead, what happened is told a week later."""
    match kind:
        case "trainees":
            return monday(date.fromisoformat(row["starts_on"])) - WEEK
        case "logbook":
            year, _, week = row["week"].partition("-W")
            return date.fromisocalendar(int(year), int(week), 1) + WEEK
        case "attendance":
            return monday(date.fromisoformat(row["date"])) + WEEK
        case "visits":
            return monday(date.fromisoformat(row["held_on"])) + WEEK
        case "complaints":
            return monday(date.fromisoformat(row["received_on"])) + WEEK
        case _:
            return monday(date.fromisoformat(row["taken_on"])) + WEEK


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def as_csv(rows: Sequence[Row]) -> bytes:
    """The rows as a file again."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def in_order(kinds: Sequence[str] = WEEKLY) -> Iterator[tuple[str, str]]:
    """Kind and the service that takes it, in the order in which a week is given."""
    for kind in kinds:
        yield kind, "certification" if kind == "results" else "enrollment"
