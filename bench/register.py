"""``python -m bench.register``: how fast the public register answers with a million certificates in it.

The register's own application and pool on a real PostgreSQL, asked in this process: what is measured is everything from
the request to the answer but the socket. Certificates are made by SQL, past the triggers; nothing else is skipped.
"""

import argparse
import asyncio
import json
import os
import random
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import httpx
from yarl import URL

from bench import machine
from bench.reference.contest import percentile
from services.certification.app import build
from services.certification.domain.misses import Misses
from shared import telemetry
from shared.clock import SystemClock
from shared.db import BUS_MIGRATIONS, Database, migrate
from shared.service import Context
from shared.settings import ServiceSettings
from shared.web.session import make_session_keys

MIGRATIONS = Path(__file__).parents[1] / "services" / "certification" / "migrations"
SEED = """
set session_replication_role = replica;
insert into scheme_version values ('bench', '1', '2000-01-01', '{"title": {"nl": "Bench"}}', 'x', now(), 'bench');
insert into holder (trainee_id, name, birth_date, sequence)
select 'T' || n, 'Holder ' || n, date '1980-01-01' + n %% 9000, 1 from generate_series(1, %(count)d) n;
insert into certificate (number, certificate_id, scheme, scheme_version, year, serial, trainee_id, programme,
                         decision_id, issued_on, valid_until, check_code, document, document_sha256, issued_at)
select 'BE-' || 1996 + n %% 30 || '-' || lpad(n::text, 7, '0'), gen_random_uuid(), 'bench', '1', 1996 + n %% 30, n,
       'T' || n, 'programme-' || n %% 12, gen_random_uuid(), make_date(1996 + n %% 30, 6, 1), null,
       lpad(upper(to_hex(n)), 10, 'A'),
       jsonb_build_object('holder', 'Holder ' || n, 'programme', 'programme-' || n %% 12, 'results',
                          '[{"exam": "theory", "score": "7.5"}, {"exam": "practice", "score": "8"}]'::jsonb),
       md5(n::text), make_date(1996 + n %% 30, 6, 1)
from generate_series(1, %(count)d) n;
insert into certificate_status (number, scheme, programme, state, since, head)
select number, scheme, programme, case serial %% 50 when 0 then 'withdrawn' when 1 then 'suspended' else 'valid' end,
       issued_at, document_sha256 from certificate;
set session_replication_role = origin;
"""


@asynccontextmanager
async def filled(admin_url: str, count: int) -> AsyncIterator[str]:
    """A database with ``count`` certificates, dropped on leaving."""
    name = f"bench_{uuid.uuid4().hex[:10]}"
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f'create database "{name}"')
    url = str(URL(admin_url).with_path(f"/{name}"))
    try:
        await migrate(url, [BUS_MIGRATIONS, MIGRATIONS])
        seeding = await asyncpg.connect(url)
        for statement in (SEED % {"count": count}).strip().split(";\n"):
            await seeding.execute(statement)
        for table in ("certificate", "certificate_status", "holder"):
            await seeding.execute(f"vacuum analyze {table}")
        await seeding.close()
        yield url
    finally:
        await admin.execute(f'drop database "{name}" with (force)')
        await admin.close()


async def measure(admin_url: str, *, count: int, asked: int) -> list[dict[str, Any]]:
    """Latencies in milliseconds of each kind of question, one after another, over random certificates."""
    async with filled(admin_url, count) as url:
        db = Database(url, name="bench")
        await db.open()
        with TemporaryDirectory() as home:
            make_session_keys(Path(home))
            settings = ServiceSettings(
                service="certification", home=Path(home), amqp_url="amqp://nowhere", database_url=url
            )
            app = build(settings).app()
            app.state.ctx = Context(db, SystemClock(), settings)
            app.state.misses = Misses(10**9, 60.0)
            transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://bench", timeout=60) as http:
                return await _ask(http, db, asked)


async def _ask(http: httpx.AsyncClient, db: Database, asked: int) -> list[dict[str, Any]]:
    async with db.read() as tx:
        rows = await tx.fetch(
            "select number, check_code, trainee_id from certificate tablesample system (1) limit $1", asked
        )
    some = [dict(row) for row in rows]
    random.Random(1).shuffle(some)
    register = "/certification/register"
    kinds: dict[str, list[tuple[str, dict[str, str], dict[str, str]]]] = {
        "right code, JSON": [(f"{register}/{one['number']}", {"code": one["check_code"]}, {}) for one in some],
        "right code, page": [
            (f"{register}/{one['number']}", {"code": one["check_code"]}, {"accept": "text/html"}) for one in some
        ],
        "a day in the past": [
            (f"{register}/{one['number']}", {"code": one["check_code"], "on": "2010-01-01"}, {}) for one in some
        ],
        "wrong code (answered after 30 ms)": [
            (f"{register}/{one['number']}", {"code": "NO"}, {}) for one in some[:200]
        ],
    }
    told = [await _timed(http, name, questions) for name, questions in kinds.items()]
    told.append(await _timed(http, "counts, not kept (one pass)", [(f"{register}/figures", {}, {})]))
    told.append(await _timed(http, "counts, kept for 10 s", [(f"{register}/figures", {}, {})] * 200))
    return told


async def _timed(http: httpx.AsyncClient, name: str, questions: list[Any]) -> dict[str, Any]:
    waits, used = [], time.process_time()
    for path, query, headers in questions:
        began = time.perf_counter()
        await http.get(path, params=query, headers=headers)
        waits.append(1000 * (time.perf_counter() - began))
    return {
        "question": name,
        "asked": len(waits),
        "p50_ms": round(percentile(waits, 0.5), 1),
        "p99_ms": round(percentile(waits, 0.99), 1),
        "max_ms": round(max(waits), 1),
        "processor_ms": round(1000 * (time.process_time() - used) / len(waits), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.register", description=__doc__)
    parser.add_argument("--certificates", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=2000, help="of each question")
    given = parser.parse_args()
    url = os.environ["KEUR_BENCH_DATABASE_URL"]
    telemetry.set_up_logging("bench", level="error")
    rows = asyncio.run(measure(url, count=given.certificates, asked=given.asked))
    print(json.dumps({"certificates": given.certificates, "machine": machine.described(), "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
