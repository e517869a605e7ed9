"""Puts a backup in the place of what is there. Services rest meanwhile; broker, database and supervisor go on.

The backup is brought into new databases beside the old ones and made ready there; one transaction then exchanges all
names. Until that moment nothing of what was there has changed, and a restore that is killed is simply run again.
"""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiormq
import asyncpg

from deploy.local import archive, bootstrap, processes, reunion
from deploy.local.backup import BackupFailed, run
from deploy.local.home import CHECKOUT, Home
from deploy.local.supervisor import HOLD
from deploy.local.system import http_answers
from shared.db import BUS_MIGRATIONS, migrate
from shared.settings import SERVICES

RESTING = (*SERVICES, "capture")
PATIENCE = 90.0
"""Seconds in which services must have stopped, and afterwards be ready again."""
Say = Callable[[str], None]


class RestoreFailed(RuntimeError):
    """Nothing was restored, or the services do not come back; the message says which."""


async def restore(home: Home, file: Path, *, actor: str, reason: str, say: Say = lambda _: None) -> dict[str, Any]:
    """Replaces all four databases by those of the backup, empties the queues, and lets the services go on.

    Returns what was published again. Raises ``archive.NotABackup`` before anything was touched, ``RestoreFailed``
    otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="keur-restore-", dir=home.path) as folder:
        parts = Path(folder)
        manifest = await asyncio.to_thread(archive.read, file, parts)
        missing = [service for service in SERVICES if f"{service}.dump" not in manifest.parts]
        if missing:
            raise archive.NotABackup(f"{file} has no database of {', '.join(missing)}")
        # what the services listen to stands in their code
        bindings = await asyncio.to_thread(bootstrap.bindings)
        hold = home.run / HOLD
        processes.write_atomically(hold, f"{os.getpid()}\n")
        try:
            await rest(home, say)
            moment = datetime.fromisoformat(manifest.made_at)
            details = {"made_at": manifest.made_at, "version": manifest.version}
            try:
                told = await _replace(home, parts, moment, bindings, actor, reason, details, say)
                async with bootstrap.channel_to(home.admin_amqp_url) as channel:
                    purged = await reunion.empty_queues(channel, SERVICES, say)
            except (OSError, TimeoutError, asyncpg.PostgresError, aiormq.exceptions.AMQPError, BackupFailed) as error:
                raise RestoreFailed(f"{type(error).__name__}: {error}") from error
            _keys(home, parts / "keys")
            if (parts / "demo-clock").exists():
                shutil.copyfile(parts / "demo-clock", home.demo_clock)
        finally:
            hold.unlink(missing_ok=True)
    if processes.running(home, "supervisor"):
        await _ready_again(home, say)
    return {"made_at": manifest.made_at, "purged": purged, "services": told}


async def rest(home: Home, say: Say) -> None:
    """Ends the services and the capture sink; the supervisor starts them again when the hold is gone."""
    pids = {name: pid for name in RESTING if (pid := processes.running(home, name)) is not None}
    for pid in pids.values():
        processes.send(pid, signal.SIGCONT)  # one that was stopped would not hear it
        processes.send(pid, signal.SIGTERM)
    if pids:
        say(f"{', '.join(pids)} rest")
    for name, pid in pids.items():
        if not await asyncio.to_thread(processes.wait_gone, [pid], 25):
            say(f"{name} does not end and is killed")
            processes.send(pid, signal.SIGKILL)
            await asyncio.to_thread(processes.wait_gone, [pid], 5)


async def _replace(
    home: Home,
    parts: Path,
    moment: datetime,
    bindings: dict[str, Any],
    actor: str,
    reason: str,
    details: dict[str, Any],
    say: Say,
) -> dict[str, dict[str, int]]:
    admin = await asyncpg.connect(home.admin_database_url(), timeout=10)
    stamp = f"{time.time_ns() // 1000:x}"
    urls = {service: home.database_url(service) for service in SERVICES}
    names = {service: urlsplit(url).path.lstrip("/") for service, url in urls.items()}
    made = {service: f"{name}_new_{stamp}" for service, name in names.items()}
    old = {service: f"{name}_old_{stamp}" for service, name in names.items()}
    try:
        try:
            for service, name in made.items():
                owner = urlsplit(urls[service]).username or f"keur_{service}"
                await bootstrap.create_database(admin, name, owner=owner)
                url = _named(urls[service], name)
                await run("pg_restore", url, "--no-owner", "--exit-on-error", str(parts / f"{service}.dump"))
                await migrate(url, (BUS_MIGRATIONS, CHECKOUT / "services" / service / "migrations"))
                say(f"{service} is here")
            async with AsyncExitStack() as stack:
                connections = {}
                for service, name in made.items():
                    connections[service] = await asyncpg.connect(_named(urls[service], name), timeout=10)
                    stack.push_async_callback(connections[service].close)
                told = await reunion.publish_again(connections, bindings, moment)
                await reunion.each_by_itself(connections, actor=actor, reason=reason, details=details)
            await _exchange(admin, names, made, old)
        except BaseException:
            for name in made.values():
                await admin.execute(f'drop database if exists "{name}" with (force)')
            raise
        for service, again in told.items():
            say(f"{service}: {again['again']} events go out again" + _forgotten(again["forgotten"]))
        for name in old.values():
            await admin.execute(f'drop database if exists "{name}" with (force)')
        await bootstrap.let_auditor_read(home)
    finally:
        await admin.close()
    return told


def _forgotten(count: int) -> str:
    words = f"; {count} with personal data cannot, their contents were forgotten: enter those persons again"
    return words if count else ""


async def _exchange(admin: Any, names: dict[str, str], made: dict[str, str], old: dict[str, str]) -> None:
    """All names at once. Whoever still looks at an old database (a test's auditor) is sent away first."""
    deadline = time.monotonic() + 20
    while True:
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = any($1) and pid <> pg_backend_pid()",
            [*names.values(), *made.values()],
        )
        try:
            async with admin.transaction():
                for service, name in names.items():
                    await admin.execute(f'alter database "{name}" rename to "{old[service]}"')
                    await admin.execute(f'alter database "{made[service]}" rename to "{name}"')
            return
        except asyncpg.ObjectInUseError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _keys(home: Home, folder: Path) -> None:
    """The keys that signed and sealed what the backup holds. Passwords belong to the servers that run here now."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix != ".password":
            beside = home.keys / f".{path.name}.restored"
            beside.touch(mode=0o600)
            beside.write_bytes(path.read_bytes())
            beside.replace(home.keys / path.name)


async def _ready_again(home: Home, say: Say) -> None:
    deadline = time.monotonic() + PATIENCE
    for service in SERVICES:
        while not await http_answers(home.url(service, "/readyz")):
            if time.monotonic() > deadline:
                raise RestoreFailed(f"restored, but {service} is not ready again; see keur logs {service}")
            await asyncio.sleep(0.2)
    say("all services are ready again")
