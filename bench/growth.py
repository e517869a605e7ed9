"""The people and papers of the shipped files 1, 10 and 100 times over: what the time and the tables grow with."""

import asyncio
import csv
import io
import statistics
import sys
import time
from typing import Any

import aiormq
import asyncpg

from bench import machine
from bench.home import Office
from deploy.demo.school_years import FILES
from shared.bus import topology
from shared.settings import SERVICES

KINDS = ("schools", "companies", "instructors", "mentors", "trainees", "logbook", "results")
_OF = {"results": "certification"}
_TABLES = {
    "enrollment": ("trainee", "logbook_entry", "outbox", "inbox"),
    "certification": ("result", "candidate", "certificate", "outbox", "inbox"),
    "notifications": ("mail", "inbox"),
}
PAGES = 15
FILE_ROWS = 100_000


async def measure(*, factors: list[int], kinds: list[str], most: int) -> list[dict[str, Any]]:
    """Each factor with people of its own, beside those of the factors before. Mails are not waited for.

    A kind of more than ``most`` rows is left out at that factor, and with it what needs it.
    """
    office = Office.of_running_home()
    await office.publish_scheme()
    await asyncio.sleep(2)
    table: dict[str, dict[int, float]] = {}
    for factor in factors:
        for kind in kinds:
            rows = _copies(kind, factor, f"{office.prefix}{factor}")
            if len(rows) > most:
                print(f"  {factor} × {kind}: {len(rows):,} rows left out", file=sys.stderr)
                continue
            used = sum(machine.home_seconds(office.home).values())
            taken, quiet, events = await _given(office, kind, rows)
            table.setdefault(f"{kind}: import, s", {})[factor] = taken
            if events:
                table.setdefault(f"{kind}: until all have heard, s", {})[factor] = taken + quiet
                table.setdefault(f"{kind}: events", {})[factor] = events
            used = sum(machine.home_seconds(office.home).values()) - used
            table.setdefault(f"{kind}: processor time of everything until then, s", {})[factor] = used
            print(f"  {factor} × {kind}: {len(rows):,} rows in {taken:.1f} s, {events} events", file=sys.stderr)
        for what, milliseconds in (await _pages(office)).items():
            table.setdefault(what, {})[factor] = milliseconds
        for what, megabytes in (await _sizes(office)).items():
            table.setdefault(what, {})[factor] = megabytes
    return [_row(what, found, factors) for what, found in table.items()]


def _copies(kind: str, factor: int, prefix: str) -> list[dict[str, str]]:
    """The rows of a shipped file ``factor`` times, every key with a prefix of its copy."""
    with (FILES / "smo" / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {name: f"{prefix}-{n}-{value}" if name.endswith("_id") and value else value for name, value in row.items()}
        for n in range(factor)
        for row in rows
    ]


async def _given(office: Office, kind: str, rows: list[dict[str, str]]) -> tuple[float, float, int]:
    """Seconds until the file is taken, seconds from then until nothing moves, and events told meanwhile."""
    before, began = await _told(office), time.perf_counter()
    for start in range(0, len(rows), FILE_ROWS):
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows[start : start + FILE_ROWS])
        await office.import_file(_OF.get(kind, "enrollment"), kind, text.getvalue().encode())
    taken = time.perf_counter() - began
    while not await _is_quiet(office):
        await asyncio.sleep(0.1)
    return taken, time.perf_counter() - began - taken, await _told(office) - before


async def _told(office: Office) -> int:
    found = 0
    for service in ("enrollment", "certification"):
        connection = await asyncpg.connect(office.home.database_url(service))
        found += await connection.fetchval("select count(*) from outbox")
        await connection.close()
    return found


async def _is_quiet(office: Office) -> bool:
    """Nothing of enrollment and certification waits to be told, nothing anywhere waits to be heard."""
    for service in ("enrollment", "certification"):
        connection = await asyncpg.connect(office.home.database_url(service))
        waits = await connection.fetchval("select exists (select from outbox where published_at is null)")
        await connection.close()
        if waits:
            return False
    broker = await aiormq.connect(office.home.admin_amqp_url)  # the management API tells what was some seconds ago
    try:
        channel = await broker.channel()
        for service in SERVICES:
            if (await channel.queue_declare(topology.inbox(service), passive=True)).message_count:
                return False
            async with office.client(service) as http:
                if (await http.get("/readyz")).json()["counters"]["in_flight"]:
                    return False
    finally:
        await broker.close()
    return True


async def _pages(office: Office) -> dict[str, float]:
    """Milliseconds of a list's first page, median."""
    found = {}
    for service, path in (
        ("enrollment", "/enrollment/trainees"),
        ("certification", "/certification/candidates"),
        ("certification", "/certification/api/results?limit=100"),
    ):
        async with office.client(service) as http:
            waits = []
            for _ in range(PAGES):
                began = time.perf_counter()
                answer = await http.get(path)
                waits.append(1000 * (time.perf_counter() - began))
            if answer.status_code == 200:
                found[f"{path}: p50, ms"] = statistics.median(waits)
    return found


async def _sizes(office: Office) -> dict[str, float]:
    found = {}
    for service, tables in _TABLES.items():
        connection = await asyncpg.connect(office.home.database_url(service))
        for name in tables:
            size = await connection.fetchval("select pg_total_relation_size(to_regclass($1))", name)
            if size is not None:
                found[f"table {service}.{name}, MB (all so far)"] = size / 1e6
        await connection.close()
    memory = {
        service: machine.memory_mb(int((office.home.run / f"{service}.pid").read_text("ascii").split()[0]), peak=True)
        for service in SERVICES
    }
    return {**found, **{f"memory of {service}, MB at most so far": size for service, size in memory.items()}}


def _row(what: str, found: dict[int, float], factors: list[int]) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what}
    for number, factor in enumerate(factors):
        value = found.get(factor)
        row[f"×{factor}"] = None if value is None else round(value, 2)
        before = found.get(factors[number - 1]) if number else None
        if number:
            row[f"×{factor} by ×{factors[number - 1]}"] = round(value / before, 1) if value and before else None
    return row
