"""The shape of a report: all figures of a mark on a day, its cohorts, and what is expected of those that run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .curriculum import Words
from .figures import Figure, Goals, Share
from .projection import Projection
from .rules import Refused


class SchemeNotKnown(Refused):
    """No scheme is known here under this name."""


class CohortNotKnown(Refused):
    """Nobody of this scheme began in this school year up to the day asked for."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """One school year of starts. ``finished``: its last planned day has passed; until then completion only grows."""

    cohort: int
    began: int
    certified: int
    dropped: int
    finished: bool
    last_planned_end: date

    @property
    def completion(self) -> Share:
        return Share(self.certified, self.began)


@dataclass(frozen=True, slots=True)
class Moment:
    """Of a cohort after so many months, both of 0 to 1: the share with the certificate, the share dropped out."""

    month: int
    certified: float
    dropped: float


@dataclass(frozen=True, slots=True)
class Course:
    """How a cohort went, month by month from its 1 August up to the day asked for."""

    cohort: int
    began: int
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """Open signals on the day of visits and eight weeks later. ``sooner``: the visits were brought forward."""

    sooner: bool
    visits: int
    trainees: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Report:
    """``scheme`` is None when several marks are counted together; then there are no goals."""

    as_of: date
    scheme: str | None
    title: Words | None
    cohort: int | None
    goals: Goals
    cohorts: tuple[Cohort, ...]
    figures: tuple[Figure, ...]
    projections: tuple[Projection, ...]
    courses: tuple[Course, ...]
    around_visits: tuple[Around, ...]
    signals: tuple[Mapping[str, Any], ...]
    gaps: Mapping[str, Any]
    visit_reasons: Mapping[str, int]

    def figure(self, key: str) -> Figure:
        return next(one for one in self.figures if one.key == key)
