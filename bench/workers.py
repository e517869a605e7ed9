"""One, two and three workers of one service at once, on one queue and one database: right, and how fast."""

import asyncio
import os
import signal
import statistics
import sys
from asyncio.subprocess import DEVNULL, Process
from typing import Any

import asyncpg

from bench import machine
from bench.peers.contest import LIMIT
from bench.peers.messages import Publisher
from bench.reference import job
from bench.reference.keur import Keur
from bench.servers import Ground, Servers, fresh

_LEADERS = """
select count(*) from pg_locks where locktype = 'advisory' and granted and database = (
    select oid from pg_database where datname = current_database())
    and objid = (hashtext('keur relay')::bigint & 4294967295)::oid
"""
_OUT_OF_ORDER = """
select count(*) from (
    select sequence, row_number() over (partition by subject order by position) as place from outbox
) as told where sequence <> place
"""
_DONE = """
select count(*) as n, extract(epoch from max(published_at))::float8 as last from outbox where published_at is not null
"""


class NotRight(Exception):
    """Several workers together did what one of them alone would not have done."""


async def measure(*, events: int, rounds: int, most: int) -> list[dict[str, Any]]:
    """The reference job by 1, 2, … ``most`` processes in turn. Raises ``NotRight``, or ``JobNotDone``."""
    found: dict[int, list[dict[str, float]]] = {count: [] for count in range(1, most + 1)}
    async with fresh(Servers.found()) as ground:
        await job.prepare(ground.amqp, ground.database)
        await Keur.prepare(ground.database)
        async with Publisher(ground.amqp, job.INBOX, plain=False) as publisher:
            for turn in range(rounds):
                for count in sorted(found, reverse=bool(turn % 2)):
                    result = await _round(ground, publisher, count, events)
                    found[count].append(result)
                    print(f"  round {turn + 1}, {count}: {result['events_per_s']:,.0f}/s", file=sys.stderr)
    one = found[1]
    return [
        {
            "workers": count,
            **{name: round(statistics.median(r[name] for r in results), 2) for name in results[0]},
            "ratio": round(
                statistics.median(a["events_per_s"] / b["events_per_s"] for a, b in zip(results, one, strict=True)),
                2,
            ),
        }
        for count, results in found.items()
    ]


async def _round(ground: Ground, publisher: Publisher, count: int, events: int) -> dict[str, float]:
    await job.clear(ground.amqp, ground.database)
    admin = await asyncpg.connect(ground.database)
    await admin.execute("truncate subject_sequence")
    given = {**os.environ, "PEER_AMQP": ground.amqp, "PEER_DATABASE": ground.database}
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.peers.ours", "keur", env=given, stdout=DEVNULL
        )
        for _ in range(count)
    ]
    try:
        async with asyncio.timeout(60):
            while await publisher.consumers() < count or await admin.fetchval(_LEADERS) < 1:
                await asyncio.sleep(0.1)
        _all(workers, signal.SIGSTOP)
        await publisher.send(0, events)
        cpu = sum(machine.cpu_seconds(worker.pid) for worker in workers)
        ticks = machine.ticks()
        began = await admin.fetchval("select extract(epoch from clock_timestamp())::float8")
        _all(workers, signal.SIGCONT)
        last = 0.0
        async with asyncio.timeout(LIMIT):
            while True:
                row = await admin.fetchrow(_DONE)
                assert row is not None
                if (leaders := await admin.fetchval(_LEADERS)) != 1:
                    raise NotRight(f"{leaders} relays lead at once")
                if row["n"] >= events:
                    last = row["last"]
                    break
                await asyncio.sleep(0.1)
        busy = machine.busy_share(ticks, machine.ticks())
        cpu = sum(machine.cpu_seconds(worker.pid) for worker in workers) - cpu
        memory = sum(machine.memory_mb(worker.pid, peak=True) for worker in workers)
    finally:
        _all(workers, signal.SIGCONT)
        _all(workers, signal.SIGTERM)
        for worker in workers:
            await worker.wait()
    await job.check(ground.amqp, ground.database, events)
    if wrong := await admin.fetchval(_OUT_OF_ORDER):
        raise NotRight(f"{wrong} events were numbered or placed out of the order of their subject")
    await admin.close()
    return {
        "events_per_s": events / (last - began),
        "cpu_us_per_event": cpu / events * 1e6,
        "memory_mb": memory,
        "machine_busy": busy,
    }


def _all(workers: list[Process], number: signal.Signals) -> None:
    for worker in workers:
        if worker.returncode is None:
            worker.send_signal(number)
