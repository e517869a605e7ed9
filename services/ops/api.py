"""JSON of the desk, below /ops/api: the journal, traces, failed messages and what is done with them, queues."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.ops import commands, queries
from services.ops.commands import Choice
from services.ops.desk import Desk
from services.ops.domain.failures import EventNotKnown, MessageNotKnown
from services.ops.domain.tracing import trace
from shared.db import Tx
from shared.errors import Refused
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.idempotency import Answer, once

router = APIRouter(prefix="/ops/api", tags=["ops"])
READ = [require("operator", "read")]
WRITE = [require("operator")]

Key = Annotated[str, Query(max_length=200)]
Position = Annotated[int, Query(ge=0, le=2**62, description="position of the last item seen")]
Limit = Annotated[int, Query(ge=1, le=1000)]


FailedId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Subject = Annotated[str, Query(min_length=3, max_length=200, pattern="^[^/]+/.+$")]


Age = Annotated[str, Query(pattern=r"^([0-9]{1,6}[smhd])?$")]


class Decision(StrictModel):
    """Which messages, and why. Either `ids`, or a `group` and filters; nothing at all is refused."""

    ids: list[FailedId] | None = Field(default=None, min_length=1, max_length=1000)
    group: str | None = Field(default=None, max_length=64)
    service: str | None = Field(default=None, max_length=64)
    type: str | None = Field(default=None, max_length=200)
    subject: str | None = Field(default=None, max_length=200)
    error: str | None = Field(default=None, max_length=200)
    older: Age | None = Field(default=None, description="parked at least so long ago: 90s, 30m, 2h, 3d")
    newer: Age | None = Field(default=None, description="parked at most so long ago")
    all: bool = False
    reason: str = Field(default="", max_length=500)
    dry_run: bool = False


class NothingChosen(Refused):
    """A decision must say about which messages; `all` says so in one word."""


def desk_of(request: Request) -> Desk:
    """The one Desk of this process."""
    found: Desk = request.app.state.desk
    return found


@router.get("/events", dependencies=READ)
async def list_events(
    ctx: Ctx, after: Position = 0, limit: Limit = 100, subject: Key = "", type: Key = "", newest: bool = False
) -> dict[str, Any]:
    """The journal in the order in which events were heard; `next` is the position to go on after."""
    async with ctx.db.read() as tx:
        items = await queries.events(tx, after=after, limit=limit, subject=subject, type=type, newest=newest)
    return {"items": items, "next": items[-1]["position"] if len(items) == limit and not newest else None}


@router.get("/events/{id}", dependencies=READ)
async def show_event(ctx: Ctx, id: str) -> dict[str, Any]:
    """One event, and the ids of what came of it."""
    async with ctx.db.read() as tx:
        found = await queries.event(tx, id)
        if found is None:
            raise EventNotKnown(id)
        found["effects"] = [row["id"] for row in await queries.effects(tx, id)]
    return found


@router.get("/trace", dependencies=READ)
async def show_trace(ctx: Ctx, subject: Subject) -> dict[str, Any]:
    """What happened to a subject → who decided → who was told → what came back; and what of it failed."""
    async with ctx.db.read() as tx:
        steps = trace(await queries.trace_rows(tx, subject))
        stuck = await queries.failed(tx, state="all", subject=subject)
    return {
        "subject": subject,
        "steps": [
            {
                "position": step.position,
                "id": step.id,
                "time": step.time,
                "type": step.type,
                "service": step.service,
                "subject": step.subject,
                "stage": step.stage,
                "cause": step.cause,
                "depth": step.depth,
                "data": step.facts,
            }
            for step in steps
        ],
        "failed": stuck,
    }


@router.get("/failed", dependencies=READ)
async def list_failed(
    ctx: Ctx,
    state: Literal["parked", "redriving", "redriven", "discarded", "edited", "all"] = "parked",
    group: Key = "",
    service: Key = "",
    type: Key = "",
    subject: Key = "",
    error: Key = "",
    older: Age = "",
    newer: Age = "",
    after: Position = 0,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Failed messages, oldest first, without their bodies."""
    async with ctx.db.read() as tx:
        filters = {"state": state, "group": group, "service": service, "type": type, "subject": subject, "error": error}
        filters |= {"older": spelled(older), "newer": spelled(newer)}
        items = await queries.failed(tx, **filters, after=after, limit=limit)
    return {"items": items, "next": items[-1]["position"] if len(items) == limit else None}


