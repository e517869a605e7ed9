"""Mentors, and how many trainees one can guide at a time (cause P6: a mentor with too many guides nobody)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .people import Contact, Language
from .rules import Refused


@dataclass(frozen=True, slots=True)
class Mentor:
    """Who guides trainees in a company (praktijkbegeleider). Without ``max_trainees`` the scheme's norm holds."""

    mentor_id: str
    company_id: str
    name: str
    email: str
    language: Language = "nl"
    course_valid_until: date | None = None
    max_trainees: int | None = None
    hours_per_week: float | None = None

    @property
    def id(self) -> str:
        return self.mentor_id

    def contacts(self, organisation: str | None = None) -> list[Contact]:
        return [Contact(f"mentor/{self.mentor_id}", self.name, self.email, self.language, organisation=organisation)]


@dataclass(frozen=True, slots=True)
class Instructor:
    """Who teaches at a school."""

    instructor_id: str
    school_id: str
    name: str
    email: str
    language: Language = "nl"

    @property
    def id(self) -> str:
        return self.instructor_id

    def contacts(self, organisation: str | None = None) -> list[Contact]:
        return [
            Contact(f"instructor/{self.instructor_id}", self.name, self.email, self.language, organisation=organisation)
        ]


class Period(NamedTuple):
    """From the first up to and including the last day."""

    first: date
    last: date

    def overlaps(self, other: "Period") -> bool:
        return self.first <= other.last and other.first <= self.last


class MentorOverLimit(Refused):
    """The mentor already guides as many trainees as agreed; another mentor of the company has room."""


class NoMentorFree(MentorOverLimit):
    """Every mentor of the company already guides as many trainees as agreed."""


def busiest(taken: Mapping[Period, int], period: Period) -> int:
    """The most trainees guided on one day of a period. The number only rises on a first day, so only those are seen."""
    inside = [(other, n) for other, n in taken.items() if n and other.overlaps(period)]
    days = {max(other.first, period.first) for other, _ in inside}
    return max((sum(n for other, n in inside if other.first <= day <= other.last) for day in days), default=0)


@dataclass(slots=True)
class Load:
    """Who guides how many, when: what is known already, and what one file adds row by row."""

    _taken: dict[str, Counter[Period]] = field(default_factory=dict)

    def take(self, mentor_id: str, period: Period, trainees: int = 1) -> None:
        self._taken.setdefault(mentor_id, Counter())[period] += trainees

    def limit(self, mentor: Mentor, norm: int | None) -> int | None:
        return mentor.max_trainees if mentor.max_trainees is not None else norm

    def has_room(self, mentor: Mentor, period: Period, norm: int | None = None) -> bool:
        limit = self.limit(mentor, norm)
        return limit is None or busiest(self._taken.get(mentor.mentor_id, {}), period) < limit

    def room(self, mentor: Mentor, period: Period, norm: int | None = None) -> int:
        """How many more on every day of a period; somebody without a limit has room for one more at any time."""
        limit = self.limit(mentor, norm)
        return 1 if limit is None else max(0, limit - busiest(self._taken.get(mentor.mentor_id, {}), period))

    def check(self, mentor: Mentor, colleagues: Iterable[Mentor], period: Period, norm: int | None = None) -> None:
        """Raises when one more trainee in this period is one too many, naming who of the company has room."""
        if self.has_room(mentor, period, norm):
            return
        free = [other.mentor_id for other in colleagues if self.has_room(other, period, norm)]
        raise too_many(mentor, self.limit(mentor, norm), free)


def too_many(mentor: Mentor, limit: int | None, free: Sequence[str]) -> MentorOverLimit:
    if not free:
        return NoMentorFree(
            f"praktijkbegeleider {mentor.mentor_id} begeleidt in deze periode al {limit} leerlingen",
            f"mentor {mentor.mentor_id} already guides {limit} trainees in this period",
            field="mentor_id",
            value=mentor.mentor_id,
            allowed=("een bedrijf waar een begeleider ruimte heeft", "a company where a mentor has room"),
        )
    some = ", ".join(sorted(free)[:10])
    return MentorOverLimit(
        f"praktijkbegeleider {mentor.mentor_id} begeleidt in deze periode al {limit} leerlingen",
        f"mentor {mentor.mentor_id} already guides {limit} trainees in this period",
        field="mentor_id",
        value=mentor.mentor_id,
        allowed=(f"een begeleider met ruimte: {some}", f"a mentor with room: {some}"),
    )
