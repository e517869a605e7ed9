"""The whole system under faults: a short run in every test run, the long one with ``keur test --chaos``."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers import free_port_base

from . import table
from .nemesis import KINDS
from .run import afterwards, play
from .system import System


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    made = System(tmp_path / "home", free_port_base())
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


def seed_given(otherwise: int | None = None) -> int:
    """KEUR_TEST_SEED; else the given one, which makes the short run the same run every time; else another each time."""
    return int(os.environ.get("KEUR_TEST_SEED") or otherwise or secrets.randbelow(1_000_000))


@pytest.mark.timeout(400)
async def test_a_dozen_faults_in_twenty_seconds_lose_double_and_invent_nothing(system: System) -> None:
    seed = seed_given(543677)
    kinds = ("kill -9 certification", "kill -9 notifications", "pause enrollment", "link reset", "link half-open",
             "link cut in mid-frame", "link black hole", "mail closed after DATA", "mail 451", "poison messages",
             "old messages", "duplicate file")  # fmt: skip

    story = await play(system, seed=seed, seconds=18, faults=12, exams=240, kinds=kinds)

    print("\n".join(table.lines(story)))
    assert not story.violations, f"KEUR_TEST_SEED={seed}: {[str(v) for v in story.violations[:20]]}"
    assert {fault.kind for fault in story.faults} == set(kinds)
    assert story.counts["exams"] == 240


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_two_minutes_of_every_kind_of_fault_lose_double_and_invent_nothing(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, load_before = seed_given(), os.getloadavg()[0]
    seconds = float(os.environ.get("KEUR_TEST_SECONDS") or 120)
    with capsys.disabled():
        print(f"\nchaos: seed {seed}, {seconds:.0f} s")
        story = await play(
            system, seed=seed, seconds=seconds, faults=round(seconds * 0.55), exams=round(seconds * 26),
            patience=300, backup=True,
        )  # fmt: skip
        await afterwards(system, story, print)
        print("\n".join(table.lines(story)))
    table.write(story, load_before)

    assert not story.violations, f"KEUR_TEST_SEED={seed}: {[str(v) for v in story.violations[:20]]}"
    assert {fault.kind for fault in story.faults} == set(KINDS)
    assert len(story.faults) >= 60 * seconds / 120
    assert story.counts["exams"] >= 3000 * seconds / 120
