"""What a certificate costs in one process, without a broker: decided, numbered, logged, its credential signed, its
paper set and signed; and what a proof from the log costs.

A database of its own, dropped afterwards. Beside the time that went by stands the processor time of this process, which
says what the work costs also while the machine is busy with other things.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from yarl import URL

from bench import machine
from bench.reference.contest import percentile
from bench.servers import NoServers
from deploy.local.home import Home
from services.certification.commands.papers import Press, as_file
from services.certification.commands.results import record_results
from services.certification.commands.schemes import publish_scheme
from services.certification.commands.signing import Signer, published_key, sign_some
from services.certification.credential.keys import make_issuing_key
from services.certification.domain.results import Entry
from services.certification.domain.scheme_file import read_scheme
from services.certification.handlers import on
from services.certification.log.heads import head_now
from services.certification.log.proofs import known_proof
from services.certification.paper.content import content_of
from services.certification.paper.keys import make_paper_keys
from services.certification.paper.seal import seal_paper
from services.certification.paper.typeset import set_paper
from services.certification.queries.verification import verify
from services.certification.schedule import BATCH
from services.certification.settings import CertificationSettings
from services.certification.store.audit import By
from shared.bus.dispatch import Dispatcher
from shared.bus.wire import Heard
from shared.db import BUS_MIGRATIONS, Database, migrate
from shared.events import Envelope, Event
from shared.events.certification import ExamPassed
from shared.events.enrollment import PersonDetailsChanged, TraineeEnrolled
from shared.ids import new_id

ROOT = Path(__file__).parents[1]
MIGRATIONS = ROOT / "services" / "certification" / "migrations"
SCHEME = ROOT / "deploy" / "demo" / "smo" / "scheme.yaml"
TOGETHER = 50
"""Events in one transaction, as when results pour in."""
OFFICE = By("office/bench")
_LEAVES = """
insert into log_entry (position, kind, number, at, document_sha256, leaf_sha256)
select n, 'issued', 'BENCH-' || n, now(), md5(n::text), sha256(('bench' || n)::bytea)
from generate_series((select size from log_counter), $1::bigint - 1) n
"""


@dataclass
class Cost:
    """What some pieces of work took, in seconds: as time went by, and of this process."""

    what: str
    pieces: int
    wall: float
    cpu: float

    def row(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "pieces": self.pieces,
            "per second": round(self.pieces / self.wall, 1),
            "ms each": round(1000 * self.wall / self.pieces, 2),
            "processor ms each": round(1000 * self.cpu / self.pieces, 2),
            "per second of processor": round(self.pieces / self.cpu, 1),
        }


class Costs:
    """Adds up pieces of work by what they are, in the order in which they were first seen."""

    def __init__(self) -> None:
        self._costs: dict[str, Cost] = {}

    async def of(self, what: str, pieces: int, work: Awaitable[Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        done = await work
        self.add(what, pieces, time.perf_counter() - wall, time.process_time() - cpu)
        return done

    def now(self, what: str, work: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        done = work()
        self.add(what, 1, time.perf_counter() - wall, time.process_time() - cpu)
        return done

    def add(self, what: str, pieces: int, wall: float, cpu: float) -> None:
        one = self._costs.setdefault(what, Cost(what, 0, 0.0, 0.0))
        one.pieces, one.wall, one.cpu = one.pieces + pieces, one.wall + wall, one.cpu + cpu

    def together(self, what: str, *of: str) -> Cost:
        found = [self._costs[name] for name in of]
        return Cost(what, found[0].pieces, sum(one.wall for one in found), sum(one.cpu for one in found))

    def rows(self, *names: str) -> list[dict[str, Any]]:
        return [self._costs[name].row() for name in names]


async def measure(*, certificates: int, papers: int, leaves: int) -> list[dict[str, Any]]:
    """Rows for a report. ``leaves`` in the log for its proofs; 0 leaves them out."""
    async with _database() as url:
        db = Database(url, name="bench")
        await db.open()
        try:
            with TemporaryDirectory() as folder:
                settings = CertificationSettings(
                    service="certification", home=Path(folder), amqp_url="amqp://nowhere", database_url=url
                )
                make_issuing_key(settings.home)
                make_paper_keys(settings.home)
                rows = await _issue(db, Signer.of(settings), certificates)
                rows.append(await _verified(db, Signer.of(settings), certificates))
                rows += await _papers(db, Press.of(settings), papers)
                if leaves:
                    rows += await _proofs(db, Signer.of(settings), leaves)
                return rows
        finally:
            await db.close()


async def _issue(db: Database, signer: Signer, count: int) -> list[dict[str, Any]]:
    trainees, costs, hear = [f"T{n:06}" for n in range(count)], Costs(), Hearing(db)
    version = read_scheme(SCHEME.read_text("utf-8"))
    programme = next(iter(version.scheme.programmes))
    *before, last = version.scheme.exams
    async with db.transaction() as tx:
        await publish_scheme(tx, version, now=datetime.now(UTC), by=OFFICE)
    for some in _chunks(trainees):
        await hear(_enrolled(trainee, programme) for trainee in some)
        await hear(PersonDetailsChanged(person=f"trainee/{one}", name=f"Åsa O'Brien {one}") for one in some)
        await _enter(db, [_entry(trainee, exam) for trainee in some for exam in before])
    for some in _chunks(trainees):
        await costs.of("result recorded", len(some), _enter(db, [_entry(trainee, last) for trainee in some]))
    for some in _chunks(trainees):
        passed = [_passed(trainee, last) for trainee in some]
        await costs.of("decided, numbered, issued, logged", len(some), hear(passed))
    while signed := await _signed(db, signer, costs):
        del signed
    async with db.read() as tx:
        found = await tx.fetchval("select count(*) from signing where state = 'signed'")
    if found != count:
        raise AssertionError(f"{found} of {count} were issued and signed")
    all_of_it = ("decided, numbered, issued, logged", "credential recorded and signed")
    return [
        costs.together("a certificate in one process", *all_of_it).row(),
        *costs.rows(*all_of_it, "result recorded"),
    ]


async def _signed(db: Database, signer: Signer, costs: Costs) -> int:
    wall, cpu = time.perf_counter(), time.process_time()
    signed = await sign_some(db, signer, now=datetime.now(UTC), limit=BATCH)
    if signed:
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        costs.add("credential recorded and signed", signed, wall, cpu)
    return signed


async def _verified(db: Database, signer: Signer, count: int) -> dict[str, Any]:
    """Everything issued checked again, as ``keur verify`` does. The peak of memory is what this process had meanwhile;
    the database's processor time is not in it."""
    costs, known = Costs(), await published_key(db, signer)
    machine.forget_peak(os.getpid())
    before = machine.memory_mb()
    async with db.read() as tx:
        report = await costs.of("checked again (keur verify)", count, verify(tx, known))
    if not report["ok"] or report["checked"]["certificates"] != count:
        raise AssertionError(report)
    (row,) = costs.rows("checked again (keur verify)")
    return row | {"MB before": before, "MB at most": machine.memory_mb(peak=True)}


