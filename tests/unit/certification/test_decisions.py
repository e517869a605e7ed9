"""The decision by the rules of the scheme version, its evidence, and the certificate that follows from it."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.certification.domain.certificates import Certificate, Status, issue, status_on
from services.certification.domain.decisions import Dossier, Granted, NotYet, decide, dossier_hash
from services.certification.domain.numbers import (
    CHECK_CODE_ALPHABET,
    certificate_number,
    new_check_code,
    tidy_check_code,
    tidy_number,
)
from services.certification.domain.results import Entry, Results

from .builders import entry, scheme

SMITH = scheme()


def dossier(*entries: Entry, **more: object) -> Dossier:
    results = Results(SMITH.scheme)
    kept = {one.result_id: result for one in entries if (result := results.take(one))}
    plain = Dossier.of("T1", "smith-2", kept.values())
    return Dossier(plain.trainee_id, plain.programme, plain.results, **more)  # type: ignore[arg-type]


PASSED = (entry("theory", score=7), entry("forging", score=8))


def test_all_exams_passed_is_granted_on_the_results_that_passed() -> None:
    decision = decide(SMITH, dossier(*PASSED))

    assert isinstance(decision, Granted)
    assert decision.evidence == ("T1-theory-1/1", "T1-forging-1/1")


def test_an_exam_that_was_not_passed_is_named_as_missing() -> None:
    decision = decide(SMITH, dossier(entry("theory", score=7), entry("forging", score=5)))

    assert isinstance(decision, NotYet)
    assert decision.missing == ("forging",)


def test_nothing_is_granted_on_an_empty_dossier() -> None:
    decision = decide(SMITH, dossier())

    assert isinstance(decision, NotYet)
    assert decision.missing == ("theory", "forging")


def test_a_pass_in_a_resit_is_the_evidence() -> None:
    decision = decide(SMITH, dossier(entry("theory", score=3), entry("theory", 2, 6), entry("forging", score=6)))

    assert isinstance(decision, Granted)
    assert decision.evidence == ("T1-theory-2/1", "T1-forging-1/1")


@pytest.mark.parametrize(
    ("rule", "evidence"),
    [
        ("{rule: targets_signed_off, share: 0.9}", {"targets_signed_off": Decimal("0.9")}),
        ("{rule: school_attendance, at_least: 0.85}", {"school_attendance": Decimal("0.85")}),
        ("{rule: practice_months, at_least: 18}", {"practice_months": 18}),
    ],
)
def test_what_was_not_heard_of_is_missing_and_what_reaches_the_norm_is_met(
    rule: str, evidence: dict[str, object]
) -> None:
    version = scheme(**{"- {rule": f"  - {{rule: all_exams_passed}}\n  - {rule}"})
    name = next(iter(evidence))

    unheard, reached = decide(version, dossier(*PASSED)), decide(version, dossier(*PASSED, **evidence))

    assert isinstance(unheard, NotYet)
    assert unheard.missing == (name,)
    assert isinstance(reached, Granted)


def test_a_rule_of_a_later_version_asks_nothing_yet() -> None:
    later = '  - {rule: all_exams_passed}\n  - {rule: targets_signed_off, share: 1.0, from_version: "2027.1"}'
    version = scheme(**{"- {rule": later})

    assert isinstance(decide(version, dossier(*PASSED)), Granted)


@settings(deadline=None)
@given(st.permutations([entry("theory", score=3), entry("forging", score="5.75"), entry("theory", 2, "6.1")]))
def test_a_decision_taken_again_from_its_record_comes_out_the_same(order: list[Entry]) -> None:
    first = dossier(*sorted(order, key=lambda one: one.attempt))

    again = Dossier.from_data(first.as_data())

    assert again == first
    assert decide(SMITH, again) == decide(SMITH, first)


def test_another_score_or_scheme_version_gives_another_dossier_hash() -> None:
    hashes = {
        dossier_hash(version, dossier(entry("theory", score=score)))
        for version in (SMITH, scheme(version='version: "2026.2"'))
        for score in (7, "7.1")
    }

    assert len(hashes) == 4


def certificate(
    issued_on: date = date(2026, 7, 3), holder: str = "Åsa O'Brien-Yılmaz", serial: int = 42
) -> Certificate:
    ready = dossier(*PASSED)
    granted = decide(SMITH, ready)
    assert isinstance(granted, Granted)
    return issue(
        SMITH,
        ready,
        granted,
        certificate_id="c1",
        decision_id="d1",
        holder=holder,
        issued_on=issued_on,
        serial=serial,
        choose=Random(1).choice,
    )


def test_a_certificate_carries_the_year_of_its_issue_and_its_serial() -> None:
    assert certificate(date(2026, 12, 31)).number == "SM-2026-00042"
    assert certificate(date(2027, 1, 1), serial=1).number == "SM-2027-00001"


def test_the_document_names_the_holder_the_results_and_the_rules_but_not_the_check_code() -> None:
    made = certificate()

    assert made.document["holder"] == "Åsa O'Brien-Yılmaz"
    assert [r["id"] for r in made.document["results"]] == ["T1-theory-1/1", "T1-forging-1/1"]
    assert made.document["scheme_sha256"] == SMITH.sha256
    assert made.check_code not in str(made.document)


def test_the_same_certificate_has_the_same_hash_and_another_holder_another() -> None:
    assert certificate().document_sha256 == certificate().document_sha256
    assert certificate().document_sha256 != certificate(holder="Asa O'Brien-Yılmaz").document_sha256


def test_a_certificate_is_valid_up_to_and_including_its_last_day() -> None:
    assert status_on(date(2029, 7, 3), date(2029, 7, 3)) is Status.VALID
    assert status_on(date(2029, 7, 3), date(2029, 7, 4)) is Status.EXPIRED
    assert status_on(None, date(2999, 1, 1)) is Status.VALID


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_a_check_code_reads_back_however_it_is_typed(seed: int) -> None:
    code = new_check_code(Random(seed).choice)

    assert len(code) == 10
    assert set(code) <= set(CHECK_CODE_ALPHABET)
    assert tidy_check_code(f" {code[:5].lower()}-{code[5:]} ") == code


@settings(deadline=None)
@given(st.integers(1000, 9999), st.integers(1, 10**7), st.integers(1, 10**7))
def test_numbers_of_a_scheme_are_as_many_as_their_serials(year: int, one: int, other: int) -> None:
    first, second = (certificate_number("LM{year}{serial:04d}", year=year, serial=n) for n in (one, other))

    assert (first == second) is (one == other)
    assert tidy_number(f" {first.lower()} ") == first


def test_no_code_names_a_mark() -> None:
    from pathlib import Path

    import services.certification as package

    folder = Path(str(package.__file__)).parent
    marks = ("smo", "lasmeester", "SMO", "Lasmeester", "LM{year}")
    named = [
        f"{path.relative_to(folder)}: {mark}"
        for path in [*folder.rglob("*.py"), *folder.rglob("*.sql"), *folder.rglob("*.html"), *folder.rglob("*.po")]
        for mark in marks
        if mark in path.read_text("utf-8")
    ]

    assert named == []
