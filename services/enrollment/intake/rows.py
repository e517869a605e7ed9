"""A row of each kind: the columns of a file, the fields of a JSON body, and the thing it says."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.tabular import NUMBER, WHOLE, ClientKey, Codes, Day, Email, LanguageCode, Line, RowModel, Text, Week, YesNo

from ..domain.companies import Company, School, in_order
from ..domain.complaints import Category, Complainant, Complaint
from ..domain.coverage import Choice
from ..domain.enrolments import Enrolment
from ..domain.guidance import AttendanceEntry
from ..domain.logbook import Entry
from ..domain.mentors import Instructor, Mentor
from ..domain.visits import Held, Place


def _none_for_empty(value: object) -> object:
    return None if value == "" else value


_EMPTY = BeforeValidator(_none_for_empty)
MaybeLine = Annotated[Line | None, _EMPTY]
MaybeDay = Annotated[Day | None, _EMPTY]
MaybeEmail = Annotated[Email | None, _EMPTY]
Channel = Annotated[str, Field(pattern=r"^[\w &/-]{0,40}$")]
"""How somebody came to the mark. It travels with an event, so it is a word or two and no text."""


class RowOf(RowModel):
    """A row that says what it is; ``made`` gives the thing."""

    def made(self) -> Any:
        raise NotImplementedError


class CompanyRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("company_id",)

    company_id: ClientKey
    name: Line
    registration_number: MaybeLine = None
    street: MaybeLine = None
    postal_code: MaybeLine = None
    city: MaybeLine = None
    contact_name: Line
    contact_email: Email
    member_since: MaybeDay = None
    accredited_until: MaybeDay = None
    places: Annotated[int, Field(ge=0, le=100_000), WHOLE] = 0
    equipment: Codes = ()

    def made(self) -> Company:
        return Company(
            company_id=self.company_id,
            name=self.name,
            contact_name=self.contact_name,
            contact_email=self.contact_email,
            registration_number=self.registration_number or "",
            street=self.street or "",
            postal_code=self.postal_code or "",
            city=self.city or "",
            member_since=self.member_since,
            accredited_until=self.accredited_until,
            places=self.places,
            equipment=in_order(self.equipment),
        )


class MentorRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("mentor_id",)

    mentor_id: ClientKey
    company_id: ClientKey
    name: Line
    email: Email
    language: LanguageCode = "nl"
    course_valid_until: MaybeDay = None
    max_trainees: Annotated[int | None, Field(ge=0, le=100_000), WHOLE, _EMPTY] = None
    hours_per_week: Annotated[float | None, Field(ge=0, le=168), NUMBER, _EMPTY] = None

    def made(self) -> Mentor:
        hours = None if self.hours_per_week is None else round(self.hours_per_week, 2)
        return Mentor(
            self.mentor_id,
            self.company_id,
            self.name,
            self.email,
            self.language,
            self.course_valid_until,
            self.max_trainees,
            hours,
        )


class SchoolRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("school_id",)

    school_id: ClientKey
    name: Line
    city: MaybeLine = None
    equipment: Codes = ()

    def made(self) -> School:
        return School(self.school_id, self.name, self.city or "", in_order(self.equipment))


class InstructorRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("instructor_id",)

    instructor_id: ClientKey
    school_id: ClientKey
    name: Line
    email: Email
    language: LanguageCode = "nl"

    def made(self) -> Instructor:
        return Instructor(self.instructor_id, self.school_id, self.name, self.email, self.language)


class TraineeRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("trainee_id",)

    trainee_id: ClientKey
    name: Line
    birth_date: Day
    email: Email
    language: LanguageCode = "nl"
    guardian_email: MaybeEmail = None
    programme: ClientKey
    school_id: ClientKey
    company_id: ClientKey
    mentor_id: ClientKey
    instructor_id: ClientKey
    starts_on: Day
    planned_end: Day
    channel: Channel = ""

    def made(self) -> Enrolment:
        return Enrolment(**{**self.model_dump(), "guardian_email": self.guardian_email or ""})


class PlanBody(BaseModel):
    """Where a target is learned that the own company and school cannot teach. Without dates: the usual stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: ClientKey
    place_kind: Literal["company", "school"]
    place_id: ClientKey
    starts_on: Day | None = None
    ends_on: Day | None = None

    def choice(self) -> Choice:
        return Choice(self.target, Place(self.place_kind, self.place_id), self.starts_on, self.ends_on)


class TraineeBody(TraineeRow):
    """A trainee by JSON: the columns of the file, and the plans for targets that would be open."""

    gap_plans: Annotated[tuple[PlanBody, ...], Field(max_length=100)] = ()

    def made(self) -> Enrolment:
        given = self.model_dump(exclude={"gap_plans"})
        choices = tuple(one.choice() for one in self.gap_plans)
        return Enrolment(**{**given, "guardian_email": self.guardian_email or "", "choices": choices})


class LogbookRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("entry_id",)

    entry_id: ClientKey
    trainee_id: ClientKey
    week: Week
    place: Literal["school", "company"]
    target: ClientKey
    level: Literal["simple", "assist", "independent"]
    hours: Annotated[Decimal, Field(ge=0, le=168, decimal_places=2), NUMBER]
    mentor_minutes: Annotated[int, Field(ge=0, le=10_080), WHOLE] = 0

    def made(self) -> Entry:
        return Entry(
            self.entry_id,
            self.trainee_id,
            self.week,
            self.place,
            self.target,
            self.level,
            self.hours,
            self.mentor_minutes,
        )


class AttendanceRow(RowOf):
    """What the school says of a day; excused days are not asked for."""

    KEY: ClassVar[tuple[str, ...]] = ("trainee_id", "date")

    trainee_id: ClientKey
    date: Day
    present: Literal["yes", "no", "excused"]

    @property
    def attendance_id(self) -> str:
        return self.made().id

    def made(self) -> AttendanceEntry:
        return AttendanceEntry(self.trainee_id, self.date, self.present)


class ComplaintRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("complaint_id",)

    complaint_id: ClientKey
    trainee_id: ClientKey
    received_on: Day
    category: Category
    confidential: YesNo
    text: Text

    def made(self) -> Complaint:
        return Complaint(**self.model_dump())


class ComplaintBody(ComplaintRow):
    """A complaint by JSON: the columns of the file, and who complains."""

    by: Complainant = "trainee"


class VisitRow(RowOf):
    KEY: ClassVar[tuple[str, ...]] = ("visit_id",)

    visit_id: ClientKey
    place_kind: Literal["company", "school"]
    place_id: ClientKey
    held_on: Day
    findings: Text = ""
    next_in_weeks: Annotated[int | None, Field(ge=1, le=520), WHOLE, _EMPTY] = None

    def made(self) -> Held:
        return Held(self.visit_id, self.place_kind, self.place_id, self.held_on, self.findings, self.next_in_weeks)
