"""Where a cohort that still runs will probably end, and how sure that is.

The share of those who finish is taken from earlier cohorts, from the same moment of their training on: who is still
there after the hard first months finishes more often than who has just begun.
"""

from dataclasses import dataclass

from .figures import Share
from .statistics import Interval, foretold

REFERENCE_COHORTS = 5
"""At most so many finished cohorts, the last ones: older ones learned under other circumstances."""


@dataclass(frozen=True, slots=True)
class Running:
    """A cohort that still runs: how many began, hold the certificate, and dropped out."""

    cohort: int
    began: int
    certified: int
    dropped: int

    @property
    def learning(self) -> int:
        return self.began - self.certified - self.dropped


@dataclass(frozen=True, slots=True)
class Projection:
    """Expected share of the cohort with the certificate, 0 to 1, with its 95 % band.

    ``basis`` is what it rests on: of those of earlier cohorts who still learned at the same moment, how many finished.
    """

    cohort: int
    began: int
    value: float
    band: Interval
    basis: Share
    cohorts: tuple[int, ...]


def project(running: Running, basis: Share, cohorts: tuple[int, ...]) -> Projection | None:
    """None when no earlier cohort says anything, or nobody began."""
    if not running.began or not basis.denominator:
        return None
    expected, band = foretold(basis.numerator, basis.denominator, running.learning)
    return Projection(
        running.cohort,
        running.began,
        (running.certified + expected) / running.began,
        Interval((running.certified + band.low) / running.began, (running.certified + band.high) / running.began),
        basis,
        cohorts,
    )
