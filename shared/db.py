"""PostgreSQL: a pool, transactions that also write what is to be told, and numbered migrations."""

import asyncio
import contextlib
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Literal, cast

import asyncpg
import structlog

from shared.errors import DependencyAway
from shared.silence import end_silent

log = structlog.get_logger(__name__)

BUS_MIGRATIONS = Path(__file__).parent / "bus" / "migrations"
_BY_KEY_ALWAYS = {"enable_seqscan": "off", "jit": "off"}
"""A plan is kept as long as its connection, and the first is made while the tables are empty: then reading all of one
is cheapest, and a year later it is what every event does. What no index serves is still read as a whole; that has a
price on paper only, for which nothing needs to be compiled (docs/decisions/0014)."""
PLANS = {
    "": "",
    "anew": " set local plan_cache_mode = force_custom_plan;",
    "kept": " set local plan_cache_mode = force_generic_plan;",
}
"""``anew`` for a transaction that fills tables as it goes: PostgreSQL knows nothing yet of the rows that it wrote, and
a plan kept from when a table was empty cost minutes for 100,000 new trainees. ``kept`` for statements that find few
rows by key, whatever the tables hold: planning each anew costs as much as carrying it out."""
_MIGRATION_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")


class Tx(asyncpg.Connection):
    """asyncpg's own connection inside a transaction; ``outgoing`` are the outbox rows that its commit will write,
    ``asked_at`` says since when (monotonic, seconds) it waits for the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outgoing: list[Any] = []
        self.asked_at: float | None = None
        self._also = ""

    def get_reset_query(self) -> str:
        """Nothing: what is set is set for one transaction, and asking for it was a round trip after each."""
        return ""

    def begin_with(self, settings: str) -> None:
        """What the next transactions set as they begin, in the same round trip."""
        self._also = settings

    async def _execute(self, *args: Any, **kwargs: Any) -> Any:
        self.asked_at = monotonic()
        try:
            return await super()._execute(*args, **kwargs)  # type: ignore[misc]
        finally:
            self.asked_at = None

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:
        self.asked_at = monotonic()
        if query == "BEGIN;":
            query += self._also
        try:
            return await super().execute(query, *args, timeout=timeout)
        finally:
            self.asked_at = None


_ARRAYS = (199, 1000, 1001, 1005, 1007, 1016, 1022, 1182, 1185, 1187, 1231, 2951, 3807)
"""Arrays of json, bool, bytea, int2, int4, int8, float8, date, timestamptz, interval, numeric, uuid and jsonb, by the
numbers that they have in every PostgreSQL."""


def is_lost(connection: asyncpg.Connection | asyncpg.pool.PoolConnectionProxy) -> bool:
    """Whether the link to the database is gone; the pool takes such a connection back before anybody asked."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


