"""How long pages and lists of enrollment take with very many trainees: in the process, without a browser or a network.

A database of its own, filled by SQL with made-up people over thirty cohorts, and dropped afterwards.
"""

import os
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from yarl import URL

from bench.servers import NoServers
from deploy.local.home import Home
from services.enrollment.app import build
from services.enrollment.settings import EnrollmentSettings
from shared.clock import SystemClock
from shared.db import BUS_MIGRATIONS, Database, migrate
from shared.service import Context
from shared.web.app import create_app
from shared.web.session import make_session_keys, write_admin_token

MIGRATIONS = Path(__file__).parents[1] / "services" / "enrollment" / "migrations"
COHORTS = 30

SEED = """
insert into scheme_version (scheme, version, valid_from, programmes, targets, mentor_max_trainees)
values ('smo', '2024.1', '1990-08-01', '{lasser-3,verspaner-3}', '{T01,T02}', 100000);
insert into scheme_curriculum (scheme, version, content)
values ('smo', '2024.1', '{"targets": {"T01": {}, "T02": {}}, "programmes": {"lasser-3": {"targets": ["T01", "T02"]}},
                           "norms": {"mentor_minutes_per_week": 120, "alignment_lag_days": 28}}');
insert into scheme_goal (scheme, version, title, baseline, target, stretch, exams)
values ('smo', '2024.1', '{"nl": "SMO"}', 0.5, 0.85, 0.9, '{}');
insert into company (company_id, name, registration_number, street, postal_code, city, contact_name, contact_email,
                     places, equipment)
select 'C' || n, 'Staal ' || n, '9', 'Doornhoek ' || n, '5346 JF', 'Oss', 'Bo', 'c@bench.example', 5000, '{}'
from generate_series(1, 1000) n;
insert into mentor (mentor_id, company_id, name, email, language, max_trainees)
select 'M' || n, 'C' || n, 'Mo ' || n, 'm@bench.example', 'nl', 1000 from generate_series(1, 1000) n;
insert into school (school_id, name, city, equipment) select 'S' || n, 'School ' || n, 'Oss', '{}'
from generate_series(1, 4) n;
insert into instructor (instructor_id, school_id, name, email, language)
select 'I' || n, 'S' || n, 'Ilse ' || n, 'i@bench.example', 'nl' from generate_series(1, 4) n;
insert into trainee (trainee_id, name, birth_date, email, language, guardian_email)
select 'T' || lpad(n::text, 7, '0'), (array['Sem','Noor','Daan','Julia','Levi','Mila','Finn','Emma'])[1 + n % 8] || ' '
       || (array['Jansen','de Vries','Bakker','Visser','Smit','Mulder','Bos','Vos'])[1 + n / 8 % 8] || ' ' || n,
       '2005-01-01', 't@bench.example', 'nl', '' from generate_series(1, $N) n;
insert into enrolment (trainee_id, state, scheme, scheme_version, programme, school_id, instructor_id, company_id,
                       mentor_id, starts_on, planned_end, ended_on, minor, channel)
select 'T' || lpad(n::text, 7, '0'),
       case when year >= 28 then 'active' when n % 20 < 17 then 'completed' else 'dropped out' end,
       'smo', '2024.1', case when n % 2 = 0 then 'lasser-3' else 'verspaner-3' end, 'S' || 1 + n % 4, 'I' || 1 + n % 4,
       'C' || 1 + n % 1000, 'M' || 1 + n % 1000, first, first + 669,
       case when year < 28 then first + 600 end, false, 'bench'
from (select n, n % 30 as year, make_date(extract(year from current_date)::int - 30 + n % 30, 9, 1) as first
      from generate_series(1, $N) n) as numbered;
insert into placement (placement_id, trainee_id, company_id, mentor_id, state, starts_on, ends_on)
select trainee_id || '-1', trainee_id, company_id, mentor_id, case when ended_on is null then 'active' else 'ended' end,
       starts_on, coalesce(ended_on, planned_end) from enrolment;
insert into certificate_heard (number, trainee_id, scheme, programme, issued_on, sequence)
select 'SMO-' || trainee_id, trainee_id, scheme, programme, ended_on, 1 from enrolment where state = 'completed';
insert into exam_heard (result_id, trainee_id, scheme, exam, attempt, taken_on, passed, sequence)
select trainee_id || exam, trainee_id, scheme, exam, 1, ended_on, state = 'completed', 1
from enrolment, unnest(array['theory', 'drawing', 'practice']) exam where ended_on is not null;
insert into logbook_entry (entry_id, trainee_id, week, monday, place, target, level, hours, mentor_minutes)
select trainee_id || place, trainee_id, '', starts_on + 28 - (extract(isodow from starts_on)::int - 1), place, 'T01',
       'assist', 16, 130
from enrolment, unnest(array['school', 'company']) place where state = 'active';
"""

