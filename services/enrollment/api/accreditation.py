"""JSON of the accreditation of companies."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey, Day
from shared.tabular import Text as Words
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.idempotency import Answer, once

from ..commands import accreditation as commands
from ..domain.accreditation import WithdrawalReason
from ..store import accreditation
from ..store.audit import By
from .entries import WRITE

router = APIRouter(prefix="/enrollment/api", tags=["accreditation"])


class GrantBody(StrictModel):
    """A company is accredited, or assessed again. Without a last day: for the years that the scheme says."""

    accreditation_id: ClientKey | None = Field(default=None, description="the client's own key; made when not given")
    company_id: ClientKey
    granted_on: Day | None = None
    until: Day | None = None
    findings: Words = ""


class WithdrawBody(StrictModel):
    """An accreditation ends early; without a day today."""

    company_id: ClientKey
    reason: WithdrawalReason
    withdrawn_on: Day | None = None


class AccreditationOf(BaseModel):
    """``until`` is the last day it was granted for."""

    accreditation_id: str
    company_id: str
    granted_on: date
    until: date
    reassessed: bool
    findings: str
    withdrawn_on: date | None
    reason: str | None


@router.post("/accreditations", dependencies=WRITE, status_code=201, response_model=AccreditationOf)
async def grant(request: Request, ctx: Ctx, who: Who, given: GrantBody) -> Response:
    """Accredits a company: 201 when that is new, 200 when it was recorded already."""
    today, key = ctx.clock.today(), given.accreditation_id or new_id()

    async def do(tx: Tx) -> Answer:
        new = await commands.grant(
            tx,
            key,
            given.company_id,
            granted_on=given.granted_on or today,
            until=given.until,
            findings=given.findings,
            today=today,
            by=By(who.subject),
        )
        found = await accreditation.of(tx, given.company_id)
        mine = next((one for one in found if one["accreditation_id"] == key), None)
        return Answer(201 if new else 200, AccreditationOf(**mine) if mine else None)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/accreditation-withdrawals", dependencies=WRITE, status_code=201)
async def withdraw(request: Request, ctx: Ctx, who: Who, given: WithdrawBody) -> Response:
    """Withdraws an accreditation: 201 when that is new, 200 when it was recorded already."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> Answer:
        new = await commands.withdraw(
            tx, given.company_id, given.reason, on=given.withdrawn_on or today, today=today, by=By(who.subject)
        )
        return Answer(201 if new else 200, given)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.get("/accreditations", dependencies=[require("office")])
async def listing(ctx: Ctx, company_id: Annotated[ClientKey, Query()]) -> list[AccreditationOf]:
    """The accreditations of a company, the newest first. Findings are the office's own."""
    async with ctx.db.read() as tx:
        return [AccreditationOf(**one) for one in await accreditation.of(tx, company_id)]
