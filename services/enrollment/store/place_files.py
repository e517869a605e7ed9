"""All that decides when a place is visited next, together."""

from dataclasses import dataclass, field
from datetime import date

from ..domain.visits import Held, Stay, Visit, Waived


@dataclass(slots=True)
class PlaceFile:
    """All that decides when a place is visited next."""

    stays: list[Stay] = field(default_factory=list)
    schemes: set[str] = field(default_factory=set)
    held: Held | None = None
    complaint_on: date | None = None
    signal_on: date | None = None
    waived: Waived | None = None
    open: Visit | None = None
    completed_due: date | None = None
    taken: list[date] = field(default_factory=list)

    @property
    def scheme(self) -> str | None:
        """Named in events when it is one and the same for all who learn there."""
        return next(iter(self.schemes)) if len(self.schemes) == 1 else None

    @property
    def seen_on(self) -> date | None:
        """The last day on which somebody was there or decided not to go."""
        return max(
            (day for day in (self.held and self.held.held_on, self.waived and self.waived.on) if day), default=None
        )
