"""The steps of a complaint: no sequence leaves the states that are listed, and none is closed undiscussed."""

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.enrollment.domain.complaints import MOVES, Case, State, last_day
from services.enrollment.domain.rules import Refused

DAY = date(2025, 9, 1)
ORDER = list(State)


class AComplaint(RuleBasedStateMachine):
    """Tries every step at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case("K1", "T1", DAY, minor=True, acknowledge_by=DAY + timedelta(days=5))
        self.appeals = 0

    @rule(
        step=st.sampled_from(["acknowledged", "in hand", "on agenda", "discussed", "waived", "resolved", "closed",
                              "appealed"]),
        words=st.sampled_from(["", "woorden"]),
    )  # fmt: skip
    def tries(self, step: str, words: str) -> None:
        before = self.case
        steps = {
            "acknowledged": lambda: before.acknowledged(DAY),
            "in hand": lambda: before.taken_in_hand(words, DAY),
            "on agenda": lambda: before.put_on_agenda(DAY),
            "discussed": lambda: before.discussed(DAY),
            "waived": lambda: before.waived(words),
            "resolved": lambda: before.resolved(words, DAY),
            "closed": lambda: before.closed(DAY),
            "appealed": lambda: before.appealed("trainee", DAY),
        }
        try:
            after = steps[step]()
        except Refused:
            return
        assert after.state is before.state or after.state in MOVES[before.state]
        if before.state in (State.RESOLVED, State.CLOSED) and after.state is State.IN_HAND:
            assert step == "appealed"
            assert after.discussed_on is None
            assert after.waived_reason == ""
        self.case = after

    @invariant()
    def is_closed_only_when_discussed_or_waived_and_on_the_agenda_only_in_the_coordinators_words(self) -> None:
        case = self.case
        assert case.state in ORDER
        if case.state is State.CLOSED:
            assert case.discussed_on or case.waived_reason
        if case.state is State.ON_AGENDA:
            assert case.agenda_words
        if case.state in (State.RESOLVED, State.CLOSED):
            assert case.resolution
        assert (case.state is State.RECEIVED) == (case.acknowledged_on is None)
        assert (case.act_on is not None) == (case.state is State.RECEIVED)


TestAComplaint = AComplaint.TestCase
TestAComplaint.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_every_state_but_the_first_can_be_reached() -> None:
    assert {to for moves in MOVES.values() for to in moves} == set(State) - {State.RECEIVED}


def test_the_clocks_run_over_leap_days_and_summer_time_in_whole_days() -> None:
    for received in (date(2028, 2, 26), date(2026, 3, 27), date(2026, 10, 23)):
        case = Case("K1", "T1", received, acknowledge_by=last_day(received, 5))
        assert case.late(received + timedelta(days=5)) is None
        assert case.late(received + timedelta(days=6)) == ("acknowledge", received + timedelta(days=5))
    assert last_day(DAY, None) is None
