"""Figures of a training: each with its definition, its numerator and denominator, and how sure it is.

A figure is worked out from counts; it is never given without them, and a share of a small group never without its
interval. Nothing here says why a figure is as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from . import figure_words as say
from .curriculum import Words
from .statistics import Interval, median, median_interval, wilson

SCHOOL_YEAR_STARTS = 8
"""August: a cohort is everybody who starts in one school year, named after the year in which that begins."""

WINDOW = timedelta(days=365)
"""What is not counted by cohort is counted over the year up to the day asked for."""

FIRST_YEAR = timedelta(days=365)
DAYS_A_MONTH = 30.4375

Unit = Literal["share", "days", "months"]
Scope = Literal["cohort", "year"]


@dataclass(frozen=True, slots=True)
class Share:
    """``value`` is ``numerator`` of ``denominator``, 0 to 1, with its 95 % interval (Wilson); None of nothing."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a figure: a cause, a phase, an exam."""

    code: str
    title: Words
    share: Share


@dataclass(frozen=True, slots=True)
class Figure:
    """``numerator`` is None for a median; ``denominator`` is then the number of observations.

    ``scope`` tells whom it is about: a ``cohort`` (all cohorts when none was chosen), or everybody over the ``year`` up
    to ``as_of``.
    """

    key: str
    unit: Unit
    title: Words
    definition: Words
    numerator: int | None
    denominator: int
    value: float | None
    interval: Interval | None
    scope: Scope
    as_of: date
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Goals:
    """Shares, 0 to 1, of the scheme version's own ``completion``; None when it names none."""

    baseline: float | None = None
    target: float | None = None
    stretch: float | None = None

    def lines(self) -> list[tuple[str, float, Words]]:
        """Code, share and words of each line that there is, from low to high."""
        named = (("baseline", self.baseline), ("target", self.target), ("stretch", self.stretch))
        return [(code, share, say.GOALS[code]) for code, share in named if share is not None]


def cohort_of(day: date) -> int:
    """The year in which the school year of this day began."""
    return day.year - (day.month < SCHOOL_YEAR_STARTS)


def first_day(cohort: int) -> date:
    return date(cohort, SCHOOL_YEAR_STARTS, 1)


def share_figure(
    key: str, numerator: int, denominator: int, *, scope: Scope, as_of: date, parts: Sequence[Part] = ()
) -> Figure:
    """A share with its interval."""
    share = Share(numerator, denominator)
    words = say.FIGURES[key]
    return Figure(
        key, "share", words.title, words.definition, numerator, denominator, share.value, share.interval, scope, as_of,
        tuple(parts),
    )  # fmt: skip


def median_figure(key: str, ordered: Sequence[float], *, unit: Unit, scope: Scope, as_of: date) -> Figure:
    """The median of observations in rising order, with its exact interval."""
    words = say.FIGURES[key]
    return Figure(
        key, unit, words.title, words.definition, None, len(ordered), median(ordered), median_interval(ordered), scope,
        as_of,
    )  # fmt: skip


def months(days: int) -> float:
    """Calendar months of average length."""
    return days / DAYS_A_MONTH


def parts_of(counts: Mapping[str, int], of: int, words: Mapping[str, Words]) -> tuple[Part, ...]:
    """The parts of a whole, the largest first; a code without words is its own."""
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Part(code, words.get(code, Words(code, code)), Share(count, of)) for code, count in ranked)
