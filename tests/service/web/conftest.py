from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.enrollment import sign_in
from shared.db import Database
from shared.web.app import create_app
from shared.web.session import make_session_keys, write_admin_token

HERE = "http://127.0.0.1:8401"


@dataclass(frozen=True)
class Ctx:
    db: Database


@dataclass(frozen=True)
class Site:
    """Enrollment's sign-in on a real database, and a program and browsers that visit it."""

    app: FastAPI
    db: Database
    admin: dict[str, str]

    def browser(self) -> httpx.AsyncClient:
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HERE, headers=headers)

    def program(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HERE, headers=self.admin)

    async def link(self, **wanted: Any) -> str:
        async with self.program() as program:
            made = await program.post("/enrollment/api/login-links", json=wanted)
        assert made.status_code == 201, made.text
        return str(made.json()["url"])


@pytest.fixture
async def site(tmp_path: Path, database_url: Callable[[str], Awaitable[str]]) -> AsyncIterator[Site]:
    make_session_keys(tmp_path)
    token = write_admin_token(tmp_path).read_text().strip()
    db = Database(await database_url("enrollment"), name="enrollment", max_size=25)
    await db.open()
    app = create_app(
        "enrollment",
        title="Sign-in",
        routers=[sign_in.router],
        public=sign_in.PUBLIC,
        home=tmp_path,
        environ={"KEUR_PORT_BASE": "8400"},
        state={"ctx": Ctx(db)},
    )
    yield Site(app, db, {"authorization": f"Bearer {token}"})
    await db.close()
