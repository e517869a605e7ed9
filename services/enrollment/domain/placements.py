"""A trainee's place at a company: proposed, covered, signed, active, ended.

Covered: each target can be learned somewhere or has a plan, where the scheme asks for it. Signed: everybody signed the
agreement. A scheme that asks for neither lets a placement begin as it was proposed, so a step may be passed over, and
none is taken twice. A place that has not begun and moves to another company is proposed anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .rules import Refused


class PlacementNotThatFar(Refused):
    """A placement goes from step to step and ends for good."""


class State(StrEnum):
    PROPOSED = "proposed"
    COVERED = "covered"
    SIGNED = "signed"
    ACTIVE = "active"
    ENDED = "ended"


STATES_NL: Mapping[State, str] = {
    State.PROPOSED: "voorgesteld",
    State.COVERED: "gedekt",
    State.SIGNED: "getekend",
    State.ACTIVE: "bezig",
    State.ENDED: "beëindigd",
}

MOVES: Mapping[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.COVERED, State.SIGNED, State.ACTIVE, State.ENDED}),
    State.COVERED: frozenset({State.PROPOSED, State.SIGNED, State.ACTIVE, State.ENDED}),
    State.SIGNED: frozenset({State.PROPOSED, State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Placement:
    """From the first to the last day; the last day moves when it ends sooner."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    state: State
    starts_on: date
    ends_on: date

    def covered(self) -> "Placement":
        return self._to(State.COVERED)

    def signed(self) -> "Placement":
        return self._to(State.SIGNED)

    def begun(self) -> "Placement":
        return self._to(State.ACTIVE)

    def ended(self, on: date) -> "Placement":
        """Its last day is ``on``, yet within the days that it was for."""
        return replace(self._to(State.ENDED), ends_on=max(self.starts_on, min(on, self.ends_on)))

    def lasting(self, until: date) -> "Placement":
        """The same place with another last day."""
        return replace(self, ends_on=until)

    def moved(self, company_id: str, mentor_id: str, until: date) -> "Placement":
        """To another company or mentor before it began: what was covered and signed was about the other one."""
        back = self if self.state is State.PROPOSED else self._to(State.PROPOSED)
        return replace(back, company_id=company_id, mentor_id=mentor_id, ends_on=until)

    def _to(self, to: State) -> "Placement":
        if to in MOVES[self.state]:
            return replace(self, state=to)
        possible = sorted(MOVES[self.state])
        raise PlacementNotThatFar(
            f"een leerwerkplek die {STATES_NL[self.state]} is, kan niet {STATES_NL[to]} worden",
            f"a placement that is {self.state} cannot become {to}",
            field="state",
            value=str(to),
            allowed=(
                ", ".join(STATES_NL[one] for one in possible) or "niets meer",
                ", ".join(possible) or "nothing more",
            ),
        )
