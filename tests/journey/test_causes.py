"""What the demo says of the six causes is what the shipped files say when they are counted by hand."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from . import plain_counts
from .conftest import Played

pytestmark = pytest.mark.timeout(480)


@pytest.fixture(scope="module")
def until(played: Played) -> date:
    return date.fromisoformat(played.get("enrollment", "/enrollment/api/schedule")["ran_until"])


@pytest.fixture(scope="module")
def signals(played: Played) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = played.get("enrollment", "/enrollment/api/signals", after=after, limit=1000)
        found += page["items"]
        after = page["next"]
    return found


def of(signals: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in signals if one["kind"] == kind]


def times(signals: list[dict[str, Any]], kind: str) -> dict[str, int]:
    return dict(Counter(one["trainee_id"] for one in of(signals, kind)))


def test_p3_each_target_that_can_be_learned_nowhere_is_a_gap(played: Played, signals: list[dict[str, Any]]) -> None:
    gaps = played.get("enrollment", "/enrollment/api/figures")["gaps"]

    expected = plain_counts.coverage_gaps()

    assert times(signals, "coverage-gap") == dict.fromkeys({trainee for trainee, _ in expected}, 1)
    assert gaps["opened"] == len(expected)
    assert gaps["opened"] == gaps["open"] + sum(gaps["closed"].values())
    assert gaps["closed"]["plan"] > len(expected) / 2, "the coordinator planned most of them"


def test_the_account_names_each_cause_in_the_words_of_the_scheme_with_its_counts(
    played: Played, signals: list[dict[str, Any]]
) -> None:
    for cause, words in plain_counts.SCHEME["why"].items():
        assert words["en"] in played.printed, cause
    for kind, n in Counter(one["kind"] for one in signals).items():
        titles = {
            one["kind"]: one["title"]["en"] for one in played.get("enrollment", "/enrollment/api/figures")["signals"]
        }
        words = " ".join(played.printed.split())
        assert f"{n} × {titles[kind]} (" in words
