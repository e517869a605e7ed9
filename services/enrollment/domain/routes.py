"""Which places to visit in which week, and in which order to drive past them.

The order is a proposal: from where one starts, always on to the place whose postal code is nearest by its four digits,
the same each time it is worked out. Numbers near each other mostly lie near each other; a map knows better.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FAR = 100_000
"""Further than any two postal codes: places without a code come last."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit that is due or comes soon. ``by`` is the last day for it."""

    visit_id: str
    place_kind: str
    place_id: str
    postal_code: str
    by: date

    @property
    def digits(self) -> int | None:
        """The four digits of a Dutch postal code, None when there are none."""
        first = self.postal_code.strip()[:4]
        return int(first) if len(first) == 4 and first.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Week:
    """A week from its Monday on, with its stops in the order proposed."""

    monday: date
    stops: tuple[Stop, ...]

    @property
    def name(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"


def weeks(stops: Iterable[Stop], *, today: date, start: int | None = None) -> list[Week]:
    """The stops by the week of their last day; what is late already belongs to this week. ``start``: four digits."""
    by_week: dict[date, list[Stop]] = {}
    for stop in stops:
        day = max(stop.by, today)
        by_week.setdefault(day - timedelta(days=day.weekday()), []).append(stop)
    return [Week(monday, tuple(route(some, start))) for monday, some in sorted(by_week.items())]


def route(stops: Sequence[Stop], start: int | None = None) -> list[Stop]:
    """Every stop once, each the nearest to the one before; without a start from the lowest code on."""
    left = sorted(stops, key=lambda one: (one.digits is None, one.digits or 0, one.postal_code, one.place_id))
    here, found = start, []
    while left:
        at = here
        nearest = min(left, key=lambda one: FAR if one.digits is None else 0 if at is None else abs(one.digits - at))
        left.remove(nearest)
        found.append(nearest)
        here = nearest.digits if nearest.digits is not None else here
    return found
