"""A running ops service on a real broker and database, with ways to tell it things and to ask it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiormq
import httpx
import pytest
from pamqp.commands import Basic

from services.ops.app import build
from services.ops.handlers import on
from shared.bus import topology, wire
from shared.bus.publisher import Outgoing, Publisher
from shared.events import Envelope, Event
from shared.ids import new_id
from shared.service import Service
from shared.settings import ServiceSettings
from shared.web.session import SessionKeys, make_session_keys
from tests.conftest import DatabaseUrl
from tests.servers import Vhost

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], *, deadline: float = 60.0) -> T:
    """Asks until there is an answer. Raises TimeoutError with what was asked last."""
    end = time.monotonic() + deadline
    while True:
        if found := await look():
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"still {found!r} after {deadline} s")
        await asyncio.sleep(0.02)


class Desk:
    """The service under test. `tell` publishes as another service would, `get` and `post` ask as an administrator."""

    def __init__(self, service: Service, admin_url: str, home: Path) -> None:
        self.service = service
        self.publisher = Publisher(admin_url, name="test")
        token = SessionKeys(home).sign(subject="office/admin", scopes=["admin"], via="token", seconds=600)
        transport = httpx.ASGITransport(service.app())
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self.http = httpx.AsyncClient(transport=transport, base_url="http://ops", headers=headers)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def page(self, path: str) -> str:
        answer = await self.http.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, **content: Any) -> Any:
        answer = await self.http.post(path, json=content)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def tell(self, event: Event, *, cause: str | None = None, at: datetime | None = None) -> str:
        envelope = Envelope(
            id=new_id(),
            type=event.TYPE,
            source=f"/keur/{event.TYPE.split('.')[0]}",
            time=at or datetime.now(UTC),
            subject=event.subject,
            correlationid=cause or new_id(),
            causationid=cause,
            sequence=1,
        )
        properties = wire.properties(envelope, app_id="test", user_id="admin", sealed=False)
        await self.publish(topology.EVENTS, event.TYPE, event.model_dump_json().encode(), properties)
        return envelope.id

    async def publish(self, exchange: str, key: str, body: bytes, properties: Basic.Properties | bytes) -> None:
        assert isinstance(properties, Basic.Properties)
        (outcome,) = await self.publisher.publish([Outgoing(exchange, key, body, properties)])
        assert outcome is None, outcome

    async def journal(self, id: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            answer = await self.http.get(f"/ops/api/events/{id}")
            return answer.json() if answer.status_code == 200 else None

        return await until(look)

    async def failed(self, count: int = 1, **query: Any) -> list[dict[str, Any]]:
        async def look() -> list[dict[str, Any]] | None:
            items = (await self.get("/ops/api/failed", **query))["items"]
            return items if len(items) >= count else None

        return await until(look)


@pytest.fixture
async def desk(vhost: Vhost, database_url: DatabaseUrl, tmp_path: Path) -> AsyncIterator[Desk]:
    await vhost.permit()
    await vhost.declare(on)
    async with aiormq_channel(vhost.admin_url) as channel:
        await topology.declare(channel, {"certification": ()})
    make_session_keys(tmp_path)
    settings = ServiceSettings(
        service="ops",
        home=tmp_path,
        amqp_url=vhost.url("ops"),
        database_url=await database_url("ops"),
        port_base=1,
        broker_timeout=5,
    )
    service = build(settings)
    running = asyncio.create_task(service.work())
    made = Desk(service, vhost.admin_url, tmp_path)

    async def ready() -> bool:
        return service.consumer.alive and service.others[0].alive

    try:
        await until(ready, deadline=60)
        yield made
    finally:
        await made.http.aclose()
        await made.publisher.close()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await service.state["desk"].close()
        await service.db.close()


@contextlib.asynccontextmanager
async def aiormq_channel(url: str) -> AsyncIterator[Any]:
    connection = await aiormq.connect(url)
    try:
        yield await connection.channel(publisher_confirms=False)
    finally:
        await connection.close()


async def taken_from(url: str, queue: str) -> Any:
    """The next message of a queue, acknowledged."""
    async with aiormq_channel(url) as channel:

        async def look() -> Any:
            message = await channel.basic_get(queue)
            return message if isinstance(message.delivery, Basic.GetOk) else None

        message = await until(look)
        await channel.basic_ack(message.delivery.delivery_tag)
        return message
