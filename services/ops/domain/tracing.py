"""A trace: what happened to a subject, who decided, who was told, what came back; each after what caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Stage = Literal["happened", "decided", "told", "came_back", "stuck"]

_STAGE_OF: dict[str, Stage] = {
    "candidate-eligible": "decided",
    "candidate-not-yet-eligible": "decided",
    "certification-decided": "decided",
    "certification-refused": "decided",
    "certificate-issued": "decided",
    "certificate-suspended": "decided",
    "certificate-reinstated": "decided",
    "certificate-withdrawn": "decided",
    "certificate-corrected": "decided",
    "certificate-scope-reduced": "decided",
    "certificate-reissued": "decided",
    "recertification-completed": "decided",
    "appeal-decided": "decided",
    "refusal-appeal-decided": "decided",
    "mail-sent": "told",
    "mail-suppressed": "told",
    "mail-bounced": "came_back",
    "mail-answered": "came_back",
    "visit-completed": "came_back",
    "complaint-received": "came_back",
    "message-parked": "stuck",
    "message-redriven": "came_back",
    "message-discarded": "decided",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a trace. `cause` is the id of the step it came from, when that is in the trace too."""

    position: int
    id: str
    time: datetime
    type: str
    service: str
    subject: str
    stage: Stage
    cause: str | None
    depth: int
    facts: Mapping[str, Any]


def fact_of(event_type: str) -> str:
    """`certificate-issued` of `certification.certificate-issued.v1`."""
    parts = event_type.split(".")
    return parts[1] if len(parts) >= 3 else event_type


def trace(rows: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Orders journal rows by time, but never an effect before its cause.

    Events reach the journal from several services, so their positions do not say what came first; clocks of two
    machines may also disagree by a little, and then the cause wins.
    """
    by_id = {row["id"]: row for row in sorted(rows, key=lambda row: (row["time"], row["position"]))}
    placed: dict[str, Step] = {}
    for id in by_id:
        chain: list[str] = []
        at: str | None = id
        while at is not None and at not in placed and at not in chain:
            chain.append(at)
            at = _cause(by_id[at], by_id)
        for each in reversed(chain):
            cause = _cause(by_id[each], by_id)
            above = placed.get(cause) if cause else None
            placed[each] = _step(by_id[each], above)
    return list(placed.values())


def _cause(row: Mapping[str, Any], known: Mapping[str, Any]) -> str | None:
    return next((cause for cause in row["causes"] if cause in known and cause != row["id"]), None)


def _step(row: Mapping[str, Any], above: Step | None) -> Step:
    return Step(
        position=row["position"],
        id=row["id"],
        time=row["time"],
        type=row["type"],
        service=row["type"].split(".")[0],
        subject=row["subject"],
        stage=_STAGE_OF.get(fact_of(row["type"]), "happened"),
        cause=above.id if above else None,
        depth=above.depth + 1 if above else 0,
        facts=row["data"],
    )


LANES = ("enrollment", "certification", "notifications", "ops")
ROW_HEIGHT, LANE_WIDTH, LEFT, TOP = 30, 240, 60, 40
WIDTH = LEFT + LANE_WIDTH * len(LANES)


@dataclass(frozen=True, slots=True)
class Mark:
    """A step in the diagram: a dot in its service's lane and, when another service caused it, an arrow from there.

    `number` counts the steps from 1, `after` is the number of the cause. Units of the SVG's own grid.
    """

    step: Step
    number: int
    x: int
    y: int
    after: int | None
    from_x: int | None


def lanes() -> list[tuple[str, int]]:
    """The services with the x of their lanes."""
    return [(name, LEFT + index * LANE_WIDTH) for index, name in enumerate(LANES)]


def diagram(steps: Sequence[Step]) -> list[Mark]:
    """Places steps in lanes, time downwards, one row a step."""
    lane_x = dict(lanes())
    seen: dict[str, Mark] = {}
    for number, step in enumerate(steps, start=1):
        cause = seen.get(step.cause) if step.cause else None
        x = lane_x.get(step.service, WIDTH)
        seen[step.id] = Mark(
            step=step,
            number=number,
            x=x,
            y=TOP + number * ROW_HEIGHT,
            after=cause.number if cause else None,
            from_x=cause.x if cause and cause.x != x else None,
        )
    return list(seen.values())
