"""A link to the database that goes silent without closing: told within seconds, and never mistaken for long work."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit, urlunsplit

import pytest

from shared.db import Database
from shared.errors import DependencyAway
from tests.chaos.proxy import Mode, Proxy


@pytest.fixture
async def proxied(new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[tuple[Database, Proxy]]:
    url = urlsplit(await new_database())
    proxy = Proxy("to the database", url.port or 5432)
    await proxy.start()
    netloc = f"{url.username}:{url.password}@127.0.0.1:{proxy.port}"
    db = Database(urlunsplit(url._replace(netloc=netloc)), name="enrollment", max_size=2)
    await db.open()
    yield db, proxy
    await db.close()
    await proxy.stop()


@pytest.mark.parametrize("mode", [Mode.HALF_OPEN, Mode.BLACK_HOLE])
async def test_whoever_waits_on_a_silent_link_is_told_within_five_seconds(
    proxied: tuple[Database, Proxy], mode: Mode
) -> None:
    db, proxy = proxied
    async with db.transaction() as tx:
        await tx.execute("create table t (n int)")

    began = time.monotonic()
    with pytest.raises(DependencyAway):
        async with db.transaction() as tx:
            await tx.execute("insert into t values ($1)", 1)
            proxy.turn(mode)
            await tx.execute("insert into t values ($1)", 2)
    assert time.monotonic() - began < 5

    proxy.turn(Mode.PASS)
    async with asyncio.timeout(10), db.read() as tx:
        assert await tx.fetchval("select count(*) from t") == 0


async def test_a_statement_that_takes_long_is_left_to_end(proxied: tuple[Database, Proxy]) -> None:
    db, _ = proxied

    async with db.read() as tx:
        assert await tx.fetchval("select 7 from pg_sleep(3)") == 7
