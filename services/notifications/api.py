"""JSON below /notifications/api: the mails for export, counts, and sending one again."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.notifications import commands, queries
from shared.db import Tx
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.idempotency import Answer, once

router = APIRouter(prefix="/notifications/api", tags=["notifications"])
READ = [require("office", "read")]
WRITE = [require("office", "write")]

Number = Annotated[int, Query(ge=0, le=2**62, description="number of the last item seen")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class Mail(BaseModel):
    """A mail and what became of it. ``to`` is null once the person was erased; ``cause`` is the id of an event."""

    number: int
    id: str
    message_id: str | None
    template: str
    language: str | None
    recipient: str
    to: str | None
    state: str
    reason: str | None
    cause: str
    subject_ref: str
    scheme: str | None
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    doubts: int


class Mails(BaseModel):
    """A page of the list; ``next`` is the ``after`` of the following page."""

    items: list[Mail]
    next: int | None


class Count(BaseModel):
    template: str
    state: str
    count: int


class Retry(StrictModel):
    """Why the mail is sent again."""

    reason: str = Field(min_length=1, max_length=500)


@router.get("/mail", dependencies=READ)
async def list_mail(ctx: Ctx, after: Number = 0, limit: Limit = 100) -> Mails:
    """All mails in the order in which they were made."""
    async with ctx.db.read() as tx:
        items = await queries.mails(tx, after=after, limit=limit)
    return Mails.model_validate({"items": items, "next": items[-1]["number"] if len(items) == limit else None})


@router.get("/mail/summary", dependencies=READ)
async def summarise_mail(ctx: Ctx) -> dict[str, list[Count]]:
    """How many mails there are, by template and state."""
    async with ctx.db.read() as tx:
        rows = await queries.summary(tx)
    return {"items": [Count.model_validate(row) for row in rows]}


@router.post("/mail/{mail_id}/retry", dependencies=WRITE)
async def retry_mail(request: Request, ctx: Ctx, who: Who, mail_id: str, body: Retry) -> Response:
    """Sends a failed, bounced or in-doubt mail again now, under the same Message-ID."""

    async def do(tx: Tx) -> Answer:
        await commands.retry(tx, mail_id, actor=who.subject, reason=body.reason)
        content: dict[str, Any] = {"id": mail_id, "state": "due"}
        return Answer(200, content)

    return await once(request, ctx, body, do)
