"""The capture sink: an SMTP server on this machine that keeps every mail in a table, for the Inbox page.

Simulated addresses: local part ``bounce`` is refused (550), ``slow`` is put off (451), whatever the domain.
"""

import asyncio
import contextlib
import signal
from email import message_from_bytes
from email.policy import default
from typing import Any

import asyncpg
import structlog
import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifications.mails import one_line
from services.notifications.settings import Settings
from services.notifications.store import captured
from services.notifications.store.captured import Captured
from shared import telemetry
from shared.clock import clock_from_env
from shared.db import Database
from shared.errors import DependencyAway
from shared.ids import new_id
from shared.service import Context

log = structlog.get_logger(__name__)

LARGEST = 10 * 1024 * 1024
_SIMULATED = {"bounce": "550 5.1.1 No such mailbox", "slow": "451 4.7.1 Try again later"}


class PortTaken(Exception):
    """Another program listens on the capture port: end it, or choose another KEUR_PORT_BASE."""


async def run(ctx: Context) -> None:
    """Listens until cancelled."""
    assert isinstance(ctx.settings, Settings)  # noqa: S101 - wired in app.py
    sink = Sink(ctx.db)
    try:
        server = await listen(sink, ctx.settings.capture_port)
    except OSError as error:
        raise PortTaken(f"port {ctx.settings.capture_port} is taken: {error.strerror}") from error
    async with server:
        try:
            await sink.keep()
        finally:
            server.close()


def run_alone() -> None:
    """``python -m services.notifications capture``: the sink as a process of its own, until SIGTERM or SIGINT."""
    settings = Settings.from_env("notifications")
    telemetry.set_up_logging("notifications", level=settings.log_level, production=settings.env == "production")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_stopped(settings))


async def _until_stopped(settings: Settings) -> None:
    db = Database(settings.database_url, name="capture", max_size=2)
    task = asyncio.ensure_future(_serve(db, settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        await db.close()


async def _serve(db: Database, settings: Settings) -> None:
    while not db.is_open:
        try:
            await db.open()
        except DependencyAway as error:
            log.warning("capture waits", error=error)
            await asyncio.sleep(1)
    await run(Context(db, clock_from_env(), settings))


async def listen(sink: "Sink", port: int) -> asyncio.Server:
    """An SMTP server on the loopback address; port 0 takes any free one."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            sink, hostname="capture.keur.example", ident="Keur capture", loop=loop, data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
        ),
        "127.0.0.1",
        port,
    )  # fmt: skip


class Sink:
    """aiosmtpd's handler. A mail is answered 250 when its row is committed; those that come together share a commit."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[tuple[Captured, asyncio.Future[None]]] = []
        self._something = asyncio.Event()

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = _SIMULATED.get(address.partition("@")[0].lower())
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_captured(envelope), kept))
        self._something.set()
        try:
            await kept
        except DependencyAway:
            return "451 4.3.0 The inbox is not available now"
        return "250 OK"

    async def keep(self) -> None:
        """Writes what has arrived, until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            batch, self._waiting = self._waiting, []
            try:
                async with self._db.transaction() as tx:
                    await captured.add(tx, [mail for mail, _ in batch])
            except (DependencyAway, asyncpg.PostgresError, OSError, TimeoutError) as error:
                log.warning("captured mail put off", count=len(batch), error=error)
                outcome: Exception | None = DependencyAway("the database")
            else:
                outcome = None
            for _, kept in batch:
                if kept.done():
                    continue
                if outcome is None:
                    kept.set_result(None)
                else:
                    kept.set_exception(outcome)


def _captured(envelope: Envelope) -> Captured:
    content = envelope.content or b""
    raw = content if isinstance(content, bytes) else content.encode()
    headers = message_from_bytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=default)
    return Captured(
        id=new_id(),
        sender=envelope.mail_from or "",
        recipients=", ".join(envelope.rcpt_tos),
        subject=one_line(str(headers.get("Subject", ""))),
        message_id=one_line(str(headers.get("Message-ID", ""))) or None,
        raw=raw,
    )
