"""Phases, reasons and days of trainings that stop before their end."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.endings import (
    CAUSES,
    DayBeforeThePause,
    DayBeforeTheTraining,
    DayStillToCome,
    Phase,
    Reason,
    check_after_pause,
    check_day,
    phase_on,
)

FIRST = date(2025, 9, 1)


def test_each_of_the_six_causes_has_a_reason_of_its_own_and_the_others_have_no_cause() -> None:
    assert sorted(CAUSES.values()) == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert Reason.HEALTH not in CAUSES
    assert Reason.OTHER_JOB not in CAUSES


@pytest.mark.parametrize(
    ("days", "phase"),
    [(0, Phase.START), (48, Phase.START), (49, Phase.YEAR_1), (363, Phase.YEAR_1), (364, Phase.LATER)],
)
def test_the_phase_follows_from_the_day(days: int, phase: Phase) -> None:
    assert phase_on(FIRST + timedelta(days=days), FIRST, start_phase_weeks=7, first_exam_on=None) is phase


def test_a_scheme_without_a_start_phase_has_none() -> None:
    assert phase_on(FIRST, FIRST, start_phase_weeks=None, first_exam_on=None) is Phase.YEAR_1


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 60))
def test_phases_only_go_forward(one: int, other: int, weeks: int) -> None:
    order = list(Phase)
    sooner, later = sorted((one, other))
    exam = FIRST + timedelta(days=900)

    phases = [
        phase_on(FIRST + timedelta(days=days), FIRST, start_phase_weeks=weeks, first_exam_on=exam)
        for days in (sooner, later)
    ]

    assert order.index(phases[0]) <= order.index(phases[1])


def test_days_that_cannot_be_are_refused_in_both_languages() -> None:
    today = date(2025, 12, 1)
    for day, rule, nl, en in (
        (date(2025, 12, 2), DayStillToCome, "2 december 2025 moet nog komen", "2 December 2025 is still to come"),
        (
            date(2025, 8, 31),
            DayBeforeTheTraining,
            "de opleiding begon pas op 1 september 2025",
            "the training began on 1 September 2025 only",
        ),
    ):
        with pytest.raises(rule) as refusal:
            check_day(day, field="paused_on", starts_on=FIRST, today=today)
        assert (refusal.value.nl, refusal.value.en) == (nl, en)
    with pytest.raises(DayBeforeThePause) as early:
        check_after_pause(FIRST, today, field="resumed_on")
    assert early.value.nl == "de opleiding is pas op 1 december 2025 onderbroken"
    assert early.value.en == "the training was interrupted on 1 December 2025 only"
