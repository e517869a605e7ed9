"""What may become of a mail, whatever the mail server says and however often."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notifications import domain
from services.notifications.domain import (
    MAX_ATTEMPTS,
    Accepted,
    Broken,
    Deferred,
    Impossible,
    NoAnswer,
    NotAllowed,
    NotReady,
    NotTried,
    Outcome,
    Refused,
    State,
    after,
    back_off,
    lease_ran_out,
    may_go_to,
    move,
)

OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.just(Accepted()),
    st.integers(500, 559).map(Refused),
    st.integers(400, 459).map(Deferred),
    st.just(NoAnswer("SMTPServerDisconnected")),
    st.just(NotTried("the mail server cannot be reached")),
    st.just(NotAllowed("not on the allow-list")),
    st.just(NotReady("contact not known yet")),
    st.just(Broken("a placeholder is missing")),
)


class LifeOfAMail(RuleBasedStateMachine):
    """Postmen claim it, are answered or die; the rules are the domain's own."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.DUE
        self.attempts = 0
        self.copies_out = 0
        self.recorded = 0
        self.maybe_out = 0

    @precondition(lambda self: self.state in (State.DUE, State.IN_DOUBT))
    @rule()
    def is_claimed(self) -> None:
        self.state = move(self.state, State.SENDING)
        self.attempts += 1

    @precondition(lambda self: self.state is State.SENDING)
    @rule(outcome=OUTCOMES)
    def is_answered(self, outcome: Outcome) -> None:
        verdict = after(self.attempts, outcome)
        self.state = move(self.state, verdict.state)
        self.attempts -= 0 if verdict.counted else 1
        self.copies_out += isinstance(outcome, Accepted)
        self.maybe_out += isinstance(outcome, NoAnswer)
        self.recorded += verdict.state in (State.IN_DOUBT, State.FAILED)

    @precondition(lambda self: self.state is State.SENDING)
    @rule(server_took_it=st.booleans())
    def loses_its_postman(self, server_took_it: bool) -> None:
        verdict = lease_ran_out(self.attempts)
        self.state = move(self.state, verdict.state)
        self.maybe_out += server_took_it
        self.recorded += verdict.state in (State.IN_DOUBT, State.FAILED)

    @precondition(lambda self: self.state is State.HELD)
    @rule()
    def gets_its_contact(self) -> None:
        self.state = move(self.state, State.DUE)

    @precondition(lambda self: self.state in (State.FAILED, State.BOUNCED))
    @rule()
    def is_sent_again_by_a_person(self) -> None:
        self.state = move(self.state, State.DUE)
        self.attempts = 0

    @precondition(lambda self: self.state in (State.SENT, State.SUPPRESSED))
    @rule()
    def rests(self) -> None:
        with pytest.raises(Impossible):
            move(self.state, State.SENDING)

    @invariant()
    def was_completed_at_most_once(self) -> None:
        assert self.copies_out <= 1

    @invariant()
    def every_extra_copy_was_recorded_as_in_doubt_or_given_up(self) -> None:
        assert self.maybe_out <= self.recorded

    @invariant()
    def is_not_tried_for_ever(self) -> None:
        assert 0 <= self.attempts <= MAX_ATTEMPTS


TestLifeOfAMail = LifeOfAMail.TestCase


@given(st.sampled_from(State), st.sampled_from(State))
def test_a_mail_moves_only_along_the_drawn_lines(old: State, new: State) -> None:
    if new in domain.MOVES[old]:
        assert move(old, new) is new
    else:
        with pytest.raises(Impossible):
            move(old, new)


def test_nothing_follows_a_delivered_a_suppressed_or_a_bundled_mail() -> None:
    assert frozenset({State.DELIVERED, State.SUPPRESSED, State.BUNDLED}) == domain.FINAL


@given(OUTCOMES, st.integers(1, MAX_ATTEMPTS))
def test_every_outcome_leads_where_a_sending_mail_may_go(outcome: Outcome, attempts: int) -> None:
    verdict = after(attempts, outcome)

    assert verdict.state in domain.MOVES[State.SENDING]
    assert (verdict.retry_in is not None) == (verdict.state in (State.DUE, State.IN_DOUBT))
    assert (verdict.reason is None) == (verdict.state is State.SENT)


def test_a_server_that_is_away_is_not_held_against_the_mail() -> None:
    verdict = after(MAX_ATTEMPTS, NotTried("away"))

    assert (verdict.state, verdict.counted, verdict.retry_in) == (State.DUE, False, timedelta(0))


def test_a_server_that_asks_for_patience_to_the_end_makes_a_person_look() -> None:
    assert after(MAX_ATTEMPTS - 1, Deferred(451)).state is State.DUE
    assert after(MAX_ATTEMPTS, Deferred(451)).state is State.FAILED


@given(st.integers(1, 100))
def test_pauses_grow_from_a_minute_to_a_day(attempts: int) -> None:
    assert timedelta(seconds=5) <= back_off(attempts) <= back_off(attempts + 1) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("anneke@smo.example", True),
        ("ANNEKE@SMO.Example", True),
        ("iemand@elders.example", False),
        ("test@elders.example", True),
        ("anneke@smo.example.boef.example", False),
        ("smo.example@boef.example", False),
        ("anneke@subsmo.example", False),
    ],
)
def test_only_the_allow_listed_get_mail(address: str, goes: bool) -> None:
    assert may_go_to(address, frozenset({"@smo.example", "test@elders.example"})) is goes


def test_an_empty_allow_list_lets_nobody_through() -> None:
    assert not may_go_to("anneke@smo.example", frozenset())
