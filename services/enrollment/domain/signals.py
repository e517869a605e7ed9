"""The signals of a training: what gives cause to look, each tied to one of the six causes of drop-out.

A signal is a fact that follows from the entries, never a judgement: its evidence are the figures it follows from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kinds of signal. The comment names the cause (P1 to P6) that it answers."""

    REVIEW_OVERDUE = "review-overdue"  # P1
    ACTION_OVERDUE = "action-overdue"  # P1
    ALIGNMENT_GAP = "alignment-gap"  # P2
    ATTENDANCE = "attendance"  # P2
    COVERAGE_GAP = "coverage-gap"  # P3
    MENTOR_TIME = "mentor-time"  # P4
    EXTRA_HANDS = "extra-hands"  # P5
    MENTOR = "mentor"  # P6: declined, lapsed, over the limit, or not yet said yes
    COMPLAINT = "complaint"
    NO_PLACEMENT = "no-placement"
    AGREEMENT = "agreement"


CAUSES: Mapping[Kind, str] = {
    Kind.REVIEW_OVERDUE: "P1",
    Kind.ACTION_OVERDUE: "P1",
    Kind.ALIGNMENT_GAP: "P2",
    Kind.ATTENDANCE: "P2",
    Kind.COVERAGE_GAP: "P3",
    Kind.MENTOR_TIME: "P4",
    Kind.EXTRA_HANDS: "P5",
    Kind.MENTOR: "P6",
}
"""By kind: the cause that it answers. The others stand beside the six."""


@dataclass(frozen=True, slots=True)
class Signal:
    """``about`` narrows the kind, to a target or a mentor. ``evidence``: figures, keys and dates only."""

    trainee_id: str
    kind: Kind
    about: str
    opened_on: date
    evidence: Mapping[str, Any]

    @property
    def cause(self) -> str | None:
        return CAUSES.get(self.kind)