async def _papers(db: Database, press: Press, count: int) -> list[dict[str, Any]]:
    """As a worker process makes them: the first warms it up and is not counted."""
    async with db.read() as tx:
        rows = await tx.fetch(
            """
            select c.number, c.document, c.check_code, c.issued_at, v.content, s.credential, s.proof from certificate c
            join scheme_version v on (v.scheme, v.version) = (c.scheme, c.scheme_version) join signing s using (number)
            order by c.number limit $1
            """,
            count + 1,
        )
    return await asyncio.to_thread(_made, rows, press)


def _made(rows: list[Any], press: Press) -> list[dict[str, Any]]:
    costs = Costs()
    for nth, row in enumerate(rows):
        content = content_of(
            row["document"], row["content"], check_code=row["check_code"], base_url=press.signer.base_url, language="nl"
        )
        file = as_file({**row["credential"], "proof": [row["proof"]]}).decode()
        into = costs if nth else Costs()
        pdf = into.now(
            "set (PDF/A-4f)",
            lambda content=content, file=file, at=row["issued_at"]: set_paper(content, file, at=at, fonts=press.fonts),
        )
        into.now("signed (PAdES)", lambda pdf=pdf: seal_paper(pdf, press.seal))
    parts = ("set (PDF/A-4f)", "signed (PAdES)")
    return [costs.together("a certificate on paper, one core", *parts).row(), *costs.rows(*parts)]


