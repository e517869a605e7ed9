"""JSON of how enrolments stand: interruptions, going on again, and drop-out with its reason."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.db import Tx
from shared.service import Context
from shared.tabular import ClientKey, Day
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who, require
from shared.web.idempotency import Answer, once

from ..commands import standing
from ..domain.endings import PauseReason, Reason
from ..queries import standing as rows
from ..store.audit import By
from .entries import WRITE

router = APIRouter(prefix="/enrollment/api", tags=["enrolments"])
OFFICE = [require("office")]
"""Reasons are people's own affairs: they are listed for the office only."""


class PauseBody(StrictModel):
    """A training is interrupted from a day on; without a day from today on."""

    trainee_id: ClientKey
    reason: PauseReason
    paused_on: Day | None = None


class ResumeBody(StrictModel):
    """A training that was interrupted goes on; without a day from today on."""

    trainee_id: ClientKey
    resumed_on: Day | None = None


class DropOutBody(StrictModel):
    """A training stops before its end; without a day today. Which phase that is follows from the day."""

    trainee_id: ClientKey
    reason: Reason
    dropped_out_on: Day | None = None


class StandingOf(BaseModel):
    """How an enrolment stands. The last four are there when somebody dropped out."""

    trainee_id: str
    state: str
    paused_on: date | None
    dropped_out_on: date | None
    reason: str | None
    cause: str | None
    phase: str | None


async def _answer(
    request: Request, ctx: Context, given: StrictModel, do: Callable[[Tx], Awaitable[bool]], trainee_id: str
) -> Response:
    async def and_show(tx: Tx) -> Answer:
        new = await do(tx)
        found: dict[str, Any] | None = await rows.standing_of(tx, trainee_id)
        return Answer(201 if new else 200, StandingOf(**found) if found else None)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), and_show)


@router.post("/pauses", dependencies=WRITE, status_code=201, response_model=StandingOf)
async def pause(request: Request, ctx: Ctx, who: Who, given: PauseBody) -> Response:
    """Interrupts a training: 201 when that is new, 200 when it was interrupted already."""
    today = ctx.clock.today()
    return await _answer(
        request,
        ctx,
        given,
        lambda tx: standing.pause(
            tx, given.trainee_id, given.reason, on=given.paused_on or today, today=today, by=By(who.subject)
        ),
        given.trainee_id,
    )


@router.post("/resumptions", dependencies=WRITE, status_code=201, response_model=StandingOf)
async def resume(request: Request, ctx: Ctx, who: Who, given: ResumeBody) -> Response:
    """Goes on with a training that was interrupted."""
    today = ctx.clock.today()
    return await _answer(
        request,
        ctx,
        given,
        lambda tx: standing.resume(tx, given.trainee_id, on=given.resumed_on or today, today=today, by=By(who.subject)),
        given.trainee_id,
    )


@router.post("/drop-outs", dependencies=WRITE, status_code=201, response_model=StandingOf)
async def drop_out(request: Request, ctx: Ctx, who: Who, given: DropOutBody) -> Response:
    """Records that a trainee stopped before the end, with the reason."""
    today = ctx.clock.today()
    return await _answer(
        request,
        ctx,
        given,
        lambda tx: standing.drop_out(
            tx, given.trainee_id, given.reason, on=given.dropped_out_on or today, today=today, by=By(who.subject)
        ),
        given.trainee_id,
    )


@router.get("/drop-outs", dependencies=OFFICE)
async def drop_outs(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Who stopped before the end: when, why, which of the six causes, and in which phase."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await rows.drop_outs(tx, page.after, page.limit), page, "trainee_id")
