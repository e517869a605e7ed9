"""Enrollment with a real PostgreSQL, spoken to as others do: files and JSON by HTTP, events through the dispatcher."""

import io
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.enrollment import handlers, schedule
from services.enrollment.app import build
from services.enrollment.settings import EnrollmentSettings
from shared import clock
from shared.bus.dispatch import Dispatcher
from shared.bus.wire import Heard
from shared.db import Database
from shared.events import ALL, Envelope, Event
from shared.events.certification import SchemeVersionPublished
from shared.ids import new_id
from shared.service import Context
from shared.tabular import CsvWriter
from shared.web.app import create_app
from shared.web.session import make_session_keys, write_admin_token
from tests.conftest import DatabaseUrl

from .rows import COLUMNS, SCHEME

MORNING = datetime(2025, 9, 1, 7, 0, tzinfo=UTC)


class Enrollment:
    """What a test does with the service, and what it sees of it."""

    def __init__(self, db: Database, home: Path, url: str) -> None:
        make_session_keys(home)
        token = write_admin_token(home).read_text("ascii").strip()
        settings = EnrollmentSettings(
            service="enrollment", home=home, port=1, amqp_url="amqp://nowhere", database_url=url
        )
        self.clock = clock.FixedClock(MORNING)
        self.ctx = Context(db, self.clock, settings)
        self.db = db
        self.dispatcher = Dispatcher(handlers.on, db)
        service = build(settings)
        app = create_app(
            "enrollment",
            title="Enrollment",
            routers=service.routers,
            public=service.public,
            home=home,
            state={"ctx": self.ctx},
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://keur",
            headers={"Authorization": f"Bearer {token}"},
        )

    async def post(self, kind: str, body: Mapping[str, Any], **headers: str) -> httpx.Response:
        return await self.http.post(f"/enrollment/api/{kind}", json=body, headers=headers)

    async def file(self, kind: str, content: bytes, *, name: str = "rows.csv", **query: str) -> httpx.Response:
        return await self.http.post(f"/enrollment/api/import/{kind}", files={"file": (name, content)}, params=query)

    async def give(self, kind: str, *rows: Mapping[str, Any], **query: str) -> httpx.Response:
        """A file of these rows."""
        return await self.file(kind, csv_of(kind, rows), **query)

    async def hear(self, *events: Event, **envelope: Any) -> None:
        """As when they arrive together from the bus."""
        await self.dispatcher.together([self._heard(event, **envelope) for event in events])

    def _heard(self, event: Event, **envelope: Any) -> Heard:
        around = {
            "id": new_id(),
            "type": event.TYPE,
            "source": "test",
            "time": self.clock.now(),
            "subject": event.subject,
            "correlationid": new_id(),
            "sequence": 1,
        }
        return Heard(Envelope(**{**around, **envelope}), event.model_dump_json().encode())

    async def publish(self, **changes: Any) -> None:
        """The scheme becomes known, as certification tells it."""
        content = {**SCHEME, **changes}
        day = datetime.fromisoformat(str(content["valid_from"])).date()
        await self.hear(
            SchemeVersionPublished(scheme="smo", version=str(content["version"]), valid_from=day, content=content)
        )

    async def told(self, *types: str) -> list[Event]:
        """What the service told so far, in order; of these types (without service and version), or all."""
        async with self.db.read() as tx:
            rows = await tx.fetch("select type, body from outbox order by position")
        return [
            ALL[row["type"]].model_validate_json(row["body"])
            for row in rows
            if not types or row["type"].split(".")[1] in types
        ]

    async def count(self, table: str) -> int:
        async with self.db.read() as tx:
            return int(await tx.fetchval(f"select count(*) from {table}"))  # noqa: S608 - a name from a test

    async def day_comes(self, day: str) -> None:
        """It becomes that day, in the morning, and the clock is followed."""
        self.clock.moment = datetime.fromisoformat(day).replace(hour=8, tzinfo=UTC)
        clock.use(self.clock)
        await schedule.follow(self.ctx)

    async def weeks_pass(self, weeks: int) -> None:
        await self.day_comes((self.clock.today() + timedelta(weeks=weeks)).isoformat())


def csv_of(kind: str, rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    CsvWriter(text, COLUMNS[kind]).write(rows)
    return text.getvalue().encode()


@pytest.fixture
async def enrollment(database_url: DatabaseUrl, tmp_path: Path) -> AsyncIterator[Enrollment]:
    """The service with empty tables, on the morning of the first school day of 2025."""
    url = await database_url("enrollment")
    db = Database(url, name="test", max_size=4)
    await db.open()
    service = Enrollment(db, tmp_path, url)
    clock.use(service.clock)
    yield service
    await service.http.aclose()
    await db.close()
    clock.use(clock.SystemClock())


@pytest.fixture
async def office(enrollment: Enrollment) -> Enrollment:
    """The same, with a scheme, two companies with their mentors, and two schools with their instructors."""
    from . import rows

    await enrollment.publish()
    for kind, given in (
        ("companies", [rows.company("C1"), rows.company("C2")]),
        ("mentors", [rows.mentor("M1"), rows.mentor("M2", max_trainees=1), rows.mentor("M3", company_id="C2")]),
        ("schools", [rows.school("S1"), rows.school("S2")]),
        ("instructors", [rows.instructor("I1"), rows.instructor("I2", school_id="S2")]),
    ):
        answer = await enrollment.give(kind, *given)
        assert answer.status_code == 200, answer.text
    return enrollment
