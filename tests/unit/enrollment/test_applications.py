"""The funnel: states that are listed only, and shares that can be counted by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.applications import (
    MOVES,
    ApplicationsTooMany,
    Reached,
    ReasonMissing,
    Rejection,
    Room,
    State,
    StepNotPossible,
    check_reason,
    check_room,
    funnels,
    move,
)

DAY = date(2026, 3, 1)


@given(st.sampled_from([State.PENDING, State.INTEREST, State.APPLIED]), st.lists(st.sampled_from(State), max_size=8))
def test_no_sequence_of_steps_enrols_somebody_who_was_not_accepted(first: State, tries: list[State]) -> None:
    path = [first]
    for to in tries:
        if to in MOVES[path[-1]]:
            path.append(move(path[-1], to))
        else:
            with pytest.raises(StepNotPossible) as refusal:
                move(path[-1], to)
            assert refusal.value.nl != refusal.value.en

    if State.ENROLLED in path:
        assert path[-2:] == [State.ACCEPTED, State.ENROLLED]
    assert State.REJECTED not in path[:-1]
    assert State.PENDING not in path[1:]


DAYS = st.sampled_from([None, DAY])
REACHED = st.builds(Reached, st.sampled_from(["", "school", "open day"]), DAYS, DAYS, DAYS, DAYS, DAYS)


@given(st.lists(REACHED, max_size=20))
def test_channels_add_up_to_all_together(reached: list[Reached]) -> None:
    *channels, together = funnels(reached)

    for name in ("known", "applied", "accepted", "rejected", "enrolled"):
        assert sum(getattr(one, name) for one in channels) == getattr(together, name)
    assert together.known == sum(bool(one.interest_on or one.applied_on) for one in reached)
    share = together.shares["overall"]
    assert (share.numerator, share.denominator) == (together.enrolled, together.known)
    assert (share.value is None) == (together.known == 0)


def test_the_public_form_has_room_or_says_so_in_both_languages() -> None:
    most = Room(60, 10, 3)
    check_room(Room(59, 9, 2), most)
    for taken in (Room(60, 0, 0), Room(0, 10, 0), Room(0, 0, 3)):
        with pytest.raises(ApplicationsTooMany) as refusal:
            check_room(taken, most)
        assert refusal.value.nl == "er zijn nu te veel aanmeldingen; probeer het later nog eens"
        assert refusal.value.en == "there are too many applications now; try again later"


def test_a_rejection_has_a_reason() -> None:
    check_reason(State.REJECTED, Rejection.NO_PLACE)
    check_reason(State.ACCEPTED, None)
    with pytest.raises(ReasonMissing) as refusal:
        check_reason(State.REJECTED, None)
    assert (refusal.value.nl, refusal.value.en) == ("een afwijzing heeft een reden", "a rejection has a reason")
