"""What one line of the logbook costs, what all of them cost, and what coverage costs: in the process, no network.

A database of its own with the shipped mark, 2,000 trainees and 100,000 entries, dropped afterwards. The line is given
by the API with a key of its own: checks, signals, audit, outbox and commit are in it.
"""

import logging
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import structlog
from ruamel.yaml import YAML
from yarl import URL

from bench.home import SCHEME
from bench.lists import MIGRATIONS, of_home
from services.enrollment.app import build
from services.enrollment.commands.coverage import covers_of
from services.enrollment.commands.watch import watch
from services.enrollment.domain.cadences import Cadences
from services.enrollment.domain.schemes import SchemeVersion
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.store import cadences, coverage, schemes
from services.enrollment.store.audit import By
from shared.clock import AMSTERDAM, FixedClock
from shared.db import BUS_MIGRATIONS, Database, migrate
from shared.service import Context
from shared.web.app import create_app
from shared.web.session import make_session_keys, write_admin_token

TODAY = date(2025, 6, 16)
WEEKS = 25

SEED = """
insert into company (company_id, name, registration_number, street, postal_code, city, contact_name, contact_email,
                     places, equipment)
select 'C' || n, 'Staal ' || n, '9', 'Doornhoek ' || n, '5346 JF', 'Oss', 'Bo', 'c@bench.example', 500,
       case when n % 2 = 0 then '{lathe,band_saw,pillar_drill}'::text[] else '{cnc_lathe,cad_cam,milling_machine}' end
from generate_series(1, 100) n;
insert into mentor (mentor_id, company_id, name, email, language, max_trainees)
select 'M' || n, 'C' || n, 'Mo ' || n, 'm@bench.example', 'nl', 1000 from generate_series(1, 100) n;
insert into school (school_id, name, city, equipment)
select 'S' || n, 'School ' || n, 'Oss', '{measuring_room,surface_grinder}' from generate_series(1, 2) n;
insert into instructor (instructor_id, school_id, name, email, language)
select 'I' || n, 'S' || n, 'Ilse ' || n, 'i@bench.example', 'nl' from generate_series(1, 2) n;
insert into trainee (trainee_id, name, birth_date, email, language, guardian_email)
select 'T' || lpad(n::text, 5, '0'), 'Sem ' || n, '2005-01-01', 't@bench.example', 'nl', ''
from generate_series(1, $N) n;
insert into enrolment (trainee_id, state, scheme, scheme_version, programme, school_id, instructor_id, company_id,
                       mentor_id, starts_on, planned_end, minor, channel)
select 'T' || lpad(n::text, 5, '0'), 'active', 'smo', '2024.1', 'verspaner-3', 'S' || 1 + n % 2, 'I' || 1 + n % 2,
       'C' || 1 + n % 100, 'M' || 1 + n % 100, '2024-09-02', '2026-07-03', false, 'bench'
from generate_series(1, $N) n;
insert into placement (placement_id, trainee_id, company_id, mentor_id, state, starts_on, ends_on)
select trainee_id || '-1', trainee_id, company_id, mentor_id, 'active', starts_on, planned_end from enrolment;
insert into training_watch (trainee_id, next_on) select trainee_id, null from enrolment;
insert into logbook_entry (entry_id, trainee_id, week, monday, place, target, level, hours, mentor_minutes)
select trainee_id || '-' || week || place, trainee_id, to_char(starts_on + 7 * week, 'IYYY-"W"IW'),
       starts_on + 7 * week, place,
       (array['T01','T02','T03','T04','T12','T13','T14','T15','T16','T18'])[1 + week / 2 % 10],
       (array['simple','assist','independent'])[1 + (week + length(trainee_id) + right(trainee_id, 2)::int) % 3],
       case place when 'school' then 14 else 24 end, case place when 'school' then 0 else 60 + 7 * week end
from enrolment, generate_series(0, $W - 1) week, unnest(array['school', 'company']) place;
"""


async def measure(*, trainees: int, times: int) -> list[dict[str, Any]]:
    """Milliseconds of each; of the line also the statements that the database was asked."""
    url = os.environ.get("KEUR_BENCH_DATABASE_URL", "") or of_home()
    name = f"bench_{uuid.uuid4().hex[:10]}"
    admin = await asyncpg.connect(url)
    await admin.execute(f'create database "{name}"')
    try:
        own = str(URL(url).with_path(f"/{name}"))
        await migrate(own, [BUS_MIGRATIONS, MIGRATIONS])
        db = Database(own, name="bench", max_size=4, timeout=600)
        await db.open()
        try:
            await _seed(db, trainees)
            rows = [await _all(db, trainees), await _coverage(db)]
            with tempfile.TemporaryDirectory() as home:
                return [*await _lines(db, own, Path(home), times), *rows]
        finally:
            await db.close()
    finally:
        await admin.execute(f'drop database "{name}" with (force)')
        await admin.close()


