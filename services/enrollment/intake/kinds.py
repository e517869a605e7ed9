"""The kinds of things that are given to enrollment, and the command that takes each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.db import Tx

from ..commands import guidance, places, records, trainees, visit_plans
from ..commands.outcome import Outcome
from ..store.audit import By
from . import rows
from .visits import VisitBody

Take = Callable[[Tx, Sequence[Any], date, By], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Kind:
    """``take`` gets what the rows say, the day of today and who gives it."""

    name: str
    row: type[rows.RowOf]
    take: Take
    json: type[rows.RowOf] | None = None
    """What JSON takes beyond the columns of a file."""
    key_name: str = ""
    """Where several columns are the key together: the property that says it."""

    @property
    def body(self) -> type[rows.RowOf]:
        return self.json or self.row

    @property
    def key(self) -> str:
        return self.key_name or self.row.KEY[0]


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "companies",
            rows.CompanyRow,
            lambda tx, given, today, by: places.register_companies(tx, given, today=today, by=by),
        ),
        Kind("mentors", rows.MentorRow, lambda tx, given, today, by: places.enter_mentors(tx, given, by=by)),
        Kind(
            "schools", rows.SchoolRow, lambda tx, given, today, by: places.enter_schools(tx, given, today=today, by=by)
        ),
        Kind(
            "instructors", rows.InstructorRow, lambda tx, given, today, by: places.enter_instructors(tx, given, by=by)
        ),
        Kind(
            "trainees",
            rows.TraineeRow,
            lambda tx, given, today, by: trainees.enrol_trainees(tx, given, today=today, by=by),
            rows.TraineeBody,
        ),
        Kind(
            "logbook",
            rows.LogbookRow,
            lambda tx, given, today, by: records.write_logbook(tx, given, by=by),
        ),
        Kind(
            "complaints",
            rows.ComplaintRow,
            lambda tx, given, today, by: records.receive_complaints(tx, given, today=today, by=by),
            rows.ComplaintBody,
        ),
        Kind(
            "visits",
            rows.VisitRow,
            lambda tx, given, today, by: visit_plans.report_visits(tx, given, today=today, by=by),
            VisitBody,
        ),
    )
}

FILES = {
    **KINDS,
    "attendance": Kind(
        "attendance",
        rows.AttendanceRow,
        lambda tx, given, today, by: guidance.enter_attendance(tx, given, today=today, by=by),
        key_name="attendance_id",
    ),
}
"""What is taken as a file: also that of which a single row has an address of its own."""
