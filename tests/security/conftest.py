"""One virtual host with the users, permissions, queues and bindings that the shipped bootstrap makes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import aiormq
import pytest
from aiormq.abc import AbstractChannel

from deploy.local import bootstrap
from shared.bus import topology
from shared.settings import SERVICES
from tests.servers import Servers, Vhost


class ChannelOf(Protocol):
    def __call__(self, user: str) -> AbstractAsyncContextManager[AbstractChannel]: ...


@pytest.fixture(scope="session")
async def shipped(servers: Servers) -> AsyncIterator[Vhost]:
    """The broker as it ships; tests of this folder share it and leave its queues empty."""
    made = await servers.vhost()
    await made.permit()
    async with bootstrap.channel_to(made.admin_url) as channel:
        await topology.declare(channel, bootstrap.bindings())
    yield made
    await made.remove()


@pytest.fixture
def channel_of(shipped: Vhost) -> ChannelOf:
    """``async with channel_of("certification")``: a channel as that service's own user, as ``admin``, ``operator``."""

    @asynccontextmanager
    async def open(user: str) -> AsyncIterator[AbstractChannel]:
        urls = {"admin": shipped.admin_url, "operator": shipped.url("operator").replace("keur_operator:", "operator:")}
        connection = await aiormq.connect(urls.get(user) or shipped.url(user))
        try:
            yield await connection.channel(publisher_confirms=True)
        finally:
            await connection.close()

    return open


@pytest.fixture
async def emptied(shipped: Vhost) -> AsyncIterator[None]:
    """Empties every queue after a test that lets something into them."""
    yield
    async with bootstrap.channel_to(shipped.admin_url) as channel:
        for name in queues():
            await channel.queue_purge(name)


def queues() -> list[str]:
    """Every queue that there is."""
    own = [topology.inbox(service) for service in SERVICES]
    own += [topology.retry_queue(service, tier) for service in SERVICES for tier in topology.RETRY_TIERS]
    return [*own, topology.FAILED, topology.UNROUTED]
