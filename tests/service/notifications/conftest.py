"""Notifications with a real PostgreSQL and a real SMTP server: what it hears comes through the real dispatcher."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifications.handlers import on
from services.notifications.postman import Postman
from services.notifications.settings import Settings
from shared.bus.dispatch import Dispatcher
from shared.bus.wire import Heard
from shared.clock import SystemClock
from shared.db import Database
from shared.events import ALL, Event
from shared.events import Envelope as Around
from shared.events.certification import SchemeVersionPublished
from shared.events.enrollment import ContactPointChanged, TraineeEnrolled
from shared.ids import new_id
from shared.service import Context
from tests.conftest import DatabaseUrl


@dataclass
class MailServer:
    """An SMTP server that answers as the test wants: 250, 451, 550, or a closed line once it has the message."""

    answers: str = "250"
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    server: asyncio.Server | None = None
    port: int = 0
    gate: asyncio.Event | None = None
    at_gate: int = 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        made = lambda: SMTP(self, hostname="test.example", loop=loop)  # noqa: E731
        self.server = await loop.create_server(made, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        local = to.partition("@")[0]
        for word, answer in (("bounce", "550 no such mailbox"), ("slow", "451 later")):
            if local.startswith(word):
                return answer
        if self.answers in ("451", "550"):
            return f"{self.answers} as the test wants"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.gate is not None:
            self.at_gate += 1
            await self.gate.wait()
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=default)
        self.got.append((envelope.rcpt_tos[0], message))
        if self.answers == "closed after data":
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for recipient, message in self.got if recipient == address]


class Notifications:
    """What a test does with the service: let it hear events, let the postman go round, look at what became of mails."""

    def __init__(self, db: Database, server: MailServer, home: Path) -> None:
        self.db = db
        self.server = server
        self.home = home
        self.dispatcher = Dispatcher(on, db)
        self._sequence = 0

    def settings(self, **changes: Any) -> Settings:
        given: dict[str, Any] = {
            "service": "notifications",
            "home": self.home,
            "amqp_url": "amqp://nobody",
            "database_url": self.db.url,
            "smtp_url": f"smtp://127.0.0.1:{self.server.port}",
            "smtp_timeout": 2.0,
            "mail_first_retry": 60.0,
            "smtp_connections": 2,
        }
        return Settings.model_validate({**given, **changes})

    def context(self, **changes: Any) -> Context:
        return Context(self.db, SystemClock(), self.settings(**changes))

    def postman(self, **changes: Any) -> Postman:
        ctx = self.context(**changes)
        assert isinstance(ctx.settings, Settings)
        return Postman(ctx, ctx.settings)

    async def deliver(self, **changes: Any) -> None:
        """Rounds until nothing is due."""
        postman = self.postman(**changes)
        try:
            for _ in range(20):
                if not await postman.round():
                    return
        finally:
            await postman.close()

    def heard(self, event: Event, **envelope: Any) -> Heard:
        self._sequence += 1
        given = {
            "id": new_id(),
            "type": event.TYPE,
            "source": "test",
            "time": datetime.now(UTC),
            "subject": event.subject,
            "correlationid": new_id(),
            "sequence": self._sequence,
        }
        return Heard(Around(**{**given, **envelope}), event.model_dump_json().encode())

    async def hear(self, *events: Event | Heard) -> None:
        """All in one batch, as when they arrive together."""
        await self.dispatcher.together([one if isinstance(one, Heard) else self.heard(one) for one in events])

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.db.read() as tx:
            return [dict(row) for row in await tx.fetch(sql, *arguments)]

    async def execute(self, sql: str, *arguments: Any) -> None:
        async with self.db.read() as tx:
            await tx.execute(sql, *arguments)

    async def mails(self) -> dict[tuple[str, str], dict[str, Any]]:
        """By template and recipient."""
        found = await self.rows("select * from mail order by number")
        assert len({(row["template"], row["recipient"]) for row in found}) == len(found)
        return {(row["template"], row["recipient"]): row for row in found}

    async def states(self) -> dict[str, str]:
        """By template; where a template was used twice, the states differ or the test looks elsewhere."""
        return {row["template"]: row["state"] for row in await self.rows("select * from mail order by number")}

    async def told(self) -> list[tuple[Event, dict[str, Any]]]:
        rows = await self.rows("select * from outbox order by position")
        return [(ALL[row["type"]].model_validate_json(row["body"]), row) for row in rows]

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
        """Looks again and again, for so long."""
        async with asyncio.timeout(seconds):
            while not await true():
                await asyncio.sleep(0.02)


def contact(person: str, **more: Any) -> ContactPointChanged:
    kind, _, key = person.partition("/")
    given = {"person": person, "name": f"{kind.title()} {key}", "email": f"{kind}.{key.lower()}@post.example"}
    return ContactPointChanged(**{**given, **more})


EVERYBODY = (
    contact("trainee/T1", name="Sophie Graaf"),
    contact("mentor/M1", name="Ömer ten Groot", organisation="O'Brien Metaal B.V."),
    contact("instructor/I1", name="Noah van den Groot", organisation="Vakschool Metaal Veghel"),
    contact("company/C1", name="Jesse den Bakker", organisation="O'Brien Metaal B.V.", city="Oss"),
    contact("office/coordinator", name="Anneke Vos"),
)


def enrolled(trainee_id: str = "T1", **more: Any) -> TraineeEnrolled:
    given: dict[str, Any] = {
        "trainee_id": trainee_id,
        "scheme": "smo",
        "scheme_version": "2024.1",
        "programme": "verspaner-3",
        "school_id": "S1",
        "instructor_id": "I1",
        "company_id": "C1",
        "mentor_id": "M1",
        "starts_on": date(2026, 9, 1),
        "planned_end": date(2028, 7, 3),
        "minor": False,
    }
    return TraineeEnrolled(**{**given, **more})


def scheme() -> SchemeVersionPublished:
    exams = {
        "theory": {"title": {"nl": "Theorie-examen", "en": "Theory exam"}},
        "drawing": {"title": {"nl": "Tekenen"}},
    }
    content = {
        "title": {"nl": "SMO-certificaat", "en": "SMO certificate"},
        "owner": {"id": "smo", "name": "Stichting Metaal Opleidingen"},
        "exams": exams,
    }
    return SchemeVersionPublished(scheme="smo", version="2024.1", valid_from=date(2024, 8, 1), content=content)


@pytest.fixture
async def db(database_url: DatabaseUrl) -> AsyncIterator[Database]:
    database = Database(await database_url("notifications"), name="test")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    made = MailServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def notifications(db: Database, mail_server: MailServer, tmp_path: Path) -> Notifications:
    """The service with the scheme heard, and nobody known yet."""
    made = Notifications(db, mail_server, tmp_path)
    await made.hear(scheme())
    return made
