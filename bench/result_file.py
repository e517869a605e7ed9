"""A file of very many exam results through the public import of a running home: the answer, the memory, and how long
until every certificate that follows is in the register and its credential signed.

Trainees are made known to certification and notifications by their own functions in this process, not by 33,000
enrolments: those letters would keep the machine busy for a quarter of an hour and are not what is asked. Notifications
knows no address of them, so what it writes to them is held and not sent.
"""

import asyncio
import csv
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg

from bench import machine
from bench.home import PROGRAMME, Office, Refused
from bench.issuing import Hearing
from services.notifications.store import people
from shared.db import Database
from shared.events.enrollment import PersonDetailsChanged, TraineeEnrolled
from shared.settings import SERVICES

COLUMNS = ("result_id", "trainee_id", "exam", "attempt", "taken_on", "score", "knocked_out", "examiner")
EXAMS = ("theory", "drawing", "practice")
FAILS = 10
"""Every tenth trainee fails the last exam: no certificate."""
TOGETHER = 500
LOOK_S = 0.2
_STANDS = """
select coalesce((select sum(last) from number_counter where scheme = 'smo'), 0)::int as issued,
       (select count(*) from signing where state in ('owed', 'begun'))::int as unsigned
"""
_TELLS = "select exists (select from outbox where published_at is null)"
_WRONG = """
with passed as (
    select trainee_id from result where trainee_id like $1 and passed and state = 'counted'
    group by trainee_id having count(distinct exam) = 3
)
select (select count(*) from passed left join certificate using (trainee_id) where number is null) as lacking,
       (select count(*) from certificate left join passed using (trainee_id)
        where certificate.trainee_id like $1 and passed.trainee_id is null) as unearned,
       (select count(*) - count(distinct trainee_id) from certificate where trainee_id like $1) as twice,
       (select max(serial) - count(*) from certificate where scheme = 'smo'
        and year = (select max(year) from certificate where scheme = 'smo')) as number_gaps,
       (select count(*) from certificate c where trainee_id like $1 and not exists (
           select from log_entry l where l.number = c.number and l.kind = 'issued')) as not_in_the_log
"""


class NotRight(Exception):
    """The import answered something else than the file says, or what is in the register is not what follows."""


async def measure(*, rows: int, alone: bool = False, patience: float = 1800.0) -> list[dict[str, Any]]:
    """``rows`` results of a third as many trainees. Memory is the most that certification had since just before.

    ``alone``: every consumer rests until all the passes stand in certification's queue, and then only certification
    goes on: what one process does in a second by the clock, deciding, numbering, logging, telling and signing.
    """
    office = Office.of_running_home()
    await office.publish_scheme()
    pid = int((office.home.run / "certification.pid").read_text("ascii").split()[0])
    content, trainees, due = _file(office.prefix, rows)
    await _make_known(office, trainees)
    register = await asyncpg.connect(office.home.database_url("certification"))
    before = (await _stands(register))["issued"]
    watching = _Watch(office, register, before, due, patience)
    await watching.until_told()
    async with _resting(office, SERVICES if alone else ()) as go_on:
        found = [await _sent(office, content, pid, {"new": rows}, f"{rows:,} results, all new")]
        if alone:
            await watching.until_told()
            watching.from_now()
            await go_on("certification")
        found += await watching.until_signed()
    wrong = dict(await register.fetchrow(_WRONG, f"{office.prefix}%") or {})
    await register.close()
    if any(wrong.values()):
        raise NotRight(str(wrong))
    found.append(await _sent(office, content, pid, {"unchanged": rows}, "the same file again"))
    return found


