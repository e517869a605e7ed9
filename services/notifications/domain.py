"""What may become of a mail: its states, what each answer of a mail server means, when to try again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

COORDINATOR = "office/coordinator"
"""Who is told about visits."""

MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=5)
_BACK_OFF = (1, 6, 60, 300, 1440, 8640, 17280)  # times the first


class State(StrEnum):
    HELD = "held"  # waits for a contact or a fact that is not known yet
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"  # the mail server took it
    DELIVERED = "delivered"  # the recipient's server said so
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"  # deliberately not sent
    IN_DOUBT = "in_doubt"  # it may or may not have gone out; it is sent again under the same Message-ID
    FAILED = "failed"  # given up: a person has to look
    BUNDLED = "bundled"  # goes with others in one digest, whose state is its state


MOVES: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.DUE, State.SUPPRESSED}),
    State.DUE: frozenset({State.SENDING, State.SUPPRESSED, State.BUNDLED}),
    State.SENDING: frozenset(
        {State.SENT, State.BOUNCED, State.DUE, State.HELD, State.IN_DOUBT, State.FAILED, State.SUPPRESSED}
    ),
    State.IN_DOUBT: frozenset({State.SENDING, State.SUPPRESSED}),
    State.SENT: frozenset({State.DELIVERED, State.BOUNCED}),
    State.FAILED: frozenset({State.DUE, State.SUPPRESSED}),
    State.BOUNCED: frozenset({State.DUE}),
    State.DELIVERED: frozenset(),
    State.SUPPRESSED: frozenset(),
    State.BUNDLED: frozenset(),
}

FINAL = frozenset(state for state, moves in MOVES.items() if not moves)
RETRYABLE = frozenset({State.FAILED, State.BOUNCED, State.IN_DOUBT})
"""What a person may ask to be sent again. An in-doubt mail goes again by itself; asking makes it go now."""


class Impossible(ValueError):
    """A mail cannot go from the one state to the other."""


def move(old: State, new: State) -> State:
    """The new state, or ``Impossible``."""
    if new not in MOVES[old]:
        raise Impossible(f"a mail that is {old} cannot become {new}")
    return new


@dataclass(frozen=True)
class Accepted:
    """The server answered 250 to the whole message."""


@dataclass(frozen=True)
class Refused:
    """The server said no for good (5xx): no such address, or it does not want this message."""

    code: int


@dataclass(frozen=True)
class Deferred:
    """The server said: not now (4xx)."""

    code: int


@dataclass(frozen=True)
class NoAnswer:
    """The message was handed over, but its answer never came: nobody knows whether it was taken."""

    error: str


@dataclass(frozen=True)
class NotTried:
    """The server could not be reached, or time ran out before this mail's turn: not this mail's fault."""

    error: str


@dataclass(frozen=True)
class NotAllowed:
    """The mode or an erasure forbids sending it."""

    reason: str


@dataclass(frozen=True)
class NotReady:
    """A contact that was known when it became due is not known any more."""

    reason: str


@dataclass(frozen=True)
class Broken:
    """It cannot be made into a message, or our own sender is refused: our fault, and a person has to mend it."""

    reason: str


Outcome = Accepted | Refused | Deferred | NoAnswer | NotTried | NotAllowed | NotReady | Broken


@dataclass(frozen=True)
class Verdict:
    """What one attempt made of a mail. ``retry_in`` is the pause before it may be tried again."""

    state: State
    reason: str | None = None
    retry_in: timedelta | None = None
    counted: bool = True


def back_off(attempts: int, first: timedelta = FIRST_RETRY) -> timedelta:
    """The pause after so many attempts (1, 2, …): from five seconds to a day when the first is five seconds."""
    return first * _BACK_OFF[min(max(attempts, 1), len(_BACK_OFF)) - 1]


def after(attempts: int, outcome: Outcome, first_retry: timedelta = FIRST_RETRY) -> Verdict:
    """What becomes of a mail that is being sent; ``attempts`` counts this one too."""
    match outcome:
        case Accepted():
            return Verdict(State.SENT)
        case Refused(code):
            return Verdict(State.BOUNCED, f"smtp {code}")
        case Deferred(code) if attempts < MAX_ATTEMPTS:
            return Verdict(State.DUE, f"smtp {code}", back_off(attempts, first_retry))
        case Deferred(code):
            return Verdict(State.FAILED, f"smtp {code}: {attempts} attempts")
        case NoAnswer(error) if attempts < MAX_ATTEMPTS:
            return Verdict(State.IN_DOUBT, f"no answer after the message: {error}", back_off(attempts, first_retry))
        case NoAnswer(error):
            return Verdict(State.FAILED, f"no answer after the message: {error}; {attempts} attempts")
        case NotTried(error):
            return Verdict(State.DUE, error, timedelta(0), counted=False)
        case NotAllowed(reason):
            return Verdict(State.SUPPRESSED, reason, counted=False)
        case NotReady(reason):
            return Verdict(State.HELD, reason, counted=False)
        case Broken(reason):
            return Verdict(State.FAILED, reason)


def lease_ran_out(attempts: int) -> Verdict:
    """What becomes of a mail whose postman was not heard of again: it may have gone out."""
    if attempts < MAX_ATTEMPTS:
        return Verdict(State.IN_DOUBT, "the postman stopped while sending it", timedelta(0))
    return Verdict(State.FAILED, f"the postman stopped while sending it; {attempts} attempts")


def may_go_to(address: str, allowed: frozenset[str]) -> bool:
    """Whether the allow-list names this address or its domain (``@mark.example`` or ``mark.example``), in any case."""
    address = address.strip().lower()
    domain = address.rpartition("@")[2]
    return not allowed.isdisjoint({address, domain, f"@{domain}"})
