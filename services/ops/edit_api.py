"""JSON of editing a failed message and of what became of those that were sent back."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.ops import edits
from services.ops.api import READ, WRITE, FailedId
from services.ops.outcomes import outcomes
from shared.db import Tx
from shared.web.deps import Ctx, StrictModel, Who
from shared.web.idempotency import Answer, once

router = APIRouter(prefix="/ops/api/failed", tags=["ops"])


class Edit(StrictModel):
    """The whole changed body, and why."""

    data: dict[str, Any]
    reason: str = Field(default="", max_length=500)
    dry_run: bool = False


class SentBack(StrictModel):
    """Which messages."""

    ids: list[Annotated[FailedId, Field()]] = Field(min_length=1, max_length=1000)


@router.post("/{id}/edit", dependencies=WRITE)
async def edit(request: Request, ctx: Ctx, who: Who, id: str, change: Edit) -> Response:
    """Sends a changed copy with an id of its own to the service that gave up; `dry_run` checks and shows the diff."""

    async def do(tx: Tx) -> Answer:
        told = await edits.edit(tx, id, change.data, actor=who.subject, reason=change.reason, dry_run=change.dry_run)
        return Answer(200 if change.dry_run else 201, told)

    return await once(request, ctx, change, do)


@router.get("/{id}/outcome", dependencies=READ)
async def outcome(request: Request, ctx: Ctx, id: FailedId) -> dict[str, Any]:
    """What became of one message that was sent back, and what was changed in it."""
    async with ctx.db.read() as tx:
        edited = await edits.edited_into(tx, id)
    found = await outcomes(request, ctx, [edited["id"] if edited else id])
    return {"outcome": found[0]["outcome"] if found else None, "edited": edited}


@router.post("/outcomes", dependencies=WRITE)
async def many(request: Request, ctx: Ctx, asked: SentBack) -> dict[str, Any]:
    """Per message: handled, parked again, waiting, or unknown."""
    return {"items": await outcomes(request, ctx, asked.ids)}
