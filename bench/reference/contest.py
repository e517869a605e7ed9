"""Rounds in which each worker does the job once, in turn, on the same broker and database; medians over the rounds."""

import asyncio
import contextlib
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiormq
from aiormq.abc import DeliveredMessage

from bench import machine
from bench.reference import job
from bench.reference.workers import WORKERS
from bench.servers import Ground, Servers, fresh

LIMIT = 120.0
"""Seconds that one round may take."""


class WorkerFailed(Exception):
    """A worker's process ended without an answer; its last lines are in the message."""


@dataclass
class Result:
    """What the rounds of one worker gave, in the order in which they ran."""

    worker: str
    rounds: list[dict[str, Any]] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        return float(statistics.median(r[name] for r in self.rounds))

    def percentile(self, share: float) -> float | None:
        return percentile(self.latencies_ms, share) if self.latencies_ms else None


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


async def run(
    servers: Servers, names: Sequence[str], *, rounds: int, events: int, paced: int, profile: str | None = None
) -> list[Result]:
    """``rounds`` of ``events`` each for throughput, then ``paced`` events at 40 a second for latency (0: none)."""
    results = {name: Result(name) for name in names}
    async with AsyncExitStack() as stack:
        grounds: dict[str, Ground] = {}
        for name in names:
            grounds[name] = await stack.enter_async_context(fresh(servers))
            await job.prepare(grounds[name].amqp, grounds[name].database)
            await WORKERS[name].prepare(grounds[name].database)
        for turn in range(rounds):
            for name in names if turn % 2 == 0 else list(reversed(names)):
                results[name].rounds.append(await _throughput(name, grounds[name], events, profile))
                print(f"  round {turn + 1}, {name}: {results[name].rounds[-1]['events_per_s']:,.0f}/s", file=sys.stderr)
        if paced:
            for name in names:
                results[name].latencies_ms = await _latency(name, grounds[name], paced)
    return list(results.values())


async def _throughput(name: str, ground: Ground, events: int, profile: str | None) -> dict[str, Any]:
    await job.clear(ground.amqp, ground.database)
    filler = job.Filler(ground.amqp)
    await filler.open()
    await filler.fill(0, events, plain=WORKERS[name].plain)
    await filler.close()
    before, servers = machine.ticks(), machine.servers_seconds()
    child = await _child(name, ground, "throughput", events, profile)
    answer = await _answer(child)
    answer["machine_busy"] = machine.busy_share(before, machine.ticks())
    for server, used in machine.servers_seconds().items():
        answer[f"{server}_us_per_event"] = (used - servers[server]) / events * 1e6
    await job.check(ground.amqp, ground.database, events)
    return answer


async def _latency(name: str, ground: Ground, events: int) -> list[float]:
    """From the moment an event is published until a listener has what was told about it, in milliseconds."""
    await job.clear(ground.amqp, ground.database)
    sent: dict[str, float] = {}
    heard: dict[str, float] = {}
    connection = await aiormq.connect(ground.amqp)
    channel = await connection.channel()

    async def on_message(message: DeliveredMessage) -> None:
        heard[json.loads(message.body)["decision_id"]] = time.perf_counter()

    await channel.basic_consume(job.OUT, on_message, no_ack=True)
    filler = job.Filler(ground.amqp)
    await filler.open()
    child = await _child(name, ground, "latency", events + 20, None)
    await _line(child)
    start = time.perf_counter()
    for number in range(events + 20):  # the first twenty warm up
        await asyncio.sleep(max(0.0, start + number / 40 - time.perf_counter()))
        sent[f"R{number:08d}"] = time.perf_counter()
        await filler.fill(number, 1, plain=WORKERS[name].plain)
    await _answer(child)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while len(heard) < len(sent):
                await asyncio.sleep(0.01)
    await filler.close()
    await connection.close()
    if len(heard) < len(sent):
        raise job.JobNotDone(f"{name}: heard about {len(heard)} of {len(sent)} events")
    return [(heard[key] - sent[key]) * 1000 for key in list(sent)[20:]]


async def _child(name: str, ground: Ground, what: str, events: int, profile: str | None) -> Process:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.reference.child", name, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    order: dict[str, Any] = {
        "amqp": ground.amqp, "database": ground.database, "events": events, "limit": LIMIT, "job": what,
    }  # fmt: skip
    if profile:
        order["profile"] = f"{profile}.{name}.txt"
    assert child.stdin is not None
    child.stdin.write(json.dumps(order).encode() + b"\n")
    await child.stdin.drain()
    return child


async def _line(child: Process) -> dict[str, Any]:
    assert child.stdout is not None
    assert child.stderr is not None
    async with asyncio.timeout(LIMIT + 30):
        line = await child.stdout.readline()
        if not line:
            raise WorkerFailed((await child.stderr.read()).decode()[-2000:])
    return dict(json.loads(line))


async def _answer(child: Process) -> dict[str, Any]:
    try:
        return await _line(child)
    finally:
        with contextlib.suppress(ProcessLookupError):
            if child.returncode is None:
                async with asyncio.timeout(10):
                    await child.wait()


def table(results: Sequence[Result], yardstick: str) -> list[dict[str, Any]]:
    """One row for each worker; ratios are medians of the ratios inside each round."""
    base = next((r for r in results if r.worker == yardstick), None)
    rows: list[dict[str, Any]] = []
    for result in results:
        row: dict[str, Any] = defaultdict(lambda: None, worker=result.worker)
        if result.rounds:
            servers = (f"{server}_us_per_event" for server in machine.SERVERS)
            for name in ("events_per_s", "cpu_us_per_event", *servers, "memory_mb", "machine_busy"):
                if name not in result.rounds[0]:  # other servers than those of a home: not seen from here
                    continue
                row[name] = round(result.median(name), 2)
        if base is not None and result.rounds:
            ratios = [a["events_per_s"] / b["events_per_s"] for a, b in zip(result.rounds, base.rounds, strict=True)]
            row["ratio"] = round(statistics.median(ratios), 3)
        for label, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
            if (value := result.percentile(share)) is not None:
                row[label] = round(value, 2)
        rows.append(dict(row))
    return rows
