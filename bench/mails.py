"""How many mails a second the postman writes, hands to a mail server that takes all, and writes down."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench import machine
from bench.reference.contest import percentile
from bench.servers import Servers, fresh
from services.notifications import postman
from services.notifications.settings import Settings
from shared.clock import SystemClock
from shared.db import BUS_MIGRATIONS, Database, migrate
from shared.service import Context

_PEOPLE = """
insert into scheme_words values ('smo', '2026.1', '2020-01-01', '{"nl": "SMO"}', 'Het keurmerk',
                                 '{"theory": {"nl": "Theorie"}}');
insert into person (ref, name, email, language)
select 'trainee/T' || n, 'Leerling ' || n, 't' || n || '@leerling.example', case n % 2 when 0 then 'nl' else 'en' end
from generate_series(1, 2000) n;
"""
_MAILS = """
insert into mail (id, template, recipient, cause, subject_ref, scheme, correlation, data, state)
select gen_random_uuid()::text, 'exam_passed', 'trainee/T' || 1 + n % 2000, $1 || '-' || n, 'trainee/T' || 1 + n % 2000,
       'smo', $1, '{"exam": "theory", "score": 7.5, "attempt": 1, "taken_on": "2026-06-02"}', 'due'
from generate_series(1, $2::int) n
"""
_SENT = "select extract(epoch from sent_at - created_at)::float8 from mail where state = 'sent' and correlation = $1"


async def measure(*, count: int, rounds: int) -> list[dict[str, Any]]:
    """``rounds`` of ``count`` mails that are due at once; then 40 a second, one by one, from row to sent."""
    sink = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.mail_sink", stdout=PIPE)
    assert sink.stdout is not None
    port = int(await sink.stdout.readline())
    try:
        async with fresh(Servers.found()) as ground:
            migrations = Path(postman.__file__).parent / "migrations"
            await migrate(ground.database, (BUS_MIGRATIONS, migrations))
            return await _measured(ground.database, port, count, rounds)
    finally:
        sink.terminate()
        await sink.wait()


async def _measured(url: str, port: int, count: int, rounds: int) -> list[dict[str, Any]]:
    settings = Settings(
        service="notifications", home=Path(), amqp_url="", database_url=url, smtp_url=f"smtp://127.0.0.1:{port}"
    )
    db = Database(url, name="notifications")
    await db.open()
    admin = await asyncpg.connect(url)
    await admin.execute(_PEOPLE)
    found = []
    for turn in range(rounds):
        await admin.execute(_MAILS, f"round{turn}", count)
        await admin.execute("analyze")
        ticks, began, cpu = machine.ticks(), time.perf_counter(), time.process_time()
        working = asyncio.create_task(postman.run(Context(db, SystemClock(), settings)))
        while len(await admin.fetch("select from mail where state <> 'sent' limit 1")):
            if working.done():
                working.result()
            await asyncio.sleep(0.05)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        found.append((count / seconds, cpu / count * 1e6, machine.busy_share(ticks, machine.ticks())))
    working = asyncio.create_task(postman.run(Context(db, SystemClock(), settings)))
    paced = min(count, 200)
    for number in range(paced):
        await admin.execute(_MAILS, f"paced{number}", 1)
        await admin.execute("select pg_notify('mail_due', '')")
        await asyncio.sleep(0.025)
    while len(await admin.fetch("select from mail where state <> 'sent' limit 1")):
        await asyncio.sleep(0.05)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    waits = [
        1000 * row[0] for row in await admin.fetch(_SENT.replace("correlation = $1", "correlation like $1"), "paced%")
    ]
    await admin.close()
    await db.close()
    return [
        {
            "what": f"{rounds} rounds of {count:,} mails",
            "mails_per_s": round(median(one[0] for one in found), 1),
            "cpu_us_per_mail": round(median(one[1] for one in found)),
            "machine_busy": round(median(one[2] for one in found), 2),
        },
        {
            "what": "at 40/s: due → sent and written down",
            "p50_ms": round(percentile(waits, 0.5), 1),
            "p99_ms": round(percentile(waits, 0.99), 1),
        },
    ]