@router.get("/failed/groups", dependencies=READ)
async def list_groups(ctx: Ctx) -> dict[str, Any]:
    """Parked messages by cause: exception, innermost own frame and handler."""
    async with ctx.db.read() as tx:
        return {"items": await queries.groups(tx), "next": None}


@router.get("/failed/{id}", dependencies=READ)
async def show_failed(ctx: Ctx, id: str) -> dict[str, Any]:
    """One failed message with headers, body and what operators did. A sealed body is never shown."""
    async with ctx.db.read() as tx:
        found = await queries.failed_message(tx, id)
        if found is None:
            raise MessageNotKnown(id)
        found["actions"] = await queries.actions(tx, found["id"])
    return shown(found)


def shown(message: dict[str, Any]) -> dict[str, Any]:
    """The body as data, as text or as base64, by what it is; of a sealed one only its size."""
    body: bytes = message.pop("body")
    message["size"] = len(body)
    message["data"] = message["text"] = message["base64"] = None
    if message["sealed"]:
        return message
    try:
        text = body.decode()
    except UnicodeDecodeError:
        message["base64"] = base64.b64encode(body[:100_000]).decode()
        return message
    try:
        message["data"] = json.loads(text) if len(text) < 1_000_000 else None
    except (ValueError, RecursionError):
        message["data"] = None
    if message["data"] is None:
        message["text"] = text[:100_000]
    return message


def spelled(age: str) -> str:
    """``2h`` as PostgreSQL reads it beyond doubt: a bare ``m`` could be a month."""
    words = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    return f"{age[:-1]} {words[age[-1]]}" if age else ""


Command = Callable[..., Awaitable[int]]


@router.post("/failed/retry", dependencies=WRITE)
async def retry(request: Request, ctx: Ctx, who: Who, decision: Decision) -> Response:
    """Sends parked messages back to the inbox queue of the service that gave up on them."""
    return await _decided(request, ctx, who, decision, commands.retry)


@router.post("/failed/discard", dependencies=WRITE)
async def discard(request: Request, ctx: Ctx, who: Who, decision: Decision) -> Response:
    """Decides that parked messages need no handling; a reason is required."""
    return await _decided(request, ctx, who, decision, commands.discard)


@router.post("/failed/restore", dependencies=WRITE)
async def restore(request: Request, ctx: Ctx, who: Who, decision: Decision) -> Response:
    """Puts discarded messages back on the desk."""
    return await _decided(request, ctx, who, decision, commands.restore)


async def _decided(request: Request, ctx: Ctx, who: Who, decision: Decision, command: Command) -> Response:
    filters = {
        name: value
        for name in ("service", "type", "subject", "error")
        if (value := getattr(decision, name)) is not None
    }
    filters |= {name: spelled(value) for name in ("older", "newer") if (value := getattr(decision, name))}
    if not (decision.ids or decision.group or filters or decision.all):
        raise NothingChosen(
            "Zeg om welke berichten het gaat.",
            "Say about which messages.",
            field="ids",
            allowed=("ids, group, een filter, of all: true", "ids, group, a filter, or all: true"),
        )
    choice = Choice(ids=decision.ids, group=decision.group, filters=filters)

    async def do(tx: Tx) -> Answer:
        changed = await command(tx, choice, actor=who.subject, reason=decision.reason, dry_run=decision.dry_run)
        return Answer(200, {"matched": changed, "changed": 0 if decision.dry_run else changed})

    return await once(request, ctx, decision, do)


@router.get("/queues", dependencies=READ)
async def list_queues(request: Request) -> dict[str, Any]:
    """Depth and consumers as they are now; unacked and rates some seconds old; parked from the desk's own table."""
    return await desk_of(request).queues()


@router.get("/overview", dependencies=READ)
async def overview(request: Request) -> dict[str, Any]:
    """Services and queues together."""
    desk = desk_of(request)
    return {"services": await desk.services(), **await desk.queues()}
