from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.ops.domain.tracing import diagram, fact_of, trace
from services.ops.words import TITLES, impact, title_of
from shared.events import ALL

START = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)


def row(id: str, seconds: int, *causes: str, type: str = "certification.exam-passed.v1") -> dict[str, Any]:
    return {
        "id": id,
        "position": seconds,
        "time": START + timedelta(seconds=seconds),
        "type": type,
        "subject": "trainee/T1",
        "causes": list(causes),
        "data": {},
    }


def test_steps_follow_the_clock() -> None:
    assert [step.id for step in trace([row("b", 2), row("a", 1), row("c", 3)])] == ["a", "b", "c"]


def test_a_cause_comes_first_even_by_a_clock_that_is_behind() -> None:
    steps = trace([row("mail", 1, "exam", type="notifications.mail-sent.v1"), row("exam", 2), row("later", 3)])

    assert [step.id for step in steps] == ["exam", "mail", "later"]
    assert [step.depth for step in steps] == [0, 1, 0]
    assert [step.stage for step in steps] == ["happened", "told", "happened"]


def test_a_cause_outside_the_trace_is_left_out() -> None:
    (step,) = trace([row("a", 1, "elsewhere")])

    assert step.cause is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20), st.lists(st.integers(0, 9), max_size=2)), max_size=10))
def test_every_event_is_there_once_and_effects_never_precede_causes(
    events: list[tuple[int, int, list[int]]],
) -> None:
    rows = {id: row(str(id), seconds, *map(str, causes)) for id, seconds, causes in events}  # rings of causes as well

    steps = trace(rows.values())

    order = [step.id for step in steps]
    assert sorted(order) == sorted(map(str, rows))
    for step in steps:
        assert step.cause is None or order.index(step.cause) < order.index(step.id)


def test_the_diagram_has_arrows_between_services_only() -> None:
    steps = trace([row("a", 1), row("b", 2, "a"), row("c", 3, "b", type="notifications.mail-sent.v1")])

    a, b, c = diagram(steps)

    assert (a.after, b.after, c.after) == (None, 1, 2)
    assert (a.from_x, b.from_x, c.from_x) == (None, None, b.x)
    assert a.y < b.y < c.y


def test_every_public_event_has_a_title_in_words_of_the_trade() -> None:
    missing = [kind for kind, event in ALL.items() if not event.PRIVATE and fact_of(kind) not in TITLES]

    assert missing == []
    assert title_of("elsewhere.unheard-of.v1") == "elsewhere.unheard-of.v1"


def test_impact_adds_up_what_means_the_same_and_puts_the_largest_first() -> None:
    said = impact(
        [
            ("notifications", "certification.exam-passed.v1", 1),
            ("notifications", "certification.exam-failed.v1", 2),
            ("certification", "certification.exam-passed.v1", 5),
            ("", "", 1),
        ]
    )

    assert [count for _, count in said] == [5, 3, 1]
