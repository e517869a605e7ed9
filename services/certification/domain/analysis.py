"""What results say of an exam and of its examiners: shares and means with 95 % intervals, nothing on small numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""The normal quantile of a two-sided 95 % interval."""
SMALL = 10
"""Below so many results nothing is said of an examiner: it would be about persons, and about chance."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counted results: how many, how many passed, the sum of scores and of their squares."""

    count: int
    passed: int
    total: float
    squares: float

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.count + other.count,
            self.passed + other.passed,
            self.total + other.total,
            self.squares + other.squares,
        )

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(
            self.count - other.count,
            self.passed - other.passed,
            self.total - other.total,
            self.squares - other.squares,
        )

    @property
    def rate(self) -> float | None:
        return self.passed / self.count if self.count else None

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count else None

    @property
    def spread(self) -> float | None:
        """Standard deviation of the scores (n - 1)."""
        if self.count < 2:
            return None
        return sqrt(max(0.0, self.squares - self.total * self.total / self.count) / (self.count - 1))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the pass rate, by Wilson."""
        return wilson(self.passed, self.count) if self.count else None


NOTHING = Tally(0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """The pass rate of one examiner less that of the others, by Newcombe; ``stands_out`` when 0 lies outside."""

    difference: float
    low: float
    high: float

    @property
    def stands_out(self) -> bool:
        return self.low > 0 or self.high < 0


def wilson(passed: int, count: int) -> tuple[float, float]:
    """The Wilson score interval of a share, within 0 to 1."""
    share = passed / count
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = Z * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count)) / (1 + Z * Z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def compared(one: Tally, others: Tally) -> Difference | None:
    """None when either side is too small to say anything."""
    if one.count < SMALL or others.count < SMALL:
        return None
    (low1, high1), (low2, high2) = wilson(one.passed, one.count), wilson(others.passed, others.count)
    share1, share2 = one.passed / one.count, others.passed / others.count
    difference = share1 - share2
    below = sqrt((share1 - low1) ** 2 + (high2 - share2) ** 2)
    above = sqrt((high1 - share1) ** 2 + (share2 - low2) ** 2)
    return Difference(difference, max(-1.0, difference - below), min(1.0, difference + above))


def total(tallies: Iterable[Tally]) -> Tally:
    found = NOTHING
    for tally in tallies:
        found = found + tally
    return found