@asynccontextmanager
async def _resting(office: Office, services: Iterable[str]) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Their consumers rest; gives what lets one go on. In the end all do."""

    async def asked(service: str, what: str) -> None:
        async with office.client(service) as http:
            answer = await http.post(f"/{service}/api/bus/{what}", json={"reason": "measured"})
        if answer.status_code != 200:
            raise Refused(f"{what} {service}: {answer.status_code} {answer.text[:300]}")

    services = list(services)
    try:
        for service in services:
            await asked(service, "pause")
        yield lambda service: asked(service, "resume")
    finally:
        for service in services:
            await asked(service, "resume")


def _file(prefix: str, rows: int) -> tuple[bytes, list[str], int]:
    """The file, its trainees, and how many of them are due a certificate."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    trainees = [f"{prefix}T{n:06}" for n in range((rows + 2) // 3)]
    for n in range(rows):
        trainee, exam = trainees[n // 3], EXAMS[n % 3]
        score = 4.5 if n // 3 % FAILS == FAILS - 1 and exam == EXAMS[-1] else 7.5
        writer.writerow((f"{trainee}-{exam}-1", trainee, exam, 1, "2026-06-02", score, "no", f"EX{n % 40}"))
    complete = rows // 3
    return text.getvalue().encode(), trainees, complete - complete // FAILS


async def _make_known(office: Office, trainees: list[str]) -> None:
    databases = [Database(office.home.database_url(name), name="bench") for name in ("certification", "notifications")]
    certification, notifications = databases
    for db in databases:
        await db.open()
    try:
        hear = Hearing(certification)
        for start in range(0, len(trainees), TOGETHER):
            some = trainees[start : start + TOGETHER]
            enrolled = [_enrolled(office.prefix, one) for one in some]
            await hear(enrolled)
            await hear(PersonDetailsChanged(person=f"trainee/{one}", name=f"Leerling {one}") for one in some)
            async with notifications.transaction() as tx:
                await people.keep_enrolments(tx, [hear.heard(one).event() for one in enrolled])  # type: ignore[misc]
    finally:
        for db in databases:
            await db.close()


async def _stands(register: asyncpg.Connection) -> dict[str, int]:
    return dict(await register.fetchrow(_STANDS) or {})


def _enrolled(prefix: str, trainee: str) -> TraineeEnrolled:
    return TraineeEnrolled(
        trainee_id=trainee, scheme="smo", scheme_version="2024.1", programme=PROGRAMME, school_id=f"{prefix}S",
        instructor_id=f"{prefix}I", company_id=f"{prefix}C", mentor_id=f"{prefix}M", starts_on=date(2024, 9, 2),
        planned_end=date(2026, 7, 3), minor=False,
    )  # fmt: skip


async def _sent(office: Office, content: bytes, pid: int, expected: dict[str, int], what: str) -> dict[str, Any]:
    machine.forget_peak(pid)
    before, used = machine.ticks(), machine.home_seconds(office.home)
    began = time.perf_counter()
    answer = await office.import_file("certification", "results", content)
    seconds = time.perf_counter() - began
    if any(answer[name] != count for name, count in expected.items()) or answer["refused"]:
        raise NotRight(str({name: answer[name] for name in ("rows", "new", "changed", "unchanged", "refused")}))
    spent = {name: after - used[name] for name, after in machine.home_seconds(office.home).items() if name in used}
    return {
        "what": f"{what}: until the answer",
        "seconds": round(seconds, 1),
        "per_s": round(answer["rows"] / seconds),
        "certification_cpu_s": round(spent["certification"], 1),
        "postgres_cpu_s": round(spent["postgres"], 1),
        "all_cpu_s": round(sum(spent.values()), 1),
        "peak_mb": machine.memory_mb(pid, peak=True),
        "machine_busy": machine.busy_share(before, machine.ticks()),
    }


class _Watch:
    """Counts from the moment that it is made, which is when the file is sent."""

    def __init__(self, office: Office, register: asyncpg.Connection, before: int, due: int, patience: float) -> None:
        self._office, self._register, self._before, self._due = office, register, before, due
        self._ends = time.perf_counter() + patience
        self._from = "sending"
        self._used: dict[str, float] = {}
        self.from_now()

    def from_now(self) -> None:
        if self._used:
            self._from = "its queue"
        self._began, self._ticks = time.perf_counter(), machine.ticks()
        self._used = machine.home_seconds(self._office.home)

    async def until_told(self) -> None:
        while await self._register.fetchval(_TELLS):
            await asyncio.sleep(LOOK_S)

    async def until_signed(self) -> list[dict[str, Any]]:
        """Rows for: all in the register, all told, all credentials signed."""
        found, steps = [], ["certificates", "told", "signed"]
        while steps:
            stands = await _stands(self._register)
            issued = stands["issued"] - self._before
            reached = {"certificates": issued == self._due}
            reached["signed"] = reached["certificates"] and not stands["unsigned"]
            reached["told"] = reached["certificates"] and not await self._register.fetchval(_TELLS)
            for step in [one for one in steps if reached[one]]:
                steps.remove(step)
                found.append(self._row(step))
            if time.perf_counter() > self._ends:
                raise NotRight(f"after a long wait {issued} certificates of {self._due}")
            await asyncio.sleep(LOOK_S)
        return found

    def _row(self, step: str) -> dict[str, Any]:
        words = {
            "certificates": "in the register",
            "told": "in the register and all is told",
            "signed": "in the register and every credential signed",
        }
        seconds = time.perf_counter() - self._began
        spent = {
            name: after - self._used[name]
            for name, after in machine.home_seconds(self._office.home).items()
            if name in self._used
        }
        pid = int((self._office.home.run / "certification.pid").read_text("ascii").split()[0])
        return {
            "what": f"  from {self._from} until {self._due:,} certificates are {words[step]}",
            "seconds": round(seconds, 1),
            "per_s": round(self._due / seconds),
            "certification_cpu_s": round(spent["certification"], 1),
            "postgres_cpu_s": round(spent["postgres"], 1),
            "all_cpu_s": round(sum(spent.values()), 1),
            "peak_mb": machine.memory_mb(pid, peak=True),
            "machine_busy": machine.busy_share(self._ticks, machine.ticks()),
        }
