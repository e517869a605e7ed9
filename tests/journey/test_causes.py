"""What the demo says of the six causes is what the shipped files say when they are counted by hand."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from . import plain_counts, plain_visits
from .conftest import Played

END = date(2026, 8, 3)
"""The last Monday of the files."""

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


def of(signals: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in signals if one["kind"] == kind]


def times(signals: list[dict[str, Any]], kind: str) -> dict[str, int]:
    return dict(Counter(one["trainee_id"] for one in of(signals, kind)))


def dated(signals: list[dict[str, Any]], kind: str) -> set[tuple[str, str, str, str | None]]:
    """Trainee, what it is about where that is a target, a mentor or a complaint, and from when to when."""
    return {(one["trainee_id"], one["about"], one["opened_on"], one["closed_on"]) for one in of(signals, kind)}


def holds(found: list[dict[str, Any]], kind: str, counted: list[plain_counts.Seen], until: date) -> None:
    """The same signals, each from the same day on; those that ended before the training did until the same day."""
    last = plain_counts.last_days(until)
    expected = {(one.trainee, one.about, one.opened.isoformat()) for one in counted}
    assert {(trainee, about, opened) for trainee, about, opened, _ in dated(found, kind)} == expected
    ended = {(one.trainee, one.about, one.opened.isoformat(), one.closed.isoformat()) for one in counted if one.closed}
    during = {one for one in dated(found, kind) if one[3] and date.fromisoformat(one[3]) < last[one[0]]}
    assert during <= ended
    assert {one for one in ended if date.fromisoformat(one[3]) < last[one[0]]} == during


def test_p3_each_target_that_can_be_learned_nowhere_is_a_gap_and_learned_where_the_files_say(
    played: Played, signals: list[dict[str, Any]]
) -> None:
    gaps = played.get("enrollment", "/enrollment/api/figures")["gaps"]

    expected = plain_counts.coverage_gaps()

    assert times(signals, "coverage-gap") == dict.fromkeys({trainee for trainee, _ in expected}, 1)
    assert gaps["opened"] == len(expected)
    assert gaps["plans"] == plain_counts.gaps_by_plan()
    assert (gaps["open"], gaps["closed"]) == (0, {"plan": sum(plain_counts.gaps_by_plan().values())})


def test_each_gap_is_planned_at_a_place_that_has_the_machines_and_is_not_the_own_one(played: Played) -> None:
    machines = {
        (kind, row[f"{kind}_id"]): (set(row["equipment"].split(";")), row.get("accredited_until"))
        for kind, file in (("company", "companies"), ("school", "schools"))
        for row in plain_counts.rows(file)
    }
    own = {row["trainee_id"]: row for row in plain_counts.rows("trainees")}
    seen = set()
    for trainee in sorted({trainee for trainee, _ in plain_counts.coverage_gaps()} - plain_counts.certified(END)):
        for target in played.get("enrollment", "/enrollment/api/coverage", trainee_id=trainee)["targets"]:
            if (plan := target["plan"]) is None:
                continue
            place = target["place_kind"], target["place_id"]
            has, accredited_until = machines[place]
            assert set(plain_counts.SCHEME["targets"][target["target"]]["equipment"]) <= has, (trainee, target)
            assert place[1] not in (own[trainee]["company_id"], own[trainee]["school_id"])
            assert accredited_until is None or accredited_until >= plan["ends_on"]
            seen.add((trainee, target["target"]))
    assert seen == {one for one in plain_counts.coverage_gaps() if one[0] not in plain_counts.certified(END)}


def test_the_account_names_each_cause_in_the_words_of_the_scheme_with_its_counts(
    played: Played, signals: list[dict[str, Any]]
) -> None:
    for cause, words in plain_counts.SCHEME["why"].items():
        assert words["en"] in played.printed, cause
    figures = played.get("enrollment", "/enrollment/api/figures")["signals"]
    titles = {one["kind"]: one["title"]["en"] for one in figures}
    words = " ".join(played.printed.split())
    for kind, n in Counter(one["kind"] for one in signals).items():
        still = sum(1 for one in of(signals, kind) if one["closed_on"] is None)
        assert f"{n} × {titles[kind]} ({still} still open)" in words


def test_the_account_says_as_open_what_is_open_in_the_files_at_the_end(
    signals: list[dict[str, Any]], until: date
) -> None:
    open_now = Counter(one["kind"] for one in signals if one["closed_on"] is None)

    assert open_now == plain_counts.still_open(until)


def test_visits_come_sooner_where_the_files_played_by_hand_say_so(played: Played, until: date) -> None:
    hand = plain_visits.Played(until)
    planned = played.get("enrollment", "/enrollment/api/planned-visits", limit=1000)["items"]

    sooner = {
        (one["place_kind"], one["place_id"], date.fromisoformat(one["due_on"]), one["reason"])
        for one in planned
        if one["reason"] not in ("cadence", "agreed")
    }

    assert sooner == hand.sooner()
    assert {"company", "school"} == {kind for kind, _, _, _ in sooner}
    assert f"{len(hand.sooner())} visits: " in " ".join(played.printed.split())


def test_visits_are_announced_held_and_open_as_the_files_played_by_hand_say(played: Played, until: date) -> None:
    hand = plain_visits.Played(until)
    done, open_now = sum(one.held for one in hand.told), hand.still_open(until)
    held = f"{len(plain_counts.rows('visits'))} held ({done} of them because they were due)"

    said = f"{len(hand.told)} told to be due, {held}, {open_now} still open"

    assert said in " ".join(played.printed.split())


def test_p1_each_trainee_without_a_programme_review_is_seen(training: list[dict[str, Any]], until: date) -> None:
    found = {(one["trainee_id"], one["opened_on"]) for one in of(training, "review-overdue")}

    assert found == {(one.trainee, one.opened.isoformat()) for one in plain_counts.reviews_overdue(until)}


def test_p2_each_target_of_school_that_did_not_come_in_the_company_is_seen(
    training: list[dict[str, Any]], until: date
) -> None:
    holds(training, "alignment-gap", plain_counts.alignment_gaps(until), until)


def test_p2_each_time_that_somebody_was_too_little_at_school_is_seen(
    training: list[dict[str, Any]], until: date
) -> None:
    assert plain_counts.attendance(until), "the files hold some"
    holds(training, "attendance", plain_counts.attendance(until), until)


def test_p4_each_time_that_mentor_time_fell_below_the_norm_is_seen(training: list[dict[str, Any]], until: date) -> None:
    holds(training, "mentor-time", plain_counts.mentor_time(until), until)


def test_p5_each_time_that_simple_work_took_over_is_seen(training: list[dict[str, Any]], until: date) -> None:
    holds(training, "extra-hands", plain_counts.extra_hands(until), until)


def test_p6_each_mentor_whose_course_ended_is_seen_with_everybody_they_guide(
    training: list[dict[str, Any]], until: date
) -> None:
    holds(training, "mentor", plain_counts.mentors_lapsed(until), until)


def test_each_complaint_of_the_files_is_seen(training: list[dict[str, Any]], until: date) -> None:
    holds(training, "complaint", plain_counts.complaints(until), until)


def test_what_the_files_cannot_open_is_not_seen(signals: list[dict[str, Any]], until: date) -> None:
    counted = {one.kind for one in plain_counts.all_signals(until)} | {"coverage-gap"}

    assert {one["kind"] for one in signals} == counted
    assert counted.isdisjoint(plain_counts.NEVER)
    assert not any("action" in name for row in plain_counts.rows("visits") for name in row)
    assert "agreement_grace_days" not in plain_counts.NORMS
