"""JSON of practice gained elsewhere: recorded with its proof, withdrawn with a reason."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey, Day, Line
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who
from shared.web.idempotency import Answer, once

from ..commands import practice as commands
from ..domain.practice import PracticeElsewhere
from ..queries import practice
from ..store.audit import By
from .entries import READ, WRITE

router = APIRouter(prefix="/enrollment/api", tags=["practice"])


class PracticeBody(StrictModel):
    """From the first to the last day with an earlier employer; ``proof`` is what the office saw of it."""

    practice_id: ClientKey = Field(default_factory=new_id)
    trainee_id: ClientKey
    starts_on: Day
    ends_on: Day
    gained_at: Line
    proof: Line


class WithdrawBody(StrictModel):
    reason: Annotated[str, Field(max_length=500)]


class PracticeOf(BaseModel):
    """``withdrawn_on``: null while it counts."""

    practice_id: str
    trainee_id: str
    starts_on: date
    ends_on: date
    gained_at: str
    proof: str
    recorded_on: date
    withdrawn_on: date | None
    withdrawn_reason: str


@router.get("/practice-elsewhere", dependencies=READ)
async def listing(ctx: Ctx, page: Paging) -> Listing[PracticeOf]:
    """Practice gained before the enrolment or with an earlier employer, also what was withdrawn."""
    async with ctx.db.read() as tx:
        rows = await practice.some(tx, page.after, page.limit)
    return Listing[PracticeOf].of([PracticeOf(**row) for row in rows], page, "practice_id")


@router.post("/practice-elsewhere", dependencies=WRITE, status_code=201, response_model=PracticeOf)
async def record(request: Request, ctx: Ctx, who: Who, given: PracticeBody) -> Response:
    """201 when it is new, 200 when it was recorded already. Refused where the scheme counts none."""

    async def do(tx: Tx) -> Answer:
        one = PracticeElsewhere(**given.model_dump())
        new = await commands.record(tx, one, today=ctx.clock.today(), by=By(who.subject))
        return Answer(201 if new else 200, PracticeOf(**(await practice.one(tx, given.practice_id) or {})))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/practice-elsewhere/{key}/withdraw", dependencies=WRITE, response_model=PracticeOf)
async def withdraw(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: WithdrawBody) -> Response:
    """It was recorded in error, and counts no more. A second time changes nothing."""

    async def do(tx: Tx) -> Answer:
        await commands.withdraw(tx, key, given.reason, today=ctx.clock.today(), by=By(who.subject))
        return Answer(200, PracticeOf(**(await practice.one(tx, key) or {})))

    return await once(request, ctx, given, do)
