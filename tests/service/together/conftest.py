"""All four services in one process, on a real broker and their own databases, filled from the shipped files."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import keys
from services.certification.app import build as build_certification
from services.enrollment.app import build as build_enrollment
from services.enrollment.schedule import follow
from services.enrollment.settings import EnrollmentSettings
from services.notifications.app import build as build_notifications
from services.notifications.settings import Settings as NotificationsSettings
from services.ops.app import build as build_ops
from shared.events import ALL
from shared.service import Service
from shared.settings import SERVICES, ServiceSettings
from shared.web.session import SessionKeys
from tests.conftest import DatabaseUrl
from tests.servers import ROOT, Vhost, free_port_base

FILES = ROOT / "deploy" / "demo" / "smo"
OURS = frozenset(
    ("outbox", "inbox", "subject_sequence", "idempotency", "bus_action", "consumer_pause", "replay", "migration")
)
"""Tables of the bus; what is left is what a service knows."""
CLOCK = "schedule_run"
"""When the clock last looked."""
TRAINEES = 12


class Together:
    """The four services; `post` and `get` ask as an administrator."""

    def __init__(self, made: dict[str, Service], home: Path) -> None:
        self.services = made
        token = SessionKeys(home).sign(subject="office/admin", scopes=["admin"], via="token", seconds=600)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self.http = {
            name: httpx.AsyncClient(
                transport=httpx.ASGITransport(service.app()), base_url=f"http://{name}", headers=headers, timeout=60
            )
            for name, service in made.items()
        }

    async def post(self, service: str, path: str, /, **content: Any) -> Any:
        answer = await self.http[service].post(f"/{service}/api{path}", json=content)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def get(self, service: str, path: str) -> Any:
        answer = await self.http[service].get(f"/{service}/api{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def take(self, service: str, kind: str, *, only: Callable[[str], bool] = lambda _: True) -> None:
        """Imports a shipped file, or those of its rows that are wanted."""
        head, *rows = (FILES / f"{kind}.csv").read_text("utf-8").splitlines()
        content = "\n".join([head, *filter(only, rows)]).encode()
        answer = await self.http[service].post(
            f"/{service}/api/import/{kind}", files={"file": (f"{kind}.csv", content)}
        )
        assert answer.status_code == 200, answer.text

    async def fill(self) -> None:
        """A scheme, places, some trainees with their results; until nothing moves any more."""
        scheme = (FILES / "scheme.yaml").read_bytes()
        answer = await self.http["certification"].post(
            "/certification/api/schemes", content=scheme, headers={"Content-Type": "application/yaml"}
        )
        assert answer.status_code in (200, 201), answer.text
        for kind in ("companies", "mentors", "schools", "instructors"):
            await self.take("enrollment", kind)
        await self.quiet()
        some = [line.partition(",")[0] for line in (FILES / "trainees.csv").read_text("utf-8").splitlines()[1:]]
        chosen = set(some[:TRAINEES])
        await self.take("enrollment", "trainees", only=lambda row: row.partition(",")[0] in chosen)
        await self.quiet()
        await self.take("certification", "results", only=lambda row: row.split(",")[1] in chosen)
        await self.quiet()
        await follow(self.services["enrollment"].context)  # what fell due is told now, not while a test compares
        await self.quiet()

    async def quiet(self, *, patience: float = 60) -> None:
        """Until no outbox, queue, mail or clock has anything waiting, twice in a row."""
        seen: list[Any] = []
        deadline = time.monotonic() + patience
        while len(seen) < 3 or seen[-1] != seen[-2] or seen[-2] != seen[-3] or not seen[-1][0]:
            assert time.monotonic() < deadline, seen[-1]
            seen.append(await self._stand())
            await asyncio.sleep(0.15)

    async def _stand(self) -> tuple[bool, list[Any]]:
        still, counted = True, []
        for name, service in self.services.items():
            pending, _ = await service.relay.waiting()
            still = still and not pending and not service.consumer.in_flight
            counted.append((name, service.dispatcher.handled, service.relay.published))
        still = still and not await self._on_the_way()
        async with self.services["notifications"].db.read() as tx:
            moving = await tx.fetchval("select count(*) from mail where state in ('due', 'sending', 'in_doubt')")
        async with self.services["ops"].db.read() as tx:
            moving += await tx.fetchval("select count(*) from replay where state = 'running'")
            moving += await tx.fetchval("select count(*) from failed where state = 'redriving'")
        if still and not moving and await self._asked_of_the_clock():
            await follow(self.services["enrollment"].context)  # as its own loop would, a few seconds later
            still = False
        return still and not moving, counted

    async def _asked_of_the_clock(self) -> bool:
        enrollment = self.services["enrollment"]
        assert enrollment.status is not None
        async with enrollment.db.read() as tx:
            return bool((await enrollment.status(tx))["schedule"]["to_look_at"])

    async def _on_the_way(self) -> bool:
        """Whether something was told that one of its listeners has not handled, wherever it may be now."""
        told: list[tuple[str, str]] = []
        for service in self.services.values():
            async with service.db.read() as tx:
                told += [(row["id"], row["type"]) for row in await tx.fetch("select id::text, type from outbox")]
        for service in self.services.values():
            heard = {binding.routing_key for binding in service.subscriptions.bindings()}
            async with service.db.read() as tx:
                known = {row["message_id"] for row in await tx.fetch("select message_id from inbox")}
            wanted = {id for id, kind in told if kind in heard or ("#" in heard and not ALL[kind].PRIVATE)}
            if wanted - known:
                return True
        return False

    async def known(self) -> dict[str, list[str]]:
        """Every row of every table that is not the bus's own, as text, and what was told."""
        found = {}
        for name, service in self.services.items():
            async with service.db.read() as tx:
                tables = await tx.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
                for (table,) in tables:
                    if table not in OURS and table != CLOCK:
                        rows = await tx.fetch(f'select to_jsonb(t) as row from "{table}" t')  # noqa: S608
                        found[f"{name}.{table}"] = sorted(json.dumps(row["row"], sort_keys=True) for row in rows)
                rows = await tx.fetch("select id::text from outbox order by position")
                found[f"{name} told"] = [row["id"] for row in rows]
        return found


