"""Actions: what somebody has to do by a day. Their text stays in this service; others hear who and by when."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from shared.ids import stable_id

from . import days
from .rules import Refused
from .visits import Place

Origin = Literal["review", "visit", "talk", "complaint"]
OWNERS = ("trainee", "guardian", "mentor", "instructor", "company", "office")
"""Kinds of person who can own an action; a reference is ``kind/id``."""


class UnknownOwner(Refused):
    """An action is owned by somebody who is known here."""


class ActionDueBeforeAgreed(Refused):
    """An action cannot be due before the day on which it was agreed."""


class UnknownAction(Refused):
    """No action is known under this key."""


class DoneBeforeAssigned(Refused):
    """An action is not done before it was agreed, nor in the future."""


class State(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"


MOVES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.OVERDUE, State.DONE}),
    State.OVERDUE: frozenset({State.DONE}),
    State.DONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An action as somebody writes it down: who does what, by when."""

    owner: str
    text: str
    due_on: date
    action_id: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """``trainee_id`` and ``place`` say whom or what it is about, as far as it is about one."""

    action_id: str
    origin: Origin
    origin_id: str
    owner: str
    text: str
    assigned_on: date
    due_on: date
    trainee_id: str | None = None
    place: Place | None = None
    scheme: str | None = None
    state: State = State.OPEN
    done_on: date | None = None
    done_by: str | None = None

    @property
    def act_on(self) -> date | None:
        """The first day on which it is late; None when the clock has nothing to do with it any more."""
        return self.due_on + timedelta(days=1) if self.state is State.OPEN else None

    def on(self, today: date) -> "Action | None":
        """The action as overdue when its day has gone by, else None."""
        return replace(self, state=State.OVERDUE) if self.act_on is not None and self.act_on <= today else None

    def done(self, on: date, by: str, *, today: date) -> "Action":
        """Done, in time or late; one that is done already stays as it was."""
        if self.state is State.DONE:
            return self
        if not self.assigned_on <= on <= today:
            raise DoneBeforeAssigned(
                f"de actie is afgesproken op {days.nl(self.assigned_on)} en kan niet op {days.nl(on)} gedaan zijn",
                f"the action was agreed on {days.en(self.assigned_on)} and cannot have been done on {days.en(on)}",
                field="done_on",
                value=on.isoformat(),
                allowed=(
                    f"{days.nl(self.assigned_on)} tot en met {days.nl(today)}",
                    f"{days.en(self.assigned_on)} to {days.en(today)}",
                ),
            )
        return replace(self, state=State.DONE, done_on=on, done_by=by)


def assign(
    asked: Asked,
    number: int,
    *,
    origin: Origin,
    origin_id: str,
    on: date,
    trainee_id: str | None,
    place: Place | None,
    scheme: str | None,
) -> Action:
    """The action that follows from what was asked; the same one however often its origin is recorded."""
    if asked.due_on < on:
        raise ActionDueBeforeAgreed(
            f"de actie moet klaar zijn op {days.nl(asked.due_on)}, voordat zij is afgesproken",
            f"the action is due on {days.en(asked.due_on)}, before it was agreed",
            field="due_on",
            value=asked.due_on.isoformat(),
            allowed=(f"vanaf {days.nl(on)}", f"from {days.en(on)} on"),
        )
    key = asked.action_id or stable_id("action", origin, origin_id, str(number))
    return Action(key, origin, origin_id, asked.owner, asked.text, on, asked.due_on, trainee_id, place, scheme)


def no_owner(ref: str) -> UnknownOwner:
    return UnknownOwner(
        f"{ref} is hier niet bekend als eigenaar van een actie",
        f"{ref} is not known here as the owner of an action",
        field="owner",
        value=ref,
        allowed=(
            f"soort/sleutel van iemand die is ingevoerd, of office/coordinator; soorten: {', '.join(OWNERS)}",
            f"kind/key of somebody who was entered, or office/coordinator; kinds: {', '.join(OWNERS)}",
        ),
    )
