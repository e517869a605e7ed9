"""A link to the database that goes silent without closing: told within seconds, and never mistaken for long work."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit, urlunsplit

import pytest

from shared.db import Database
from shared.errors import DependencyAway
from shared.silence import end_silent
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
async def test_whoever_waits_on_a_silent_link_is_told_within_seconds(
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
    assert time.monotonic() - began < 25  # the time limit of a statement is 30

    proxy.turn(Mode.PASS)
    async with asyncio.timeout(60), db.read() as tx:
        assert await tx.fetchval("select count(*) from t") == 0


async def test_a_statement_that_takes_long_is_left_to_end(proxied: tuple[Database, Proxy]) -> None:
    db, _ = proxied

    async with db.read() as tx:
        assert await tx.fetchval("select 7 from pg_sleep(3)") == 7


class _Breaking:
    """A link that breaks at the moment when it is looked at, before whoever waits on it was told."""

    def __init__(self) -> None:
        self.asked_at = time.monotonic() - 60
        self.looks = 0
        self.looked_at_twice = asyncio.Event()

    def is_closed(self) -> bool:
        return False

    def get_server_pid(self) -> int:
        self.looks += 1
        if self.looks == 2:
            self.looked_at_twice.set()
        raise AttributeError("'NoneType' object has no attribute 'get_server_pid'")

    def terminate(self) -> None: ...


async def test_the_watch_goes_on_when_a_look_fails(proxied: tuple[Database, Proxy]) -> None:
    db, _ = proxied
    broken = _Breaking()

    watch = asyncio.create_task(end_silent(db.url, [broken]))
    async with asyncio.timeout(30):
        await broken.looked_at_twice.wait()

    assert not watch.done()
    watch.cancel()
