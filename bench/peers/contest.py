"""Rounds in which each does the job once, in turn, on the same broker and database; medians over the rounds.

The workers are started, stopped in their tracks (SIGSTOP) while the queue is filled, and let go: the clock runs from
then until the last row is committed, or for those who do the whole job until the last confirm is written down. So
neither their start nor the filling counts.
"""

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bench import machine
from bench.peers.messages import NothingTold, Publisher, event_text
from bench.peers.roster import JOBS, ROSTER, Peer
from bench.peers.venvs import NotInstalled, environment
from bench.reference import job
from bench.reference.contest import percentile
from bench.reference.workers import WORKERS
from bench.servers import Ground, Servers, fresh

LIMIT = 120.0
_DONE = {
    False: "select count(*) as n, extract(epoch from max(at))::float8 as last from business",
    True: """
        select count(*) filter (where published_at is not null) as n,
               extract(epoch from max(published_at))::float8 as last from outbox
    """,
}
_TELLING = """
alter table business add column if not exists at timestamptz not null default clock_timestamp();
create or replace function told() returns trigger language plpgsql as $$
begin
    perform pg_notify('row', new.id);
    return null;
end $$;
"""


class PeerFailed(Exception):
    """A worker did not begin to listen, or did not do the job in time; its last words are in the message."""


@dataclass
class Found:
    """What one worker gave."""

    name: str
    rounds: list[dict[str, float]] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)
    wrong: str | None = None


@dataclass
class _Contestant:
    name: str
    peer: Peer
    ground: Ground
    bin: Path
    publisher: Publisher


async def run(
    servers: Servers, names: Sequence[str], *, rounds: int, events: int, paced: int, home: Path
) -> list[Found]:
    """``rounds`` of ``events`` each, then ``paced`` events at 40 a second. One that fails is said, not hidden."""
    found = {name: Found(name) for name in names}
    async with AsyncExitStack() as stack:
        contestants: list[_Contestant] = []
        for name in names:
            try:
                contestants.append(await _prepared(stack, servers, name, home))
            except (PeerFailed, NothingTold, NotInstalled, OSError) as error:
                found[name].wrong = f"{type(error).__name__}: {str(error).strip().splitlines()[-1][:160]}"
        for turn in range(rounds):
            for one in contestants if turn % 2 == 0 else list(reversed(contestants)):
                result = await _round(one, events)
                found[one.name].rounds.append(result)
                print(f"  round {turn + 1}, {one.name}: {result['events_per_s']:,.0f}/s", file=sys.stderr)
        for one in contestants if paced else ():
            found[one.name].waits_ms = await _latency(one, paced)
    return list(found.values())


async def _prepared(stack: AsyncExitStack, servers: Servers, name: str, home: Path) -> _Contestant:
    peer = ROSTER[name]
    bin = Path() if peer.ours else await asyncio.to_thread(environment, name, home)
    ground = await stack.enter_async_context(fresh(servers))
    await job.prepare(ground.amqp, ground.database)
    if peer.ours:
        await WORKERS[name].prepare(ground.database)
    database = await asyncpg.connect(ground.database)
    await database.execute(_TELLING)
    await database.close()
    plain = WORKERS[name].plain if peer.ours else None
    publisher = await stack.enter_async_context(Publisher(ground.amqp, peer.queue, plain=plain))
    one = _Contestant(name, peer, ground, bin, publisher)
    if not peer.ours:
        async with _worker(one):  # declares its queue
            pass
        said = await asyncio.create_subprocess_exec(
            f"{bin}/python", "-c", f"import json; from peer_{name} import tell; tell(json.loads({event_text()!r}))",
            cwd=JOBS, env=_environment(one), stdout=DEVNULL, stderr=PIPE,
        )  # fmt: skip
        _, errors = await said.communicate()
        if said.returncode:
            raise PeerFailed(errors.decode()[-500:])
        await publisher.learn()
    return one


def _environment(one: _Contestant) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {
        **clean, "PEER_AMQP": one.ground.amqp, "PEER_DATABASE": one.ground.database, "AMQP_URI": one.ground.amqp,
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip


@asynccontextmanager
async def _worker(one: _Contestant) -> AsyncIterator[Process]:
    """The worker in a process group of its own, listening; ended politely, then for good."""
    cwd = None if one.peer.ours else JOBS
    process = await asyncio.create_subprocess_exec(
        *one.peer.command(one.bin), cwd=cwd, env=_environment(one), stdout=DEVNULL, stderr=PIPE, start_new_session=True
    )
    try:
        ends = time.monotonic() + 40
        while not await one.publisher.consumers():
            if process.returncode is not None or time.monotonic() > ends:
                raise PeerFailed(f"{one.name} does not listen: {await _last_words(process)}")
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.7)  # its other processes, and Celery's own pause before it takes messages
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(8):
                await process.wait()
        except TimeoutError:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _last_words(process: Process) -> str:
    assert process.stderr is not None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            return (await process.stderr.read(4000)).decode(errors="replace")[-600:]
    return "nothing said"


