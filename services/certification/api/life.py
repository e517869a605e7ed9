"""JSON of the life of a certificate: each decision is a POST with the reason that it was taken for."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.tabular import NUMBER, Day
from shared.web.deps import Ctx, StrictModel, Text, Who, require
from shared.web.idempotency import Answer, once

from ..commands.life import Asked, decide_step
from ..commands.life import expire as expire_now
from ..commands.renewal import recertify as renew
from ..domain.life import Kind, Step
from ..domain.numbers import tidy_number
from ..domain.renewal import Sat
from ..queries import life, register
from ..store.audit import By
from .entries import NothingUnderThisKey, patiently

DECIDES = [require("office", "decide")]
router = APIRouter(prefix="/certification/api/certificates", tags=["life of a certificate"], dependencies=DECIDES)

Number = Annotated[str, Path(max_length=80)]
Reason = Annotated[Text, Field(max_length=2000, description="what was decided on; kept here, told to nobody")]
Code = Annotated[str, Field(max_length=40, description="what others are told; see the answer to a wrong one")]


class StepBody(StrictModel):
    """A decision with its reason."""

    reason: Reason
    reason_code: Code = "other"


class SuspendBody(StepBody):
    until: Day | None = Field(default=None, description="when the office looks again; nothing comes back by itself")
    obligations: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(default=[], max_length=20)


class CorrectBody(StepBody):
    """What the certificate should have said."""

    holder: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    programme: Annotated[str, Field(min_length=1, max_length=50)] | None = None


class ReduceBody(StepBody):
    targets: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(
        max_length=500, description="the attainment targets that remain"
    )


class SatBody(StrictModel):
    """An exam for recertification."""

    exam: Annotated[str, Field(min_length=1, max_length=50)]
    taken_on: Day
    score: Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000, decimal_places=2), NUMBER]
    knocked_out: bool = False
    examiner: Annotated[str, Field(min_length=1, max_length=64)]


class RecertifyBody(StrictModel):
    """What the holder showed for another period."""

    reason: Reason = "the requirements for another period are met"
    exams: list[SatBody] = Field(default=[], max_length=20)
    practice_months: Annotated[int, Field(ge=0, le=600)] | None = None


class ExpireBody(StrictModel):
    """Nothing is asked: only the calendar decides."""


class StepOf(BaseModel):
    """The step that was taken. ``hash`` chains it to the one before; ``appeal_until`` is the last day to appeal."""

    number: str
    step: int
    kind: str
    status: str
    reason_code: str
    decided_by: str
    decided_at: datetime
    from_on: date
    until: date | None
    version: int | None
    appeal_until: date | None
    hash: str


@router.post("/{number}/suspend", status_code=201, response_model=StepOf)
async def suspend(request: Request, ctx: Ctx, who: Who, number: Number, given: SuspendBody) -> Response:
    """The certificate does not count until it is reinstated."""
    asked = Asked(
        Kind.SUSPENDED, given.reason_code, given.reason, until=given.until, obligations=tuple(given.obligations)
    )
    return await _decide(request, ctx, who, number, given, asked)


@router.post("/{number}/reinstate", status_code=201, response_model=StepOf)
async def reinstate(request: Request, ctx: Ctx, who: Who, number: Number, given: StepBody) -> Response:
    """A suspended certificate counts again."""
    return await _decide(request, ctx, who, number, given, Asked(Kind.REINSTATED, given.reason_code, given.reason))


@router.post("/{number}/withdraw", status_code=201, response_model=StepOf)
async def withdraw(request: Request, ctx: Ctx, who: Who, number: Number, given: StepBody) -> Response:
    """The certificate is taken back for good."""
    return await _decide(request, ctx, who, number, given, Asked(Kind.WITHDRAWN, given.reason_code, given.reason))


@router.post("/{number}/correct", status_code=201, response_model=StepOf)
async def correct(request: Request, ctx: Ctx, who: Who, number: Number, given: CorrectBody) -> Response:
    """A new version of the document names the one before; the number stays, the older credential is revoked."""
    asked = Asked(Kind.CORRECTED, given.reason_code, given.reason, holder=given.holder, programme=given.programme)
    return await _decide(request, ctx, who, number, given, asked)


@router.post("/{number}/reduce-scope", status_code=201, response_model=StepOf)
async def reduce_scope(request: Request, ctx: Ctx, who: Who, number: Number, given: ReduceBody) -> Response:
    """The certificate vouches for fewer attainment targets."""
    asked = Asked(Kind.SCOPE_REDUCED, given.reason_code, given.reason, targets=tuple(given.targets))
    return await _decide(request, ctx, who, number, given, asked)


@router.post("/{number}/reissue", status_code=201, response_model=StepOf)
async def reissue(request: Request, ctx: Ctx, who: Who, number: Number, given: StepBody) -> Response:
    """The same certificate made out once more, signed with the key of today."""
    return await _decide(request, ctx, who, number, given, Asked(Kind.REISSUED, given.reason_code, given.reason))


@router.post("/{number}/recertify", status_code=201, response_model=StepOf)
async def recertify(request: Request, ctx: Ctx, who: Who, number: Number, given: RecertifyBody) -> Response:
    """Another period under the same number, within the window of the scheme, on its exams and months of practice."""

    async def step(tx: Tx) -> Step:
        return await renew(
            tx,
            tidy_number(number),
            sat=[Sat(**one.model_dump()) for one in given.exams],
            practice_months=given.practice_months,
            words=given.reason,
            now=ctx.clock.now(),
            today=ctx.clock.today(),
            by=By(who.subject),
        )

    return await _take(request, ctx, given, step)


@router.post("/{number}/expire", status_code=201, response_model=StepOf)
async def expire(request: Request, ctx: Ctx, who: Who, number: Number, given: ExpireBody) -> Response:
    """The last day has passed. The calendar does the same by itself; before that day it is refused."""

    async def step(tx: Tx) -> Step:
        by = By(who.subject)
        return await expire_now(tx, tidy_number(number), now=ctx.clock.now(), today=ctx.clock.today(), by=by)

    return await _take(request, ctx, given, step)


@router.get("/{number}/history")
async def history(
    ctx: Ctx, number: Number, on: Annotated[Day | None, Query(description="how it stood on this day")] = None
) -> dict[str, Any]:
    """Every step with who decided and why; with ``on`` also how the certificate stood at the end of that day."""
    async with ctx.db.read() as tx:
        found = await register.entry(tx, tidy_number(number), ctx.clock.today())
        if found is None:
            raise NothingUnderThisKey("number", number)
        steps = await life.history(tx, found["number"])
        told: dict[str, Any] = {"number": found["number"], "status": found["status"], "steps": steps}
        if on is not None:
            status, that_day = await life.on_day(tx, found["number"], found["issued_on"], on)
            told["on"] = {"day": on, "status": status.value if status else "not_issued", "steps": that_day}
    return told


async def _decide(request: Request, ctx: Ctx, who: Who, number: str, given: BaseModel, asked: Asked) -> Response:
    async def step(tx: Tx) -> Step:
        by = By(who.subject)
        return await decide_step(tx, tidy_number(number), asked, now=ctx.clock.now(), today=ctx.clock.today(), by=by)

    return await _take(request, ctx, given, step)


async def _take(request: Request, ctx: Ctx, given: BaseModel, take: Callable[[Tx], Awaitable[Step]]) -> Response:
    async def do(tx: Tx) -> Answer:
        step = await take(tx)
        answer = StepOf(
            number=step.number,
            step=step.position,
            kind=step.kind.value,
            status=step.state.value,
            reason_code=step.reason,
            decided_by=step.decided_by,
            decided_at=step.decided_at,
            from_on=step.from_on,
            until=step.until_on,
            version=step.version,
            appeal_until=step.appeal_until,
            hash=step.hash,
        )
        return Answer(201, answer, {"Location": f"/certification/api/certificates/{step.number}/history"})

    return await patiently(lambda: once(request, ctx, given, do))