@pytest.fixture
async def together(vhost: Vhost, database_url: DatabaseUrl, tmp_path: Path) -> AsyncIterator[Together]:
    from services.certification.handlers import on as certification
    from services.enrollment.handlers import on as enrollment
    from services.notifications.handlers import on as notifications
    from services.ops.handlers import on as ops

    await vhost.permit()
    await vhost.declare(enrollment, certification, notifications, ops)
    await asyncio.to_thread(keys.make, tmp_path)
    base = free_port_base()
    builders: dict[str, tuple[Callable[[Any], Service], type[ServiceSettings], dict[str, Any]]] = {
        "enrollment": (build_enrollment, EnrollmentSettings, {}),
        "certification": (build_certification, ServiceSettings, {}),
        "notifications": (build_notifications, NotificationsSettings, {"capture_inside": True}),
        "ops": (build_ops, ServiceSettings, {}),
    }
    made = {}
    for name in SERVICES:
        build, settings, more = builders[name]
        own = settings(
            service=name, home=tmp_path, amqp_url=vhost.url(name), database_url=await database_url(name),
            port_base=base, broker_timeout=5, pool_size=4, **more,
        )  # fmt: skip
        made[name] = build(own)
    running = [asyncio.create_task(service.work()) for service in made.values()]
    here = Together(made, tmp_path)

    async def alive() -> bool:
        return all(service.consumer.alive for service in made.values())

    try:
        await until(alive, deadline=60)
        yield here
    finally:
        for client in here.http.values():
            await client.aclose()
        for task in running:
            task.cancel()
        for task in running:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await made["ops"].state["desk"].close()
        for service in made.values():
            await service.db.close()


async def until(look: Callable[[], Awaitable[bool]], *, deadline: float = 60.0) -> None:
    """Asks until it is so."""
    end = time.monotonic() + deadline
    while not await look():
        assert time.monotonic() < end, f"not within {deadline} s"
        await asyncio.sleep(0.05)
