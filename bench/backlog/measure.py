"""Fills an outbox by SQL, lets both sides go, and looks every second at memory and at where the events are."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from statistics import median
from typing import Any

import aiormq
import asyncpg

from bench import machine
from bench.reference import job
from bench.servers import Ground, Servers, fresh
from deploy.local.home import Home
from shared.bus import topology
from shared.db import BUS_MIGRATIONS, migrate
from shared.events.certification import ExamPassed

SERVICE_MB, BROKER_MB = 300, 1000
RELAY_AT_ONCE = 400
_SEED = """
insert into outbox (id, private, type, subject, sequence, scheme, correlationid, time, body)
select gen_random_uuid(), false, $1, 'trainee/T' || n % $3, 1 + n / $3, 'smo', gen_random_uuid()::text,
       now(), convert_to(json_build_object('result_id', 'R' || n, 'trainee_id', 'T' || n % $3, 'exam', 'theory',
                                           'attempt', 1, 'taken_on', '2027-01-12', 'score', 7.5, 'scheme', 'smo')::text,
                         'UTF8')
from generate_series($2::int, $4::int) n
"""
SUBJECTS = 20_000
_STANDS = """
select (select n_tup_ins from pg_stat_user_tables where relname = 'inbox') as handled,
       (select count(*) from outbox where published_at is null) as pending
"""
"""Counting a million rows each second would be what is measured; the statistics are a second late."""


class NotDrained(Exception):
    """Events are missing, double or parked; the counts are in the message."""


async def measure(*, events: int) -> list[dict[str, Any]]:
    """The backlog stands when both sides start; it is over when every event has its row. Raises ``NotDrained``."""
    home = Home.from_env()
    async with fresh(Servers.found()) as ground:
        await job.prepare(ground.amqp, ground.database)
        await migrate(ground.database, (BUS_MIGRATIONS,))
        admin = await asyncpg.connect(ground.database)
        began = time.perf_counter()
        for start in range(0, events, 100_000):
            await admin.execute(_SEED, ExamPassed.TYPE, start, SUBJECTS, min(start + 100_000, events) - 1)
        print(f"  {events:,} events stand in the outbox after {time.perf_counter() - began:.0f} s", file=sys.stderr)
        sides = {side: await _child(side, ground) for side in ("tells", "hears")}
        try:
            samples, seconds = await _drained(admin, ground, sides, home, events)
        finally:
            for side in sides.values():
                side.terminate()
                await side.wait()
        await _nothing_lost(admin, ground, events)
        await admin.close()
    return _rows(samples, events, seconds)


async def _child(side: str, ground: Ground) -> Process:
    given = {**os.environ, "BENCH_AMQP": ground.amqp, "BENCH_DATABASE": ground.database}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.backlog.child", side, env=given, stdout=DEVNULL
    )


async def _drained(
    admin: asyncpg.Connection, ground: Ground, sides: dict[str, Process], home: Home, events: int
) -> tuple[list[dict[str, float]], float]:
    connection = await aiormq.connect(ground.amqp)
    channel = await connection.channel()
    broker = home.run / "rabbitmq.pid"
    samples: list[dict[str, float]] = []
    began, ends = time.perf_counter(), time.perf_counter() + 60 + events / 100
    handled = 0
    while handled < events:
        await asyncio.sleep(1 if events > 20_000 else 0.2)
        if time.perf_counter() > ends or any(side.returncode is not None for side in sides.values()):
            raise NotDrained(f"{handled} of {events} after {time.perf_counter() - began:.0f} s")
        queue = await channel.queue_declare(topology.inbox("certification"), passive=True)
        row = await admin.fetchrow(_STANDS)
        assert row is not None
        handled = row["handled"]
        if not row["pending"] and not queue.message_count:
            handled = await admin.fetchval("select count(*) from inbox")
        samples.append(
            {
                "seconds": time.perf_counter() - began,
                "handled": handled,
                "pending": row["pending"],
                "queued": queue.message_count or 0,
                "tells": machine.memory_mb(sides["tells"].pid),
                "hears": machine.memory_mb(sides["hears"].pid),
                "broker": _broker_mb(broker),
            }
        )
    await connection.close()
    return samples, time.perf_counter() - began


def _broker_mb(pid_file: Path) -> float:
    return machine.family_mb(int(pid_file.read_text("ascii").split()[0]), peak=False) if pid_file.exists() else 0.0


async def _nothing_lost(admin: asyncpg.Connection, ground: Ground, events: int) -> None:
    found = {
        "inbox rows": await admin.fetchval("select count(*) from inbox"),
        "business rows": await admin.fetchval("select count(distinct id) from business"),
        "published": await admin.fetchval("select count(*) from outbox where published_at is not null"),
    }
    connection = await aiormq.connect(ground.amqp)
    channel = await connection.channel()
    parked = (await channel.queue_declare(topology.FAILED, passive=True)).message_count or 0
    await connection.close()
    if parked or any(count != events for count in found.values()):
        raise NotDrained(f"{events} events gave {found}; parked: {parked}")


def _rows(samples: list[dict[str, float]], events: int, seconds: float) -> list[dict[str, Any]]:
    tenth = max(1, len(samples) // 10)
    return [
        {
            "what": f"{events:,} events: told, published with confirms, handled; none lost, none double, none parked",
            "seconds": round(seconds, 1),
            "events_per_s": round(events / seconds),
            "first_tenth_per_s": _rate(samples[: tenth + 1]),
            "last_tenth_per_s": _rate(samples[-tenth - 1 :]),
        },
        *(
            {
                "what": f"memory, {name}",
                "median_mb": round(median(one[key] for one in samples)),
                "peak_mb": round(max(one[key] for one in samples)),
                "limit_mb": limit,
                "holds": max(one[key] for one in samples) < limit,
            }
            for name, key, limit in (
                ("who tells", "tells", SERVICE_MB),
                ("who hears", "hears", SERVICE_MB),
                ("broker", "broker", BROKER_MB),
            )
        ),
        {
            "what": f"waiting in the queue at most; published and not confirmed: {RELAY_AT_ONCE} at most, by its batch",
            "events": round(max(one["queued"] for one in samples)),
        },
    ]


def _rate(samples: list[dict[str, float]]) -> int | None:
    if len(samples) < 2:
        return None
    first, last = samples[0], samples[-1]
    return round((last["handled"] - first["handled"]) / (last["seconds"] - first["seconds"]))
