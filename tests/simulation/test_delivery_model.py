"""Ten thousand histories of the delivery model hold every invariant; each planted mistake breaks one."""

import pytest

from .world import Bug, Violation, play

SEEDS = 10_000


def test_ten_thousand_histories_lose_nothing_do_nothing_twice_and_keep_each_subject_in_order() -> None:
    handled = parked = 0
    for seed in range(SEEDS):
        world = play(seed)
        handled += len(world.effects)
        parked += len(world.parked)

    assert handled > SEEDS
    assert parked > SEEDS / 100


@pytest.mark.parametrize("bug", list(Bug), ids=lambda bug: bug.name.lower())
def test_a_planted_mistake_is_seen_within_a_thousand_histories(bug: Bug) -> None:
    for seed in range(1000):
        try:
            play(seed, bug)
        except Violation:
            return
    pytest.fail(f"{bug.name} was not seen")
