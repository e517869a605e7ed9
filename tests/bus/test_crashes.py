"""The process dies at every named point between commit and acknowledge: nothing is lost, nothing done twice."""

import asyncio
import os
import signal
import sys

import pytest

from shared.bus import crashpoints, outbox, topology

from .conftest import MakeNode
from .node import depth, passed, until
from .process import COUNT, TABLES, subscriptions


async def run_process(amqp_url: str, database_url: str, crash_at: str = "") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bus.process", amqp_url, database_url, env={**os.environ, "KEUR_CRASH_AT": crash_at}
    )


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", sorted(name for name in crashpoints.POINTS if name.startswith(("relay", "consumer"))))
async def test_a_process_killed_at_a_named_point_loses_nothing_and_does_nothing_twice(
    make_node: MakeNode, point: str, nth: int
) -> None:
    if point == "consumer.after-retry-published":
        nth = 1  # one message takes that way
    node = await make_node(subscriptions(), *TABLES, consume=False)
    await node.stop()
    await node.db.open()
    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n, trainee=f"T{n % 5}") for n in range(COUNT)))

    dying = await run_process(node.amqp_url, node.db.url, f"{point}:{nth}")
    assert await asyncio.wait_for(dying.wait(), 30) == -signal.SIGKILL

    healthy = await run_process(node.amqp_url, node.db.url)
    try:
        await until(lambda: node.handled("select count(distinct id) = $1 from handled", COUNT), within=30)
        await until(lambda: node.handled("select count(distinct id) = $1 from told_of", COUNT), within=30)
        await until(node.all_published)
        for table in ("handled", "told_of"):
            assert await node.handled(f"select count(*) from {table}") == COUNT  # noqa: S608
        assert await depth(node.amqp_url, topology.FAILED) == 0
        twice = "select count(*) from (select subject, sequence from outbox group by 1, 2 having count(*) > 1) d"
        assert await node.handled(twice) == 0
    finally:
        healthy.kill()
        await healthy.wait()


def test_crash_points_are_refused_in_production_and_unknown_ones_are_named() -> None:
    with pytest.raises(crashpoints.NoCrashInProduction):
        crashpoints.arm("relay.after-publish", production=True)
    with pytest.raises(crashpoints.UnknownCrashPoint, match=r"relay\.after-publish"):
        crashpoints.arm("nowhere")
