"""What a scheme version says about talking to each other: cadences in weeks, clocks in days; None: not under it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Cadences:
    programme_review_weeks: int | None = None
    visit_after_signal_weeks: int | None = None
    visit_school_after_signal_weeks: int | None = None
    visit_school_signal_share: float | None = None
    """Of those who learn at a school, the share (0 to 1) of whom a signal must speak of the school; None: anybody."""
    complaint_acknowledge_days: int | None = None
    complaint_resolve_days: int | None = None
    complaint_appeal_days: int | None = None

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "Cadences":
        """Reads the scheme's data as certification tells it."""
        cadence, norms = content.get("cadence") or {}, content.get("norms") or {}
        share = cadence.get("visit_school_signal_share")
        return cls(
            programme_review_weeks=cadence.get("programme_review_weeks"),
            visit_after_signal_weeks=cadence.get("visit_after_signal_weeks"),
            visit_school_after_signal_weeks=cadence.get("visit_school_after_signal_weeks"),
            visit_school_signal_share=None if share is None else float(share),
            complaint_acknowledge_days=norms.get("complaint_acknowledge_days"),
            complaint_resolve_days=norms.get("complaint_resolve_days"),
            complaint_appeal_days=norms.get("complaint_appeal_days"),
        )


def first_after(begin: date, weeks: int, today: date) -> date:
    """The first day in the rhythm of ``weeks`` from ``begin`` on that has not gone by; never ``begin`` itself.

    What would have fallen due before today, in a training that was entered late, is history and is not asked for.
    """
    turns = max(1, -(-(today - begin).days // (7 * weeks)))
    return begin + timedelta(weeks=weeks * turns)
