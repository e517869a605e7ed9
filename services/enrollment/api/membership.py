"""JSON of memberships: since when a company takes part in the mark, and why it stopped."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey, Day
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.idempotency import Answer, once

from ..commands import membership as commands
from ..domain.membership import EndReason
from ..queries import membership
from ..store.audit import By
from .entries import WRITE

router = APIRouter(prefix="/enrollment/api", tags=["membership"])


class BeginBody(StrictModel):
    """A company takes part, or does so again; without a day from today on."""

    membership_id: ClientKey | None = Field(default=None, description="the client's own key; made when not given")
    company_id: ClientKey
    began_on: Day | None = None


class EndBody(StrictModel):
    """A company stops. ``ended_on`` is its last day, which may be still to come; without a day today."""

    company_id: ClientKey
    reason: EndReason
    ended_on: Day | None = None


class MembershipOf(BaseModel):
    """``ended_on`` is the last day; null while it runs."""

    membership_id: str
    company_id: str
    began_on: date
    ended_on: date | None
    reason: str | None


@router.post("/memberships", dependencies=WRITE, status_code=201, response_model=MembershipOf)
async def begin(request: Request, ctx: Ctx, who: Who, given: BeginBody) -> Response:
    """A company takes part: 201 when that is new, 200 when it was recorded already."""
    today, key = ctx.clock.today(), given.membership_id or new_id()

    async def do(tx: Tx) -> Answer:
        day = given.began_on or today
        new = await commands.begin(tx, key, given.company_id, on=day, today=today, by=By(who.subject))
        found = await membership.of(tx, given.company_id)
        mine = next((one for one in found if one["membership_id"] == key), None)
        return Answer(201 if new else 200, MembershipOf(**mine) if mine else None)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/membership-endings", dependencies=WRITE, status_code=201, response_model=MembershipOf)
async def end(request: Request, ctx: Ctx, who: Who, given: EndBody) -> Response:
    """A company stops: 201 when that is new, 200 when it was recorded already. Who learns there stays."""

    async def do(tx: Tx) -> Answer:
        day = given.ended_on or ctx.clock.today()
        new = await commands.end(tx, given.company_id, given.reason, on=day, by=By(who.subject))
        return Answer(201 if new else 200, MembershipOf(**(await membership.of(tx, given.company_id))[0]))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.get("/memberships", dependencies=[require("office")])
async def listing(ctx: Ctx, company_id: Annotated[ClientKey, Query()]) -> list[MembershipOf]:
    """The memberships of a company, the newest first."""
    async with ctx.db.read() as tx:
        return [MembershipOf(**one) for one in await membership.of(tx, company_id)]
