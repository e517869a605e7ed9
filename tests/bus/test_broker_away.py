"""The broker goes away and comes back while events are told: all are accepted, none is lost, nobody needs a restart."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.bus import outbox
from shared.errors import DependencyAway
from tests.servers import Servers

from .node import Node, declare, passed, until
from .test_delivery import TABLE, writing_down


@pytest.fixture
async def node(servers: Servers, amqp_url: str, new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Node]:
    on = writing_down()
    await declare(amqp_url, on)
    node = Node(on.service, amqp_url, await new_database(), on)
    await node.db.open()
    async with node.db.transaction() as tx:
        await tx.execute(TABLE)
    await node.start()
    yield node
    await node.stop()


async def tell(node: Node, start: int, count: int) -> None:
    for n in range(start, start + count):
        async with node.db.transaction() as tx:
            await outbox.put(tx, passed(n, trainee=f"T{n % 5}"))


async def test_a_broker_killed_under_load_comes_back_and_every_event_is_handled_once(
    servers: Servers, node: Node
) -> None:
    telling = asyncio.create_task(tell(node, 0, 300))
    await until(lambda: node.handled("select count(*) > 20 from seen"))

    await asyncio.to_thread(servers.kill, "rabbitmq")
    await telling
    await tell(node, 300, 50)
    await until(lambda: not node.consumer.alive)
    await servers.start("rabbitmq")

    await until(lambda: node.handled("select count(*) = 350 from seen"), within=60)
    await until(lambda: node.consumer.alive)
    assert await node.handled("select count(distinct id) from seen") == 350
    backwards = """
        select count(*) from (
            select sequence - lag(sequence) over (partition by trainee order by n) as step from seen
        ) steps where step <> 1"""
    assert await node.handled(backwards) == 0


async def test_a_database_killed_under_load_comes_back_and_every_event_is_handled_once(
    servers: Servers, node: Node
) -> None:
    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n, trainee=f"T{n % 5}") for n in range(3000)))
    await until(lambda: node.handled("select count(*) > 20 from seen"))

    await asyncio.to_thread(servers.kill, "postgres")
    await servers.start("postgres")

    async def all_seen() -> bool:
        try:
            return bool(await node.handled("select count(*) = 3000 from seen"))
        except DependencyAway:
            return False

    await until(all_seen, within=60)
    assert await node.handled("select count(distinct id) from seen") == 3000
