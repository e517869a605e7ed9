"""What is written down beside the logbook: contact moments, attendance by the school, targets signed off."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from . import days
from .coverage import TargetNotInProgramme
from .rules import Refused

Present = Literal["yes", "no", "excused"]
Role = Literal["instructor", "mentor"]


class NotYetHappened(Refused):
    """What is written down has happened."""


class NotTheOwnMentor(Refused):
    """A trainee is guided by mentors of the own company."""


class NotTheOwnInstructor(Refused):
    """A trainee is taught by instructors of the own school."""


class SignedByAnother(Refused):
    """Who signed off a target stays the one who did."""


@dataclass(frozen=True, slots=True)
class ContactMoment:
    """Minutes that a mentor gave a trainee on a day."""

    moment_id: str
    trainee_id: str
    mentor_id: str
    held_on: date
    minutes: int

    @property
    def id(self) -> str:
        return self.moment_id

    @property
    def monday(self) -> date:
        return monday(self.held_on)


@dataclass(frozen=True, slots=True)
class AttendanceEntry:
    """Whether a trainee was at school on a day; excused days are not asked for."""

    trainee_id: str
    day: date
    present: Present

    @property
    def id(self) -> str:
        return f"{self.trainee_id}/{self.day}"

    @property
    def monday(self) -> date:
        return monday(self.day)


@dataclass(frozen=True, slots=True)
class SignOff:
    """The instructor or the mentor confirms that a target was reached."""

    trainee_id: str
    target: str
    role: Role
    person_id: str
    signed_on: date

    @property
    def id(self) -> str:
        return f"{self.trainee_id}/{self.target}/{self.role}"


@dataclass(frozen=True, slots=True)
class Around:
    """Where a trainee learns, and with whom: what entries are checked against."""

    company_id: str
    school_id: str
    targets: Collection[str]
    people: Mapping[str, str]
    """Mentors and instructors, as ``mentor/M1``, with their company or school."""


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def check_past(day: date, today: date, field: str) -> None:
    """Raises for a day that is still to come."""
    if day > today:
        raise NotYetHappened(
            "deze dag moet nog komen",
            "this day is still to come",
            field=field,
            value=day.isoformat(),
            allowed=(f"tot en met {days.nl(today)}", f"until {days.en(today)}"),
        )


def check_person(role: Role, person_id: str, around: Around, field: str) -> None:
    """Raises when the mentor is of another company, or the instructor of another school."""
    place = around.people.get(f"{role}/{person_id}")
    if role == "mentor" and place != around.company_id:
        raise NotTheOwnMentor(
            f"begeleider {person_id} hoort niet bij leerbedrijf {around.company_id}",
            f"mentor {person_id} does not belong to company {around.company_id}",
            field=field,
            value=person_id,
            allowed=(f"een begeleider van {around.company_id}", f"a mentor of {around.company_id}"),
        )
    if role == "instructor" and place != around.school_id:
        raise NotTheOwnInstructor(
            f"instructeur {person_id} hoort niet bij school {around.school_id}",
            f"instructor {person_id} does not belong to school {around.school_id}",
            field=field,
            value=person_id,
            allowed=(f"een instructeur van {around.school_id}", f"an instructor of {around.school_id}"),
        )


def check_sign_off(given: SignOff, around: Around, before: SignOff | None, today: date) -> None:
    """Raises the rule that a signature breaks."""
    check_past(given.signed_on, today, "signed_on")
    if given.target not in around.targets:
        raise TargetNotInProgramme(
            f"eindterm {given.target} hoort niet bij deze opleiding",
            f"target {given.target} is none of this programme",
            field="target",
            value=given.target,
            allowed=", ".join(sorted(around.targets)),
        )
    check_person(given.role, given.person_id, around, "person_id")
    if before is not None and before != given:
        raise SignedByAnother(
            f"eindterm {given.target} is al afgetekend op {days.nl(before.signed_on)} door {before.person_id}",
            f"target {given.target} was signed off on {days.en(before.signed_on)} by {before.person_id}",
            field="target",
            value=given.target,
            allowed=("een eindterm die nog open is", "a target that is still open"),
        )


def complete(signatures: Mapping[Role, date]) -> date | None:
    """The day on which a target was signed off: the later of both; None while one is missing."""
    if {"instructor", "mentor"} <= set(signatures):
        return max(signatures.values())
    return None
