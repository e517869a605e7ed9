"""Backup and restore of four databases that are written to, on a real server; no service runs."""

import asyncio
import contextlib
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pamqp.commands import Basic

from deploy.local import archive, backup, bootstrap
from deploy.local.home import Home
from deploy.local.restore import restore
from shared.bus import topology
from shared.db import migrate
from shared.ids import new_id
from shared.settings import SERVICES
from tests.servers import Servers, migrations_of

ENROLLED = "enrollment.trainee-enrolled.v1"
DETAILS = "enrollment.person-details-changed.v1"


@pytest.fixture
async def home(servers: Servers) -> AsyncIterator[Home]:
    """A home with broker and database, the four databases made and empty."""
    for name in ("postgres", "epmd", "rabbitmq"):
        await servers.start(name)
    await drop_all(servers.home)
    await bootstrap.everything(servers.home)
    for service in SERVICES:
        await migrate(servers.home.database_url(service), migrations_of(service))
    yield servers.home
    await drop_all(servers.home)
    async with bootstrap.channel_to(servers.home.admin_amqp_url) as channel:
        await channel.queue_purge(topology.inbox("notifications"))


async def drop_all(home: Home) -> None:
    admin = await asyncpg.connect(home.admin_database_url())
    for service in SERVICES:
        await admin.execute(f"drop database if exists keur_{service} with (force)")
    await admin.close()


