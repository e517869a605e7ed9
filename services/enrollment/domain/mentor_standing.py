"""A mentor's own yes (cause P6: some were appointed against their will): asked, answered, approved, lapsed.

Nominated by the company, willing or not by the mentor's own word, approved by the office. Mentors entered by file are
history: they count as willing and approved. Nobody is bound for ever: who said yes can say no later.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from . import days
from .rules import Refused

FEWEST_VOICES = 5
"""Feedback of fewer trainees is not shown: it would point at a person. Five is the least group that official statistics
of schools in the Netherlands show; a scheme's norm may ask for more, not for fewer."""


class MentorNotWilling(Refused):
    """No trainee is given to a mentor who has not said yes."""


class MentorNotApproved(Refused):
    """No trainee is given to a mentor whom the office has not approved."""


class MentorAlreadyNominated(Refused):
    """Somebody who is a mentor here already is not nominated again."""


class MentorNotAsked(Refused):
    """Only who was asked can answer, and only who said yes can be approved."""


class ReasonMissing(Refused):
    """Who says no says why: the office can only mend what it knows."""


class CourseLapsed(Refused):
    """A mentor is approved with a course that is still valid, where the scheme asks for it."""


class FeedbackOnAnother(Refused):
    """A trainee gives feedback about a mentor who guides or guided that trainee."""


class State(StrEnum):
    NOMINATED = "nominated"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    APPROVED = "approved"
    LAPSED = "lapsed"


MOVES: dict[State, frozenset[State]] = {
    State.NOMINATED: frozenset({State.ACCEPTED, State.DECLINED}),
    State.ACCEPTED: frozenset({State.APPROVED, State.DECLINED}),
    State.APPROVED: frozenset({State.LAPSED, State.DECLINED}),
    State.LAPSED: frozenset({State.APPROVED, State.DECLINED, State.NOMINATED}),
    State.DECLINED: frozenset({State.NOMINATED}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one mentor stands. ``another_by``: the day by which the company names another."""

    mentor_id: str
    state: State
    by_import: bool = False
    since: date | None = None
    nominated_on: date | None = None
    answered_on: date | None = None
    reason: str = ""
    approved_on: date | None = None
    approved_by: str | None = None
    lapsed_on: date | None = None
    reminded_of: date | None = None
    another_by: date | None = None

    def nominated(self, on: date) -> "Standing":
        """Asked (again); raises ``MentorAlreadyNominated`` for who is a mentor or was asked already."""
        if State.NOMINATED not in MOVES[self.state]:
            raise MentorAlreadyNominated(
                f"begeleider {self.mentor_id} is hier al bekend",
                f"mentor {self.mentor_id} is known here already",
                field="mentor_id",
                value=self.mentor_id,
                allowed=("een ander nummer, of iemand die nee zei", "another key, or somebody who said no"),
            )
        return Standing(self.mentor_id, State.NOMINATED, since=on, nominated_on=on)

    def answers(self, willing: bool, reason: str, on: date, *, replacement_days: int | None = None) -> "Standing":
        """Yes or no. A no needs a reason, and starts the company's clock where the scheme has one."""
        wanted = State.ACCEPTED if willing else State.DECLINED
        if wanted not in MOVES[self.state]:
            raise MentorNotAsked(
                f"aan begeleider {self.mentor_id} is nu niets gevraagd",
                f"mentor {self.mentor_id} was not asked anything now",
                field="mentor_id",
                value=self.mentor_id,
                allowed=("een begeleider die is voorgedragen", "a mentor who was nominated"),
            )
        if not willing and not reason.strip():
            raise ReasonMissing(
                "een nee heeft een reden nodig",
                "a no needs a reason",
                field="reason",
                allowed=("één zin is genoeg", "one sentence is enough"),
            )
        return replace(
            self,
            state=wanted,
            since=on,
            answered_on=on,
            reason=reason.strip(),
            another_by=None if willing else _by(on, replacement_days),
        )

    def approved(self, on: date, by: str, *, course_until: date | None, course_required: bool) -> "Standing":
        """By the office, after the mentor's own yes; or again, after a new course."""
        if State.APPROVED not in MOVES[self.state]:
            raise MentorNotAsked(
                f"begeleider {self.mentor_id} heeft nog geen ja gezegd",
                f"mentor {self.mentor_id} has not said yes yet",
                field="mentor_id",
                value=self.mentor_id,
                allowed=("een begeleider die ja heeft gezegd", "a mentor who said yes"),
            )
        known_course = course_until is not None and course_until >= on
        if (course_required and not known_course) or (course_until is not None and course_until < on):
            raise CourseLapsed(
                "de cursus is niet geldig op de dag van de goedkeuring",
                "the course is not valid on the day of the approval",
                field="course_valid_until",
                value=course_until.isoformat() if course_until else "",
                allowed=(f"{days.nl(on)} of later", f"{days.en(on)} or later"),
            )
        return replace(
            self, state=State.APPROVED, since=on, approved_on=on, approved_by=by, lapsed_on=None, another_by=None
        )

    def lapsed(self, on: date, *, replacement_days: int | None = None) -> "Standing":
        """The course was valid until the day before ``on``."""
        return replace(self, state=State.LAPSED, since=on, lapsed_on=on, another_by=_by(on, replacement_days))


def _by(on: date, days: int | None) -> date | None:
    return None if days is None else on + timedelta(days=days)


def check_usable(mentor_id: str, standing: Standing | None, *, course_required: bool) -> None:
    """Raises when no trainee may be given to this mentor. Who has no standing yet was entered with history."""
    if standing is None or standing.state is State.APPROVED:
        return
    if standing.state is State.LAPSED and not course_required:
        return
    if standing.state in (State.NOMINATED, State.DECLINED):
        raise MentorNotWilling(
            f"praktijkbegeleider {mentor_id} heeft geen ja gezegd",
            f"mentor {mentor_id} has not said yes",
            field="mentor_id",
            value=mentor_id,
            allowed=("een begeleider die zelf ja heeft gezegd", "a mentor who said yes"),
        )
    raise MentorNotApproved(
        f"praktijkbegeleider {mentor_id} is niet (meer) goedgekeurd",
        f"mentor {mentor_id} is not approved (any more)",
        field="mentor_id",
        value=mentor_id,
        allowed=("een begeleider die het keurmerkbureau heeft goedgekeurd", "a mentor whom the office approved"),
    )


@dataclass(frozen=True, slots=True)
class Feedback:
    """A trainee's mark for the guidance, 1 (poor) to 5 (very good)."""

    feedback_id: str
    trainee_id: str
    mentor_id: str
    given_on: date
    mark: int

    @property
    def id(self) -> str:
        return self.feedback_id


@dataclass(frozen=True, slots=True)
class Voices:
    """What the trainees of a mentor say together; ``mean`` is None while they are too few to be shown."""

    least: int
    shown: bool
    trainees: int | None = None
    mean: float | None = None


def voices(marks: list[int], least: int = FEWEST_VOICES) -> Voices:
    """One mark of each trainee. Below ``least`` not even their number is told."""
    least = max(FEWEST_VOICES, least)
    if len(marks) < least:
        return Voices(least, shown=False)
    return Voices(least, shown=True, trainees=len(marks), mean=round(sum(marks) / len(marks), 1))
