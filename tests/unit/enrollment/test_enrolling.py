"""The rules of enrolling: each refuses by its own name, with what is allowed."""

from datetime import date

import pytest

from services.enrollment.domain import enrolments as rules
from services.enrollment.domain.enrolments import (
    AgeOutOfRange,
    EndBeforeStart,
    EnrolmentIsFixed,
    GuardianMissing,
    InstructorOfAnotherSchool,
    MentorOfAnotherCompany,
)
from services.enrollment.domain.mentors import MentorOverLimit, NoMentorFree
from services.enrollment.domain.rules import (
    Refused,
    UnknownCompany,
    UnknownInstructor,
    UnknownMentor,
    UnknownSchool,
)
from services.enrollment.domain.schemes import NoSchemeInForce, NoSchemePublished, ProgrammeNotInScheme, Schemes

from .builders import MARK, enrolment, known, mentor


def test_an_enrolment_that_keeps_every_rule_gets_the_scheme_version_in_force_on_its_first_day() -> None:
    newer = type(MARK)(**{**{name: getattr(MARK, name) for name in MARK.__slots__}, "version": "2026.1",
                          "valid_from": date(2026, 1, 1)})  # fmt: skip

    found = rules.accept(enrolment(starts_on=date(2025, 9, 1)), known(schemes=Schemes([newer, MARK])))

    assert found.version == "2024.1"


@pytest.mark.parametrize(
    ("given", "rule", "field"),
    [
        ({"company_id": "C9"}, UnknownCompany, "company_id"),
        ({"school_id": "S9"}, UnknownSchool, "school_id"),
        ({"mentor_id": "M9"}, UnknownMentor, "mentor_id"),
        ({"instructor_id": "I9"}, UnknownInstructor, "instructor_id"),
        ({"company_id": "C2"}, MentorOfAnotherCompany, "mentor_id"),
        ({"instructor_id": "I2"}, InstructorOfAnotherSchool, "instructor_id"),
        ({"planned_end": date(2025, 9, 1)}, EndBeforeStart, "planned_end"),
        ({"planned_end": date(2024, 9, 1)}, EndBeforeStart, "planned_end"),
        ({"birth_date": date(2011, 9, 2), "guardian_email": "o@t.nl"}, AgeOutOfRange, "birth_date"),
        ({"birth_date": date(1954, 9, 1)}, AgeOutOfRange, "birth_date"),
        ({"birth_date": date(2007, 9, 2)}, GuardianMissing, "guardian_email"),
        ({"programme": "kapper-2"}, ProgrammeNotInScheme, "programme"),
        ({"starts_on": date(2024, 7, 31)}, NoSchemeInForce, "starts_on"),
    ],
)
def test_a_broken_rule_refuses_by_name_and_says_what_is_allowed(
    given: dict[str, object], rule: type[Refused], field: str
) -> None:
    with pytest.raises(rule) as refusal:
        rules.accept(enrolment(**given), known())

    assert refusal.value.field == field
    for language in ("nl", "en"):
        message, allowed = refusal.value.said(language)
        assert message
        assert allowed
    assert refusal.value.nl != refusal.value.en


@pytest.mark.parametrize("birth_date", [date(2011, 9, 1), date(1954, 9, 2), date(2007, 9, 1)])
def test_the_ages_on_the_edge_are_accepted(birth_date: date) -> None:
    guardian = "ouder@thuis.nl" if birth_date.year == 2011 else ""

    assert rules.accept(enrolment(birth_date=birth_date, guardian_email=guardian), known()) == MARK


def test_without_a_scheme_the_remedy_is_to_publish_one_first() -> None:
    with pytest.raises(NoSchemePublished) as refusal:
        rules.accept(enrolment(), known(schemes=Schemes([])))

    assert "keur scheme publish" in (refusal.value.allowed_en or "")


def test_the_mentors_last_place_is_taken_by_the_first_row_of_a_file() -> None:
    facts = known(mentors=[mentor("M1", max_trainees=2), mentor("M2", max_trainees=1)])
    rules.accept(enrolment("T1"), facts)
    rules.accept(enrolment("T2"), facts)

    with pytest.raises(MentorOverLimit) as refusal:
        rules.accept(enrolment("T3"), facts)

    assert not isinstance(refusal.value, NoMentorFree)
    assert refusal.value.allowed_en == "a mentor with room: M2"


def test_no_mentor_is_free_when_all_of_the_company_are_full() -> None:
    facts = known(mentors=[mentor("M1", max_trainees=1)])
    rules.accept(enrolment("T1"), facts)

    with pytest.raises(NoMentorFree):
        rules.accept(enrolment("T2"), facts)


def test_a_mentor_without_an_own_limit_has_that_of_the_scheme() -> None:
    facts = known(mentors=[mentor(max_trainees=None)])
    for number in range(3):
        rules.accept(enrolment(f"T{number}"), facts)

    with pytest.raises(NoMentorFree):
        rules.accept(enrolment("T4"), facts)


def test_trainees_who_follow_each_other_do_not_count_together() -> None:
    facts = known(mentors=[mentor(max_trainees=1)])
    rules.accept(enrolment("T1", planned_end=date(2026, 7, 3)), facts)

    assert rules.accept(enrolment("T2", starts_on=date(2026, 7, 4)), facts)
    with pytest.raises(NoMentorFree):
        rules.accept(enrolment("T3", starts_on=date(2026, 7, 3)), facts)


def test_who_is_enrolled_keeps_the_mentor_when_only_the_name_changes() -> None:
    before = enrolment("T1")
    facts = known(mentors=[mentor(max_trainees=1)], enrolled=[before])
    facts.load.take("M1", enrolment("T2").period)

    assert rules.accept(enrolment("T1", name="Sem Zwart"), facts)


def test_a_refused_change_leaves_the_place_taken() -> None:
    facts = known(mentors=[mentor(max_trainees=1)], enrolled=[enrolment("T1")])
    with pytest.raises(UnknownSchool):
        rules.accept(enrolment("T1", school_id="S9"), facts)

    with pytest.raises(NoMentorFree):
        rules.accept(enrolment("T2"), facts)


@pytest.mark.parametrize("given", [{"programme": "verspaner-3"}, {"starts_on": date(2025, 9, 8)}])
def test_programme_and_first_day_are_fixed_once_told(given: dict[str, object]) -> None:
    with pytest.raises(EnrolmentIsFixed):
        rules.accept(enrolment("T1", **given), known(enrolled=[enrolment("T1")]))
