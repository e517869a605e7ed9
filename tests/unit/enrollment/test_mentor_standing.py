"""Where a mentor stands: every order of steps, and who may be given trainees."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.domain.mentor_standing import MOVES, Standing, State, check_usable, voices
from services.enrollment.domain.rules import Refused

DAY = date(2025, 9, 1)
STEPS = ("nominate", "yes", "no", "approve", "lapse")


def step(now: Standing, what: str, on: date) -> Standing:
    match what:
        case "nominate":
            return now.nominated(on)
        case "yes":
            return now.answers(True, "", on)
        case "no":
            return now.answers(False, "te druk", on, replacement_days=14)
        case "approve":
            return now.approved(on, "office/coordinator", course_until=None, course_required=False)
        case _:
            return now.lapsed(on) if now.state is State.APPROVED else now


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_nobody_is_approved_without_their_own_yes_after_the_last_time_that_they_were_asked(steps: list[str]) -> None:
    now = Standing("M1", State.NOMINATED, since=DAY, nominated_on=DAY)
    willing = False
    for number, what in enumerate(steps):
        before = now
        try:
            now = step(now, what, DAY + timedelta(days=number))
        except Refused:
            continue
        assert now.state in MOVES[before.state] | {before.state}
        willing = True if now.state is State.ACCEPTED else willing
        willing = False if now.state in (State.NOMINATED, State.DECLINED) else willing
        if now.state is State.APPROVED:
            assert willing
        assert (now.another_by is not None) == (now.state is State.DECLINED)


def test_a_mentor_is_usable_when_approved_or_lapsed_without_a_course_being_asked() -> None:
    usable = set()
    for state in State:
        for required in (False, True):
            try:
                check_usable("M1", Standing("M1", state), course_required=required)
            except Refused:
                continue
            usable.add((state, required))

    assert usable == {(State.APPROVED, False), (State.APPROVED, True), (State.LAPSED, False)}


def test_feedback_stays_hidden_until_the_voices_are_enough_and_a_scheme_can_only_ask_for_more() -> None:
    assert not voices([5, 5, 5, 5]).shown
    assert voices([5, 5, 5, 5, 4]).mean == 4.8
    assert not voices([5] * 5, least=8).shown
    assert voices([5] * 5, least=2).shown