@contextlib.asynccontextmanager
async def database(home: Home, service: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(home.database_url(service))
    try:
        yield connection
    finally:
        await connection.close()


async def told(
    home: Home, service: str, *, type: str = ENROLLED, private: bool = False, body: bytes | None = b"{}"
) -> str:
    """An event that was told and confirmed."""
    id = new_id()
    async with database(home, service) as db:
        await db.execute(
            "insert into outbox (id, private, type, subject, sequence, correlationid, time, body, published_at)"
            " values ($1, $2, $3, 'trainee/T1', 1, 'c', now(), $4, now())",
            id, private, type, body,
        )  # fmt: skip
    return id


async def handled(home: Home, service: str, *ids: str) -> None:
    async with database(home, service) as db:
        await db.executemany("insert into inbox (consumer, message_id) values ($1, $2)", [(service, id) for id in ids])


async def pending(home: Home, service: str) -> set[str]:
    async with database(home, service) as db:
        return {row["id"] for row in await db.fetch("select id::text from outbox where published_at is null")}


async def restored(home: Home, file: Path) -> dict[str, Any]:
    return await restore(home, file, actor="test", reason="a test")


async def test_what_lay_in_a_queue_at_the_moment_of_the_backup_is_published_again_after_a_restore(
    home: Home, tmp_path: Path
) -> None:
    everywhere, half, private, forgotten = (
        await told(home, "enrollment"),
        await told(home, "enrollment"),
        await told(home, "enrollment", type=DETAILS, private=True),
        await told(home, "enrollment", type=DETAILS, private=True, body=None),
    )
    for listener in ("certification", "notifications", "ops", "enrollment"):
        await handled(home, listener, everywhere)
    await handled(home, "certification", half, private)
    await backup.make(home, tmp_path / "b.tar")
    later = await told(home, "enrollment")

    answer = await restored(home, tmp_path / "b.tar")

    assert await pending(home, "enrollment") == {half, private}
    assert answer["services"]["enrollment"] == {"again": 2, "forgotten": 1}
    async with database(home, "enrollment") as db:
        ids = {row["id"] for row in await db.fetch("select id::text from outbox")}
        assert ids == {everywhere, half, private, forgotten}
        assert later not in ids
        assert await db.fetchval("select reason from bus_action where action = 'restore'") == "a test"


async def test_a_message_on_the_operators_desk_is_not_published_again_and_a_sent_back_one_is(
    home: Home, tmp_path: Path
) -> None:
    parked, redriven = await told(home, "enrollment"), await told(home, "enrollment")
    for listener in ("certification", "ops", "enrollment"):
        await handled(home, listener, parked, redriven)
    async with database(home, "ops") as db:
        for id, state in ((parked, "parked"), (redriven, "redriven")):
            await db.execute(
                "insert into failed (id, message_id, service, event_type, subject, correlationid, error, reason, frame,"
                " handler, fingerprint, attempt, exchange, routing_key, sealed, headers, properties, body, parked_at,"
                " state) values ($1, $2, 'notifications', $3, 's', 'c', 'E', '', '', '', 'f', 0, '', '', false, '{}',"
                " '{}', '', now(), $4)",
                new_id(), id, ENROLLED, state,
            )  # fmt: skip
    await backup.make(home, tmp_path / "b.tar")

    await restored(home, tmp_path / "b.tar")

    assert await pending(home, "enrollment") == {redriven}


async def test_the_queues_are_empty_after_a_restore(home: Home, tmp_path: Path) -> None:
    await backup.make(home, tmp_path / "b.tar")
    async with bootstrap.channel_to(home.admin_amqp_url) as channel:
        queue = topology.inbox("notifications")
        await channel.basic_publish(b"{}", routing_key=queue, properties=Basic.Properties(delivery_mode=2))
        while not (await channel.queue_declare(queue, passive=True)).message_count:
            await asyncio.sleep(0.02)

        answer = await restored(home, tmp_path / "b.tar")

        assert answer["purged"] == 1
        assert (await channel.queue_declare(queue, passive=True)).message_count == 0


async def test_no_inbox_of_a_backup_knows_an_event_that_its_tellers_outbox_does_not(home: Home, tmp_path: Path) -> None:
    stop = asyncio.Event()

    async def telling_and_handling() -> int:
        count = 0
        while not stop.is_set():
            await handled(home, "ops", await told(home, "enrollment"))
            await handled(home, "enrollment", await told(home, "certification"))
            count += 1
        return count

    busy = [asyncio.create_task(telling_and_handling()) for _ in range(4)]
    async with database(home, "ops") as db:
        while await db.fetchval("select count(*) from inbox") < 40:
            await asyncio.sleep(0.02)
    manifest = await backup.make(home, tmp_path / "b.tar")
    stop.set()
    counts = await asyncio.gather(*busy)
    await restored(home, tmp_path / "b.tar")

    assert min(counts) > 0
    assert manifest.services["ops"]["inbox"] >= 40
    for teller, listener in (("enrollment", "ops"), ("certification", "enrollment")):
        async with database(home, teller) as one, database(home, listener) as other:
            known = {row["id"] for row in await one.fetch("select id::text from outbox")}
            assert {row["message_id"] for row in await other.fetch("select message_id from inbox")} <= known


async def test_a_mail_that_was_due_is_in_doubt_after_a_restore(home: Home, tmp_path: Path) -> None:
    async with database(home, "notifications") as db:
        await db.execute(
            "insert into mail (id, template, recipient, cause, subject_ref, state) values"
            " ('m1', 'exam_passed', 'trainee/T1', 'e1', 'trainee/T1', 'due'),"
            " ('m2', 'exam_passed', 'trainee/T2', 'e2', 'trainee/T2', 'sent')"
        )
    await backup.make(home, tmp_path / "b.tar")

    await restored(home, tmp_path / "b.tar")

    async with database(home, "notifications") as db:
        rows = await db.fetch("select id, state, doubts from mail order by id")
    assert [tuple(row) for row in rows] == [("m1", "in_doubt", 1), ("m2", "sent", 0)]


async def test_a_backup_is_for_its_owner_only_and_holds_the_keys(home: Home, tmp_path: Path) -> None:
    await backup.make(home, tmp_path / "b.tar")

    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert {"keys/private.key", "keys/session.key", *(f"{service}.dump" for service in SERVICES)} <= set(names)
    assert all(len(part["sha256"]) == 64 for part in manifest["parts"].values())


async def test_a_damaged_backup_is_refused_before_anything_is_touched(home: Home, tmp_path: Path) -> None:
    await backup.make(home, tmp_path / "b.tar")
    kept = await told(home, "enrollment")
    content = bytearray((tmp_path / "b.tar").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "damaged.tar").write_bytes(content)
    (tmp_path / "short.tar").write_bytes((tmp_path / "b.tar").read_bytes()[:5000])

    for name in ("damaged.tar", "short.tar"):
        with pytest.raises(archive.NotABackup):
            await restored(home, tmp_path / name)

    async with database(home, "enrollment") as db:
        assert await db.fetchval("select count(*) from outbox where id = $1", kept) == 1


async def test_a_restore_that_fails_halfway_leaves_everything_as_it_was(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await backup.make(home, tmp_path / "b.tar")
    kept = await told(home, "enrollment")

    async def fails(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("deploy.local.reunion.publish_again", fails)
    with pytest.raises(RuntimeError, match="no space left"):
        await restored(home, tmp_path / "b.tar")

    async with database(home, "enrollment") as db:
        assert await db.fetchval("select count(*) from outbox where id = $1", kept) == 1
        databases = await db.fetch("select datname from pg_database where datname like 'keur_%_new_%'")
    assert databases == []
    assert not (home.run / "hold").exists()
