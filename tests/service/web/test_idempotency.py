import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request

from shared.db import Database, Tx
from shared.errors import Conflict
from shared.web.app import create_app
from shared.web.deps import StrictModel, require
from shared.web.idempotency import Answer, once
from shared.web.session import make_session_keys
from tests.service.web.conftest import Ctx

THINGS = "/certification/api/things"


class Thing(StrictModel):
    thing_id: str
    hours: float = 0


router = APIRouter(prefix="/certification", dependencies=[require("write")])


@router.post("/api/things", status_code=201)
async def add(request: Request, thing: Thing) -> Any:
    async def do(tx: Tx) -> Answer:
        await tx.execute("insert into thing (thing_id, hours) values ($1, $2)", thing.thing_id, thing.hours)
        if thing.hours < 0:
            raise Conflict("refused")
        return Answer(201, {"thing_id": thing.thing_id, "n": await tx.fetchval("select count(*) from thing")})

    return await once(request, request.app.state.ctx, thing, do)


class Shop:
    def __init__(self, client: httpx.AsyncClient, db: Database, keys: Any) -> None:
        self.client, self.db, self.keys = client, db, keys

    async def post(self, key: str | None, who: str = "token/a", **body: Any) -> httpx.Response:
        token = self.keys.sign(subject=who, scopes=["write"], via="token", seconds=60)
        headers = {"authorization": f"Bearer {token}", **({"idempotency-key": key} if key is not None else {})}
        return await self.client.post(THINGS, json=body, headers=headers)

    async def count(self) -> int:
        async with self.db.read() as tx:
            return int(await tx.fetchval("select count(*) from thing"))


@pytest.fixture
async def shop(tmp_path: Path, new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Shop]:
    make_session_keys(tmp_path)
    db = Database(await new_database(), name="shop", max_size=25)
    await db.open()
    async with db.transaction() as tx:
        await tx.execute("create table thing (thing_id text not null, hours float not null)")
    app = create_app("certification", title="Shop", routers=[router], home=tmp_path, environ={}, state={"ctx": Ctx(db)})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8402") as client:
        yield Shop(client, db, app.state.keys)
    await db.close()


async def test_the_same_request_again_gets_the_same_body_and_does_nothing(shop: Shop) -> None:
    first = await shop.post("k-1", thing_id="T1", hours=1.5)
    again = await shop.post("k-1", hours=1.5, thing_id="T1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert await shop.count() == 1


async def test_another_body_under_the_same_key_is_refused(shop: Shop) -> None:
    await shop.post("k-1", thing_id="T1")
    other = await shop.post("k-1", thing_id="T2")

    assert other.status_code == 422
    assert other.json()["type"] == "urn:keur:problem:idempotency-key-reused"
    assert await shop.count() == 1


async def test_of_twenty_at_once_one_does_it_and_all_get_its_answer(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.post("k-1", thing_id="T1") for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert await shop.count() == 1


async def test_a_refused_request_leaves_nothing_and_may_come_again(shop: Shop) -> None:
    refused = [await shop.post("k-1", thing_id="T1", hours=-1) for _ in range(2)]
    taken = await shop.post("k-1", thing_id="T1", hours=1)

    assert [answer.status_code for answer in refused] == [409, 409]
    assert taken.status_code == 201
    assert await shop.count() == 1


async def test_a_key_belongs_to_who_used_it(shop: Shop) -> None:
    mine = await shop.post("k-1", who="token/a", thing_id="T1")
    theirs = await shop.post("k-1", who="token/b", thing_id="T2")

    assert (mine.status_code, theirs.status_code) == (201, 201)


async def test_without_a_key_each_request_is_a_new_one(shop: Shop) -> None:
    for _ in range(2):
        assert (await shop.post(None, thing_id="T1")).status_code == 201
    assert await shop.count() == 2


@pytest.mark.parametrize("key", ["", "k" * 201, "k\tk"])
async def test_a_key_that_is_no_key_is_refused(shop: Shop, key: str) -> None:
    answer = await shop.post(key, thing_id="T1")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
