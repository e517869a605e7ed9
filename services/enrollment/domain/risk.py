"""The risk that a trainee drops out: six indicators, one for each cause, and a level by a rule that can be counted.

No black box: every cause (P1 to P6) with an open signal counts one point, however many signals it has. An open
complaint and a training without a place count what the scheme says. The level is ``raised`` and ``high`` from the
points that the scheme says; a scheme without this rule has indicators and no level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .signals import Kind, Signal

CAUSES = ("P1", "P2", "P3", "P4", "P5", "P6")


class Level(StrEnum):
    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class RiskRule:
    """A scheme's rule, in points. ``complaint`` and ``no_placement`` are what these add."""

    raised_from: int
    high_from: int
    complaint: int = 1
    no_placement: int = 1

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "RiskRule | None":
        """Reads the scheme's data as certification tells it; None where the scheme has no such rule."""
        given = content.get("risk") or {}
        if given.get("raised_from") is None or given.get("high_from") is None:
            return None
        return cls(**{name: int(given[name]) for name in cls.__dataclass_fields__ if given.get(name) is not None})


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the six causes with the open signals that speak of it, the oldest first; none when there is no cause."""

    cause: str
    signals: tuple[Signal, ...] = ()

    @property
    def lit(self) -> bool:
        return bool(self.signals)


@dataclass(frozen=True, slots=True)
class Judgement:
    level: Level
    points: int
    causes: tuple[str, ...]
    complaint: bool
    no_placement: bool


def indicators(signals: Sequence[Signal]) -> list[Indicator]:
    """All six, in order."""
    found = sorted(signals, key=lambda one: (one.opened_on, one.kind, one.about))
    return [Indicator(cause, tuple(one for one in found if one.cause == cause)) for cause in CAUSES]


def beside(signals: Sequence[Signal]) -> list[Signal]:
    """The open signals that answer to none of the six causes."""
    return sorted((one for one in signals if one.cause is None), key=lambda one: (one.opened_on, one.kind, one.about))


def judge(signals: Sequence[Signal], rule: RiskRule) -> Judgement:
    """The level that follows from the open signals of one trainee."""
    kinds = {one.kind for one in signals}
    causes = tuple(one.cause for one in indicators(signals) if one.lit)
    complaint, no_placement = Kind.COMPLAINT in kinds, Kind.NO_PLACEMENT in kinds
    points = len(causes) + rule.complaint * complaint + rule.no_placement * no_placement
    level = Level.LOW
    if points >= rule.raised_from:
        level = Level.HIGH if points >= rule.high_from else Level.RAISED
    return Judgement(level, points, causes, complaint, no_placement)
