from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ops.domain.failures import failure_of, headers_to_resend

NOW = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
PARKED = {
    "x-keur-service": "certification",
    "x-keur-error": "GiveUp",
    "x-keur-reason": "no such scheme",
    "x-keur-frame": "services/certification/handlers.py:12 in assess_candidate",
    "x-keur-handler": "assess_candidate",
    "x-keur-fingerprint": "abc",
    "x-keur-parked-at": "2026-04-07T08:00:00+00:00",
    "x-keur-attempt": 2,
    "cloudEvents:subject": "trainee/T1",
}
DEAD = {
    "x-death": [
        {
            "queue": "keur.notifications.inbox",
            "reason": "delivery_limit",
            "count": 1,
            "time": "2026-04-07T08:00:00+00:00",
        }
    ]
}


def test_a_copy_parked_by_a_service_says_who_why_and_where() -> None:
    failure = failure_of(PARKED, {"message_id": "m1", "type": "certification.exam-passed.v1"}, b"{}", now=NOW)

    assert (failure.service, failure.error, failure.reason) == ("certification", "GiveUp", "no such scheme")
    assert (failure.fingerprint, failure.attempt, failure.subject) == ("abc", 2, "trainee/T1")
    assert failure.parked_at == datetime(2026, 4, 7, 8, 0, tzinfo=UTC)


def test_what_the_broker_took_away_belongs_to_the_service_of_its_queue() -> None:
    failure = failure_of(DEAD, {"message_id": "m1"}, b"{}", now=NOW)

    assert (failure.service, failure.error) == ("notifications", "broker: delivery_limit")
    assert "too often" in failure.reason


def test_what_came_by_hand_has_no_service() -> None:
    failure = failure_of({}, {}, b"x", now=NOW)

    assert (failure.service, failure.error, failure.parked_at) == ("", "unknown", NOW)
    assert failure.message_id.startswith("sha256-")


@pytest.mark.parametrize("headers", [PARKED, DEAD, {}])
def test_the_same_copy_has_the_same_id_whenever_it_is_delivered(headers: dict[str, object]) -> None:
    first = failure_of(headers, {"message_id": "m1"}, b"{}", now=NOW)
    again = failure_of(headers, {"message_id": "m1"}, b"{}", now=datetime(2027, 1, 1, tzinfo=UTC))

    assert first.id == again.id


def test_a_message_that_was_parked_a_second_time_is_another_failure() -> None:
    later = PARKED | {"x-keur-parked-at": "2026-04-07T08:30:00+00:00"}

    first, second = (failure_of(headers, {"message_id": "m1"}, b"{}", now=NOW) for headers in (PARKED, later))

    assert first.id != second.id


def test_a_sealed_body_is_known_by_its_content_type() -> None:
    assert failure_of(PARKED, {"content_type": "application/vnd.keur.sealed"}, b"", now=NOW).sealed
    assert not failure_of(PARKED, {"content_type": "application/json"}, b"", now=NOW).sealed


def test_a_message_goes_back_without_what_its_failure_added() -> None:
    assert headers_to_resend({**PARKED, **DEAD, "x-first-death-queue": "q", "traceparent": "t"}) == {
        "cloudEvents:subject": "trainee/T1",
        "traceparent": "t",
    }


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=2)


@given(st.dictionaries(st.sampled_from([*PARKED, "x-death", "cloudEvents:type"]), VALUES), st.binary(max_size=20))
def test_no_headers_make_a_message_impossible_to_keep(headers: dict[str, object], body: bytes) -> None:
    failure = failure_of(headers, {}, body, now=NOW)

    assert failure.parked_at.tzinfo is not None
    for text in (failure.message_id, failure.service, failure.error, failure.reason, failure.subject):
        assert "\x00" not in text
