"""Marketing's path: interest, application, accepted or rejected, enrolled; and what comes of each channel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .people import Contact, Language
from .rules import Refused


class UnknownApplication(Refused):
    """No application is known under this key."""


class StepNotPossible(Refused):
    """The application is in a state from which this step cannot be taken."""


class ReasonMissing(Refused):
    """Who is rejected is told why, so there is a reason."""


class ApplicationsTooMany(Refused):
    """The public form takes so many applications an hour, and so many a day for one address."""

    status = 429


class State(StrEnum):
    """``pending`` was filled in by somebody who has not confirmed the address yet."""

    PENDING = "pending"
    INTEREST = "interest"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ENROLLED = "enrolled"


STATES_NL = {
    State.PENDING: "nog te bevestigen",
    State.INTEREST: "belangstelling",
    State.APPLIED: "aangemeld",
    State.ACCEPTED: "toegelaten",
    State.REJECTED: "afgewezen",
    State.ENROLLED: "ingeschreven",
}

MOVES: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset({State.APPLIED}),
    State.INTEREST: frozenset({State.APPLIED, State.REJECTED}),
    State.APPLIED: frozenset({State.ACCEPTED, State.REJECTED}),
    State.ACCEPTED: frozenset({State.ENROLLED, State.REJECTED}),
    State.REJECTED: frozenset(),
    State.ENROLLED: frozenset(),
}


class Rejection(StrEnum):
    NO_PLACE = "no-place"
    ENTRY_ASSESSMENT = "entry-assessment"
    WITHDREW = "withdrew"
    OTHER_REGION = "other-region"
    OTHER_TRADE = "other-trade"
    NO_ANSWER = "no-answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody who wants to take part. ``programme`` is empty while that is open."""

    application_id: str
    state: State
    channel: str
    name: str
    email: str
    language: Language = "nl"
    programme: str = ""

    def contact(self) -> Contact:
        return Contact(f"applicant/{self.application_id}", self.name, self.email, self.language)


def move(now: State, to: State) -> State:
    """The state moved to; raises ``StepNotPossible`` naming the steps that are possible."""
    if to in MOVES[now]:
        return to
    possible = sorted(MOVES[now])
    raise StepNotPossible(
        f"wie {STATES_NL[now]} is, kan niet {STATES_NL[to]} worden",
        f"what is {now} cannot become {to}",
        field="application_id",
        value=str(to),
        allowed=(", ".join(STATES_NL[one] for one in possible) or "niets meer", ", ".join(possible) or "nothing more"),
    )


def unknown_application(application_id: str) -> UnknownApplication:
    return UnknownApplication(
        f"aanmelding {application_id} is hier niet bekend",
        f"application {application_id} is not known here",
        field="application_id",
        value=application_id,
        allowed=("een aanmelding die al is ingevoerd", "an application that was entered before"),
    )


def check_reason(to: State, reason: Rejection | None) -> None:
    if to is State.REJECTED and reason is None:
        raise ReasonMissing(
            "een afwijzing heeft een reden",
            "a rejection has a reason",
            field="reason",
            allowed=", ".join(Rejection),
        )


@dataclass(frozen=True, slots=True)
class Room:
    """What the public form took or takes at most: in an hour of all and of one connection, in a day for an address."""

    in_hour: int
    of_connection: int
    for_address: int


def check_room(taken: Room, most: Room) -> None:
    """Raises when the public form has taken enough. The same words whatever it is: who tries learns nothing."""
    if (
        taken.in_hour < most.in_hour
        and taken.of_connection < most.of_connection
        and taken.for_address < most.for_address
    ):
        return
    raise ApplicationsTooMany(
        "er zijn nu te veel aanmeldingen; probeer het later nog eens",
        "there are too many applications now; try again later",
        field="email",
        allowed=("een andere dag, of bel het keurmerkbureau", "another day, or call the office"),
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one application came; days are None for steps that were not taken."""

    channel: str
    interest_on: date | None
    applied_on: date | None
    accepted_on: date | None
    rejected_on: date | None
    enrolled_on: date | None


@dataclass(frozen=True, slots=True)
class Share:
    """A figure with what it is counted from."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return None if self.denominator == 0 else self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Funnel:
    """What came of a channel. ``known`` are all whose interest or application was received."""

    channel: str
    known: int
    applied: int
    accepted: int
    rejected: int
    enrolled: int

    @property
    def shares(self) -> dict[str, Share]:
        """Each step from the one before it, and enrolled from all."""
        return {
            "applied": Share(self.applied, self.known),
            "accepted": Share(self.accepted, self.applied),
            "enrolled": Share(self.enrolled, self.accepted),
            "overall": Share(self.enrolled, self.known),
        }


def funnels(reached: Iterable[Reached]) -> list[Funnel]:
    """One for each channel in the order of their names, then one for all together under an empty name."""
    by_channel: dict[str, list[Reached]] = {}
    everyone = [one for one in reached if one.interest_on or one.applied_on]
    for one in everyone:
        by_channel.setdefault(one.channel or "-", []).append(one)
    found = [_funnel(channel, some) for channel, some in sorted(by_channel.items())]
    return [*found, _funnel("", everyone)]


def _funnel(channel: str, some: list[Reached]) -> Funnel:
    return Funnel(
        channel,
        len(some),
        sum(one.applied_on is not None for one in some),
        sum(one.accepted_on is not None for one in some),
        sum(one.rejected_on is not None for one in some),
        sum(one.enrolled_on is not None for one in some),
    )
