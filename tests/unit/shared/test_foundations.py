"""Identifiers, clocks, settings, sealing, retry decisions: small things that everything stands on."""

import logging
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared import clock, ids, telemetry
from shared.bus import retry, topology
from shared.bus.context import child_of
from shared.bus.sealing import Seal, SealBroken
from shared.events import ALL
from shared.settings import ServiceSettings, SettingMissing


def test_new_ids_are_version_7_and_sort_by_the_millisecond_they_were_made_in() -> None:
    first = ids.new_id()
    deadline = time.time_ns() // 1_000_000 + 2
    while time.time_ns() // 1_000_000 < deadline:
        pass
    second = ids.new_id()

    assert UUID(first).version == UUID(second).version == 7
    assert UUID(first).variant == UUID(second).variant
    assert first < second


def test_a_stable_id_depends_on_every_part_and_on_where_one_ends() -> None:
    assert ids.stable_id("visit", "C1", "2026-01-01") == ids.stable_id("visit", "C1", "2026-01-01")
    assert len({ids.stable_id("a", "bc"), ids.stable_id("ab", "c"), ids.stable_id("abc")}) == 3


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_is_amsterdams_also_around_both_changes_of_summer_time(moment: datetime, day: date) -> None:
    assert clock.FixedClock(moment).today() == day


def test_a_file_clock_follows_its_file_and_keeps_the_last_offset_while_the_file_is_away(tmp_path: Path) -> None:
    path = tmp_path / "offset"
    path.write_text("86400")
    shifted = clock.clock_from_env({"KEUR_CLOCK": f"file:{path}"})

    assert shifted.now() - datetime.now(UTC) > timedelta(hours=23, minutes=59)
    path.unlink()
    assert shifted.now() - datetime.now(UTC) > timedelta(hours=23, minutes=59)
    path.write_text("-86400")
    assert shifted.now() < datetime.now(UTC)


def test_a_shifted_clock_is_refused_in_production() -> None:
    with pytest.raises(clock.UnknownClock, match="tests only"):
        clock.clock_from_env({"KEUR_CLOCK": "file:/x", "KEUR_ENV": "production"})


def test_a_setting_of_the_service_wins_over_the_general_one_and_a_missing_one_is_named() -> None:
    given_ = {"KEUR_AMQP_URL": "amqp://all", "KEUR_OPS_AMQP_URL": "amqp://own", "KEUR_DATABASE_URL": "postgresql://x"}

    assert ServiceSettings.from_env("ops", given_).amqp_url == "amqp://own"
    assert ServiceSettings.from_env("enrollment", given_).amqp_url == "amqp://all"
    assert ServiceSettings.from_env("ops", {**given_, "KEUR_PORT_BASE": "9000"}).port == 9004
    with pytest.raises(SettingMissing, match="KEUR_OPS_DATABASE_URL"):
        ServiceSettings.from_env("ops", {"KEUR_AMQP_URL": "amqp://all"})


@given(st.binary(max_size=500), st.text(min_size=1, max_size=40))
def test_a_sealed_body_opens_only_with_its_key_its_message_and_unchanged(body: bytes, message: str) -> None:
    seal, other = Seal(b"1" * 32), Seal(b"2" * 32)
    closed = seal.close(body, message)

    assert seal.open(closed, message) == body
    for wrong, where, given_body in (
        (other, message, closed),
        (seal, message + "x", closed),
        (seal, message, closed[:-1] + bytes([closed[-1] ^ 1])),
        (seal, message, closed[:5]),
    ):
        with pytest.raises(SealBroken):
            wrong.open(given_body, where)


@pytest.mark.parametrize(
    ("tier", "name"),
    [
        (timedelta(seconds=10), "keur.ops.retry.10s"),
        (timedelta(minutes=1), "keur.ops.retry.1m"),
        (timedelta(minutes=10), "keur.ops.retry.10m"),
        (timedelta(hours=1), "keur.ops.retry.1h"),
        (timedelta(milliseconds=200), "keur.ops.retry.200ms"),
    ],
)
def test_a_retry_queue_says_how_long_a_message_stays(tier: timedelta, name: str) -> None:
    assert topology.retry_queue("ops", tier) == name


def test_failures_of_one_cause_share_a_fingerprint_whatever_line_they_are_on() -> None:
    here = retry.fingerprint("ValueError", "services/x/handlers.py:42 in assess", "assess")

    assert here == retry.fingerprint("ValueError", "services/x/handlers.py:45 in assess", "assess")
    assert here != retry.fingerprint("KeyError", "services/x/handlers.py:42 in assess", "assess")
    assert here != retry.fingerprint("ValueError", "services/x/handlers.py:42 in other", "assess")


def test_a_child_span_stays_in_its_trace() -> None:
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    child = child_of(parent)

    assert child is not None
    assert child[:36] == parent[:36]
    assert child[36:52] != parent[36:52]
    assert child.endswith("-01")
    assert child_of(None) is None
    assert child_of("nonsense") is None


def test_every_contract_is_a_fact_of_the_service_that_tells_it() -> None:
    assert len(ALL) >= 25
    for kind, event in ALL.items():
        assert kind.split(".")[0] == event.__module__.split(".")[2]
        assert event.__doc__
    assert os.path.sep not in "".join(ALL)


def test_what_foreign_libraries_say_below_a_warning_never_reaches_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        telemetry.set_up_logging("notifications", level="info")
        logging.getLogger("mail.log").info("RCPT TO:<kanarie@vogel.example>")
        structlog.get_logger("services.notifications.capture").info("mail taken", mail_id="m1")
    finally:
        root.handlers[:], root.level = before, level
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()

    said = capsys.readouterr().err
    assert "mail taken" in said
    assert "kanarie" not in said
