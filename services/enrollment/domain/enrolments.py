"""Enrolling a trainee with a place to learn: the rules that an enrolment keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from . import days
from .accreditation import check_accredited
from .companies import Company, School
from .coverage import Choice, Host, Plan
from .membership import check_member
from .mentors import Instructor, Load, Mentor, Period
from .people import Contact, Language, age_on, is_minor
from .planner import Rooms, accept_plans
from .rules import Refused, keeps, unknown
from .schemes import Schemes, SchemeVersion
from .visits import Place

YOUNGEST, OLDEST = 14, 70


class MentorOfAnotherCompany(Refused):
    """A mentor guides in the own company only."""


class InstructorOfAnotherSchool(Refused):
    """An instructor teaches at the own school only."""


class EndBeforeStart(Refused):
    """A training ends after it starts."""


class AgeOutOfRange(Refused):
    """A trainee is 14 to 70 years old on the first day."""


class GuardianMissing(Refused):
    """Who is under age has a parent or guardian who is told too."""


class EnrolmentIsFixed(Refused):
    """Programme and first day were told to others as facts; another training is another enrolment."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A trainee who enrols for a programme with a school, a company and a mentor, from the first to the last day."""

    trainee_id: str
    name: str
    birth_date: date
    email: str
    programme: str
    school_id: str
    company_id: str
    mentor_id: str
    instructor_id: str
    starts_on: date
    planned_end: date
    language: Language = "nl"
    guardian_email: str = ""
    channel: str = ""
    choices: tuple[Choice, ...] = field(default=(), compare=False)
    """Where targets are learned that the own company and school cannot teach."""

    @property
    def id(self) -> str:
        return self.trainee_id

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.planned_end)

    @property
    def places(self) -> tuple[Place, Place]:
        return Place("company", self.company_id), Place("school", self.school_id)

    @property
    def minor(self) -> bool:
        return is_minor(self.birth_date, self.starts_on)

    def contacts(self) -> list[Contact]:
        """The trainee, and the guardian, whose name the office does not keep."""
        people = [Contact(f"trainee/{self.trainee_id}", self.name, self.email, self.language, self.birth_date)]
        if self.guardian_email:
            of = "parent or guardian of" if self.language == "en" else "ouder of verzorger van"
            people.append(
                Contact(f"guardian/{self.trainee_id}", f"{of} {self.name}", self.guardian_email, self.language)
            )
        return people


@dataclass(frozen=True, slots=True)
class Known:
    """What enrollment knows of the keys in a set of enrolments, and who was enrolled already."""

    schemes: Schemes
    companies: Mapping[str, Company]
    schools: Mapping[str, School]
    mentors: Mapping[str, Mentor]
    instructors: Mapping[str, Instructor]
    colleagues: Mapping[str, Sequence[Mentor]]
    """The mentors of each company."""
    enrolled: Mapping[str, Enrolment]
    load: Load
    hosts: Mapping[Place, Host] = field(default_factory=dict)
    """Own companies and schools, and those chosen for targets."""
    rooms: Rooms = field(default_factory=Rooms)
    today: date = date.max
    accrediting: frozenset[tuple[str, str]] = frozenset()
    """The scheme versions under which companies are accredited."""
    left: Mapping[str, date] = field(default_factory=dict)
    """Companies that no longer take part, with their last day."""
    unusable: Mapping[str, Refused] = field(default_factory=dict)
    """Mentors to whom no trainee may be given, each with the rule that says so."""
    plans: dict[str, Sequence[Plan]] = field(default_factory=dict)
    """What was accepted, by trainee."""


def accept(enrolment: Enrolment, known: Known) -> SchemeVersion:
    """The scheme version that holds for an enrolment that keeps every rule; raises the rule that it breaks.

    A mentor's place is taken from ``known.load``, so that the next enrolment of the same file finds it gone. Who was
    enrolled already and changes is not in that load.
    """
    before = known.enrolled.get(enrolment.trainee_id)
    try:
        return _accept(enrolment, before, known)
    except Refused:
        if before is not None:
            known.load.take(before.mentor_id, before.period)
        raise


def _accept(enrolment: Enrolment, before: Enrolment | None, known: Known) -> SchemeVersion:
    keeps(
        lambda: _check_fixed(enrolment, before),
        lambda: _check_age(enrolment),
        lambda: _check_guardian(enrolment),
        lambda: _check_dates(enrolment),
        lambda: known.schemes.for_programme(enrolment.programme, enrolment.starts_on),
        lambda: _check_known("company_id", enrolment.company_id, known.companies),
        lambda: _check_known("school_id", enrolment.school_id, known.schools),
        lambda: _check_mentor(enrolment, known),
        lambda: _check_usable(enrolment, before, known),
        lambda: _check_instructor(enrolment, known),
    )
    version = known.schemes.for_programme(enrolment.programme, enrolment.starts_on)
    _check_taking_part(enrolment, before, version, known)
    mentor = known.mentors[enrolment.mentor_id]
    keeps_place = before is not None and (before.mentor_id, before.period) == (mentor.mentor_id, enrolment.period)
    if not keeps_place:
        colleagues = known.colleagues.get(enrolment.company_id, ())
        known.load.check(mentor, colleagues, enrolment.period, version.mentor_max_trainees)
    known.plans[enrolment.trainee_id] = _accept_plans(enrolment, before, version, known)
    known.load.take(mentor.mentor_id, enrolment.period)
    return version


