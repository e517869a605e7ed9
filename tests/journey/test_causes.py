"""What the demo says of the six causes is what the shipped files say when they are counted by hand."""

from collections import Counter
from datetime import date
from typing import Any, TypeVar

import pytest

from tests.servers import ROOT

from . import plain_counts
from .conftest import Played

COMMANDS = ROOT / "services" / "enrollment" / "commands"
T = TypeVar("T", dict[str, int], set[tuple[str, str]])

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


@pytest.fixture(scope="module")
def training(signals: list[dict[str, Any]], until: date) -> list[dict[str, Any]]:
    """The signals that opened before the training was complete.

    Enrollment hears of a certificate from the bus, and in a fast demo the clock may have gone on a week by then: what
    is seen in between is true, and not the same in every run.
    """
    last = plain_counts.last_days(until)
    return [one for one in signals if date.fromisoformat(one["opened_on"]) <= last[one["trainee_id"]]]


def expected(name: str, counted: T) -> T:
    """What was counted by hand, when some command of enrollment opens this kind; nothing while none does."""
    opens = any(f"Kind.{name}" in path.read_text("utf-8") for path in COMMANDS.glob("*.py"))
    return counted if opens else type(counted)()


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


def test_p1_each_trainee_without_a_programme_review_is_seen(training: list[dict[str, Any]], until: date) -> None:
    assert times(training, "review-overdue") == dict.fromkeys(plain_counts.reviews_overdue(until), 1)


def test_p2_each_target_of_school_that_did_not_come_in_the_company_is_seen(
    training: list[dict[str, Any]], until: date
) -> None:
    found = {(one["trainee_id"], one["about"]) for one in of(training, "alignment-gap")}

    assert found == expected("ALIGNMENT_GAP", plain_counts.alignment_gaps(until))


def test_p4_each_time_that_mentor_time_fell_below_the_norm_is_seen(training: list[dict[str, Any]], until: date) -> None:
    assert times(training, "mentor-time") == expected("MENTOR_TIME", plain_counts.mentor_time(until))


def test_p5_each_time_that_simple_work_took_over_is_seen(training: list[dict[str, Any]], until: date) -> None:
    assert times(training, "extra-hands") == expected("EXTRA_HANDS", plain_counts.extra_hands(until))


def test_p6_each_mentor_whose_course_ended_is_seen_with_everybody_they_guide(
    training: list[dict[str, Any]], until: date
) -> None:
    found = {(one["trainee_id"], one["about"]) for one in of(training, "mentor")}

    assert found == expected("MENTOR", plain_counts.mentors_lapsed(until))
