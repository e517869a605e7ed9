"""How sure a figure of a small group is. Exact or well-known methods only, so that anybody can work them out again."""

import math
from collections.abc import Sequence
from typing import NamedTuple

Z_95 = 1.959964
SURE = 0.95
FEWEST_FOR_A_MEDIAN = 6
"""With fewer observations no pair of them holds the median with 95 % certainty."""


class Interval(NamedTuple):
    low: float
    high: float


def wilson(numerator: int, denominator: int) -> Interval | None:
    """The 95 % interval of a share, 0 to 1 (Wilson 1927): it holds at 0, at 1 and for small numbers. None of nothing.

    >>> [round(edge, 3) for edge in wilson(85, 100)]
    [0.767, 0.907]
    """
    if denominator == 0:
        return None
    share, z2 = numerator / denominator, Z_95 * Z_95
    middle = (share + z2 / (2 * denominator)) / (1 + z2 / denominator)
    half = Z_95 / (1 + z2 / denominator) * math.sqrt(share * (1 - share) / denominator + z2 / (4 * denominator**2))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def median(ordered: Sequence[float]) -> float | None:
    """The middle of observations in rising order; None of nothing."""
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def median_interval(ordered: Sequence[float]) -> Interval | None:
    """The pair of observations that holds the median with at least 95 % certainty, whatever the distribution.

    Exact, from order statistics: the number of observations below the median is binomial with a half. None for fewer
    than six.
    """
    rank = median_rank(len(ordered))
    return None if rank is None else Interval(ordered[rank - 1], ordered[-rank])


def median_rank(n: int) -> int | None:
    """The rank from either end, counted from 1, of the pair that ``median_interval`` gives."""
    if n < FEWEST_FOR_A_MEDIAN:
        return None
    begin = max(0, n // 2 - 10 * math.isqrt(n))  # what lies below it weighs less than a double can tell
    below, rank = 0.0, begin
    for k in range(begin, n // 2):
        below += math.exp(_log_choose(n, k) - n * math.log(2))
        if below > (1 - SURE) / 2:
            break
        rank = k + 1
    return rank or None


def foretold(successes: int, trials: int, further: int) -> tuple[float, Interval]:
    """How many of ``further`` will succeed when they do as ``trials`` did: the expected number, and its 95 % band.

    Beta-binomial with Jeffreys' prior: the band holds both the chance in ``further`` and how little ``trials`` say.
    """
    a, b = successes + 0.5, trials - successes + 0.5
    mean = further * a / (a + b)
    total, low, high = 0.0, 0, further
    low_found = False
    for x in range(further + 1):
        total += math.exp(_log_choose(further, x) + _log_beta(x + a, further - x + b) - _log_beta(a, b))
        if not low_found and total > (1 - SURE) / 2:
            low, low_found = x, True
        if total >= 1 - (1 - SURE) / 2:
            high = x
            break
    return mean, Interval(low, high)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
