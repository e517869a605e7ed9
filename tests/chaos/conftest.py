"""A system of its own for each module that asks for one, with a proxy on every link."""

from collections.abc import AsyncIterator, Generator

import pytest

from tests.servers import free_port_base

from .system import System

LAST_WORDS = 12_000
"""Characters of each service's log that a failed test shows: what happened cannot be asked for afterwards."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    system = getattr(item, "funcargs", {}).get("running")
    if report.failed and isinstance(system, System):
        for log in sorted(system.home.logs.glob("*.log")):
            report.sections.append((f"the end of {log.name}", log.read_text("utf-8", "replace")[-LAST_WORDS:]))
    return report


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """Up and ready, with the scheme published and the places entered; tests heal what they broke."""
    from .school import School

    made = System(tmp_path_factory.mktemp("chaos") / "home", free_port_base(), {"KEUR_TEST_RESTART_AT_ONCE": "1"})
    try:
        await made.start()
        await School(1, 1).open(made)
        yield made
    finally:
        await made.stop()
