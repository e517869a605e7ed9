"""Reviews and actions over years: never skipped, never double, and only states that follow on each other."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.enrollment.domain.actions import MOVES, Action, Asked, DoneBeforeAssigned, assign
from services.enrollment.domain.actions import State as ActionState
from services.enrollment.domain.cadences import first_after
from services.enrollment.domain.reviews import A_WEEK, Record, Review, State, completes, plan

BEGIN, END = date(2024, 9, 2), date(2034, 9, 1)
DAYS = st.dates(BEGIN, END)


@given(DAYS, st.integers(1, 60), DAYS)
def test_the_first_review_keeps_the_rhythm_and_asks_nothing_of_before(begin: date, weeks: int, day: date) -> None:
    first = first_after(begin, weeks, day)

    assert first > begin
    assert first >= day
    assert (first - begin).days % (7 * weeks) == 0
    assert first - timedelta(weeks=weeks) <= max(begin, day - timedelta(days=1))


@settings(max_examples=30, deadline=None)
@given(
    weeks=st.integers(1, 26),
    polls=st.lists(st.integers(1, 40), min_size=10, max_size=60),
    delays=st.lists(st.integers(0, 60), min_size=5, max_size=20),
)
def test_over_ten_years_each_review_is_told_once_step_by_step_and_the_next_lies_a_cadence_after_the_last(
    weeks: int, polls: list[int], delays: list[int]
) -> None:
    """Days are those of Amsterdam: nights of summer time and leap days are days like others."""
    review = plan("T1", weeks=weeks, begin=BEGIN, last=END, today=BEGIN)
    assert review is not None
    assert review.due_on == BEGIN + timedelta(weeks=weeks)
    told: list[tuple[str, State]] = []
    today, turn, held = BEGIN, 0, 0
    while today <= END and review is not None:
        if (step := review.on(today)) is not None:
            assert today >= (review.due_on if review.told_on is None else review.told_on + A_WEEK)
            assert step.on(today) is None, "one step a day"
            told.append((step.review_id, step.state))
            review = step
        if review.told_on is not None and today >= review.told_on + timedelta(days=delays[held % len(delays)]):
            record = Record(f"R{held}", "T1", today)
            assert completes(record, review, weeks)
            due = review.due_on
            review = plan("T1", weeks=weeks, begin=BEGIN, last=END, today=today, held_on=today, told_due=due)
            assert review is None or review.due_on == max(today + timedelta(weeks=weeks), due + timedelta(days=1))
            held += 1
        today += timedelta(days=polls[turn % len(polls)])
        turn += 1

    assert len(told) == len(set(told)), "nothing is told twice"
    assert held > 0


def test_a_review_entered_late_holds_only_what_was_due_at_its_time() -> None:
    due = Review("T1", date(2026, 1, 12), State.ESCALATED, date(2026, 1, 26))

    assert completes(Record("R1", "T1", date(2026, 1, 8)), due, 8)
    assert not completes(Record("R1", "T1", date(2025, 10, 1)), due, 8)
    assert not completes(Record("R1", "T1", date(2026, 1, 8)), Review("T1", due.due_on), 8)


def test_there_is_no_review_without_a_cadence_or_after_the_last_day() -> None:
    assert plan("T1", weeks=None, begin=BEGIN, last=END, today=BEGIN) is None
    assert plan("T1", weeks=8, begin=BEGIN, last=BEGIN + timedelta(weeks=8, days=-1), today=BEGIN) is None


class AReview(RuleBasedStateMachine):
    """Days pass and people do things at any time: the states are those that the domain lists, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.review, self.today = Review("T1", BEGIN), BEGIN - timedelta(days=3)
        self.path = [self.review.state]

    @rule(days=st.integers(0, 20))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        if (step := self.review.on(self.today)) is not None:
            self.review = step
            self.path.append(step.state)

    @invariant()
    def goes_forward_one_step_at_a_time(self) -> None:
        assert self.path == [State.PLANNED, State.DUE, State.OVERDUE, State.ESCALATED][: len(self.path)]
        assert (self.review.act_on is None) == (self.review.state is State.ESCALATED)
        assert self.review.held().act_on is None
        assert self.review.lapsed().on(END) is None


TestAReview = AReview.TestCase
TestAReview.settings = settings(max_examples=25, deadline=None)


def action(**given: object) -> Action:
    asked = Asked("mentor/M1", "iets", BEGIN + timedelta(days=14))
    made = assign(asked, 1, origin="review", origin_id="R1", on=BEGIN, trainee_id="T1", place=None, scheme=None)
    assert made == assign(asked, 1, origin="review", origin_id="R1", on=BEGIN, trainee_id="T1", place=None, scheme=None)
    return made


class AnAction(RuleBasedStateMachine):
    """Open, then overdue or done, and done for good."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.today = action(), BEGIN
        self.path = [self.action.state]

    def becomes(self, after: Action) -> None:
        if after.state is not self.action.state:
            assert after.state in MOVES[self.action.state]
            self.path.append(after.state)
        self.action = after

    @rule(days=st.integers(0, 12))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.becomes(self.action.on(self.today) or self.action)

    @rule(back=st.integers(-2, 40))
    def somebody_says_it_is_done(self, back: int) -> None:
        on = self.today - timedelta(days=back)
        if self.action.state is not ActionState.DONE and not BEGIN <= on <= self.today:
            with pytest.raises(DoneBeforeAssigned):
                self.action.done(on, "x", today=self.today)
            return
        self.becomes(self.action.done(on, "x", today=self.today))

    @invariant()
    def is_overdue_only_after_its_day(self) -> None:
        if ActionState.OVERDUE in self.path:
            assert self.today > self.action.due_on
        if self.action.state is ActionState.OPEN and self.today > self.action.due_on:
            assert self.action.on(self.today) is not None
        assert (self.action.state is ActionState.DONE) == (self.action.done_on is not None)


TestAnAction = AnAction.TestCase
TestAnAction.settings = settings(max_examples=25, deadline=None)