async def _seed(db: Database, trainees: int) -> None:
    content = YAML(typ="safe").load(SCHEME)
    version = SchemeVersion.from_content("smo", content["version"], content["valid_from"], content)
    content.pop("valid_from")
    async with db.transaction() as tx:
        await schemes.keep(tx, version)
        await schemes.keep_content(tx, "smo", version.version, content)
        await cadences.keep(tx, "smo", version.version, Cadences.from_content(content), TODAY)
        await tx.execute(SEED.replace("$N", str(trainees)).replace("$W", str(WEEKS)))
    async with db.read() as tx:
        await tx.execute("vacuum analyze")


async def _all(db: Database, trainees: int) -> dict[str, Any]:
    """The signals of everybody, from every entry."""
    began = time.perf_counter()
    async with db.transaction() as tx:
        keys = [row["trainee_id"] for row in await tx.fetch("select trainee_id from enrolment order by 1")]
    for chunk in range(0, len(keys), 250):
        async with db.transaction() as tx:
            await watch(tx, keys[chunk : chunk + 250], today=TODAY, by=By("bench"))
    took = time.perf_counter() - began
    return {"what": f"signals of {trainees:,} trainees, {trainees * WEEKS * 2:,} entries", "ms": round(1000 * took)}


async def _coverage(db: Database) -> dict[str, Any]:
    """How each of 18 targets is covered in 200 placements at 100 companies."""
    async with db.transaction() as tx:
        await tx.execute(
            "update scheme_curriculum set content = jsonb_set(content, '{programmes,verspaner-3,targets}',"
            " (select jsonb_agg(key order by key) from jsonb_object_keys(content -> 'targets') key))"
        )
        keys = [row["trainee_id"] for row in await tx.fetch("select trainee_id from enrolment order by 1 limit 200")]
        stays = await coverage.stays_of(tx, keys)
        began = time.perf_counter()
        found = await covers_of(tx, stays)
        took = time.perf_counter() - began
        targets = {len(one) for one in found.values()}
        companies = len({one.company_id for one in stays})
    what = f"coverage of {len(found)} placements at {companies} companies, {max(targets)} targets each"
    return {"what": what, "ms": round(1000 * took, 1)}


async def _lines(db: Database, url: str, home: Path, times: int) -> list[dict[str, Any]]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    make_session_keys(home)
    token = write_admin_token(home).read_text("ascii").strip()
    settings = EnrollmentSettings(service="enrollment", home=home, port=1, amqp_url="amqp://nowhere", database_url=url)
    ctx = Context(db, FixedClock(datetime.combine(TODAY, time_of_day(12), AMSTERDAM)), settings)
    app = create_app("enrollment", title="bench", routers=build(settings).routers, home=home, state={"ctx": ctx})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://keur", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        weeks = {"company": "2025-W08", "school": "2025-W09"}
        return [await _line(http, db, place, week, times) for place, week in weeks.items()]


async def _line(http: httpx.AsyncClient, db: Database, place: str, week: str, times: int) -> dict[str, Any]:
    took, spent, asked = [], [], []
    database = 0.0
    for n in range(times + 3):
        row = {
            "entry_id": f"bench-{place}-{n}", "trainee_id": f"T{n + 1:05d}", "week": week, "place": place,
            "target": "T02", "level": "simple", "hours": 8, "mentor_minutes": 10,
        }  # fmt: skip
        key = {"Idempotency-Key": f"bench-{place}-{n}"}
        with _counted() as statements:
            began, processor = time.perf_counter(), time.process_time()
            answer = await http.post("/enrollment/api/logbook", json=row, headers=key)
            took.append(1000 * (time.perf_counter() - began))
            spent.append(1000 * (time.process_time() - processor))
        asked.append(len(statements))
        if answer.status_code != 201:
            raise RuntimeError(answer.text)
        if n == 2:
            async with db.read() as tx:
                database = await _backends(tx)
    steady = sorted(took[3:])
    async with db.read() as tx:
        database = await _backends(tx) - database
    return {
        "what": f"one line of the logbook, {place}",
        "ms_least": round(steady[0], 1),
        "ms": round(statistics.median(steady), 1),
        "ms_most": round(steady[-1], 1),
        "own processor ms": round(statistics.mean(spent[3:]), 1),
        "database's": round(1000 * database / times, 1),
        "statements": max(asked[3:]),
    }


async def _backends(tx: Any) -> float:
    """Processor seconds of the database's processes that serve this measurement, when it runs on this machine."""
    rows = await tx.fetch("select pid from pg_stat_activity where application_name = 'keur-bench'")
    return _seconds([row["pid"] for row in rows])


def _seconds(pids: list[int]) -> float:
    found = 0
    for pid in pids:
        with suppress(OSError):
            parts = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
            found += int(parts[11]) + int(parts[12])
    return found / os.sysconf("SC_CLK_TCK")


@contextmanager
def _counted() -> Iterator[list[str]]:
    """What is asked of any connection meanwhile."""
    found: list[str] = []
    was = asyncpg.Connection._do_execute

    async def do(self: Any, query: str, *args: Any, **more: Any) -> Any:
        found.append(query)
        return await was(self, query, *args, **more)

    asyncpg.Connection._do_execute = do  # type: ignore[method-assign]
    try:
        yield found
    finally:
        asyncpg.Connection._do_execute = was  # type: ignore[method-assign]
