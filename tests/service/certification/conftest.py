"""Certification with a real PostgreSQL: what it hears comes through the real dispatcher and inbox."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.certification.app import build
from services.certification.commands.results import Entered, record_results
from services.certification.commands.schemes import publish_scheme
from services.certification.domain.results import Entry
from services.certification.domain.schemes import SchemeVersion
from services.certification.handlers import on
from services.certification.store.audit import By
from shared import clock
from shared.bus.dispatch import Dispatcher
from shared.bus.wire import Heard
from shared.db import Database
from shared.events import ALL, Envelope, Event
from shared.events.enrollment import PersonDetailsChanged, TraineeEnrolled
from shared.ids import new_id
from shared.service import Context
from shared.settings import ServiceSettings
from shared.web.session import make_session_keys, write_admin_token
from tests.conftest import DatabaseUrl
from tests.unit.certification.builders import entry, scheme

SUMMER = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
OFFICE = By("office/coordinator")


class Certification:
    """What a test does with the service: enter results, let it hear events, look at what it told and kept."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.dispatcher = Dispatcher(on, db)
        self._sequence = 0

    async def publish(self, version: SchemeVersion | None = None) -> bool:
        async with self.db.transaction() as tx:
            return await publish_scheme(tx, version or scheme(), now=clock.now(), by=OFFICE)

    async def enter(self, *entries: Entry) -> Entered:
        async with self.db.transaction() as tx:
            return await record_results(tx, entries, now=clock.now(), by=OFFICE)

    def heard(self, event: Event, **envelope: Any) -> Heard:
        """The event as it would arrive; each later one with a higher sequence."""
        self._sequence += 1
        given = {
            "id": new_id(),
            "type": event.TYPE,
            "source": "test",
            "time": clock.now(),
            "subject": event.subject,
            "correlationid": new_id(),
            "sequence": self._sequence,
        }
        return Heard(Envelope(**{**given, **envelope}), event.model_dump_json().encode())

    async def hear(self, *events: Event | Heard) -> None:
        """All in one batch, as when they arrive together."""
        await self.dispatcher.together([one if isinstance(one, Heard) else self.heard(one) for one in events])

    async def hears_itself(self) -> int:
        """What it told and listens to itself comes back from the bus; gives how many events that were."""
        count = 0
        while own := await self._own():
            await self.dispatcher.together(own)
            count += len(own)
        return count

    async def _own(self) -> list[Heard]:
        rows = await self.rows(
            """
            select id::text, type, subject, sequence, correlationid, causationid, time, body from outbox
            where type = any($1) and id::text not in (select message_id from inbox) order by position limit 50
            """,
            list(on.handlers),
        )
        return [
            Heard(
                Envelope(
                    id=row["id"],
                    type=row["type"],
                    source="keur/certification",
                    time=row["time"],
                    subject=row["subject"],
                    correlationid=row["correlationid"],
                    causationid=row["causationid"],
                    sequence=row["sequence"],
                ),
                row["body"],
            )
            for row in rows
        ]

    async def hear_of_nobody(self, trainee_id: str) -> None:
        """A trainee of whom only a name is known."""
        await self.hear(named(trainee_id))

    async def certify(self, *trainees: str, name: str = "Åsa O'Brien") -> list[dict[str, Any]]:
        """These trainees enrol, pass everything and get their certificates; gives the rows by number."""
        await self.hear(*(enrolled(t) for t in trainees), *(named(t, name) for t in trainees))
        await self.enter(*(result for t in trainees for result in passes(t)))
        await self.hears_itself()
        return await self.rows("select * from certificate order by number")

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            return [dict(row) for row in await tx.fetch(sql, *arguments)]

    async def value(self, sql: str, *arguments: Any) -> Any:
        async with self.db.read() as tx:
            return await tx.fetchval(sql, *arguments)

    async def told(self, *types: str) -> list[Event]:
        """Every event that was put into the outbox, in order; only those of the given facts when there are any."""
        rows = await self.rows("select type, body from outbox order by position")
        wanted = {f"certification.{one}.v1" for one in types}
        return [
            ALL[row["type"]].model_validate_json(row["body"]) for row in rows if not wanted or row["type"] in wanted
        ]


def enrolled(trainee_id: str = "T1", **more: Any) -> TraineeEnrolled:
    given: dict[str, Any] = {
        "trainee_id": trainee_id,
        "scheme": "smith",
        "scheme_version": "2026.1",
        "programme": "smith-2",
        "school_id": "S1",
        "instructor_id": "I1",
        "company_id": "C1",
        "mentor_id": "M1",
        "starts_on": date(2026, 2, 1),
        "planned_end": date(2027, 7, 1),
        "minor": False,
    }
    return TraineeEnrolled(**{**given, **more})


def named(trainee_id: str = "T1", name: str = "Åsa O'Brien") -> PersonDetailsChanged:
    return PersonDetailsChanged(person=f"trainee/{trainee_id}", name=name, birth_date=date(2008, 1, 1))


def passes(trainee_id: str = "T1") -> Sequence[Entry]:
    """Results that complete the smiths' scheme."""
    return entry("theory", score=7, trainee_id=trainee_id), entry("forging", score=8, trainee_id=trainee_id)


@pytest.fixture
async def db(database_url: DatabaseUrl) -> AsyncIterator[Database]:
    database = Database(await database_url("certification"), name="test")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def summer() -> Any:
    """3 July 2026, until the test sets another moment."""
    fixed = clock.FixedClock(SUMMER)
    clock.use(fixed)
    yield fixed
    clock.use(clock.SystemClock())


@dataclass(frozen=True)
class Web:
    """The application as it is put together: ``office`` holds the admin token, ``stranger`` nothing."""

    office: httpx.AsyncClient
    stranger: httpx.AsyncClient


@asynccontextmanager
async def serving(db: Database, home: Path, moment: clock.FixedClock) -> AsyncIterator[Web]:
    """The application over this database, with the session keys of ``home``, at ``moment``."""
    make_session_keys(home)
    token = write_admin_token(home).read_text("ascii").strip()
    settings = ServiceSettings(service="certification", home=home, amqp_url="amqp://nowhere", database_url=db.url)
    service = build(settings)
    clock.use(moment)
    app = service.app()
    app.state.ctx = Context(db, moment, settings)
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
    async with (
        httpx.AsyncClient(
            transport=transport, base_url="http://keur", headers={"Authorization": f"Bearer {token}"}
        ) as office,
        httpx.AsyncClient(transport=transport, base_url="http://keur") as stranger,
    ):
        yield Web(office, stranger)


@pytest.fixture
async def web(certification: "Certification", tmp_path: Path, summer: clock.FixedClock) -> AsyncIterator[Web]:
    async with serving(certification.db, tmp_path, summer) as made:
        yield made


@pytest.fixture
async def certification(db: Database, summer: clock.FixedClock) -> Certification:
    """The service with the smiths' scheme published."""
    made = Certification(db)
    await made.publish()
    return made