def _accept_plans(
    enrolment: Enrolment, before: Enrolment | None, version: SchemeVersion, known: Known
) -> Sequence[Plan]:
    """What began before today is history: it is taken as it is, and its open targets become gaps."""
    targets = version.curriculum.of(enrolment.programme)
    moves = before is not None and before.company_id != enrolment.company_id
    begins = moves or (before is None and enrolment.starts_on >= known.today)
    all_planned = begins and version.curriculum.open_targets_need_plan
    if not enrolment.choices and not (all_planned and targets):
        return []
    return accept_plans(
        enrolment.choices,
        targets,
        enrolment.places,
        enrolment.period,
        known.hosts,
        known.rooms,
        today=known.today,
        norm=version.mentor_max_trainees,
        all_planned=all_planned,
    )


def _check_age(enrolment: Enrolment) -> None:
    age = age_on(enrolment.birth_date, enrolment.starts_on)
    if not YOUNGEST <= age <= OLDEST:
        raise AgeOutOfRange(
            f"de leerling is op de eerste dag {age} jaar",
            f"the trainee is {age} years old on the first day",
            field="birth_date",
            value=enrolment.birth_date.isoformat(),
            allowed=(f"{YOUNGEST} tot en met {OLDEST} jaar", f"{YOUNGEST} to {OLDEST} years"),
        )


def _check_guardian(enrolment: Enrolment) -> None:
    if enrolment.minor and not enrolment.guardian_email:
        raise GuardianMissing(
            "de leerling is op de eerste dag minderjarig",
            "the trainee is under age on the first day",
            field="guardian_email",
            allowed=("het adres van een ouder of verzorger", "the address of a parent or guardian"),
        )


def _check_dates(enrolment: Enrolment) -> None:
    if enrolment.planned_end <= enrolment.starts_on:
        raise EndBeforeStart(
            "de opleiding eindigt voordat zij begint",
            "the training ends before it starts",
            field="planned_end",
            value=enrolment.planned_end.isoformat(),
            allowed=(f"een dag na {days.nl(enrolment.starts_on)}", f"a day after {days.en(enrolment.starts_on)}"),
        )


def _check_known(field: str, key: str, those: Mapping[str, object]) -> None:
    if key not in those:
        raise unknown(field, key)


def _check_mentor(enrolment: Enrolment, known: Known) -> None:
    _check_known("mentor_id", enrolment.mentor_id, known.mentors)
    mentor = known.mentors[enrolment.mentor_id]
    if mentor.company_id != enrolment.company_id and enrolment.company_id in known.companies:
        own = ", ".join(sorted(one.mentor_id for one in known.colleagues.get(enrolment.company_id, ()))[:10])
        raise MentorOfAnotherCompany(
            f"praktijkbegeleider {mentor.mentor_id} hoort bij leerbedrijf {mentor.company_id}",
            f"mentor {mentor.mentor_id} belongs to company {mentor.company_id}",
            field="mentor_id",
            value=mentor.mentor_id,
            allowed=own or (f"een begeleider van {enrolment.company_id}", f"a mentor of {enrolment.company_id}"),
        )


def _check_usable(enrolment: Enrolment, before: Enrolment | None, known: Known) -> None:
    """Who is guided by somebody already keeps them: what changed about the mentor is a signal, and no refusal."""
    mentor_id = enrolment.mentor_id
    if mentor_id in known.unusable and (before is None or before.mentor_id != mentor_id):
        raise known.unusable[mentor_id]


def _check_taking_part(enrolment: Enrolment, before: Enrolment | None, version: SchemeVersion, known: Known) -> None:
    """For new placements: at a company that takes part and, where the scheme asks for it, is accredited.

    What began before today is history.
    """
    first = known.today if before is not None else enrolment.starts_on
    moves = before is not None and before.company_id != enrolment.company_id
    begins = moves or (before is None and first >= known.today)
    if not begins:
        return
    company = known.companies[enrolment.company_id]
    day = max(first, enrolment.starts_on)
    check_member(company.company_id, known.left.get(company.company_id), day)
    if (version.scheme, version.version) in known.accrediting:
        check_accredited(company.company_id, company.accredited_until, day)


def _check_instructor(enrolment: Enrolment, known: Known) -> None:
    _check_known("instructor_id", enrolment.instructor_id, known.instructors)
    instructor = known.instructors[enrolment.instructor_id]
    if instructor.school_id != enrolment.school_id and enrolment.school_id in known.schools:
        raise InstructorOfAnotherSchool(
            f"instructeur {instructor.instructor_id} hoort bij school {instructor.school_id}",
            f"instructor {instructor.instructor_id} belongs to school {instructor.school_id}",
            field="instructor_id",
            value=instructor.instructor_id,
            allowed=(f"een instructeur van {enrolment.school_id}", f"an instructor of {enrolment.school_id}"),
        )


def _check_fixed(now: Enrolment, before: Enrolment | None) -> None:
    if before is None or (before.programme, before.starts_on) == (now.programme, now.starts_on):
        return
    column = "programme" if before.programme != now.programme else "starts_on"
    was = str(getattr(before, column))
    raise EnrolmentIsFixed(
        f"de leerling is al ingeschreven met {was}",
        f"the trainee was enrolled with {was} already",
        field=column,
        value=str(getattr(now, column)),
        allowed=(f"{was}, of een nieuwe inschrijving met een eigen sleutel", f"{was}, or a new enrolment with its key"),
    )
