"""The states of an enrolment: no sequence of moves leaves the states that the page lists."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.enrollment.domain.enrolment_states import MOVES, NotPossibleNow, State, move, way_out
from services.enrollment.domain.mentors import Period, busiest

LAST = (State.COMPLETED, State.DROPPED_OUT)


class AnEnrolment(RuleBasedStateMachine):
    """Tries every move at any time; the domain lets through only those that follow on each other."""

    def __init__(self) -> None:
        super().__init__()
        self.path = [State.APPLIED]

    @rule(to=st.sampled_from(State))
    def tries(self, to: State) -> None:
        now = self.path[-1]
        if to in MOVES[now]:
            self.path.append(move(now, to))
            return
        with pytest.raises(NotPossibleNow) as refusal:
            move(now, to)
        assert refusal.value.allowed_nl
        assert refusal.value.allowed_en

    @invariant()
    def begins_in_order_and_ends_for_good(self) -> None:
        start = [State.APPLIED, State.ACCEPTED, State.ENROLLED, State.ACTIVE]
        assert self.path[:4] == start[: len(self.path)]
        assert all(state not in LAST for state in self.path[:-1])
        assert set(self.path[4:]) <= {State.ACTIVE, State.PAUSED, *LAST}


TestAnEnrolment = AnEnrolment.TestCase


def test_every_state_but_the_first_can_be_reached_and_only_the_last_two_are_final() -> None:
    assert {to for moves in MOVES.values() for to in moves} == set(State) - {State.APPLIED}
    assert {state for state, moves in MOVES.items() if not moves} == set(LAST)


def test_who_never_began_drops_out_by_way_of_the_first_day_and_nobody_drops_out_twice() -> None:
    assert way_out(State.ENROLLED) == (State.ACTIVE, State.DROPPED_OUT)
    assert way_out(State.PAUSED) == way_out(State.ACTIVE) == (State.DROPPED_OUT,)
    for state in (State.APPLIED, State.ACCEPTED, *LAST):
        with pytest.raises(NotPossibleNow):
            way_out(state)


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))
PERIODS = st.tuples(DAYS, st.integers(0, 40)).map(lambda made: Period(made[0], made[0] + timedelta(days=made[1])))


@given(st.lists(PERIODS, max_size=8), PERIODS)
def test_the_busiest_day_is_what_counting_day_by_day_gives(taken: list[Period], period: Period) -> None:
    days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    by_day = max(sum(one.first <= day <= one.last for one in taken) for day in days)

    assert busiest({one: taken.count(one) for one in taken}, period) == by_day
