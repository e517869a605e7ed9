"""The relay: what stands in the outbox goes to the broker, oldest first, and is marked only on the broker's word."""

import asyncio
import contextlib
from collections.abc import Sequence

import asyncpg
import structlog

from shared import telemetry
from shared.bus import crashpoints, topology
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.sealing import Seal
from shared.bus.wire import Encoder
from shared.db import Database, is_lost
from shared.errors import DependencyAway, noted

log = structlog.get_logger(__name__)

POLL = 0.25
"""Seconds between looks at the outbox when nobody woke the relay: what another process of this service told."""

_PENDING = """
select position, id::text, private, type, subject, sequence, scheme, correlationid, causationid, traceparent, time, body
from outbox where published_at is null order by position limit $1
"""
_MARK = "update outbox set published_at = now() where position = any($1::bigint[])"
_WAITING = """
select count(*) as pending, extract(epoch from now() - min(written_at))::float8 as oldest
from outbox where published_at is null
"""


async def _give_back(connection: asyncpg.Connection) -> None:
    """As it was taken: without the lock. When that cannot be said of it, the pool does not get it back."""
    if is_lost(connection):
        return
    try:
        await connection.execute("select pg_advisory_unlock(hashtext('keur relay')); reset synchronous_commit")
    except BaseException as error:
        connection.terminate()
        if not isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | OSError):
            raise


def first_of_each_subject(rows: Sequence[asyncpg.Record]) -> list[asyncpg.Record]:
    """What may be published while the broker is not trusted: at most one event per subject at a time.

    A queue whose leader has just died refuses messages until there is a new one. Of two events about one subject that
    are on their way then, the later can be taken and the earlier not.
    """
    firsts: dict[str, asyncpg.Record] = {}
    for row in rows:
        firsts.setdefault(row["subject"], row)
    return list(firsts.values())


class Relay:
    """One at a time per service, however many workers run: an advisory lock decides which; the others stand by."""

    def __init__(
        self, db: Database, publisher: Publisher, *, service: str, seal: Seal | None, batch: int = 400
    ) -> None:
        self._db = db
        self._publisher = publisher
        self._service = service
        self._seal = seal
        self._batch = batch
        self._encoder = Encoder(app_id=service, user_id=publisher.user)
        self._wake = asyncio.Event()
        self._careful = True
        self.published = 0
        self.leads = False
        self.last_error: str | None = None
        db.after_told = self._wake.set

    async def run(self) -> None:
        """Until cancelled; a database or broker that is away is waited for."""
        pauses = 0
        while True:
            try:
                async with self._db.read() as connection:
                    # Another process's lock has no event to wait for.
                    while not await connection.fetchval("select pg_try_advisory_lock(hashtext('keur relay'))"):
                        await asyncio.sleep(1)
                    self.leads = True
                    try:
                        pauses = 0
                        # A mark that a crash of the database takes back is an event published twice, which inboxes
                        # know: it need not wait for the disk.
                        await connection.execute("set synchronous_commit = off")
                        await self._lead(connection)
                    finally:
                        self.leads = False
                        await _give_back(connection)
            except (
                DependencyAway,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                ConnectionError,
                TimeoutError,
            ) as error:
                self.last_error = noted(error)
                if pauses == 0:
                    log.warning("relay waits", error=error)
                await asyncio.sleep(min(2.0, 0.2 * 2**pauses))
                pauses += 1

    async def _lead(self, connection: asyncpg.Connection) -> None:
        self._careful = True
        while True:
            self._wake.clear()
            rows = await connection.fetch(_PENDING, self._batch)
            taken = first_of_each_subject(rows) if self._careful else rows
            if taken:
                await self._publish(connection, taken)
            if len(rows) < self._batch and len(taken) == len(rows):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._wake.wait()

    async def _publish(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> None:
        crashpoints.reach("relay.before-publish")
        outcomes = await self._publisher.publish([self._message(row) for row in rows])
        crashpoints.reach("relay.after-publish")
        confirmed = [row["position"] for row, unsure in zip(rows, outcomes, strict=True) if unsure is None]
        if confirmed:
            await connection.execute(_MARK, confirmed)
            self.published += len(confirmed)
            telemetry.PUBLISHED.labels(self._service).inc(len(confirmed))
        unsure = [outcome for outcome in outcomes if outcome is not None]
        self._careful = bool(unsure)
        if unsure:
            self.last_error = noted(unsure[0])
            telemetry.PUBLISH_FAILURES.labels(self._service, type(unsure[0]).__name__).inc(len(unsure))
            log.warning("not confirmed, publishing again", count=len(unsure), error=unsure[0])
            await asyncio.sleep(0.2)

    def _message(self, row: asyncpg.Record) -> Outgoing:
        (
            _, own, private, kind, subject, sequence, scheme,
            correlationid, causationid, traceparent, time, body,
        ) = row  # fmt: skip
        body = body or b"{}"
        if private:
            if self._seal is None:
                raise DependencyAway("the key for private messages (keys/private.key)")
            body = self._seal.close(body, own)
        encoded = self._encoder.properties(
            id=own,
            type=kind,
            time=time,
            subject=subject,
            correlationid=correlationid,
            causationid=causationid,
            sequence=sequence,
            scheme=scheme,
            traceparent=traceparent,
            sealed=private,
        )
        return Outgoing(topology.PRIVATE if private else topology.EVENTS, kind, body, encoded, own)

    async def waiting(self) -> tuple[int, float]:
        """Events told and not yet confirmed, and the age of the oldest in seconds (0 when there are none)."""
        async with self._db.read() as connection:
            row = await connection.fetchrow(_WAITING)
        pending, oldest = (row["pending"], row["oldest"] or 0.0) if row else (0, 0.0)
        telemetry.OUTBOX_PENDING.labels(self._service).set(pending)
        telemetry.OUTBOX_OLDEST_SECONDS.labels(self._service).set(oldest)
        return pending, round(oldest, 1)