async def _proofs(db: Database, signer: Signer, leaves: int) -> list[dict[str, Any]]:
    costs = Costs()
    await _grown(db.url, leaves)
    now = datetime.now(UTC)
    added = leaves - await _built(db)
    await costs.of("leaf worked into the tree", added, head_now(db, signer.keys, signer.base_url, now=now, holding=0))
    numbers = [f"BENCH-{leaves * n // 500}" for n in range(50, 500)]
    waits = []
    async with db.read() as tx:
        for number in numbers:
            wall = time.perf_counter()
            if await known_proof(tx, number) is None:
                raise AssertionError(number)
            waits.append(1000 * (time.perf_counter() - wall))
    proofs = {"what": f"proof of a leaf among {leaves:,}", "pieces": len(waits)}
    proofs |= {"p50_ms": round(percentile(waits, 0.5), 1), "p99_ms": round(percentile(waits, 0.99), 1)}
    return [proofs, *costs.rows("leaf worked into the tree")]


async def _built(db: Database) -> int:
    async with db.read() as tx:
        return int(await tx.fetchval("select size from log_tree"))


async def _grown(url: str, leaves: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(_LEAVES, leaves)
    await connection.execute("update log_counter set size = $1", leaves)
    await connection.execute("vacuum analyze log_entry")
    await connection.close()


class Hearing:
    """The service hears events as they would come from the broker, together in one transaction."""

    def __init__(self, db: Database) -> None:
        self._dispatcher = Dispatcher(on, db)
        self._sequence = 0

    async def __call__(self, events: Iterable[Event]) -> None:
        await self._dispatcher.together([self.heard(event) for event in events])

    def heard(self, event: Event) -> Heard:
        """As the broker would bring it, next in order."""
        self._sequence += 1
        envelope = Envelope(
            id=new_id(), type=event.TYPE, source="bench", time=datetime.now(UTC), subject=event.subject,
            correlationid=new_id(), sequence=self._sequence,
        )  # fmt: skip
        return Heard(envelope, event.model_dump_json().encode())


async def _enter(db: Database, entries: list[Entry]) -> None:
    async with db.transaction() as tx:
        entered = await record_results(tx, entries, now=datetime.now(UTC), by=OFFICE)
    if entered.refused:
        raise AssertionError(entered.refused)


def _entry(trainee: str, exam: str) -> Entry:
    return Entry(f"{trainee}-{exam}-1", trainee, exam, 1, date(2026, 6, 2), Decimal("7.5"), False, "EX1")


def _passed(trainee: str, exam: str) -> ExamPassed:
    return ExamPassed(
        result_id=f"{trainee}-{exam}-1", trainee_id=trainee, exam=exam, attempt=1, taken_on=date(2026, 6, 2),
        score=7.5, scheme="smo",
    )  # fmt: skip


def _enrolled(trainee: str, programme: str) -> TraineeEnrolled:
    return TraineeEnrolled(
        trainee_id=trainee, scheme="smo", scheme_version="2024.1", programme=programme, school_id="S1",
        instructor_id="I1", company_id="C1", mentor_id="M1", starts_on=date(2024, 9, 2),
        planned_end=date(2026, 7, 3), minor=False,
    )  # fmt: skip


def _chunks(trainees: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(trainees), TOGETHER):
        yield trainees[at : at + TOGETHER]


@asynccontextmanager
async def _database() -> AsyncIterator[str]:
    admin_url = os.environ.get("KEUR_BENCH_DATABASE_URL", "")
    if not admin_url:
        home = Home.from_env()
        if not (home.run / "postgres.pid").exists():
            raise NoServers(f"nothing runs in {home.path}: `./keur up --detach` first, or set KEUR_BENCH_DATABASE_URL")
        admin_url = home.admin_database_url()
    name = f"bench_{uuid.uuid4().hex[:10]}"
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f'create database "{name}"')
    try:
        url = str(URL(admin_url).with_path(f"/{name}"))
        await migrate(url, [BUS_MIGRATIONS, MIGRATIONS])
        yield url
    finally:
        await admin.execute(f'drop database "{name}" with (force)')
        await admin.close()
