"""What entries say about a training: periods, norms, and the days on which time alone changes something."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.domain import watching
from services.enrollment.domain.norms import Norms
from services.enrollment.domain.watching import Firsts, Week

START = date(2025, 9, 3)  # a Wednesday
MONDAY = date(2025, 9, 1)
NORM = Norms(
    mentor_minutes_per_week=120,
    simple_work_share=0.4,
    alignment_lag_days=28,
    school_attendance=0.85,
    school_days=2,
    start_weeks=7,
    start_school_days=3,
)
WEEKS = st.builds(
    Week,
    st.integers(0, 30).map(lambda n: MONDAY + timedelta(weeks=n)),
    company_hours=st.sampled_from([0.0, 8.0, 24.0]),
    school_hours=st.sampled_from([0.0, 7.0, 14.0]),
    minutes=st.integers(0, 300),
    present=st.integers(0, 2),
    absent=st.integers(0, 2),
    excused=st.integers(0, 2),
    school_taught=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(WEEKS, unique_by=lambda week: week.monday), st.integers(0, 300), st.sampled_from([None, 7.0]))
def test_attended_days_are_never_more_than_those_asked_for_and_weeks_without_entries_ask_for_none(
    weeks: list[Week], days: int, hours: float | None
) -> None:
    norms = Norms(school_days=2, start_weeks=7, start_school_days=3, school_day_hours=hours)
    judged = watching.periods(START, weeks, MONDAY + timedelta(days=days), norms)

    for period in judged:
        assert 0 <= period.attended_days <= period.expected_days
        assert period.last + timedelta(days=7) < MONDAY + timedelta(days=days)
    empty = watching.periods(START, [Week(week.monday) for week in weeks], MONDAY + timedelta(days=days), norms)
    assert sum(period.expected_days for period in empty) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=6), st.integers(0, 200), st.integers(1, 60))
def test_before_the_day_of_the_next_look_time_alone_changes_nothing(
    taught: list[tuple[int, bool]], days: int, later: int
) -> None:
    firsts = [
        Firsts(f"T{n}", MONDAY + timedelta(weeks=week), company_on=MONDAY if done else None)
        for n, (week, done) in enumerate(taught)
    ]
    today = MONDAY + timedelta(days=days)
    following = watching.next_look(START, firsts, NORM, today)
    then = min(today + timedelta(days=later), following - timedelta(days=1))

    assert following > today
    assert watching.alignment_gaps(firsts, NORM, then) == watching.alignment_gaps(firsts, NORM, max(today, then))
    assert watching.complete_periods(START, then, NORM) == watching.complete_periods(START, today, NORM)


def test_the_first_weeks_ask_for_more_school_days_and_hours_become_days_where_a_scheme_says_how_long_one_is() -> None:
    week = Week(MONDAY, school_hours=14)
    timed = Norms(school_days=2, start_weeks=7, start_school_days=3, school_day_hours=7)

    assert watching.school_days(week, 0, NORM) == (3, 3)
    assert watching.school_days(week, 0, timed) == (3, 2)
    assert watching.school_days(week, 7, timed) == (2, 2)
    assert watching.school_days(Week(MONDAY, school_hours=7, absent=1), 7, timed) == (2, 1)
    assert watching.school_days(Week(MONDAY, school_hours=7, excused=1), 7, timed) == (1, 1)
    assert watching.school_days(Week(MONDAY, company_hours=24), 7, timed) == (0, 0)
    assert watching.school_days(Week(MONDAY, company_hours=24, school_taught=True), 7, timed) == (2, 0)


def test_exactly_the_norm_is_enough() -> None:
    weeks = [Week(MONDAY + timedelta(weeks=n), company_hours=24, simple_hours=9.6, minutes=120) for n in range(8)]
    judged = watching.periods(START, weeks, MONDAY + timedelta(weeks=9), NORM)

    time, mix = watching.mentor_time(judged, NORM), watching.task_mix(judged, NORM)
    assert time is not None
    assert (time.budget, time.below) == (480, False)
    assert mix is not None
    assert not mix.extra_hands
    assert watching.alignment_gaps([Firsts("T01", MONDAY)], NORM, MONDAY + timedelta(days=35)) == []
    assert watching.alignment_gaps([Firsts("T01", MONDAY)], NORM, MONDAY + timedelta(days=36)) != []
