"""Evidence from the training beside the rules: shares that are never rounded up, months that count once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.certification.domain.decisions import Dossier, Granted, NotYet, decide, dossier_hash
from services.certification.domain.evidence import Attendance, Elsewhere, Facts, Practice, SignedOff, months_of
from services.certification.domain.explanations import explained
from services.certification.domain.scheme_file import SchemeNotValid, read_scheme
from services.certification.domain.schemes import SchemeVersion

from .builders import SCHEME

TODAY = date(2026, 7, 3)
TARGETS = ("T1", "T2", "T3", "T4")
RULES = """eligibility:
  - {rule: targets_signed_off, share: 0.75}
  - {rule: school_attendance, at_least: 0.85}
  - {rule: practice_months, at_least: 6}"""


def training_scheme(practice: str = "{rule: practice_months, at_least: 6}") -> SchemeVersion:
    """The smiths' scheme with four targets and only rules about the training."""
    listed = "\n".join(f"  {code}: {{title: {{nl: Doel {code}, en: Target {code}}}}}" for code in TARGETS)
    rules = RULES.replace("{rule: practice_months, at_least: 6}", practice)
    text = SCHEME.replace("eligibility:\n  - {rule: all_exams_passed}", rules)
    text = text.replace("  T1: {title: {nl: Smeden, en: Forging}, equipment: [anvil]}", listed)
    return read_scheme(text.replace("targets: [T1]", f"targets: [{', '.join(TARGETS)}]"))


VERSION = training_scheme()


def dossier(signed: int, attended: str | None, months: int) -> Dossier:
    facts = Facts(
        TODAY,
        tuple(SignedOff(target, TODAY) for target in TARGETS[:signed]),
        Attendance(TODAY, Decimal(100), Decimal(attended)) if attended else None,
        (Practice("P1", TODAY - timedelta(days=31 * months)),) if months else (),
    )
    return Dossier.of("T1", "smith-2", (), facts, TARGETS)


def test_every_line_met_is_granted_on_the_evidence_of_the_training() -> None:
    decision = decide(VERSION, dossier(3, "85", 7))

    assert isinstance(decision, Granted)
    assert decision.evidence == (
        "signed-off/T1/2026-07-03",
        "signed-off/T2/2026-07-03",
        "signed-off/T3/2026-07-03",
        "attendance/2026-07-03",
        "practice/P1",
    )


def test_each_open_requirement_says_what_is_known_beside_what_is_asked() -> None:
    known = dossier(2, "80", 1)
    decision = decide(VERSION, known)

    assert isinstance(decision, NotYet)
    lines = {line.requirement: line for line in explained(VERSION, known, decision)}
    assert lines["targets_signed_off"].values == {"known": 2, "of": 4, "wanted": Decimal("0.75")}
    assert lines["targets_signed_off"].open == ("T3", "T4")
    assert lines["school_attendance"].values["known"] == Decimal("0.8")
    assert lines["practice_months"].values == {"known": 1, "wanted": 6}


def test_what_was_never_measured_is_not_met() -> None:
    decision = decide(VERSION, dossier(4, None, 7))

    assert isinstance(decision, NotYet)
    assert decision.missing == ("school_attendance",)


def test_a_share_just_below_the_line_is_not_rounded_up_to_it() -> None:
    assert Attendance(TODAY, Decimal(100_000), Decimal(84_999)).share == Decimal("0.8499")


def test_a_dossier_with_facts_comes_back_from_data_with_the_same_hash() -> None:
    known = dossier(3, "85.5", 7)

    again = Dossier.from_data(known.as_data())

    assert again == known
    assert dossier_hash(VERSION, again) == dossier_hash(VERSION, known)


def test_a_dossier_of_results_alone_keeps_its_spelling() -> None:
    assert "facts" not in Dossier.of("T1", "smith-2", ()).as_data()


