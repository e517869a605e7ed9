"""JSON of training agreements: sent, signed on paper, and the start of a placement that waited for it."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.tabular import ClientKey, Day
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who
from shared.web.idempotency import Answer, once

from ..commands.agreements import send_agreement, sign_on_paper
from ..commands.beginnings import start_placement
from ..domain.agreements import Agreement
from ..store import agreements, enrolments
from ..store.audit import By
from .entries import READ, WRITE

router = APIRouter(prefix="/enrollment/api", tags=["agreements"])


class AgreementBody(StrictModel):
    """The agreement of a trainee's placement as it is now."""

    trainee_id: ClientKey


class SignatureBody(StrictModel):
    """A signature on paper, by one of the parties (``company/C1``); without a day today."""

    trainee_id: ClientKey
    party: Annotated[str, Field(pattern=r"^(instructor|company|trainee|guardian)/[A-Za-z0-9._-]{1,64}$")]
    signed_on: Day | None = None


class AgreementOf(BaseModel):
    """One sheet. ``content`` has keys and dates; ``missing`` have not signed; ``amends`` is the sheet it follows."""

    agreement_id: str
    placement_id: str
    trainee_id: str
    version: int
    state: str
    content: dict[str, Any]
    parties: list[str]
    signed: dict[str, date]
    missing: list[str]
    amends: str | None
    completed_on: date | None

    @classmethod
    def of(cls, one: Agreement) -> "AgreementOf":
        return cls(
            agreement_id=one.agreement_id,
            placement_id=one.placement_id,
            trainee_id=one.trainee_id,
            version=one.version,
            state=one.state.value,
            content=dict(one.content),
            parties=list(one.parties),
            signed=dict(one.signed),
            missing=one.missing,
            amends=one.amends,
            completed_on=one.completed_on,
        )


class StartOf(BaseModel):
    trainee_id: str
    placement_id: str | None
    state: str | None


@router.post("/agreements", dependencies=WRITE, status_code=201, response_model=AgreementOf)
async def send(request: Request, ctx: Ctx, who: Who, given: AgreementBody) -> Response:
    """Makes the sheet and asks its parties to sign: 201 when that is new, 200 when the newest says the same."""

    async def do(tx: Tx) -> Answer:
        new = await send_agreement(tx, given.trainee_id, today=ctx.clock.today(), by=By(who.subject))
        return Answer(201 if new else 200, AgreementOf.of((await agreements.of(tx, given.trainee_id))[0]))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/agreement-signatures", dependencies=WRITE, status_code=201, response_model=AgreementOf)
async def sign(request: Request, ctx: Ctx, who: Who, given: SignatureBody) -> Response:
    """Records a signature on paper: 201 when it is new, 200 when that party had signed."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> Answer:
        new = await sign_on_paper(
            tx, given.trainee_id, given.party, on=given.signed_on or today, today=today, by=By(who.subject)
        )
        return Answer(201 if new else 200, AgreementOf.of((await agreements.of(tx, given.trainee_id))[0]))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/placement-starts", dependencies=WRITE, status_code=201, response_model=StartOf)
async def start(request: Request, ctx: Ctx, who: Who, given: AgreementBody) -> Response:
    """Begins a placement that waits: 201 when it begins, 200 when it runs already."""

    async def do(tx: Tx) -> Answer:
        new = await start_placement(tx, given.trainee_id, today=ctx.clock.today(), by=By(who.subject))
        now = (await enrolments.standings(tx, [given.trainee_id]))[given.trainee_id].placement
        state, key = (now.state, now.placement_id) if now else (None, None)
        return Answer(201 if new else 200, StartOf(trainee_id=given.trainee_id, placement_id=key, state=state))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.get("/agreements", dependencies=READ)
async def listing(
    ctx: Ctx, page: Paging, trainee_id: Annotated[ClientKey | None, Query()] = None
) -> Listing[AgreementOf]:
    """Sheets, of all trainees in the order of their numbers or of one, the newest first."""
    async with ctx.db.read() as tx:
        found = await agreements.of(tx, trainee_id) if trainee_id else await agreements.some(tx, page.after, page.limit)
    return Listing[AgreementOf].of([AgreementOf.of(one) for one in found], page, "agreement_id")