ADDRESSES = {
    "trainees, first page": "/enrollment/trainees",
    "trainees, a page in the middle": "/enrollment/trainees?after={middle}",
    "trainees, by a name": "/enrollment/trainees?q=vis+503",
    "trainees, by a common name": "/enrollment/trainees?q=noor",
    "a trainee's file": "/enrollment/trainees/{middle}",
    "API trainees, 100": "/enrollment/api/trainees?limit=100",
    "API trainees, 1000": "/enrollment/api/trainees?limit=1000",
    "start page": "/enrollment/",
    "companies": "/enrollment/companies",
    "API figures": "/enrollment/api/figures?scheme=smo",
    "API figures, one cohort": "/enrollment/api/figures?scheme=smo&cohort=2020",
}


async def measure(*, trainees: int, times: int) -> list[dict[str, Any]]:
    """Milliseconds of a request inside the process: the fastest, the middle, and the slowest of ``times``."""
    url = os.environ.get("KEUR_BENCH_DATABASE_URL", "") or of_home()
    name = f"bench_{uuid.uuid4().hex[:10]}"
    admin = await asyncpg.connect(url)
    await admin.execute(f'create database "{name}"')
    try:
        own = str(URL(url).with_path(f"/{name}"))
        await migrate(own, [BUS_MIGRATIONS, MIGRATIONS])
        seeding = await asyncpg.connect(own)
        began = time.perf_counter()
        await seeding.execute(SEED.replace("$N", str(trainees)))
        await seeding.execute("vacuum analyze")
        await seeding.close()
        seeded = time.perf_counter() - began
        with tempfile.TemporaryDirectory() as home:
            rows = await _ask(own, Path(home), trainees, times)
        rows.append({"what": f"seeding {trainees:,} trainees", "ms": round(seeded * 1000)})
        return rows
    finally:
        await admin.execute(f'drop database "{name}" with (force)')
        await admin.close()


async def _ask(url: str, home: Path, trainees: int, times: int) -> list[dict[str, Any]]:
    make_session_keys(home)
    token = write_admin_token(home).read_text("ascii").strip()
    settings = EnrollmentSettings(service="enrollment", home=home, port=1, amqp_url="amqp://nowhere", database_url=url)
    db = Database(url, name="bench", max_size=4)
    await db.open()
    ctx = Context(db, SystemClock(), settings)
    routers = build(settings).routers
    app = create_app("enrollment", title="bench", routers=routers, home=home, state={"ctx": ctx})
    found = []
    try:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://keur",
            headers={"Authorization": f"Bearer {token}", "Accept": "text/html,application/json"},
            timeout=60,
        ) as http:
            for what, form in ADDRESSES.items():
                address = form.format(middle=f"T{trainees // 2:07d}")
                took = []
                for _ in range(times + 1):
                    began = time.perf_counter()
                    answer = await http.get(address)
                    took.append((time.perf_counter() - began) * 1000)
                    answer.raise_for_status()
                steady = sorted(took[1:])
                found.append(
                    {
                        "what": what,
                        "trainees": trainees,
                        "ms_least": round(steady[0], 1),
                        "ms": round(statistics.median(steady), 1),
                        "ms_most": round(steady[-1], 1),
                        "kb": round(len(answer.content) / 1024, 1),
                    }
                )
    finally:
        await db.close()
    return found


def of_home() -> str:
    home = Home.from_env()
    if not (home.run / "postgres.pid").exists():
        raise NoServers(f"nothing runs in {home.path}: `./keur up --detach` first, or set KEUR_BENCH_DATABASE_URL")
    return home.admin_database_url()
