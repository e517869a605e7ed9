"""A small service with one route of each kind, and ways to ask it something as somebody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from fastapi import APIRouter, FastAPI, Request
from pydantic import Field

from shared.errors import Conflict, DependencyAway, NotKnown, RuleBroken
from shared.web import pages
from shared.web.app import create_app
from shared.web.deps import Listing, Paging, StrictModel, Text, Who, require
from shared.web.session import SessionKeys, make_session_keys

HERE = "http://127.0.0.1:8402"
ENVIRON = {"KEUR_PORT_BASE": "8400"}
BROWSER = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin"}


class NoMentorFree(RuleBroken):
    """A rule of the trade, as a service has them."""


class Thing(StrictModel):
    name: str = Field(min_length=1, max_length=20)
    hours: float = 0
    remarks: Text = ""
    tags: list[str] = Field(default=[])


router = APIRouter(prefix="/certification")
more = APIRouter(prefix="/certification/api", dependencies=[require("read")])


@router.get("/page")
async def page(request: Request) -> Any:
    return pages.render(request, "problem.html", problem={
        "status": 200, "title": "Een pagina", "detail": "Tekst", "errors": [], "correlation": "",
    })  # fmt: skip


@router.get("/register/{number}")
async def public_page(number: str) -> dict[str, str]:
    return {"number": number}


@router.get("/registers")
async def beside_the_public_page() -> dict[str, str]:
    return {}


@router.post("/api/things", status_code=201)
async def add(thing: Thing, who: Who) -> dict[str, Any]:
    return {**thing.model_dump(), "by": who.subject}


@router.put("/api/things/{thing_id}")
async def change(thing_id: str, thing: Thing) -> dict[str, Any]:
    return thing.model_dump()


@router.delete("/api/things/{thing_id}")
async def remove(thing_id: str) -> dict[str, Any]:
    return {}


@router.post("/api/import/things")
async def take(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/api/admin", dependencies=[require("admin")])
async def for_admins() -> dict[str, Any]:
    return {"secret": "of admins"}


@more.get("/list")
async def for_readers(page: Paging) -> Listing[dict[str, str]]:
    items = [{"id": f"{n:03}"} for n in range(200)]
    return Listing.of([i for i in items if i["id"] > page.after][: page.limit], page)


@router.get("/long")
async def long_text() -> dict[str, str]:
    return {"text": "keur " * 1000}


FAILURES: dict[str, Exception] = {
    "rule": NoMentorFree("No mentor is free.", field="mentor_id", value="M-secret", allowed="a mentor below the limit"),
    "unknown": NotKnown("No such trainee."),
    "conflict": Conflict("Known with other facts."),
    "away": DependencyAway("database", retry_after_s=3),
    "refused": ConnectionRefusedError(111, "connect failed to 10.0.0.7"),
    "timeout": TimeoutError(),
    "stopping": asyncpg.AdminShutdownError("terminating connection"),
    "closed": asyncpg.InterfaceError("pool is closed"),
    "misuse": asyncpg.InterfaceError("another operation is in progress"),
    "bug": KeyError("jan@example.org"),
}


@router.get("/api/fails/{how}")
async def fails(how: str) -> None:
    raise FAILURES[how]


def sample(home: Path, **changes: Any) -> FastAPI:
    make_session_keys(home)
    wanted = {"title": "Sample", "routers": [router, more], "public": ["/certification/register"], **changes}
    return create_app("certification", home=home, environ=ENVIRON, **wanted)


def bearer(app: FastAPI, *scopes: str, seconds: int = 60) -> dict[str, str]:
    keys: SessionKeys = app.state.keys
    token = keys.sign(subject="token/test", scopes=scopes, via="token", seconds=seconds)
    return {"authorization": f"Bearer {token}"}


def session(app: FastAPI, *scopes: str, seconds: int = 60) -> dict[str, str]:
    keys: SessionKeys = app.state.keys
    token = keys.sign(subject="office/coordinator", scopes=scopes or ["office"], via="session", seconds=seconds)
    return {"cookie": f"keur_session={token}"}


@asynccontextmanager
async def asking(app: FastAPI, client: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=(client, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as asked:
        yield asked
