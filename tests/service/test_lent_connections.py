"""A connection comes back to the pool as it was taken, though nothing is asked of the database for that."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.bus.publisher import Publisher
from shared.bus.relay import Relay
from shared.db import BUS_MIGRATIONS, Database, migrate
from tests.bus.node import until

MODE = "select current_setting('plan_cache_mode')"
ROWS_READ_IN_ORDER = "select seq_tup_read from pg_stat_xact_user_tables where relname = 'thing'"
LOCKS = """
select count(*) from pg_locks join pg_database on pg_database.oid = database
where locktype = 'advisory' and datname = current_database()
"""


@pytest.fixture
async def db(new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Database]:
    url = await new_database()
    await migrate(url, (BUS_MIGRATIONS,))
    db = Database(url, name="enrollment", max_size=1)  # whoever asks next gets the same connection
    await db.open()
    yield db
    await db.close()


async def test_how_statements_are_planned_holds_for_one_transaction(db: Database) -> None:
    async with db.transaction(plans="kept") as tx:
        assert await tx.fetchval(MODE) == "force_generic_plan"
    async with db.transaction(plans="anew") as tx:
        assert await tx.fetchval(MODE) == "force_custom_plan"
    async with db.transaction() as tx:
        assert await tx.fetchval(MODE) == "auto"
    async with db.read() as tx:
        assert await tx.fetchval(MODE) == "auto"


async def test_a_transaction_that_failed_leaves_nothing_behind(db: Database) -> None:
    class Refused(Exception):
        pass

    with pytest.raises(Refused):
        async with db.transaction(plans="kept") as tx:
            await tx.execute("create table thing (id text)")
            raise Refused
    async with db.transaction() as tx:
        assert await tx.fetchval(MODE) == "auto"
        assert await tx.fetchval("select to_regclass('thing')") is None


async def test_a_plan_kept_from_an_empty_table_still_finds_rows_by_key_when_it_is_full(db: Database) -> None:
    find = "select count(*) from unnest($1::text[]) as wanted(id) join thing using (id)"
    async with db.transaction() as tx:
        await tx.execute("create table thing (id text primary key) with (autovacuum_enabled = off)")
    for _ in range(8):
        async with db.transaction(plans="kept") as tx:
            await tx.fetchval(find, ["1"])
    async with db.transaction() as tx:
        await tx.execute("insert into thing select n::text from generate_series(1, 20000) n")

    async with db.transaction(plans="kept") as tx:
        assert await tx.fetchval(find, ["1", "2"]) == 2
        assert await tx.fetchval(ROWS_READ_IN_ORDER) == 0


async def test_a_relay_that_stops_gives_its_lock_and_its_connection_back_as_they_were(db: Database) -> None:
    relay = Relay(db, Publisher("amqp://127.0.0.1:1", name="enrollment"), service="enrollment", seal=None)
    running = asyncio.create_task(relay.run())
    await until(lambda: relay.leads)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    async with db.read() as tx:
        assert await tx.fetchval("select current_setting('synchronous_commit')") == "on"
        assert await tx.fetchval(LOCKS) == 0
