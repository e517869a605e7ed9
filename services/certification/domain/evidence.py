"""Evidence beside exam results, as the training told it: targets signed off, school attendance, months of practice."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from .canonical import plain_number

_DIGITS = Decimal("0.0001")
"""Shares are cut off after four digits, never rounded up: nobody passes a line by rounding."""
DAYS_OF_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class SignedOff:
    """An attainment target that instructor and mentor both confirmed."""

    target: str
    signed_on: date

    @property
    def id(self) -> str:
        return f"signed-off/{self.target}/{self.signed_on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Attendance:
    """School days from the first day of the training up to and including ``up_to``."""

    up_to: date
    expected_days: Decimal
    attended_days: Decimal

    @property
    def id(self) -> str:
        return f"attendance/{self.up_to.isoformat()}"

    @property
    def share(self) -> Decimal | None:
        """0 to 1; None when there were no school days yet."""
        return share_of(self.attended_days, self.expected_days) if self.expected_days > 0 else None


@dataclass(frozen=True, slots=True)
class Practice:
    """A placement; ``ends_on`` is its last day, None while it goes on."""

    placement_id: str
    starts_on: date
    ends_on: date | None = None

    @property
    def id(self) -> str:
        return f"practice/{self.placement_id}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Practice before the enrolment or with an earlier employer, from the first to the last day."""

    practice_id: str
    starts_on: date
    ends_on: date

    @property
    def id(self) -> str:
        return f"practice-elsewhere/{self.practice_id}"


@dataclass(frozen=True, slots=True)
class Facts:
    """All evidence of one candidate from the training. ``counted_on`` is the day up to which practice is counted."""

    counted_on: date
    signed_off: tuple[SignedOff, ...] = ()
    attendance: Attendance | None = None
    practice: tuple[Practice, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()

    def signed_share(self, targets: Collection[str]) -> Decimal:
        """The share of these targets that is signed off; 1 when there are none to sign."""
        signed = {one.target for one in self.signed_off} & set(targets)
        return share_of(Decimal(len(signed)), Decimal(len(set(targets)))) if targets else Decimal(1)

    @property
    def practice_months(self) -> int:
        return months_of(((one.starts_on, one.ends_on) for one in self.practice), self.counted_on)

    def practice_counting(self, elsewhere_at_most: int | None) -> int:
        """Whole months, with those gained elsewhere up to a limit; None: with none of them. A day counts once."""
        if not elsewhere_at_most or not self.elsewhere:
            return self.practice_months
        here: list[tuple[date, date | None]] = [(one.starts_on, one.ends_on) for one in self.practice]
        all_of_it = here + [(one.starts_on, one.ends_on) for one in self.elsewhere]
        gained = months_of(all_of_it, self.counted_on) - self.practice_months
        return self.practice_months + min(gained, elsewhere_at_most)

    def as_data(self) -> dict[str, Any]:
        return {
            "counted_on": self.counted_on.isoformat(),
            "signed_off": [[one.target, one.signed_on.isoformat()] for one in self.signed_off],
            "attendance": self.attendance
            and [
                self.attendance.up_to.isoformat(),
                plain_number(self.attendance.expected_days),
                plain_number(self.attendance.attended_days),
            ],
            "practice": [
                [one.placement_id, one.starts_on.isoformat(), one.ends_on.isoformat() if one.ends_on else None]
                for one in self.practice
            ],
            **(
                {
                    "elsewhere": [
                        [one.practice_id, one.starts_on.isoformat(), one.ends_on.isoformat()] for one in self.elsewhere
                    ]
                }
                if self.elsewhere
                else {}
            ),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Facts":
        measured = data["attendance"]
        return cls(
            date.fromisoformat(data["counted_on"]),
            tuple(SignedOff(target, date.fromisoformat(day)) for target, day in data["signed_off"]),
            measured and Attendance(date.fromisoformat(measured[0]), Decimal(measured[1]), Decimal(measured[2])),
            tuple(
                Practice(key, date.fromisoformat(first), date.fromisoformat(last) if last else None)
                for key, first, last in data["practice"]
            ),
            tuple(
                Elsewhere(key, date.fromisoformat(first), date.fromisoformat(last))
                for key, first, last in data.get("elsewhere", ())
            ),
        )


def share_of(part: Decimal, whole: Decimal) -> Decimal:
    """``part / whole`` cut off after four digits; ``whole`` is above 0."""
    return (part / whole).quantize(_DIGITS, ROUND_FLOOR)


def months_of(periods: Iterable[tuple[date, date | None]], until: date) -> int:
    """Whole months of practice up to and including ``until``. Periods that overlap count once; in each the calendar's
    months are counted, and of the days that are left over thirty make a month."""
    months = days = 0
    for first, last in _merged(periods, until):
        after = last + timedelta(days=1)
        whole = (after.year - first.year) * 12 + after.month - first.month
        while _months_after(first, whole) > after:
            whole -= 1
        months += whole
        days += (after - _months_after(first, whole)).days
    return months + days // DAYS_OF_A_MONTH


def _merged(periods: Iterable[tuple[date, date | None]], until: date) -> list[tuple[date, date]]:
    merged: list[tuple[date, date]] = []
    for first, last in sorted((first, min(last or until, until)) for first, last in periods):
        if last < first:
            continue
        if merged and first <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
