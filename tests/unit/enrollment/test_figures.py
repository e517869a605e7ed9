"""Figures say how sure they are, by methods that can be worked out again in another way."""

from datetime import date
from math import comb
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.domain.figures import Goals, Share, cohort_of, first_day, parts_of
from services.enrollment.domain.projection import Running, project
from services.enrollment.domain.signal_words import kind_words
from services.enrollment.domain.signals import Kind
from services.enrollment.domain.statistics import foretold, median, median_interval, median_rank, wilson

SHARES = st.integers(1, 4000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_the_interval_of_85_in_100_is_about_seven_points_either_way() -> None:
    low, high = wilson(85, 100) or (0, 0)

    assert (round(low, 3), round(high, 3)) == (0.767, 0.907)


@given(SHARES)
@settings(max_examples=50)
def test_an_interval_holds_its_share_and_mirrors_the_interval_of_those_who_did_not(pair: tuple[int, int]) -> None:
    yes, n = pair
    low, high = wilson(yes, n) or (1, 0)
    other_low, other_high = wilson(n - yes, n) or (1, 0)

    assert 0 <= low <= yes / n + 1e-12
    assert yes / n - 1e-12 <= high <= 1
    assert abs(low - (1 - other_high)) < 1e-9
    assert abs(high - (1 - other_low)) < 1e-9


def test_of_nothing_there_is_no_share_and_no_interval() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)
    assert (median([]), median_interval([])) == (None, None)


@given(st.integers(6, 120))
@settings(max_examples=40)
def test_the_interval_of_a_median_is_the_narrowest_symmetric_pair_that_holds_it_95_times_in_100(n: int) -> None:
    rank = median_rank(n)

    assert rank is not None
    missed = 2 * sum(comb(n, k) for k in range(rank)) / 2**n
    wider = 2 * sum(comb(n, k) for k in range(rank + 1)) / 2**n
    assert missed <= 0.05 < wider


def test_five_observations_are_too_few_for_an_interval_of_a_median() -> None:
    assert median([1, 2, 3, 4, 50]) == 3
    assert median_interval([1, 2, 3, 4, 50]) is None
    assert median_interval([1, 2, 3, 4, 5, 50]) == (1, 50)


def test_a_median_of_many_observations_has_an_interval_at_once() -> None:
    rank = median_rank(100_000)

    assert rank is not None
    assert 49_600 < rank < 49_700  # n/2 - 0.98 √n by the normal approximation


@given(SHARES.filter(lambda pair: pair[1] <= 300), st.integers(0, 60))
@settings(max_examples=40)
def test_what_is_foretold_lies_within_its_band_and_the_band_within_what_can_be(
    pair: tuple[int, int], further: int
) -> None:
    expected, band = foretold(*pair, further)

    assert 0 <= band.low <= band.high <= further
    assert band.low - 1 <= expected <= band.high + 1


def test_the_band_holds_what_comes_of_it_95_times_in_100() -> None:
    chance, dice, held = 0.85, Random(2027), 0
    for _ in range(400):
        before = sum(dice.random() < chance for _ in range(100))
        after = sum(dice.random() < chance for _ in range(80))
        _, band = foretold(before, 100, 80)
        held += band.low <= after <= band.high

    assert 0.92 <= held / 400 <= 0.99


def test_a_cohort_of_which_nobody_is_left_is_foretold_exactly_and_one_without_earlier_cohorts_not_at_all() -> None:
    done = project(Running(2025, 100, 88, 12), Share(80, 90), (2024,))

    assert done is not None
    assert (done.value, *done.band) == (0.88, 0.88, 0.88)
    assert project(Running(2025, 100, 0, 4), Share(0, 0), ()) is None
    assert project(Running(2025, 0, 0, 0), Share(80, 90), (2024,)) is None


def test_a_cohort_that_runs_is_foretold_from_those_who_had_come_as_far() -> None:
    told = project(Running(2025, 100, 0, 10), Share(89, 100), (2024,))

    assert told is not None
    assert round(told.value, 2) == 0.80  # 90 go on, 89 % of whom finish
    assert told.band.low < 0.75
    assert told.band.high > 0.83
    assert told.band.high <= 0.90, "who dropped out does not come back"


def test_the_school_year_begins_in_august() -> None:
    assert [cohort_of(day) for day in (date(2025, 7, 31), date(2025, 8, 1), date(2026, 1, 5))] == [2024, 2025, 2025]
    assert first_day(2025) == date(2025, 8, 1)


def test_goals_that_a_scheme_does_not_name_are_no_lines() -> None:
    assert [(code, share) for code, share, _ in Goals(0.5, 0.85, 0.9).lines()] == [
        ("baseline", 0.5),
        ("target", 0.85),
        ("stretch", 0.9),
    ]
    assert Goals().lines() == []


def test_parts_come_with_the_largest_first_and_an_unknown_code_is_its_own_word() -> None:
    parts = parts_of({"a": 1, "b": 3}, 4, {})

    assert [(part.code, part.title.nl, part.share.value) for part in parts] == [("b", "b", 0.75), ("a", "a", 0.25)]


def test_every_kind_of_signal_has_words_in_both_languages() -> None:
    for kind in Kind:
        words = kind_words(kind)
        assert words.nl != kind, kind
        assert words.nl != words.en, kind
