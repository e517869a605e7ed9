"""What an operator asks of one service's bus, below /<service>/api/bus: pause, resume, outcomes, private events."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from shared.bus import private_replay, retention
from shared.bus.pausing import record
from shared.db import Tx
from shared.errors import RuleBroken
from shared.service import Service
from shared.settings import SERVICES
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.idempotency import Answer, once

READ = [require("operator", "read")]
WRITE = [require("operator")]


class Decision(StrictModel):
    """Why."""

    reason: str = Field(default="", max_length=500)


class Outcomes(StrictModel):
    """Message ids to look up in the inbox."""

    ids: list[Annotated[str, Field(max_length=255)]] = Field(min_length=1, max_length=1000)


class PrivateReplay(StrictModel):
    """Which private events go to whose inbox queue once more."""

    to: str
    types: list[Annotated[str, Field(max_length=200)]] = Field(min_length=1, max_length=50)
    again: bool = False
    dry_run: bool = False
    reason: str = Field(default="", max_length=500)


class Forgetting(StrictModel):
    """Carries the rules out now."""

    reason: str = Field(default="", max_length=500)


class NothingPrivateHere(RuleBroken):
    """This service tells no private events, or holds no key for them."""


def bus_desk(name: str) -> APIRouter:
    """The routes for the service ``name``."""
    router = APIRouter(prefix=f"/{name}/api/bus", tags=["bus"])

    @router.get("", dependencies=READ)
    async def show(request: Request, ctx: Ctx) -> dict[str, Any]:
        """Whether the consumer rests, and the last things that operators did."""
        async with ctx.db.read() as tx:
            rows = await tx.fetch(
                "select at, actor, action, reason, details from bus_action order by position desc limit 100"
            )
        paused = service_of(request).pausing.now
        return {"service": name, "paused": paused and paused.told(), "actions": [dict(row) for row in rows]}

    @router.post("/pause", dependencies=WRITE)
    async def pause(request: Request, ctx: Ctx, who: Who, decision: Decision) -> Response:
        """The consumer ends its batch and rests until it is resumed, also over a restart. Needs a reason."""
        pausing = service_of(request).pausing

        async def do(tx: Tx) -> Answer:
            changed = await pausing.pause(tx, actor=who.subject, reason=decision.reason)
            return Answer(200, {"service": name, "paused": True, "changed": changed})

        answer = await once(request, ctx, decision, do)
        await pausing.look()
        return answer

    @router.post("/resume", dependencies=WRITE)
    async def resume(request: Request, ctx: Ctx, who: Who, decision: Decision) -> Response:
        """The consumer goes on with what waited."""
        pausing = service_of(request).pausing

        async def do(tx: Tx) -> Answer:
            changed = await pausing.resume(tx, actor=who.subject, reason=decision.reason)
            return Answer(200, {"service": name, "paused": False, "changed": changed})

        answer = await once(request, ctx, decision, do)
        await pausing.look()
        return answer

    @router.get("/retention", dependencies=READ)
    async def kept(request: Request, ctx: Ctx) -> dict[str, Any]:
        """What goes with age: by rule how many rows are kept, how many are past their time, and the oldest."""
        async with ctx.db.read() as tx:
            found = await retention.standing(tx, service_of(request).retention)
        return {"service": name, "rules": [asdict(one) for one in found]}

    @router.post("/retention", dependencies=WRITE)
    async def forget(request: Request, ctx: Ctx, who: Who, asked: Forgetting) -> dict[str, Any]:
        """Forgets now what is past its time, instead of within the hour."""
        async with ctx.db.transaction() as tx:
            await record(tx, actor=who.subject, action="retention", reason=asked.reason or "asked for")
        return {"service": name, "forgotten": await retention.carry_out(ctx.db, service_of(request).retention)}

    @router.post("/outcomes", dependencies=WRITE)
    async def outcomes(ctx: Ctx, asked: Outcomes) -> dict[str, dict[str, datetime]]:
        """Which of these messages this service has handled, and when."""
        async with ctx.db.read() as tx:
            rows = await tx.fetch(
                "select message_id, handled_at from inbox where consumer = $1 and message_id = any($2)", name, asked.ids
            )
        return {"handled": {row["message_id"]: row["handled_at"] for row in rows}}

    @router.post("/replay", dependencies=WRITE)
    async def replay(request: Request, ctx: Ctx, who: Who, asked: PrivateReplay) -> dict[str, int]:
        """Sends this service's private events to one inbox queue again; those whose body is gone are counted."""
        service = service_of(request)
        if asked.to not in SERVICES:
            raise RuleBroken("no such service", field="to", value=asked.to, allowed=", ".join(SERVICES))
        own = [kind for kind in asked.types if kind.startswith(f"{name}.")]
        if service.seal is None or len(own) != len(asked.types):
            raise NothingPrivateHere("it tells no such private events", field="types", allowed=f"{name}.…")
        found = await private_replay.counts(ctx.db, own)
        if not asked.dry_run and found["kept"]:
            async with ctx.db.transaction() as tx:
                details = {"to": asked.to, "types": own, "again": asked.again}
                await record(tx, actor=who.subject, action="replay", reason=asked.reason, details=details)
            found["sent"] = await private_replay.send(
                ctx.db, service.publisher, service.seal, teller=name, to=asked.to, types=own, again=asked.again
            )
        return {"sent": 0, **found}

    return router


def service_of(request: Request) -> Service:
    """The one Service of this process."""
    found: Service = request.app.state.service
    return found
