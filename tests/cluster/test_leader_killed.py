"""Three brokers, the shipped topology: the node that leads the inbox queue dies under load, and nothing is lost."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

import pytest

from shared.bus import outbox, topology
from shared.bus.subscriptions import Subscriptions
from shared.db import Tx
from shared.events.certification import ExamPassed
from tests.bus.node import Node, passed, until

from .nodes import Cluster

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(420)]
INBOX = topology.inbox("certification")
TABLE = (
    "create table seen (n bigserial, id text, trainee text, sequence bigint, at timestamptz default clock_timestamp())"
)
TRAINEES, EACH = 20, 10
BACKWARDS = """
select count(*) from (
    select sequence - lag(sequence) over (partition by trainee order by n) as step from seen
) steps where step <> 1
"""
LONGEST_CONFIRM = "select max(extract(epoch from published_at - written_at))::float8 from outbox"
LONGEST_WAY = """
select max(extract(epoch from s.at - o.written_at))::float8
from seen s join outbox o on s.trainee = split_part(o.subject, '/', 2) and s.sequence = o.sequence
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KEUR_")}
    made = Cluster(tmp_path_factory.mktemp("cluster"), environ)
    yield made
    made.stop()


@pytest.fixture
async def node(cluster: Cluster, new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Node]:
    """Certification, as its own broker user, with every node's address."""
    await cluster.start()
    await until(lambda: cluster.replicated(INBOX), within=60)
    on = Subscriptions("certification")

    @on(ExamPassed)
    async def write_down(event: ExamPassed, tx: Tx) -> None:
        assert event.envelope is not None
        await tx.execute(
            "insert into seen (id, trainee, sequence) values ($1, $2, $3)",
            event.result_id,
            event.trainee_id,
            event.envelope.sequence,
        )

    node = Node("certification", cluster.url("certification"), await new_database(), on)
    await node.db.open()
    async with node.db.transaction() as tx:
        await tx.execute(TABLE)
    await node.start()
    yield node
    await node.stop()


async def tell(node: Node, told: list[int], stop: asyncio.Event) -> None:
    """Some hundred events a second, until asked to stop."""
    while not stop.is_set():
        async with node.db.transaction() as tx:
            start = len(told)
            events = [passed(n, trainee=f"T{n % TRAINEES}") for n in range(start, start + EACH)]
            await outbox.put(tx, *events)
        told.extend(range(start, start + EACH))
        await asyncio.sleep(0.03)


def longer(told: list[int], than: int) -> bool:
    return len(told) > than


async def test_the_leaders_node_is_killed_twice_under_load_and_every_event_is_handled_once_and_in_order(
    cluster: Cluster, node: Node, record_property: Callable[[str, object], None]
) -> None:
    told: list[int] = []
    stop = asyncio.Event()
    telling = asyncio.create_task(tell(node, told, stop))
    killed = []
    for _ in range(2):
        await until(partial(longer, told, len(told) + 500), within=60)
        leader = await cluster.leader(INBOX)
        killed.append(leader)

        await asyncio.to_thread(cluster.kill, leader)

        at = await node.handled("select clock_timestamp()")
        await until(partial(node.handled, "select count(*) > 300 from seen where at > $1", at), within=60)
        assert await cluster.leader(INBOX) != leader
        await cluster.start_node(leader)
        await until(lambda: cluster.replicated(INBOX), within=120)
    stop.set()
    await telling
    await until(lambda: node.handled("select count(distinct id) = $1 from seen", len(told)), within=60)

    assert await node.handled("select count(*) from seen") == len(told)
    assert await node.handled(BACKWARDS) == 0
    told_of = {
        "events": len(told),
        "killed": [cluster.name(n) for n in killed],
        "longest confirm (s)": round(await node.handled(LONGEST_CONFIRM), 2),
        "longest from commit to handled (s)": round(await node.handled(LONGEST_WAY), 2),
    }
    for name, value in told_of.items():
        record_property(name, value)
    print(told_of)
    assert told_of["longest confirm (s)"] < 30
