"""Signals in sentences: days, people and targets are named as people name them."""

from datetime import date

import pytest

from services.enrollment.domain import days
from services.enrollment.domain.signals import Kind, Signal
from services.enrollment.words import agenda, risk

DAY = date(2026, 8, 3)
TITLES = {("T1", "T01"): "T01 Draaien op de conventionele bank"}


@pytest.mark.parametrize(
    ("month", "nl", "en"), [(1, "januari", "January"), (8, "augustus", "August"), (12, "december", "December")]
)
def test_a_day_is_written_as_people_write_it(month: int, nl: str, en: str) -> None:
    day = date(2026, month, 3)

    assert (days.nl(day), days.en(day)) == (f"3 {nl} 2026", f"3 {en} 2026")


def test_who_has_not_signed_and_who_has_to_act_are_named_in_the_language_of_the_page() -> None:
    agreement = Signal("T1", Kind.AGREEMENT, "", DAY, {"missing": ["school", "company", "guardian"]})
    action = Signal("T1", Kind.ACTION_OVERDUE, "A1", DAY, {"origin": "review", "owner": "mentor/M1"})

    assert "de school, het leerbedrijf, de ouder of verzorger" in risk.said(agreement)
    assert "the" not in risk.said(agreement).split()
    assert "programmabespreking" in risk.said(action)
    assert "praktijkbegeleider" in risk.said(action)
    assert "mentor/M1" not in risk.said(action)


def test_a_signal_and_a_gap_say_the_title_of_their_target_beside_its_code() -> None:
    evidence = {"taught_on": "2026-05-04", "norm": 42}
    lag = Signal("T1", Kind.ALIGNMENT_GAP, "T01", DAY, evidence)
    gap = {"kind": "gap", "trainee_id": "T1", "about": "T01"}
    seen = {
        "kind": "signal",
        "signal": "alignment-gap",
        "trainee_id": "T1",
        "about": "T01",
        "since": DAY,
        "evidence": evidence,
    }

    assert TITLES["T1", "T01"] in risk.said(lag, TITLES)
    assert "Eindterm T01 is" in risk.said(lag), "without a title its code"
    first, second = agenda.worded([gap, seen], TITLES)
    assert first["about"] == TITLES["T1", "T01"]
    assert TITLES["T1", "T01"] in str(second["text"])
