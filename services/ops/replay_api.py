"""JSON of replays, below /ops/api/replays."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.ops import replays
from services.ops.api import READ, WRITE, desk_of
from shared.db import Tx
from shared.errors import DependencyAway
from shared.web.deps import Ctx, StrictModel, Who
from shared.web.idempotency import Answer, once

router = APIRouter(prefix="/ops/api/replays", tags=["ops"])


class Asked(StrictModel):
    """Which events of the journal go to whose inbox queue. `types` is what that service listens to when left out."""

    service: Literal["enrollment", "certification", "notifications", "ops"]
    first: int = Field(default=0, ge=0, le=2**62, description="position in the journal to begin at")
    types: list[Annotated[str, Field(max_length=200)]] | None = Field(default=None, min_length=1, max_length=100)
    again: bool = False
    dry_run: bool = False
    reason: str = Field(default="", max_length=500)


@router.get("", dependencies=READ)
async def list_replays(ctx: Ctx) -> dict[str, Any]:
    """The last replays, newest first, with their progress."""
    async with ctx.db.read() as tx:
        return {"items": await replays.latest(tx), "next": None}


@router.get("/{id}", dependencies=READ)
async def show_replay(ctx: Ctx, id: str) -> dict[str, Any]:
    """How far one replay is."""
    async with ctx.db.read() as tx:
        return await replays.shown(tx, id)


@router.post("", dependencies=WRITE)
async def begin_replay(request: Request, ctx: Ctx, who: Who, asked: Asked) -> Response:
    """Begins a replay, or with `dry_run` says how many events it would send."""
    types = asked.types or await _hears(request, asked.service)

    async def do(tx: Tx) -> Answer:
        total, until = await replays.count(tx, first=asked.first, types=types)
        told = {"service": asked.service, "types": types, "first": asked.first, "until": until, "total": total}
        if asked.dry_run:
            return Answer(200, {"id": None, **told})
        id = await replays.begin(
            tx, service=asked.service, first=asked.first, until=until, types=types, again=asked.again, total=total,
            actor=who.subject, reason=asked.reason.strip(),
        )  # fmt: skip
        return Answer(201, {"id": id, **told})

    return await once(request, ctx, asked, do)


async def _hears(request: Request, service: str) -> list[str]:
    told = (await desk_of(request).services())[service]
    if not told.get("hears"):
        raise DependencyAway(f"{service}, which has to say what it listens to")
    return list(told["hears"])


@router.post("/{id}/stop", dependencies=WRITE)
async def stop_replay(ctx: Ctx, id: str) -> dict[str, Any]:
    """Ends a replay where it is: what was sent is sent."""
    async with ctx.db.transaction() as tx:
        await replays.shown(tx, id)
        await replays.stop(tx, id)
        return await replays.shown(tx, id)
