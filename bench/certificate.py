"""How long from an accepted exam result to the certificate in the register, at a steady pace, on a running home."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from bench import machine
from bench.home import Office, Refused, result
from bench.posting import Posting
from bench.reference.contest import percentile

_NEWEST = "select trainee_id, issued_at from certificate where issued_at >= $1 order by issued_at"
_NAMES = (
    "its event written → confirmed by the broker",
    "confirmed → its transaction of deciding begins",
    "that transaction, until its events are written",
)
_STAGES = """
select extract(epoch from passed.published_at - passed.written_at)::float8,
       extract(epoch from inbox.handled_at - passed.published_at)::float8,
       extract(epoch from issued.written_at - inbox.handled_at)::float8
from outbox issued join outbox passed on passed.id::text = issued.causationid
join inbox on inbox.message_id = passed.id::text and inbox.consumer = 'certification'
where issued.type = 'certification.certificate-issued.v1'
  and issued.subject in (select subject from unnest($1::text[]) as t, concat('trainee/', t) as subject)
"""
POLL = 0.004
"""Seconds between looks at the register: the figures are that much too high at most."""
MARGIN = timedelta(seconds=2)
"""A certificate is dated when its transaction begins, and seen when it ends."""


class NotAllIssued(Exception):
    """Some who passed everything have no certificate in time."""


async def measure(*, count: int, rate: float, patience: float = 60.0) -> list[dict[str, Any]]:
    """Enrols ``count`` trainees who lack one exam, enters those results ``rate`` a second, watches the register."""
    office = Office.of_running_home()
    await office.publish_scheme()
    await _until_programme_known(office)
    trainees = await office.enrol(count)
    for exam in ("theory", "drawing"):
        await office.import_rows("certification", "results", [result(trainee, exam) for trainee in trainees])
    register = await asyncpg.connect(office.home.database_url("certification"))
    await _until_quiet(office, register, trainees)
    before, used = machine.ticks(), machine.home_seconds(office.home)
    began = datetime.now(UTC)
    asked: dict[str, float] = {}
    accepted: dict[str, float] = {}
    issued: dict[str, float] = {}
    refused: list[str] = []
    watching = asyncio.create_task(_watch(register, issued, set(trainees), began, patience + count / rate))
    await _enter(office, trainees, asked, accepted, refused, rate)
    await watching
    busy = machine.busy_share(before, machine.ticks())
    cost = machine.spent_ms(used, machine.home_seconds(office.home), count)
    if missing := [trainee for trainee in trainees if trainee not in issued]:
        raise NotAllIssued(f"{len(missing)} of {count}, {missing[0]} among them")
    stages = await register.fetch(_STAGES, trainees)
    await register.close()
    what = f"{count} results at {rate:g}/s"
    told = {"told_to_wait": len(refused), "machine_busy": busy}
    return [
        _row(f"{what}: accepted → certificate in the register", [issued[t] - accepted[t] for t in trainees]) | told,
        _row("  the answer to the POST", [accepted[t] - asked[t] for t in trainees]),
        *(_row(f"  {name}", [row[place] for row in stages]) for place, name in enumerate(_NAMES)),
        {"what": "processor time of each process", "ms per certificate": cost["all"]},
        *({"what": f"  {name}", "ms per certificate": ms} for name, ms in cost.items() if name != "all"),
    ]


def _row(what: str, seconds: list[float]) -> dict[str, Any]:
    waits = [1000 * one for one in seconds]
    p50, p99, most = percentile(waits, 0.5), percentile(waits, 0.99), max(waits)
    return {"what": what, "p50_ms": round(p50, 1), "p99_ms": round(p99, 1), "max_ms": round(most, 1)}


async def _until_programme_known(office: Office) -> None:
    """Enrollment hears of a scheme by the bus."""
    async with asyncio.timeout(30), office.client("ops") as http:
        while True:
            if (await http.get("/readyz")).status_code == 200:
                await asyncio.sleep(1)
                return


async def _until_quiet(office: Office, register: asyncpg.Connection, trainees: list[str]) -> None:
    """All are candidates and their results are recorded, so that only the last exam is in the way."""
    known = "select count(*) from v_exam where trainee_id = any($1::text[])"
    async with asyncio.timeout(120):
        while await register.fetchval(known, trainees) < 2 * len(trainees):
            await asyncio.sleep(0.2)
        async with office.client("certification") as http:
            while (await http.get("/readyz")).json()["outbox"]["pending"]:
                await asyncio.sleep(0.2)
    await asyncio.sleep(3)


async def _enter(
    office: Office,
    trainees: list[str],
    asked: dict[str, float],
    accepted: dict[str, float],
    refused: list[str],
    rate: float,
) -> None:
    """Enters the last result of each, at its time; tries again later when the service says that it is too busy."""
    sender = Posting(office.home.url("certification"), office.token)

    async def one(trainee: str) -> None:
        row = result(trainee, "practice") | {"knocked_out": False}
        while True:
            asked[trainee] = time.perf_counter()
            status, headers, body = await sender.post("/certification/api/results", row, f"{trainee}-practice")
            if status != 503:
                break
            refused.append(trainee)
            await asyncio.sleep(float(headers.get("retry-after", "1")))
        if status >= 400:
            raise Refused(f"result: {status} {body.decode()[:300]}")
        accepted[trainee] = time.perf_counter()

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, trainee in enumerate(trainees):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            group.create_task(one(trainee))
    sender.close()


async def _watch(
    register: asyncpg.Connection, issued: dict[str, float], awaited: set[str], since: datetime, patience: float
) -> None:
    """Asks only for what is new, by an index: looking often must not be what the machine is busy with."""
    ends = time.perf_counter() + patience
    statement = await register.prepare(_NEWEST)
    while awaited - issued.keys() and time.perf_counter() < ends:
        rows = await statement.fetch(since)
        now = time.perf_counter()
        for row in rows:
            issued.setdefault(row["trainee_id"], now)
        since = max([since, *(row["issued_at"] - MARGIN for row in rows)])
        await asyncio.sleep(POLL)
