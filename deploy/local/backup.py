"""A backup under load: all four databases as of one moment, and the keys, in one file.

The moment is made by holding the inbox tables for some milliseconds: nobody handles an event between the four
snapshots, so no database of the backup knows of an event that its teller's database does not. Writing goes on, and the
dumps are made from the snapshots afterwards (docs/decisions/0005).
"""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from deploy.local import archive, postgres
from deploy.local.home import Home
from shared.service import release
from shared.settings import SERVICES

MOMENTS = 12
"""How often the one moment is tried for: a handler that holds its inbox for longer than WAIT makes a try fail."""
WAIT = "5s"


class BackupFailed(RuntimeError):
    """No backup was made; the message says why. What was there before is as it was."""


async def make(home: Home, file: Path, say: Callable[[str], None] = lambda _: None) -> archive.Manifest:
    """Writes a backup to ``file``. Raises ``BackupFailed``."""
    manifest = archive.Manifest(made_at=datetime.now(UTC).isoformat(), version=release())
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".keur-backup-", dir=file.parent) as folder:
        try:
            async with one_moment(home) as snapshots:
                manifest.made_at = datetime.now(UTC).isoformat()
                for service, (snapshot, told) in snapshots.items():
                    say(f"{service}: {told['outbox']} events told, {told['inbox']} handled")
                    manifest.services[service] = told
                    await dump(home.database_url(service), Path(folder) / f"{service}.dump", snapshot)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise BackupFailed(f"{type(error).__name__}: {error}") from error
        parts = {f"{service}.dump": Path(folder) / f"{service}.dump" for service in SERVICES}
        parts |= {f"keys/{path.name}": path for path in home.keys.iterdir() if path.is_file() and path.suffix != ".new"}
        if home.demo_clock.exists():
            parts["demo-clock"] = home.demo_clock
        try:
            await asyncio.to_thread(archive.write, file, parts, manifest)
        except OSError as error:
            raise BackupFailed(f"{file}: {error.strerror}") from error
    return manifest


@contextlib.asynccontextmanager
async def one_moment(home: Home) -> AsyncIterator[dict[str, tuple[str, dict[str, Any]]]]:
    """Per service a snapshot to dump from, all of one moment, and what its bus tables held; kept until the end."""
    async with contextlib.AsyncExitStack() as stack:
        holding: dict[str, Any] = {}
        looking: dict[str, Any] = {}
        for service in SERVICES:
            for group in (holding, looking):
                group[service] = await asyncpg.connect(home.database_url(service), timeout=10)
                stack.push_async_callback(_close, group[service])
        await _hold(holding)
        snapshots = {}
        try:
            for service, connection in looking.items():
                await connection.execute("begin isolation level repeatable read read only")
                snapshots[service] = await connection.fetchval("select pg_export_snapshot()")
        finally:
            for connection in holding.values():
                await connection.execute("rollback")
        yield {service: (snapshots[service], await _told(looking[service])) for service in SERVICES}


async def _close(connection: Any) -> None:
    with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        await connection.close(timeout=5)


async def _hold(connections: dict[str, Any]) -> None:
    """All inboxes at once, or none for longer than a try: whoever handles waits meanwhile."""
    for attempt in range(MOMENTS):
        try:
            for connection in connections.values():
                await connection.execute(f"begin; set local lock_timeout = '{WAIT}'; lock table inbox in share mode")
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            for connection in connections.values():
                await connection.execute("rollback")
            if attempt == MOMENTS - 1:
                raise BackupFailed("a handler does not end: no moment found at which all four rest") from error
            await asyncio.sleep(0.5)


async def _told(connection: Any) -> dict[str, Any]:
    row = await connection.fetchrow(
        "select (select count(*) from outbox) as outbox, (select coalesce(max(position), 0) from outbox) as last,"
        " (select count(*) from outbox where published_at is null) as pending, (select count(*) from inbox) as inbox"
    )
    return dict(row)


async def dump(url: str, file: Path, snapshot: str) -> None:
    """One database in PostgreSQL's custom format."""
    await run("pg_dump", url, f"--snapshot={snapshot}", "--format=custom", "--no-owner", f"--file={file}")
    await asyncio.to_thread(file.chmod, 0o600)


async def run(program: str, url: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs on a database; the password goes by the environment, which nobody else sees."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit(parts._replace(netloc=f"{parts.username}@{host}" if parts.username else host))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command = [str(postgres.binaries() / program), f"--dbname={bare}", "--no-password", *arguments]
    child = await asyncio.create_subprocess_exec(
        *command,
        env=environment | {"PGPASSWORD": unquote(parts.password or ""), "LC_ALL": "C.UTF-8"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        raise
    if child.returncode != 0:
        raise BackupFailed(f"{program}: {said.decode('utf-8', 'replace').strip()[-500:]}")
