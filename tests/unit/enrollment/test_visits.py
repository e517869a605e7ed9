"""When a place is visited next, and what the clock tells: once, on its day in Amsterdam, also after an outage."""

from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.domain.visits import (
    REMINDER_AFTER,
    Held,
    Place,
    State,
    Stay,
    Visit,
    completes,
    plan,
    signals_needed,
)

PLACE = Place("company", "C1")
STAY = Stay(date(2025, 9, 1), date(2027, 7, 2), 12, 2)
FIRST_DUE = date(2025, 11, 24)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def held(on: date, weeks: int | None = None) -> Held:
    return Held("V1", "company", "C1", on, "", weeks)


def test_the_first_visit_is_due_a_cadence_after_the_first_trainee_starts() -> None:
    later = replace(STAY, first=date(2026, 2, 2))

    assert plan(PLACE, [later, STAY], today=date(2025, 9, 1)) == Visit(PLACE, FIRST_DUE, "cadence")


def test_a_share_of_a_school_is_rounded_up_and_never_nobody() -> None:
    assert [signals_needed(n, 0.1) for n in (0, 1, 10, 11, 45, 55, 100)] == [1, 1, 1, 2, 5, 6, 10]
    assert [signals_needed(n, 0) for n in (0, 50)] == [1, 1]
    assert signals_needed(3, 1) == 3


def test_the_next_visit_is_due_when_the_last_visitor_said_else_by_the_cadence() -> None:
    agreed = plan(PLACE, [STAY], today=date(2025, 12, 1), held=held(date(2025, 12, 1), 6))
    by_cadence = plan(PLACE, [STAY], today=date(2025, 12, 1), held=held(date(2025, 12, 1)))

    assert agreed == Visit(PLACE, date(2026, 1, 12), "agreed")
    assert by_cadence == Visit(PLACE, date(2026, 2, 23), "cadence")


def test_a_visit_from_before_anybody_learned_there_does_not_move_the_first_one_forward() -> None:
    before = plan(PLACE, [STAY], today=date(2025, 9, 1), held=held(date(2025, 5, 1), 4))
    into_the_year = plan(PLACE, [STAY], today=date(2025, 9, 1), held=held(date(2025, 8, 4), 12))

    assert before is not None
    assert before.due_on == FIRST_DUE
    assert into_the_year is not None
    assert into_the_year.due_on == date(2025, 10, 27)


def test_a_complaint_brings_the_visit_forward_unless_a_visit_followed_it() -> None:
    sooner = plan(PLACE, [STAY], today=date(2025, 10, 1), complaint_on=date(2025, 10, 1))
    seen_to = plan(PLACE, [STAY], today=date(2025, 10, 8), complaint_on=date(2025, 10, 1), held=held(date(2025, 10, 8)))

    assert sooner == Visit(PLACE, date(2025, 10, 15), "complaint")
    assert seen_to is not None
    assert seen_to.reason == "cadence"


def test_nobody_is_visited_where_nobody_learns_by_then() -> None:
    assert plan(PLACE, [], today=date(2025, 9, 1)) is None
    assert plan(PLACE, [STAY], today=date(2027, 7, 3)) is None
    assert plan(PLACE, [replace(STAY, last=FIRST_DUE - timedelta(days=1))], today=date(2025, 9, 1)) is None


def test_the_shortest_cadence_of_those_who_learn_there_counts() -> None:
    found = plan(PLACE, [STAY, replace(STAY, cadence_weeks=4)], today=date(2025, 9, 1))

    assert found is not None
    assert found.due_on == date(2025, 9, 29)


def test_a_due_date_that_was_told_does_not_come_back() -> None:
    found = plan(PLACE, [STAY], today=date(2026, 1, 1), held=held(date(2025, 11, 17), 1), completed_due=FIRST_DUE)

    assert found is not None
    assert found.due_on == FIRST_DUE + timedelta(days=1)


def test_a_visit_entered_late_completes_only_what_was_due_at_its_time() -> None:
    due = Visit(PLACE, FIRST_DUE, "cadence", State.DUE, FIRST_DUE)

    assert completes(held(date(2025, 11, 20)), due, 12)
    assert completes(held(date(2025, 12, 20), 1), due, 12)
    assert not completes(held(date(2025, 8, 4)), due, 12)
    assert not completes(held(date(2025, 11, 20)), replace(due, state=State.PLANNED), 12)


