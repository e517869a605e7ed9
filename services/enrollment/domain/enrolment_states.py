"""The states of an enrolment: applied, accepted, enrolled, active and paused, completed or dropped out."""

from enum import StrEnum

from .rules import Refused


class NotPossibleNow(Refused):
    """The enrolment is in a state from which this cannot be done."""


class State(StrEnum):
    APPLIED = "applied"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    DROPPED_OUT = "dropped out"


STATES_NL = {
    State.APPLIED: "aangemeld",
    State.ACCEPTED: "toegelaten",
    State.ENROLLED: "ingeschreven",
    State.ACTIVE: "in opleiding",
    State.PAUSED: "onderbroken",
    State.COMPLETED: "afgerond",
    State.DROPPED_OUT: "uitgevallen",
}

MOVES: dict[State, frozenset[State]] = {
    State.APPLIED: frozenset({State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.ENROLLED}),
    State.ENROLLED: frozenset({State.ACTIVE}),
    State.ACTIVE: frozenset({State.PAUSED, State.COMPLETED, State.DROPPED_OUT}),
    State.PAUSED: frozenset({State.ACTIVE, State.COMPLETED, State.DROPPED_OUT}),
    State.COMPLETED: frozenset(),
    State.DROPPED_OUT: frozenset(),
}


def move(now: State, to: State) -> State:
    """The state moved to; raises ``NotPossibleNow`` naming the moves that are possible."""
    if to in MOVES[now]:
        return to
    possible = sorted(MOVES[now])
    raise NotPossibleNow(
        f"wat {STATES_NL[now]} is, kan niet {STATES_NL[to]} worden",
        f"what is {now} cannot become {to}",
        field="state",
        value=str(to),
        allowed=(", ".join(STATES_NL[one] for one in possible) or "niets meer", ", ".join(possible) or "nothing more"),
    )


def way_out(now: State) -> tuple[State, ...]:
    """The states on the way to dropped out; raises ``NotPossibleNow``.

    Who was to begin and did not is in training from the first day on, and stops from there: the machine has no other
    way out, and who stops counts among those who began.
    """
    path = (State.ACTIVE, State.DROPPED_OUT) if now is State.ENROLLED else (State.DROPPED_OUT,)
    for to in path:
        now = move(now, to)
    return path