class Database:
    """A service's own database. ``timeout`` bounds each statement, ``patience`` the wait for a connection; seconds."""

    def __init__(
        self, url: str, *, name: str = "", max_size: int = 10, timeout: float = 30.0, patience: float = 1.5
    ) -> None:
        self.url = url
        self.name = name
        self._max_size = max_size
        self._timeout = timeout
        self._patience = patience
        self._pool: asyncpg.Pool[Any] | None = None
        self._lent: set[Tx] = set()
        self._watch: asyncio.Task[None] | None = None
        self._arrays: Any = None
        self.after_told: Callable[[], None] = lambda: None
        """Called after a commit that told something: wakes the relay of this process."""

    async def open(self) -> None:
        """Opens the pool; raises ``DependencyAway`` when the database cannot be reached now."""
        try:
            self._pool = await asyncpg.create_pool(
                self.url,
                min_size=1,
                max_size=self._max_size,
                timeout=self._patience,
                command_timeout=self._timeout,
                connection_class=Tx,
                init=self._prepare,
                server_settings={"application_name": f"keur-{self.name}", "timezone": "UTC", **_BY_KEY_ALWAYS},
            )
        except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
            raise DependencyAway("the database") from error
        self._watch = asyncio.create_task(end_silent(self.url, self._lent))

    async def _prepare(self, connection: Any) -> None:
        """asyncpg would ask about each kind of array when it first meets one, on each connection: a question that is
        dear to answer, in the middle of somebody's request. So it is asked once for all."""
        for name in ("json", "jsonb"):
            await connection.set_type_codec(name, schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        if self._arrays is None:
            self._arrays, _ = await connection._introspect_types(_ARRAYS, self._timeout)
        connection._protocol.get_settings().register_data_types(self._arrays)

    async def close(self) -> None:
        """Waits a moment for what is running, then closes."""
        if self._watch is not None:
            self._watch.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(5):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    @property
    def is_open(self) -> bool:
        return self._pool is not None

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Tx]:
        if self._pool is None:
            raise DependencyAway("the database")
        try:
            connection = await self._pool.acquire(timeout=self._patience)
        except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
            raise DependencyAway("the database") from error
        link = cast(Tx, cast(Any, connection)._con)
        self._lent.add(link)
        try:
            yield cast(Tx, connection)
        except Exception as error:  # whatever a dying link makes of it, nothing was committed
            if is_lost(connection):
                raise DependencyAway("the database") from error
            raise
        finally:
            self._lent.discard(link)
            if self._pool is not None:
                with contextlib.suppress(asyncpg.InterfaceError, TimeoutError):
                    await self._pool.release(connection, timeout=self._patience)

    @asynccontextmanager
    async def _transaction(self, plans: str) -> AsyncIterator[Tx]:
        from shared.bus import outbox  # the outbox is written by whoever commits

        async with self._acquire() as tx:
            tx.outgoing.clear()
            tx.begin_with(PLANS[plans])
            try:
                async with tx.transaction():
                    yield tx
                    told = await outbox.flush(tx)
            finally:
                tx.outgoing.clear()
                tx.begin_with("")
        if told:
            self.after_told()

    def transaction(self, *, plans: Literal["", "anew", "kept"] = "") -> AbstractAsyncContextManager[Tx]:
        """Begins; on leaving writes the events put into the outbox and commits: both or neither.

        ``plans`` says how its statements are planned: see ``PLANS``; nothing leaves that to PostgreSQL.
        """
        return self._transaction(plans)

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A connection for queries, outside a transaction."""
        return self._acquire()


class MigrationChanged(Exception):
    """A migration that has run was edited afterwards: write a new one instead."""


async def migrate(database_url: str, folders: Sequence[Path]) -> list[str]:
    """Runs the numbered SQL files of each folder that have not run yet, in order, each in its own transaction.

    One process at a time (advisory lock); a file's checksum is kept, and a file that changed after it ran raises
    ``MigrationChanged``. Returns the names that ran now, as ``folder/file``.
    """
    connection = await asyncpg.connect(database_url, timeout=5, command_timeout=600)
    ran: list[str] = []
    try:
        await connection.execute("select pg_advisory_lock(hashtext('keur migrations'))")
        await connection.execute(
            "create table if not exists migration (name text primary key, checksum text not null,"
            " ran_at timestamptz not null default now())"
        )
        done = {row["name"]: row["checksum"] for row in await connection.fetch("select name, checksum from migration")}
        for folder in folders:
            for file in sorted(path for path in folder.glob("*.sql") if _MIGRATION_NAME.match(path.name)):
                name = f"{folder.parent.name}/{file.name}"
                sql = file.read_text("utf-8")
                checksum = hashlib.sha256(sql.encode()).hexdigest()
                if name in done:
                    if done[name] != checksum:
                        raise MigrationChanged(f"{name} has run and was edited afterwards: write a new migration")
                    continue
                async with connection.transaction():
                    await connection.execute(sql)
                    await connection.execute("insert into migration (name, checksum) values ($1, $2)", name, checksum)
                ran.append(name)
    finally:
        await connection.close(timeout=5)
    return ran
