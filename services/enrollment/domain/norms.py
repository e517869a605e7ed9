"""The norms of a scheme version that the training is watched by. One that the scheme lacks is None: not watched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Norms:
    """As the scheme's content has them. Shares are 0 to 1; days are days of the calendar unless said otherwise."""

    mentor_minutes_per_week: int | None = None
    simple_work_share: float | None = None
    alignment_lag_days: int | None = None
    school_attendance: float | None = None
    school_days: int | None = None
    """School days in a week, by the week pattern."""
    start_weeks: int = 0
    start_school_days: int = 0
    """The first weeks of a training may have another number of school days."""
    school_day_hours: float | None = None
    """Hours of a whole school day; without it the hours of a week cannot be made into days, and a week counts whole."""
    logbook_days: int = 7
    """How long after a week its logbook may still come: a period is judged when that time is over too."""
    attendance_periods: int = 2
    """Over how many periods of four weeks attendance is judged: in one, a single illness would be a signal."""
    measures_attendance: bool = False
    """Whether the scheme asks for attendance before a certificate, so that it is told to whoever certifies."""
    counts_practice_elsewhere: bool = False
    """Whether the scheme counts months of practice gained before the enrolment or with an earlier employer."""
    mentor_max_trainees: int | None = None
    mentor_course_required: bool = False
    """Whether somebody whose course lapsed may not be given new trainees."""
    mentor_course_reminder_days: int | None = None
    mentor_replacement_days: int | None = None
    """How long a company has to name another mentor when one declined or lapsed."""
    accreditation_years: int | None = None
    """How long an accreditation of a company holds; with it, nobody new is placed at a company without one."""
    accreditation_reminder_days: int | None = None
    mentor_feedback_least: int = 0
    """How many trainees must have given feedback before it is shown, where the scheme asks for more than the least."""

    @classmethod
    def from_content(cls, content: Mapping[str, Any], version: str = "") -> "Norms":
        """Reads the scheme's data as certification tells it, in one of its versions."""
        norms, week = content.get("norms") or {}, content.get("week_pattern") or {}
        start = week.get("start_phase") or {}
        names = set(cls.__dataclass_fields__) - {
            "school_days",
            "start_weeks",
            "start_school_days",
            "measures_attendance",
            "counts_practice_elsewhere",
        }
        given = {name: _number(norms[name]) for name in names if norms.get(name) is not None}
        return cls(
            **given,
            school_days=week.get("school_days"),
            start_weeks=start.get("weeks") or 0,
            start_school_days=start.get("school_days") or 0,
            measures_attendance=any(
                rule.get("rule") == "school_attendance" and _order(rule.get("from_version")) <= _order(version)
                for rule in content.get("eligibility") or ()
            ),
            counts_practice_elsewhere=any(
                bool(rule.get("elsewhere")) and _order(rule.get("from_version")) <= _order(version)
                for rule in content.get("eligibility") or ()
                if rule.get("rule") == "practice_months"
            ),
        )

    def school_days_in(self, week: int) -> int:
        """School days asked for in a week of the training, counted from 0."""
        return self.start_school_days if week < self.start_weeks else self.school_days or 0


def _order(version: str | None) -> list[int]:
    return [int(part) for part in (version or "").split(".") if part.isdigit()]


def _number(value: Any) -> Any:
    """Exact numbers travel as text."""
    return float(value) if isinstance(value, str) else value


def soonest(values: Iterable[int | None]) -> int | None:
    """The strictest of the norms of several schemes; None when none of them has one."""
    return min((value for value in values if value is not None), default=None)
