"""A database that accepts a connection and then says nothing: frozen, or behind a half-open link."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import APIRouter, FastAPI

from tests.slack import SLACK
from tests.unit.web.sample import asking, bearer, sample

router = APIRouter(prefix="/certification")


@router.get("/api/waits")
@router.post("/api/import/waits")
async def waits() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.Event().wait()  # as a rollback on a dead connection would


@router.get("/api/busy")
async def busy() -> dict[str, str]:
    until = time.monotonic() + 2.2
    while time.monotonic() < until:
        time.sleep(0.7)  # noqa: ASYNC251 - the loop itself is held up, which is the point
        await asyncio.sleep(0)
    return {}


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(says_nothing, "127.0.0.1", 0)
    yield f"postgresql://x@127.0.0.1:{server.sockets[0].getsockname()[1]}/x?sslmode=disable"
    server.close()


def on(url: str, home: Path) -> FastAPI:
    return sample(home, routers=[router], state={"ctx": SimpleNamespace(db=SimpleNamespace(url=url))})


async def test_a_request_that_waits_for_a_silent_database_gets_503_in_under_two_seconds(
    silent: str, tmp_path: Path
) -> None:
    app = on(silent, tmp_path)
    async with asking(app) as asked:
        began = time.monotonic()
        answers = await asyncio.gather(
            *(asked.get("/certification/api/waits", headers=bearer(app, "office")) for _ in range(10))
        )

    assert time.monotonic() - began < 2 * SLACK
    assert {answer.status_code for answer in answers} == {503}
    assert all("retry-after" in answer.headers for answer in answers)


async def test_an_import_is_given_up_after_three_knocks(silent: str, tmp_path: Path) -> None:
    app = on(silent, tmp_path)
    async with asking(app) as asked:
        began = time.monotonic()
        answer = await asked.post("/certification/api/import/waits", headers=bearer(app, "office"))

    assert answer.status_code == 503
    assert 3 < time.monotonic() - began < 8 * SLACK


async def test_a_request_that_keeps_us_busy_ourselves_is_not_given_up(silent: str, tmp_path: Path) -> None:
    app = on(silent, tmp_path)
    async with asking(app) as asked:
        answer = await asked.get("/certification/api/busy", headers=bearer(app, "office"))

    assert answer.status_code == 200
