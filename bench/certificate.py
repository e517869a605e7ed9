"""How long from an accepted exam result to the certificate in the register, at a steady pace, on a running home."""

import asyncio
import time
from typing import Any

import asyncpg

from bench import machine
from bench.home import Office, result
from bench.reference.contest import percentile

_ISSUED = "select trainee_id from v_certificate where trainee_id = any($1::text[])"
POLL = 0.004
"""Seconds between looks at the register: the figures are that much too high at most."""


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
    pid = int((office.home.run / "certification.pid").read_text("ascii").split()[0])
    before, cpu = machine.ticks(), machine.cpu_seconds(pid)
    accepted: dict[str, float] = {}
    issued: dict[str, float] = {}
    refused: list[str] = []
    watching = asyncio.create_task(_watch(register, accepted, issued, count, patience))
    await _enter(office, trainees, accepted, refused, rate)
    await watching
    await register.close()
    if missing := [trainee for trainee in trainees if trainee not in issued]:
        raise NotAllIssued(f"{len(missing)} of {count}, {missing[0]} among them")
    waits = [(issued[trainee] - accepted[trainee]) * 1000 for trainee in trainees]
    return [
        {
            "what": f"result accepted → certificate in the register, {count} at {rate:g}/s",
            "p50_ms": round(percentile(waits, 0.5), 1),
            "p99_ms": round(percentile(waits, 0.99), 1),
            "max_ms": round(max(waits), 1),
            "told_to_wait": len(refused),
            "certification_cpu_ms_each": round((machine.cpu_seconds(pid) - cpu) / count * 1000, 2),
            "machine_busy": machine.busy_share(before, machine.ticks()),
        }
    ]


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
    office: Office, trainees: list[str], accepted: dict[str, float], refused: list[str], rate: float
) -> None:
    """Enters the last result of each, at its time; tries again later when the service says that it is too busy."""
    async with office.client("certification") as http:

        async def one(trainee: str) -> None:
            row = result(trainee, "practice") | {"knocked_out": False}
            headers = {"Idempotency-Key": f"{trainee}-practice"}
            while True:
                answer = await http.post("/certification/api/results", json=row, headers=headers)
                if answer.status_code != 503:
                    break
                refused.append(trainee)
                await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
            answer.raise_for_status()
            accepted[trainee] = time.perf_counter()

        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, trainee in enumerate(trainees):
                await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
                group.create_task(one(trainee))


async def _watch(
    register: asyncpg.Connection, accepted: dict[str, float], issued: dict[str, float], count: int, patience: float
) -> None:
    ends = time.perf_counter() + patience + count / 10
    while len(issued) < count and time.perf_counter() < ends:
        waiting = [trainee for trainee in accepted if trainee not in issued]
        if waiting:
            rows = await register.fetch(_ISSUED, waiting)
            now = time.perf_counter()
            issued.update({row["trainee_id"]: now for row in rows})
        await asyncio.sleep(POLL)
