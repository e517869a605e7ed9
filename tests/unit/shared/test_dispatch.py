"""How messages that arrived together are grouped for set-based handlers."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.bus.dispatch import in_groups
from shared.bus.wire import Heard
from shared.events import Envelope


def heard(number: int, kind: str, subject: str) -> Heard:
    now = datetime.now(UTC)
    return Heard(
        Envelope(id=str(number), type=kind, source="/t", time=now, subject=subject, correlationid="c", sequence=number),
        b"",
    )


MESSAGES = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz")), max_size=60)


@given(MESSAGES)
def test_grouping_by_type_keeps_every_message_and_the_order_within_each_subject(drawn: list[tuple[str, str]]) -> None:
    messages = [heard(n, kind, subject) for n, (kind, subject) in enumerate(drawn)]

    groups = in_groups(messages)

    flat = [message for _, group in groups for message in group]
    assert sorted(int(m.envelope.id) for m in flat) == list(range(len(drawn)))
    assert all(message.envelope.type == kind for kind, group in groups for message in group)
    for subject in "xyz":
        order = [int(m.envelope.id) for m in flat if m.envelope.subject == subject]
        assert order == sorted(order)


def test_events_of_one_type_about_different_subjects_come_as_one_group() -> None:
    messages = [heard(n, "A" if n % 2 else "B", f"s{n}") for n in range(20)]

    assert [len(group) for _, group in in_groups(messages)] == [10, 10]


def test_an_event_waits_for_an_earlier_one_about_its_subject_in_a_later_group() -> None:
    messages = [heard(0, "A", "x"), heard(1, "B", "y"), heard(2, "A", "y")]

    assert [(kind, [m.envelope.id for m in group]) for kind, group in in_groups(messages)] == [
        ("A", ["0"]),
        ("B", ["1"]),
        ("A", ["2"]),
    ]


def test_subjects_with_types_in_turn_share_their_groups() -> None:
    kinds = ["ABA", "BAB", "AAB"]
    messages = [heard(n, kind, f"s{n // 3}") for n, kind in enumerate("".join(kinds) * 50)]

    assert len(in_groups(messages)) <= 4