def test_months_are_the_calendars_and_overlapping_placements_count_once() -> None:
    year = (date(2025, 1, 15), date(2026, 1, 14))

    assert months_of([year], TODAY) == 12
    assert months_of([year, (date(2025, 3, 1), date(2025, 6, 30))], TODAY) == 12
    assert months_of([(date(2026, 1, 1), None)], date(2026, 6, 30)) == 6
    assert months_of([(date(2026, 1, 1), None)], date(2026, 6, 29)) == 5
    assert months_of([(date(2027, 1, 1), None)], TODAY) == 0


days = st.dates(date(2020, 1, 1), date(2027, 12, 31))
periods = st.lists(st.tuples(days, st.none() | days), max_size=5)


@settings(max_examples=60, deadline=None)
@given(periods, days)
def test_practice_never_shrinks_as_days_pass_and_the_order_of_placements_is_nothing(
    some: list[tuple[date, date | None]], until: date
) -> None:
    shuffled = some[::-1]

    counted = months_of(some, until)

    assert counted == months_of(shuffled, until)
    assert counted <= months_of(some, until + timedelta(days=40))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 4), st.one_of(st.none(), st.integers(0, 100).map(str)), st.integers(0, 12), st.integers(0, 4),
    st.integers(0, 100), st.integers(0, 12),
)  # fmt: skip
def test_more_evidence_never_loses_a_certificate(
    signed: int, attended: str | None, months: int, more_signed: int, more_attended: int, more_months: int
) -> None:
    before = decide(VERSION, dossier(signed, attended, months))
    after = decide(
        VERSION,
        dossier(max(signed, more_signed), str(max(int(attended or 0), more_attended)), max(months, more_months)),
    )

    assert isinstance(after, Granted) or not isinstance(before, Granted)


GAINED = (Elsewhere("X1", TODAY - timedelta(days=1000), TODAY - timedelta(days=800)),)
COUNTING = training_scheme("{rule: practice_months, at_least: 6, elsewhere: 4}")


def with_elsewhere(months: int) -> Dossier:
    known = dossier(4, "90", months).facts
    assert known is not None
    return Dossier.of("T1", "smith-2", (), replace(known, elsewhere=GAINED), TARGETS)


def test_practice_gained_elsewhere_counts_up_to_what_the_scheme_lets_it_and_not_at_all_where_it_says_nothing() -> None:
    enough, short, nothing = (
        decide(version, with_elsewhere(months)) for version, months in ((COUNTING, 2), (COUNTING, 1), (VERSION, 2))
    )

    assert isinstance(enough, Granted)
    assert [one for one in enough.evidence if one.startswith("practice")] == ["practice/P1", "practice-elsewhere/X1"]
    assert isinstance(short, NotYet)
    assert isinstance(nothing, NotYet)
    assert (short.missing, nothing.missing) == (("practice_months",), ("practice_months",))


def test_the_line_says_how_much_of_the_practice_was_gained_elsewhere() -> None:
    known = with_elsewhere(2)

    lines = {line.requirement: line for line in explained(COUNTING, known, decide(COUNTING, known))}

    assert lines["practice_months"].because == "practice-elsewhere"
    assert lines["practice_months"].values == {"known": 6, "wanted": 6, "elsewhere": 4}


def test_a_day_that_was_practice_here_and_elsewhere_counts_once() -> None:
    here = Practice("P1", TODAY - timedelta(days=100))
    there = Elsewhere("X1", TODAY - timedelta(days=90), TODAY - timedelta(days=30))

    assert Facts(TODAY, practice=(here,), elsewhere=(there,)).practice_counting(12) == 3


def test_a_dossier_with_practice_from_elsewhere_comes_back_from_data_with_the_same_hash() -> None:
    known = with_elsewhere(2)

    again = Dossier.from_data(known.as_data())

    assert again == known
    assert dossier_hash(COUNTING, again) == dossier_hash(COUNTING, known)


def test_a_scheme_that_lets_more_come_from_elsewhere_than_it_asks_is_refused() -> None:
    with pytest.raises(SchemeNotValid) as refused:
        training_scheme("{rule: practice_months, at_least: 6, elsewhere: 7}")

    (fault,) = refused.value.faults
    assert fault.path == "eligibility.2.elsewhere"
    assert fault.message == ("ligt boven at_least", "is above at_least")
    assert fault.allowed == ("hoogstens 6", "at most 6")
