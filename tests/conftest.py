"""One private PostgreSQL and RabbitMQ for the whole run; a fresh database or virtual host for whoever asks.

Each server is started by the first test that needs it. All ports are free ones, so two runs do not meet.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

from shared.db import BUS_MIGRATIONS

from .servers import Servers, Vhost, migrations_of

# The gate asks of every change the same, however busy the machine is: the same examples, and no time limit for one.
# ``./keur test --hypothesis-profile=search`` draws others each time.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("search"), derandomize=True)
settings.load_profile("gate")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files go side by side, each in one of the processes with servers of its own; the journeys play one demo."""
    from xdist.scheduler import LoadFileScheduling

    class Lanes(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return "tests/journey" if path.startswith("tests/journey/") else path

    return Lanes(config, log)


class DatabaseUrl(Protocol):
    async def __call__(self, service: str) -> str: ...


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers of this run, to kill and start again where a test is about that."""
    made = Servers(tmp_path_factory.mktemp("keur"))
    yield made
    made.stop()


@pytest.fixture
async def database_url(servers: Servers) -> AsyncIterator[DatabaseUrl]:
    """``await database_url("certification")``: a fresh database with all migrations of that service, as its role."""
    made: list[str] = []

    async def make(service: str) -> str:
        made.append(await servers.database(service, migrations_of(service)))
        return made[-1]

    yield make
    for url in made:
        await servers.drop_database(url)


@pytest.fixture
async def new_database(servers: Servers) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """``await new_database()``: a fresh database with the tables of the bus only."""
    made: list[str] = []

    async def make() -> str:
        made.append(await servers.database(None, [BUS_MIGRATIONS]))
        return made[-1]

    yield make
    for url in made:
        await servers.drop_database(url)


@pytest.fixture
async def vhost(servers: Servers) -> AsyncIterator[Vhost]:
    """A fresh virtual host; ``permit`` and ``declare`` give it users and queues as the bootstrap does."""
    made = await servers.vhost()
    yield made
    await made.remove()


@pytest.fixture
async def amqp_url(vhost: Vhost) -> str:
    """The URL of a fresh virtual host as the broker's administrator."""
    return vhost.admin_url