async def _round(one: _Contestant, events: int) -> dict[str, float]:
    database = await asyncpg.connect(one.ground.database)
    await database.execute("truncate business")
    if one.peer.ours:
        await job.clear(one.ground.amqp, one.ground.database)
    try:
        async with _worker(one) as process:
            os.killpg(process.pid, signal.SIGSTOP)
            await one.publisher.send(0, events)
            ticks, cpu = machine.ticks(), machine.family_seconds(process.pid)
            began = await database.fetchval("select extract(epoch from clock_timestamp())::float8")
            os.killpg(process.pid, signal.SIGCONT)
            last = await _until_done(database, one, process, events)
            cpu = machine.family_seconds(process.pid) - cpu
            busy, memory = machine.busy_share(ticks, machine.ticks()), machine.family_mb(process.pid)
            await asyncio.sleep(0.3)
        if left := await one.publisher.left():
            raise PeerFailed(f"{one.name} left {left} messages in its queue")
    finally:
        await database.close()
    return {
        "events_per_s": events / (last - began),
        "cpu_us_per_event": cpu / events * 1e6,
        "memory_mb": memory,
        "machine_busy": busy,
    }


async def _until_done(database: asyncpg.Connection, one: _Contestant, process: Process, events: int) -> float:
    ends = time.monotonic() + LIMIT
    while True:
        row = await database.fetchrow(_DONE[one.peer.ours])
        assert row is not None
        if row["n"] >= events:
            return float(row["last"])
        if time.monotonic() > ends or process.returncode is not None:
            raise PeerFailed(f"{one.name} did {row['n']} of {events}: {await _last_words(process)}")
        await asyncio.sleep(0.1)


async def _latency(one: _Contestant, events: int) -> list[float]:
    """From publishing an event until its row is committed, in milliseconds, at 40 events a second."""
    database = await asyncpg.connect(one.ground.database)
    await database.execute(
        "truncate business; drop trigger if exists told on business;"
        "create trigger told after insert on business for each row execute function told()"
    )
    heard: dict[str, float] = {}

    def on_row(*said: object) -> None:
        heard.setdefault(str(said[3]), time.perf_counter())

    await database.add_listener("row", on_row)
    sent: dict[str, float] = {}
    if one.peer.ours:
        await job.clear(one.ground.amqp, one.ground.database)
    async with _worker(one):
        start = time.perf_counter()
        for number in range(events + 20):  # the first twenty warm up
            await asyncio.sleep(max(0.0, start + number / 40 - time.perf_counter()))
            sent[f"R{number:08d}"] = time.perf_counter()
            await one.publisher.send(number, 1)
        ends = time.monotonic() + 20
        while len(heard) < len(sent) and time.monotonic() < ends:
            await asyncio.sleep(0.02)
    await database.close()
    if len(heard) < len(sent):
        raise PeerFailed(f"{one.name}: {len(heard)} of {len(sent)} rows came")
    return [1000 * (heard[key] - sent[key]) for key in list(sent)[20:]]


def table(found: Sequence[Found]) -> list[dict[str, Any]]:
    """One row each. ``ratio`` is Keur's rate by this worker's: the median of the ratios inside each round."""
    keur = next((one for one in found if one.name == "keur"), None)
    rows: list[dict[str, Any]] = []
    for one in found:
        row: dict[str, Any] = {"worker": one.name}
        for name in ("events_per_s", "cpu_us_per_event", "memory_mb", "machine_busy"):
            row[name] = round(statistics.median(r[name] for r in one.rounds), 2) if one.rounds else None
        if keur is not None and keur.rounds and one.rounds:
            pairs = zip(keur.rounds, one.rounds, strict=True)
            row["keur_does_times"] = round(
                statistics.median(a["events_per_s"] / b["events_per_s"] for a, b in pairs), 2
            )
        for label, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
            row[label] = round(percentile(one.waits_ms, share), 2) if one.waits_ms else None
        row["does"] = one.wrong or ROSTER[one.name].does
        rows.append(row)
    return rows