def test_a_visit_has_the_same_id_wherever_it_is_computed() -> None:
    assert Visit(PLACE, FIRST_DUE, "cadence").visit_id == Visit(PLACE, FIRST_DUE, "complaint", State.DUE).visit_id
    assert Visit(PLACE, FIRST_DUE, "cadence").visit_id != Visit(Place("school", "C1"), FIRST_DUE, "cadence").visit_id


def test_after_an_outage_of_a_month_a_visit_is_due_first_and_overdue_two_weeks_later() -> None:
    visit = Visit(PLACE, FIRST_DUE, "cadence")
    back = FIRST_DUE + timedelta(days=30)

    due = visit.on(back)

    assert due == replace(visit, state=State.DUE, told_on=back)
    assert due is not None
    assert due.on(back) is None
    assert due.on(back + REMINDER_AFTER - timedelta(days=1)) is None
    overdue = due.on(back + REMINDER_AFTER)
    assert overdue is not None
    assert overdue.state is State.OVERDUE
    assert overdue.on(date(2099, 1, 1)) is None


class Office:
    """Ten years of one place: a scheduler that polls when it is up, and a coordinator who visits some days later."""

    def __init__(self, stays: list[Stay], delay: int, weeks: int | None) -> None:
        self.stays, self.delay, self.weeks = stays, timedelta(days=delay), weeks
        self.told: list[tuple[str, date, date]] = []
        self.held: Held | None = None
        self.done_due: date | None = None
        self.open = plan(PLACE, stays, today=stays[0].first)

    def poll(self, moment: datetime) -> None:
        today = moment.astimezone(AMSTERDAM).date()
        if self.open is not None and self.open.told_on and today >= self.open.told_on + self.delay:
            self._visit(today)
        if self.open is not None and (step := self.open.on(today)):
            self.told.append((step.state, step.due_on, today))
            self.open = step

    def _visit(self, today: date) -> None:
        assert self.open is not None
        self.held, self.done_due = held(today, self.weeks), self.open.due_on
        assert completes(self.held, self.open, 12)
        self.open = plan(PLACE, self.stays, today=today, held=self.held, completed_due=self.done_due)


BEGIN = datetime(2025, 8, 31, 21, 0, tzinfo=UTC)
TEN_YEARS = [Stay(date(2025, 9, 1), date(2035, 9, 1), 12, 2)]
MINUTES_UP = st.integers(60, 24 * 60)
DAYS_OUT = st.integers(1, 40)


@settings(max_examples=25, deadline=None)
@given(
    pauses=st.lists(st.one_of(MINUTES_UP, DAYS_OUT.map(lambda days: days * 24 * 60)), min_size=20, max_size=60),
    delay=st.integers(1, 60),
    weeks=st.one_of(st.none(), st.integers(1, 26)),
)
def test_over_ten_years_with_outages_every_visit_is_told_once_and_never_before_its_day(
    pauses: list[int], delay: int, weeks: int | None
) -> None:
    office = Office(TEN_YEARS, delay, weeks)
    moment, turn, polls = BEGIN, 0, []
    while moment < datetime(2035, 9, 1, tzinfo=UTC):
        office.poll(moment)
        polls.append(moment.astimezone(AMSTERDAM).date())
        moment += timedelta(minutes=pauses[turn % len(pauses)])
        turn += 1

    told_due = {due: told for state, due, told in office.told if state is State.DUE}
    assert max(Counter((state, due) for state, due, _ in office.told).values()) == 1
    for state, due, told in office.told:
        day = due if state is State.DUE else told_due[due] + REMINDER_AFTER
        assert told == polls[bisect_left(polls, day)], "told at the first poll that saw its day"
    dues = [(due, told) for state, due, told in office.told if state is State.DUE]
    assert dues == sorted(dues)
    assert dues[0][0] == FIRST_DUE
    days = [told for _, told in dues]
    assert len(days) == len(set(days)), "an outage is caught up with one visit due, not a flood"


@given(st.sampled_from([date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28)]))
def test_on_the_nights_of_summer_time_a_visit_is_told_once_at_midnight_in_amsterdam(night: date) -> None:
    office = Office([Stay(night - timedelta(weeks=12), date(2035, 1, 1), 12, 2)], 60, None)
    moment = datetime.combine(night - timedelta(days=1), datetime.min.time(), UTC)

    first_seen = None
    for _ in range(3 * 24 * 6):
        office.poll(moment)
        if office.told and first_seen is None:
            first_seen = moment.astimezone(AMSTERDAM)
        moment += timedelta(minutes=10)

    assert [(state, due) for state, due, _ in office.told] == [(State.DUE, night)]
    assert first_seen == datetime.combine(night, datetime.min.time(), AMSTERDAM)
