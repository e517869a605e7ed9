"""Complaints about the training. Their text never leaves this service; what others hear is that there is one.

A complaint is acknowledged, taken in hand, put on the agenda of the next visit to its place in the coordinator's own
words, resolved, and closed once it was discussed or its discussion was waived with a reason. Who complained can appeal:
then it is in hand again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, get_args

from . import days
from .rules import Refused

Category = Literal[
    "guidance", "hours", "conduct", "safety", "work content", "school", "pay", "bullying", "discrimination", "other"
]
CATEGORIES: tuple[str, ...] = get_args(Category)

Complainant = Literal["trainee", "guardian", "mentor", "office"]


class UnknownComplaint(Refused):
    """No complaint is known under this key."""


class ComplaintNotThatFar(Refused):
    """A complaint goes from step to step; this one is not at the step before."""


class ComplaintNotDiscussed(Refused):
    """A complaint is not closed before it was discussed, or its discussion was waived with a reason."""


class AgendaWordsMissing(Refused):
    """The coordinator words the agenda item: the complaint's own text is never shown at the company."""


class WaiverNeedsReason(Refused):
    """Not discussing a complaint is a decision, and a decision has a reason."""


class ResolutionMissing(Refused):
    """Who complained has a right to hear what came of it."""


class AppealTermPassed(Refused):
    """Who complained has a term to appeal in; after it, what came of the complaint stands."""


class OnlyComplainantAppeals(Refused):
    """An appeal is of the one who complained, or of a minor's guardian."""


class State(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_HAND = "in hand"
    ON_AGENDA = "on agenda"
    RESOLVED = "resolved"
    CLOSED = "closed"


STATES_NL: Mapping[State, str] = {
    State.RECEIVED: "ontvangen",
    State.ACKNOWLEDGED: "bevestigd",
    State.IN_HAND: "in behandeling",
    State.ON_AGENDA: "op de agenda",
    State.RESOLVED: "opgelost",
    State.CLOSED: "gesloten",
}

MOVES: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.ACKNOWLEDGED}),
    State.ACKNOWLEDGED: frozenset({State.IN_HAND}),
    State.IN_HAND: frozenset({State.ON_AGENDA, State.RESOLVED}),
    State.ON_AGENDA: frozenset({State.RESOLVED}),
    State.RESOLVED: frozenset({State.CLOSED, State.IN_HAND}),
    State.CLOSED: frozenset({State.IN_HAND}),
}
"""In hand straight to resolved only when its discussion was waived; back to in hand only by an appeal."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint of a trainee, guardian or mentor. The category travels with the event, so it is no free text."""

    complaint_id: str
    trainee_id: str
    received_on: date
    category: Category
    confidential: bool
    text: str
    by: Complainant = field(default="trainee", compare=False)
    """Who complains; said when it is received, and not changed by the same complaint given again."""

    @property
    def id(self) -> str:
        return self.complaint_id

    @property
    def about_school(self) -> bool:
        """Which of the trainee's two places is visited sooner because of it."""
        return self.category == "school"


