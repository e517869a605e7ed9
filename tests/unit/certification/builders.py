"""Schemes and entries for the tests of certification's rules: valid ones, to be changed in one place by a test."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.certification.domain.results import Entry
from services.certification.domain.scheme_file import read_scheme
from services.certification.domain.schemes import SchemeVersion

SCHEME = """\
scheme: smith
title: {nl: Meestersmid, en: Master smith}
owner: {id: smith, name: Stichting Smeden}
version: "2026.1"
valid_from: 2026-01-01
number_format: "SM-{year}-{serial:05d}"
decision_mode: automatic
why:
  P1: {nl: Smeden leerden alleen, en: Smiths learned alone}
eligibility:
  - {rule: all_exams_passed}
exams:
  theory: {title: {nl: Theorie, en: Theory}, scale: [1.0, 10.0], pass_mark: 5.5, resits: 2}
  forging: {title: {nl: Smeden, en: Forging}, scale: [1.0, 10.0], pass_mark: 6.0, knock_out: true, resits: 1}
equipment: {anvil: {nl: aambeeld}}
targets:
  T1: {title: {nl: Smeden, en: Forging}, equipment: [anvil]}
programmes:
  smith-2: {level: 2, eqf: 2, months: 24, targets: [T1]}
"""


def scheme(**lines: str) -> SchemeVersion:
    """The smiths' scheme with lines replaced by key: ``scheme(version='version: "2026.2"')``."""
    return read_scheme(scheme_text(**lines))


def scheme_text(**lines: str) -> str:
    text = SCHEME
    for key, line in lines.items():
        start = next(row for row in SCHEME.splitlines() if row.strip().startswith(f"{key}:"))
        text = text.replace(start, line)
    return text


def entry(exam: str = "theory", attempt: int = 1, score: float | str = 7.0, **more: Any) -> Entry:
    """A result of trainee T1; later attempts a month later each."""
    given: dict[str, Any] = {
        "result_id": f"{more.get('trainee_id', 'T1')}-{exam}-{attempt}",
        "trainee_id": "T1",
        "exam": exam,
        "attempt": attempt,
        "taken_on": date(2026, 4, 7) + timedelta(days=30 * attempt),
        "score": Decimal(str(score)),
        "knocked_out": False,
        "examiner": "EX1",
    }
    return Entry(**{**given, **more})
