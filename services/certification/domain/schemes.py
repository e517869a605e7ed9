"""A certification scheme as data: what one version of a mark asks of a candidate, and how it decides.

ISO/IEC 17024 (8.1-8.4) asks for a scheme per mark with its requirements, its assessment and its criteria, under version
control. A published version never changes; what differs is another version.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.tabular import Day

from .canonical import fingerprint, plain_number
from .logo import MOST_CHARACTERS, plain_drawing
from .numbers import is_number_format


def _decimal(value: object) -> object:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _well_formed(number_format: str) -> str:
    if not is_number_format(number_format):
        raise PydanticCustomError("number_format", "cannot make numbers")
    return number_format


def _rising(scale: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if scale[0] >= scale[1]:
        raise PydanticCustomError("scale", "does not rise")
    return scale


_CODE = r"^[A-Za-z][A-Za-z0-9_-]{0,49}$"
_NAME = r"^[a-z][a-z0-9-]{0,39}$"
_VERSION = r"^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$"
_WORDS = r"^[^\x00-\x1f\x7f]+$"
_COLOUR = r"^#[0-9A-Fa-f]{6}$"
FORMS = {
    _COLOUR: ('een kleur zoals "#17324d"', 'a colour such as "#17324d"'),
    _CODE: (
        "een letter, dan letters, cijfers, - en _, hoogstens 50",
        "a letter, then letters, digits, - and _, 50 at most",
    ),
    _NAME: ("een kleine letter, dan kleine letters, cijfers en -", "a small letter, then small letters, digits and -"),
    _VERSION: ('getallen met punten ertussen, zoals "2024.1"', 'numbers with points between, such as "2024.1"'),
    _WORDS: ("tekst op één regel", "text on one line"),
}
"""What the forms of the fields come to, in words for an author."""

Code = Annotated[str, StringConstraints(pattern=_CODE)]
VersionText = Annotated[str, StringConstraints(pattern=_VERSION)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_WORDS)]
Exact = Annotated[Decimal, BeforeValidator(_decimal), Field(allow_inf_nan=False)]
Share = Annotated[Exact, Field(ge=0, le=1)]
Weeks = Annotated[int, Field(ge=1, le=520)]
Colour = Annotated[str, StringConstraints(pattern=_COLOUR)]
Scale = Annotated[tuple[Exact, Exact], AfterValidator(_rising)]


class Part(BaseModel):
    """A part of a scheme: its fields and no others, of exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(Part):
    """Words for people: Dutch, and English where there is any."""

    nl: Words
    en: Words | None = None

    def in_language(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.nl


class Owner(Part):
    id: Code
    name: Words
    region: tuple[Words, ...] = ()


class Validity(Part):
    """How long a certificate stands, in whole years, and when its holder is reminded, in days before the end."""

    years: Annotated[int, Field(ge=1, le=50)]
    recertification_window_days: Annotated[int, Field(ge=1, le=730)] | None = None
    reminders_days: tuple[Annotated[int, Field(ge=1, le=730)], ...] = ()

    def until(self, issued_on: date) -> date:
        """The last day of validity; 29 February gives 28 February in a common year."""
        year = issued_on.year + self.years
        try:
            return issued_on.replace(year=year)
        except ValueError:
            return date(year, 2, 28)


class StartPhase(Part):
    weeks: Weeks
    school_days: Annotated[int, Field(ge=0, le=5)]


class WeekPattern(Part):
    school_days: Annotated[int, Field(ge=0, le=5)]
    company_days: Annotated[int, Field(ge=0, le=5)]
    start_phase: StartPhase | None = None


class Cadence(Part):
    programme_review_weeks: Weeks | None = None
    visit_company_weeks: Weeks | None = None
    visit_school_weeks: Weeks | None = None
    visit_after_complaint_weeks: Weeks | None = None
    visit_after_signal_weeks: Weeks | None = None
    visit_school_after_signal_weeks: Weeks | None = None
    visit_school_signal_share: Share | None = None
    """Of which share of those who learn at a school a signal must speak of it before its visit comes sooner."""


class Norms(Part):
    alignment_lag_days: Annotated[int, Field(ge=0)] | None = None
    mentor_minutes_per_week: Annotated[int, Field(ge=0)] | None = None
    simple_work_share: Share | None = None
    mentor_max_trainees: Annotated[int, Field(ge=1)] | None = None
    school_weeks: Annotated[int, Field(ge=0)] | None = None
    school_attendance: Share | None = None
    complaint_acknowledge_days: Annotated[int, Field(ge=0)] | None = None
    complaint_resolve_days: Annotated[int, Field(ge=0)] | None = None
    complaint_appeal_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """How long who complained can appeal against what came of it, in days after being told."""
    replacement_placement_days: Annotated[int, Field(ge=0)] | None = None
    accreditation_years: Annotated[int, Field(ge=1, le=50)] | None = None
    accreditation_reminder_days: Annotated[int, Field(ge=1, le=730)] | None = None
    agreement_grace_days: Annotated[int, Field(ge=0)] | None = None
    agreement_reminder_days: Annotated[int, Field(ge=1)] | None = None
    appeal_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """How long a person can appeal against a decision that refuses or takes away, in days after it."""
    licence_reminder_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """How long before its last day a company hears that its licence to use the mark ends, in days."""
    appeal_decision_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Within how many days after it was lodged an appeal is decided."""
    open_targets_need_plan: bool | None = None
    mentor_course_required: bool | None = None
    mentor_course_reminder_days: Annotated[int, Field(ge=1, le=365)] | None = None
    mentor_replacement_days: Annotated[int, Field(ge=1, le=365)] | None = None
    mentor_feedback_least: Annotated[int, Field(ge=5)] | None = None
    school_day_hours: Annotated[Exact, Field(gt=0, le=12)] | None = None
    attendance_periods: Annotated[int, Field(ge=1, le=13)] | None = None
    logbook_days: Annotated[int, Field(ge=0, le=60)] | None = None


class Risk(Part):
    """When a training is watched, in points: each of the six causes with an open signal counts one."""

    raised_from: Annotated[int, Field(ge=1)]
    high_from: Annotated[int, Field(ge=1)]
    complaint: Annotated[int, Field(ge=0)] = 1
    no_placement: Annotated[int, Field(ge=0)] = 1


class Completion(Part):
    baseline: Share
    target: Share
    stretch: Share


class Rule(Part):
    """A requirement for a certificate. ``from_version``: the first version of the scheme in which it applies."""

    from_version: VersionText | None = None


class AllExamsPassed(Rule):
    rule: Literal["all_exams_passed"]


class TargetsSignedOff(Rule):
    """The share of the programme's attainment targets that must be signed off, 0 to 1."""

    rule: Literal["targets_signed_off"]
    share: Share


class SchoolAttendance(Rule):
    """The share of school days that must have been attended, 0 to 1."""

    rule: Literal["school_attendance"]
    at_least: Share


class PracticeMonths(Rule):
    """Months of practice in the trade. ``elsewhere``: so many of them at most may have been gained before the enrolment
    or with an earlier employer; without it none."""

    rule: Literal["practice_months"]
    at_least: Annotated[int, Field(ge=1, le=600)]
    elsewhere: Annotated[int, Field(ge=1, le=600)] | None = None


Requirement = Annotated[
    AllExamsPassed | TargetsSignedOff | SchoolAttendance | PracticeMonths, Field(discriminator="rule")
]


class Exam(Part):
    """An exam: its scale, the lowest score that passes, and how often it may be sat again after a first attempt."""

    title: Text
    scale: Scale
    pass_mark: Exact
    knock_out: bool = False
    bring: Text | None = None
    """What a candidate brings: stands in the invitation."""
    resits: Annotated[int, Field(ge=0, le=20)] = 0

    @property
    def attempts(self) -> int:
        """How often it may be sat in all."""
        return 1 + self.resits

    @property
    def scale_in_words(self) -> str:
        return f"{plain_number(self.scale[0])} to {plain_number(self.scale[1])}"

    def holds(self, score: Decimal) -> bool:
        return self.scale[0] <= score <= self.scale[1]

    def passes(self, score: Decimal, *, knocked_out: bool) -> bool:
        """A knock-out fails the exam whatever the score."""
        return not knocked_out and score >= self.pass_mark


class RecertificationNeeds(Part):
    practice_months: Annotated[int, Field(ge=1, le=600)] | None = None


class Recertification(Part):
    exams: tuple[Code, ...] = ()
    requires: RecertificationNeeds | None = None


class Transition(Part):
    """What becomes of those who started under an earlier version: each ``stays``, ``moves`` to this one on a day, or
    ``chooses`` up to and including that day."""

    who_started_before: Literal["stays", "moves", "chooses"]
    on: Day | None = None


class Target(Part):
    title: Text
    equipment: tuple[Code, ...] = ()


class Programme(Part):
    title: Text | None = None
    level: Annotated[int, Field(ge=1, le=8)]
    eqf: Annotated[int, Field(ge=1, le=8)]
    months: Annotated[int, Field(ge=1, le=120)]
    targets: tuple[Code, ...] = ()


class Signature(Part):
    """Whose name stands under a certificate, and in which role."""

    name: Words
    role: Text


class Look(Part):
    """How a certificate on paper looks: a logo as plain SVG, two colours, the names that stand under it."""

    logo: Annotated[str, StringConstraints(max_length=MOST_CHARACTERS), AfterValidator(plain_drawing)] | None = None
    colour: Colour | None = None
    accent: Colour | None = None
    signatures: Annotated[tuple[Signature, ...], Field(max_length=3)] = ()


class Scheme(Part):
    """One version of a mark. Everything that differs between marks stands here."""

    scheme: Annotated[str, StringConstraints(pattern=_NAME)]
    title: Text
    owner: Owner
    version: VersionText
    valid_from: Day
    number_format: Annotated[str, StringConstraints(max_length=60), AfterValidator(_well_formed)]
    validity: Validity | None = None
    decision_mode: Literal["automatic", "reviewed"]
    status_profile: Literal["ob3-strict"] = "ob3-strict"
    look: Look = Look()
    why: dict[Code, Text] = {}
    week_pattern: WeekPattern | None = None
    cadence: Cadence = Cadence()
    norms: Norms = Norms()
    risk: Risk | None = None
    completion: Completion | None = None
    eligibility: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    exams: Annotated[dict[Code, Exam], Field(min_length=1)]
    recertification: Recertification | None = None
    transition: Transition | None = None
    equipment: dict[Code, Text] = {}
    targets: dict[Code, Target] = {}
    programmes: Annotated[dict[Code, Programme], Field(min_length=1)]

    def requirements(self) -> tuple[Requirement, ...]:
        """The rules that apply in this version; one that starts with a later version does not yet."""
        here = _order(self.version)
        return tuple(r for r in self.eligibility if r.from_version is None or _order(r.from_version) <= here)

    def rules(self) -> frozenset[str]:
        """The names of the rules that apply in this version."""
        return frozenset(requirement.rule for requirement in self.requirements())

    def follows(self, other: "Scheme") -> bool:
        """Whether this is a later version of the same scheme."""
        return self.scheme == other.scheme and _order(self.version) > _order(other.version)


class SchemeVersion(NamedTuple):
    """A scheme as it was published: ``content`` is the whole of it as data, ``sha256`` its fingerprint."""

    scheme: Scheme
    content: Mapping[str, Any]
    sha256: str

    @classmethod
    def of(cls, scheme: Scheme, content: Mapping[str, Any]) -> "SchemeVersion":
        return cls(scheme, content, fingerprint(content))

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "SchemeVersion":
        """Back from stored data, in which dates are text. Invalid content raises pydantic's ``ValidationError``."""
        return cls.of(Scheme.model_validate_json(json.dumps(content)), content)


def _order(version: str) -> tuple[int, ...]:
    """Versions compare by their numbers, so 2025.10 comes after 2025.9, and 3.0 is 3."""
    numbers = [int(number) for number in re.split(r"\.", version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
