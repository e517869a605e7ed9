"""JSON of applications, and of what comes of each channel."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.service import Context
from shared.tabular import ClientKey, Day, Email, LanguageCode, Line
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who, require
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands import applications as commands
from ..domain.applications import Application, Funnel, Rejection, State, funnels
from ..intake.rows import Channel
from ..store import applications
from ..store.audit import By
from .entries import READ, WRITE, NothingUnderThisKey

router = APIRouter(prefix="/enrollment/api", tags=["applications"])
OFFICE = [require("office")]
"""Applications have names and addresses in them."""


class ApplicationBody(StrictModel):
    """Interest or an application, as the office enters it; interest given again as ``applied`` goes a step further."""

    application_id: ClientKey | None = Field(default=None, description="the client's own key; made when not given")
    state: Literal["interest", "applied"] = "applied"
    name: Line
    email: Email
    language: LanguageCode = "nl"
    programme: ClientKey | None = None
    channel: Channel = ""
    received_on: Day | None = None

    def made(self, key: str) -> Application:
        return Application(
            key, State(self.state), self.channel, self.name, self.email, self.language, self.programme or ""
        )


class DecisionBody(StrictModel):
    """Accepted, or rejected with a reason; without a day today."""

    application_id: ClientKey
    decision: Literal["accepted", "rejected"]
    reason: Rejection | None = None
    decided_on: Day | None = None


class EnrolledBody(StrictModel):
    """Which trainee an applicant who was accepted became."""

    application_id: ClientKey
    trainee_id: ClientKey


class ApplicationOf(BaseModel):
    application_id: str
    state: str
    channel: str
    name: str
    email: str
    language: str
    programme: str
    interest_on: date | None
    applied_on: date | None
    accepted_on: date | None
    rejected_on: date | None
    enrolled_on: date | None
    reason: str | None
    trainee_id: str | None


class ShareOf(BaseModel):
    """``value`` is null when there is nothing to count from."""

    numerator: int
    denominator: int
    value: float | None


class FunnelOf(BaseModel):
    """One channel; an empty name is all channels together."""

    channel: str
    known: int
    applied: int
    accepted: int
    rejected: int
    enrolled: int
    shares: dict[str, ShareOf]

    @classmethod
    def of(cls, one: Funnel) -> "FunnelOf":
        shares = {
            name: ShareOf(numerator=share.numerator, denominator=share.denominator, value=share.value)
            for name, share in one.shares.items()
        }
        return cls(
            channel=one.channel,
            known=one.known,
            applied=one.applied,
            accepted=one.accepted,
            rejected=one.rejected,
            enrolled=one.enrolled,
            shares=shares,
        )


@router.post("/applications", dependencies=WRITE, status_code=201, response_model=ApplicationOf)
async def receive(request: Request, ctx: Ctx, who: Who, given: ApplicationBody) -> Response:
    """Enters interest or an application: 201 when that is new, 200 when it was known."""
    today, key = ctx.clock.today(), given.application_id or new_id()

    async def do(tx: Tx) -> bool:
        on = given.received_on or today
        return await commands.receive(tx, given.made(key), on=on, today=today, by=By(who.subject))

    return await _answer(request, ctx, given, key, do)


@router.post("/application-decisions", dependencies=WRITE, status_code=201, response_model=ApplicationOf)
async def decide(request: Request, ctx: Ctx, who: Who, given: DecisionBody) -> Response:
    """Accepts or rejects: 201 when that is new, 200 when it was decided already."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> bool:
        return await commands.decide(
            tx,
            given.application_id,
            State(given.decision),
            given.reason,
            on=given.decided_on or today,
            today=today,
            by=By(who.subject),
        )

    return await _answer(request, ctx, given, given.application_id, do)


@router.post("/application-enrolments", dependencies=WRITE, status_code=201, response_model=ApplicationOf)
async def enrolled(request: Request, ctx: Ctx, who: Who, given: EnrolledBody) -> Response:
    """Says which trainee it became, so that the channel is counted to its end."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> bool:
        return await commands.enrolled(tx, given.application_id, given.trainee_id, today=today, by=By(who.subject))

    return await _answer(request, ctx, given, given.application_id, do)


async def _answer(request: Request, ctx: Context, given: StrictModel, key: str, do: Any) -> Response:
    async def and_show(tx: Tx) -> Answer:
        new = await do(tx)
        found = await applications.row(tx, key)
        return Answer(201 if new else 200, ApplicationOf(**found) if found else None)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), and_show)


@router.get("/applications", dependencies=OFFICE)
async def listing(ctx: Ctx, page: Paging) -> Listing[ApplicationOf]:
    """Every application that was confirmed or entered by the office."""
    async with ctx.db.read() as tx:
        found = await applications.some(tx, page.after, page.limit)
    return Listing[ApplicationOf].of([ApplicationOf(**one) for one in found], page, "application_id")


@router.get("/applications/{application_id}", dependencies=OFFICE)
async def one_of(ctx: Ctx, application_id: ClientKey) -> ApplicationOf:
    async with ctx.db.read() as tx:
        found = await applications.row(tx, application_id)
    if found is None:
        raise NothingUnderThisKey(
            _("Onder dit nummer is hier niets bekend."), field="application_id", value=application_id
        )
    return ApplicationOf(**found)


@router.get("/funnel", dependencies=READ)
async def funnel(ctx: Ctx) -> list[FunnelOf]:
    """What came of each channel, with what each share is counted from."""
    async with ctx.db.read() as tx:
        return [FunnelOf.of(one) for one in funnels(await applications.reached(tx))]
