"""JSON of appeals: lodged for a holder, decided by somebody who had no part before."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Text, Who, require
from shared.web.idempotency import Answer, once

from ..commands.appeals import decide, lodge
from ..commands.refusal_appeals import lodge_against_refusal
from ..domain.numbers import tidy_number
from ..store import appeals
from ..store.audit import By

router = APIRouter(prefix="/certification/api", tags=["appeals"], dependencies=[require("office", "decide")])


class AppealBody(StrictModel):
    """Why the holder does not agree. Without ``step``: against the last decision that can be appealed against."""

    grounds: Annotated[Text, Field(max_length=10_000)]
    step: Annotated[int, Field(ge=1)] | None = None
    lodged_by: Annotated[str, Field(max_length=100)] | None = None
    late_reason: Annotated[Text, Field(max_length=2000)] = ""


class RefusalAppealBody(StrictModel):
    """Why the candidate does not agree with the refusal. ``lodged_by``: who lodges it, without it the candidate."""

    grounds: Annotated[Text, Field(max_length=10_000)]
    lodged_by: Annotated[str, Field(max_length=100)] | None = None
    late_reason: Annotated[Text, Field(max_length=2000)] = ""


class AppealDecisionBody(StrictModel):
    outcome: Literal["upheld", "dismissed"]
    reason: Annotated[Text, Field(max_length=10_000)]


@router.post("/certificates/{number}/appeals", status_code=201)
async def lodge_appeal(
    request: Request, ctx: Ctx, who: Who, number: Annotated[str, Path(max_length=80)], given: AppealBody
) -> Response:
    """The dossier of that day is frozen with its hash; the decision stands until the appeal is decided."""

    async def do(tx: Tx) -> dict[str, Any]:
        made = await lodge(
            tx,
            tidy_number(number),
            grounds=given.grounds,
            step=given.step,
            lodged_by=given.lodged_by,
            late_reason=given.late_reason,
            now=ctx.clock.now(),
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return {
            "appeal_id": made.appeal_id,
            "number": made.number,
            "step": made.step,
            "against": made.against,
            "lodged_on": made.lodged_on,
            "late": made.late,
            "decide_by": made.decide_by,
            "dossier_sha256": made.dossier_sha256,
        }

    return await _once(request, ctx, given, do)


@router.post("/candidates/{trainee_id}/appeals", status_code=201)
async def lodge_refusal_appeal(
    request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey, given: RefusalAppealBody
) -> Response:
    """Against the last refusal, within the term that it told. The decision with its evidence, rule version and hash is
    frozen; the refusal stands until the appeal is decided."""

    async def do(tx: Tx) -> dict[str, Any]:
        made = await lodge_against_refusal(
            tx,
            trainee_id,
            grounds=given.grounds,
            lodged_by=given.lodged_by,
            late_reason=given.late_reason,
            now=ctx.clock.now(),
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return {
            "appeal_id": made.appeal_id,
            "trainee_id": trainee_id,
            "decision_id": made.decision_id,
            "against": made.against,
            "lodged_on": made.lodged_on,
            "late": made.late,
            "decide_by": made.decide_by,
            "dossier_sha256": made.dossier_sha256,
        }

    return await _once(request, ctx, given, do)


@router.post("/appeals/{appeal_id}/decision", status_code=201)
async def decide_appeal(
    request: Request, ctx: Ctx, who: Who, appeal_id: Annotated[str, Path(max_length=80)], given: AppealDecisionBody
) -> Response:
    """Upheld or dismissed. Who decided, examined, trained or lodged, or works at the same company or school, is
    refused, here and by the database. Upheld against a refusal: the decision is taken anew."""

    async def do(tx: Tx) -> dict[str, Any]:
        appeal, new_number = await decide(
            tx,
            appeal_id,
            upheld=given.outcome == "upheld",
            words=given.reason,
            now=ctx.clock.now(),
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return {
            "appeal_id": appeal_id,
            "number": appeal.number,
            "against": appeal.against,
            "outcome": given.outcome,
            "decided_on": ctx.clock.today(),
            "new_number": new_number,
        }

    return await _once(request, ctx, given, do)


@router.get("/appeals")
async def list_appeals(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Every appeal with its grounds, and what was decided."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await appeals.some(tx, page.after, page.limit), page, "appeal_id")


async def _once(
    request: Request, ctx: Ctx, given: BaseModel, do: Callable[[Tx], Awaitable[dict[str, Any]]]
) -> Response:
    async def answered(tx: Tx) -> Answer:
        return Answer(201, await do(tx))

    return await once(request, ctx, given, answered)
