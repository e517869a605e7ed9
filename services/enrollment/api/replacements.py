"""JSON of the training guarantee: a placement ends early, companies that could follow, and the next placement."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.tabular import ClientKey, Day
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who
from shared.web.idempotency import Answer, once

from ..commands.place_again import place_again
from ..commands.replacements import end_placement, seek
from ..domain.replacements import Candidate, Reason
from ..intake.rows import PlanBody
from ..queries import replacements as rows
from ..store.audit import By
from .entries import READ, WRITE

router = APIRouter(prefix="/enrollment/api", tags=["training guarantee"])


class EndBody(StrictModel):
    """A placement ends early; without a day today."""

    trainee_id: ClientKey
    reason: Reason
    ended_on: Day | None = None


class ReplacementBody(StrictModel):
    """The next placement of a trainee who lost one; it begins today, under the rules of any new placement."""

    trainee_id: ClientKey
    company_id: ClientKey
    mentor_id: ClientKey
    gap_plans: Annotated[tuple[PlanBody, ...], Field(max_length=100)] = ()


class CandidateOf(BaseModel):
    """A company that could take over. ``km`` is as the crow flies between town centres, null when unknown."""

    company_id: str
    open_targets: list[str]
    mentors: list[str]
    km: float | None

    @classmethod
    def of(cls, one: Candidate) -> "CandidateOf":
        return cls(company_id=one.company_id, open_targets=list(one.open), mentors=list(one.mentors), km=one.km)


class EndingOf(BaseModel):
    """A placement that ended early. ``days_without`` counts until today, or until the next placement began."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    ended_on: date
    reason: str
    needed_by: date | None
    overdue_since: date | None
    replaced_by: str | None
    settled_on: date | None
    days_without: int


@router.post("/placement-endings", dependencies=WRITE, status_code=201, response_model=EndingOf)
async def end(request: Request, ctx: Ctx, who: Who, given: EndBody) -> Response:
    """Ends a placement early: 201 when that is new, 200 when it was recorded already."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> Answer:
        new = await end_placement(
            tx, given.trainee_id, given.reason, on=given.ended_on or today, today=today, by=By(who.subject)
        )
        return Answer(201 if new else 200, await _last(tx, given.trainee_id, today))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/replacements", dependencies=WRITE, status_code=201, response_model=EndingOf)
async def replace(request: Request, ctx: Ctx, who: Who, given: ReplacementBody) -> Response:
    """Begins the next placement: 201 when that is new, 200 when it is there already."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> Answer:
        choices = [one.choice() for one in given.gap_plans]
        new = await place_again(
            tx, given.trainee_id, given.company_id, given.mentor_id, choices, today=today, by=By(who.subject)
        )
        return Answer(201 if new else 200, await _last(tx, given.trainee_id, today))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


async def _last(tx: Tx, trainee_id: str, today: date) -> EndingOf | None:
    found = await rows.endings_of(tx, trainee_id, today)
    return EndingOf(**found[0]) if found else None


@router.get("/placement-endings", dependencies=READ)
async def endings(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Placements that ended early, and whether another one followed."""
    async with ctx.db.read() as tx:
        found = await rows.endings(tx, page.after, page.limit, ctx.clock.today())
    return Listing[dict[str, Any]].of(found, page, "placement_id")


@router.get("/replacements", dependencies=READ)
async def proposals(ctx: Ctx, trainee_id: Annotated[ClientKey, Query()]) -> list[CandidateOf]:
    """Companies that could take a trainee over from today on, the best first."""
    async with ctx.db.read() as tx:
        ranked = await seek(tx, trainee_id, today=ctx.clock.today())
    return [CandidateOf.of(one) for one in ranked]
