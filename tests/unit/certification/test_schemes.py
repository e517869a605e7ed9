"""A scheme file is either a scheme, or a list of everything to mend in it."""

from datetime import date

import pytest

from services.certification.domain.scheme_file import SchemeFault, SchemeNotValid, read_scheme
from services.certification.domain.schemes import SchemeVersion, Validity

from .builders import SCHEME, scheme, scheme_text


def faults(text: str) -> list[SchemeFault]:
    with pytest.raises(SchemeNotValid) as refused:
        read_scheme(text)
    return refused.value.faults


def test_a_valid_scheme_is_read_with_its_exams_in_the_order_of_the_file() -> None:
    version = scheme()

    assert list(version.scheme.exams) == ["theory", "forging"]
    assert version.content["valid_from"] == "2026-01-01"


def test_a_scheme_comes_back_the_same_from_its_stored_content() -> None:
    version = scheme()

    assert SchemeVersion.from_content(version.content) == version


def test_comments_and_the_order_of_keys_do_not_change_the_fingerprint() -> None:
    shuffled = "\n".join(["# the same", *SCHEME.splitlines()[1:6], SCHEME.splitlines()[0], *SCHEME.splitlines()[6:]])

    assert read_scheme(shuffled).sha256 == scheme().sha256


def test_another_pass_mark_changes_the_fingerprint() -> None:
    assert read_scheme(SCHEME.replace("pass_mark: 5.5", "pass_mark: 5.6")).sha256 != scheme().sha256


def test_every_fault_is_named_at_once_with_line_path_value_and_what_is_allowed() -> None:
    text = scheme_text(
        version="version: 2026.1",
        decision_mode="decision_mode: by lot",
        theory="  theory: {title: {nl: T}, scale: [1.0, 10.0], pass_mark: 11, resits: -1}",
        T1="  T1: {title: {nl: Smeden}, equipment: [anvil, lathe]}",
    )

    assert [(f.line, f.path, f.value) for f in faults(text)] == [
        (4, "version", "2026.1"),
        (7, "decision_mode", "by lot"),
        (13, "exams.theory.pass_mark", "11"),
        (13, "exams.theory.resits", "-1"),
        (17, "targets.T1.equipment.1", "lathe"),
    ]
    assert [f.in_language("en")["allowed"] for f in faults(text)] == [
        'text; write a number in quotes, such as "2024.1"',
        "automatic, reviewed",
        "1.0 – 10.0",
        "at least 0",
        "anvil",
    ]
    assert [f.in_language("nl")["message"] for f in faults(text)] == [
        "is geen tekst",
        "is geen van de toegestane waarden",
        "ligt buiten de schaal",
        "ligt buiten de grenzen",
        "wordt hier genoemd maar staat nergens",
    ]


@pytest.mark.parametrize(
    ("key", "line", "path"),
    [
        ("scheme", "scheme: Two Words", "scheme"),
        ("title", "title: {en: Smith}", "title.nl"),
        ("valid_from", "valid_from: next year", "valid_from"),
        ("valid_from", "valid_from: 2026-02-30", "valid_from"),
        ("valid_from", "valid_from: 0", "valid_from"),
        ("number_format", 'number_format: "SM-{serial:05d}"', "number_format"),
        ("number_format", 'number_format: "SM-{year}-{serial}"', "number_format"),
        ("number_format", 'number_format: "SM/{year}/{serial:05d}"', "number_format"),
        ("number_format", 'number_format: "{year.__class__}{serial:05d}"', "number_format"),
        ("owner", "owner: {id: smith, name: S, colour: red}", "owner.colour"),
        ("- {rule", "  - {rule: be_kind}", "eligibility.0"),
        ("- {rule", "  - {rule: targets_signed_off, share: 1.5}", "eligibility.0.share"),
        ("- {rule", "  - {rule: school_attendance}", "eligibility.0.at_least"),
        ("theory", "  theory: {title: {nl: T}, scale: [10, 1], pass_mark: 5}", "exams.theory.scale"),
        ("theory", "  theory: {title: {nl: T}, scale: [1, .inf], pass_mark: 5}", "exams.theory.scale.1"),
        ("theory", "  theory: {title: {nl: T}, scale: [1, 10], pass_mark: high}", "exams.theory.pass_mark"),
        ("theory", "  theory: {title: {nl: T}, scale: [1, 10]}", "exams.theory.pass_mark"),
        ("smith-2", "  smith-2: {level: 2, eqf: 9, months: 24}", "programmes.smith-2.eqf"),
        ("smith-2", "  smith-2: {level: 2, eqf: 2, months: 24, targets: [T1, T1]}", "programmes.smith-2.targets.1"),
        ("smith-2", "  smith-2: {level: 2, eqf: 2, months: 24, targets: [T7]}", "programmes.smith-2.targets.0"),
    ],
)
def test_a_wrong_field_is_refused_where_it_stands(key: str, line: str, path: str) -> None:
    found = [fault.path for fault in faults(SCHEME.replace(line_of(key), line))]

    assert path in found


def line_of(key: str) -> str:
    return next(row for row in SCHEME.splitlines() if row.strip().startswith(key))


def test_a_missing_field_is_named_with_the_line_of_the_part_it_is_missing_from() -> None:
    (fault,) = faults(SCHEME.replace(", pass_mark: 5.5", ""))

    assert (fault.line, fault.path, fault.message[1]) == (13, "exams.theory.pass_mark", "is missing")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no scheme"),
        ("- a\n- b\n", "holds no scheme"),
        ("scheme: [", "is not YAML"),
        ("scheme: a\nscheme: b\n", "is not YAML"),
        ("scheme: a\0b", "is not YAML"),
        ("a: &x {b: c}\nd: *x\n", "anchor or alias"),
        ("a: !!python/object:os.system {}\n", "holds the tag"),
        ("a: " + "[" * 50 + "]" * 50, "nested deeper"),
        ("a: " + "x" * 300_000, "longer than"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, said: str) -> None:
    assert any(said in fault.message[1] for fault in faults(text))


def test_a_comma_in_unquoted_words_stays_in_the_sentence() -> None:
    version = scheme(P1="  P1: {nl: Smeden, soms alleen, leerden traag, en: Smiths, often alone, learned slowly}")

    assert version.scheme.why["P1"].nl == "Smeden, soms alleen, leerden traag"
    assert version.scheme.why["P1"].en == "Smiths, often alone, learned slowly"


@pytest.mark.parametrize(
    ("version", "applies"), [("2024.9", False), ("2025.1", True), ("2025.10", True), ("3000", True)]
)
def test_a_rule_applies_from_its_version_on(version: str, applies: bool) -> None:
    published = read_scheme(
        SCHEME.replace('"2026.1"', f'"{version}"').replace(
            "  - {rule: all_exams_passed}",
            '  - {rule: all_exams_passed}\n  - {rule: targets_signed_off, share: 1.0, from_version: "2025.1"}',
        )
    )

    assert ("targets_signed_off" in [r.rule for r in published.scheme.requirements()]) is applies


def test_validity_counts_whole_years_also_from_a_leap_day() -> None:
    three = Validity(years=3)

    assert three.until(date(2026, 5, 1)) == date(2029, 5, 1)
    assert three.until(date(2028, 2, 29)) == date(2031, 2, 28)
