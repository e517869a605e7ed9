"""A broker (its own virtual host) and a database for each test of the bus."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import pytest

from shared.bus.subscriptions import Subscriptions

from .node import Node, declare


class MakeNode(Protocol):
    async def __call__(
        self, on: Subscriptions, *sql: str, consume: bool = True, batch: int = 50, database_of: Node | None = None
    ) -> Node: ...


@pytest.fixture
async def make_node(amqp_url: str, new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[MakeNode]:
    """Makes started nodes: the topology declared, the bus tables and ``sql`` in a fresh database."""
    nodes: list[Node] = []

    async def make(
        on: Subscriptions, *sql: str, consume: bool = True, batch: int = 50, database_of: Node | None = None
    ) -> Node:
        await declare(amqp_url, on)
        url = database_of.db.url if database_of else await new_database()
        node = Node(on.service, amqp_url, url, on, batch=batch)
        nodes.append(node)
        await node.db.open()
        async with node.db.transaction() as tx:
            for statement in sql:
                await tx.execute(statement)
        await node.start(consume=consume)
        return node

    yield make
    for node in nodes:
        await node.stop()
