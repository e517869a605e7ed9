"""A system of its own for each module that asks for one, with a proxy on every link."""

from collections.abc import AsyncIterator

import pytest

from tests.servers import free_port_base

from .system import System


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