@dataclass(frozen=True, slots=True)
class Case:
    """Where a complaint stands. ``minor``: the trainee was under age when it came. No text of the complaint in it."""

    complaint_id: str
    trainee_id: str
    received_on: date
    by: Complainant = "trainee"
    confidential: bool = False
    minor: bool = False
    state: State = State.RECEIVED
    acknowledge_by: date | None = None
    resolve_by: date | None = None
    acknowledged_on: date | None = None
    in_hand_on: date | None = None
    agenda_words: str = ""
    on_agenda_on: date | None = None
    discussed_on: date | None = None
    waived_reason: str = ""
    resolution: str = ""
    resolved_on: date | None = None
    closed_on: date | None = None
    complainant: str | None = None
    """Who complained, as ``kind/id``: the only one who is told what becomes of it. None: the office wrote it down."""
    appeal_days: int | None = None
    """The scheme's term for an appeal, in days after it was resolved; None: it has none."""
    appeal_until: date | None = None

    @property
    def hidden(self) -> bool:
        """Whether the company may not know of it: confidential, or a minor's."""
        return self.confidential or self.minor

    @property
    def clock(self) -> tuple[str, date] | None:
        """What has to be done next, and the last day for it by the scheme's norms."""
        if self.state is State.RECEIVED and self.acknowledge_by is not None:
            return "acknowledge", self.acknowledge_by
        if self.state not in (State.RESOLVED, State.CLOSED) and self.resolve_by is not None:
            return "resolve", self.resolve_by
        return None

    @property
    def act_on(self) -> date | None:
        """The first day on which the next thing is late."""
        return None if self.clock is None else self.clock[1] + timedelta(days=1)

    def late(self, today: date) -> tuple[str, date] | None:
        """What should have been done by now, and the last day for it."""
        return self.clock if self.act_on is not None and self.act_on <= today else None

    def acknowledged(self, on: date) -> "Case":
        return replace(self._to(State.ACKNOWLEDGED), acknowledged_on=on)

    def taken_in_hand(self, words: str, on: date) -> "Case":
        """``words`` are the coordinator's own for the agenda; they may follow later."""
        if self.state is not State.ACKNOWLEDGED:
            raise self._not_that_far(State.IN_HAND)
        return replace(self._to(State.IN_HAND), in_hand_on=on, agenda_words=words or self.agenda_words)

    def worded(self, words: str) -> "Case":
        """Other words for the agenda, as long as it is open."""
        if self.state in (State.RESOLVED, State.CLOSED):
            raise self._not_that_far(State.ON_AGENDA)
        return replace(self, agenda_words=words)

    def put_on_agenda(self, on: date) -> "Case":
        """On the agenda of the next visit. Raises ``AgendaWordsMissing`` where the company may not know of it."""
        after = replace(self._to(State.ON_AGENDA), on_agenda_on=on)
        if self.hidden and not self.agenda_words:
            raise AgendaWordsMissing(
                "de projectcoördinator formuleert het agendapunt; de tekst van de klacht komt nooit op de agenda",
                "the coordinator words the agenda item; the complaint's own text never comes on the agenda",
                field="agenda_words",
                allowed=("een zin die het leerbedrijf mag lezen", "a sentence that the company may read"),
            )
        return after

    def discussed(self, on: date) -> "Case":
        """It was spoken of, at a visit or in an evaluation talk."""
        if self.state not in (State.IN_HAND, State.ON_AGENDA, State.RESOLVED):
            raise self._not_that_far(State.ON_AGENDA)
        return replace(self, discussed_on=self.discussed_on or on)

    def waived(self, reason: str) -> "Case":
        """It will not be discussed."""
        if self.state not in (State.IN_HAND, State.ON_AGENDA, State.RESOLVED):
            raise self._not_that_far(State.RESOLVED)
        if not reason.strip():
            raise WaiverNeedsReason(
                "geef een reden waarom de klacht niet besproken wordt",
                "give a reason why the complaint is not discussed",
                field="reason",
                allowed=("een korte zin", "a short sentence"),
            )
        return replace(self, waived_reason=reason.strip())

    def resolved(self, resolution: str, on: date) -> "Case":
        after = self._to(State.RESOLVED)
        if self.state is State.IN_HAND and not (self.waived_reason or self.discussed_on):
            raise self._not_that_far(State.RESOLVED)
        if not resolution.strip():
            raise ResolutionMissing(
                "schrijf op wat er van de klacht is geworden",
                "write down what came of the complaint",
                field="resolution",
                allowed=("een korte zin", "a short sentence"),
            )
        return replace(
            after, resolution=resolution.strip(), resolved_on=on, appeal_until=last_day(on, self.appeal_days)
        )

    def closed(self, on: date) -> "Case":
        after = self._to(State.CLOSED)
        if self.discussed_on is None and not self.waived_reason:
            raise ComplaintNotDiscussed(
                "de klacht is nog niet besproken, en er is geen reden waarom dat niet hoeft",
                "the complaint was not discussed yet, and there is no reason why it need not be",
                field="state",
                value="closed",
                allowed=(
                    "bespreek haar bij een bezoek of in een evaluatiegesprek, of geef een reden om dat niet te doen",
                    "discuss it at a visit or in an evaluation talk, or give a reason not to",
                ),
            )
        return replace(after, closed_on=on)

    def appealed(self, by: Complainant, on: date) -> "Case":
        """In hand again, to be discussed anew. Raises ``OnlyComplainantAppeals`` and ``AppealTermPassed``."""
        after = self._to(State.IN_HAND)
        if self.state not in (State.RESOLVED, State.CLOSED):
            raise self._not_that_far(State.CLOSED)
        if by != self.by and not (self.minor and by == "guardian"):
            raise OnlyComplainantAppeals(
                "alleen wie klaagde kan in beroep gaan, of de ouder of verzorger van een minderjarige",
                "only the one who complained can appeal, or a minor's parent or guardian",
                field="by",
                value=by,
                allowed=self.by,
            )
        if self.appeal_until is not None and on > self.appeal_until:
            raise AppealTermPassed(
                f"beroep was mogelijk tot en met {days.nl(self.appeal_until)}",
                f"an appeal could be lodged until {days.en(self.appeal_until)}",
                field="appealed_on",
                value=on.isoformat(),
                allowed=(f"tot en met {days.nl(self.appeal_until)}", f"until {days.en(self.appeal_until)}"),
            )
        return replace(
            after,
            in_hand_on=on,
            on_agenda_on=None,
            discussed_on=None,
            waived_reason="",
            resolved_on=None,
            closed_on=None,
            appeal_until=None,
        )

    def _to(self, state: State) -> "Case":
        if state not in MOVES[self.state]:
            raise self._not_that_far(state)
        return replace(self, state=state)

    def _not_that_far(self, to: State) -> ComplaintNotThatFar:
        possible = sorted(MOVES[self.state])
        return ComplaintNotThatFar(
            f"de klacht is {STATES_NL[self.state]} en kan nu niet {STATES_NL[to]} worden",
            f"the complaint is {self.state} and cannot become {to} now",
            field="state",
            value=str(to),
            allowed=(", ".join(STATES_NL[one] for one in possible), ", ".join(possible)),
        )


def last_day(received_on: date, days: int | None) -> date | None:
    """By the scheme's norm, in days from the day of receipt; None where the scheme has none."""
    return None if days is None else received_on + timedelta(days=days)
