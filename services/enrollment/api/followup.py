"""JSON of programme reviews and actions."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Listing, Paging, Who
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands.actions import finish
from ..commands.confirmations import confirm_review
from ..commands.reviews import record_review
from ..intake.followup import ConfirmationBody, DoneBody, ReviewBody
from ..queries import followup
from ..store.audit import By
from .entries import READ, WRITE, NothingUnderThisKey

router = APIRouter(prefix="/enrollment/api", tags=["reviews and actions"])


class ActionOf(BaseModel):
    """What somebody (``owner``, ``kind/id``) has to do, and whether it was done."""

    action_id: str
    origin: Literal["review", "visit", "talk", "complaint"]
    origin_id: str
    owner: str
    trainee_id: str | None
    place_kind: str | None
    place_id: str | None
    text: str
    assigned_on: date
    due_on: date
    state: Literal["open", "overdue", "done"]
    done_on: date | None
    done_by: str | None


class PlannedReview(BaseModel):
    """A review to come, told to be due, late, or that was. ``held_as`` is the record with which it was held."""

    review_id: str
    trainee_id: str
    due_on: date
    state: Literal["planned", "due", "overdue", "escalated", "held", "lapsed"]
    told_on: date | None
    held_as: str | None


class ReviewOf(BaseModel):
    """A review that was held."""

    review_id: str
    trainee_id: str
    instructor_id: str
    mentor_id: str
    held_on: date
    topics: list[str]
    agreements: str
    instructor_confirmed_on: date | None
    mentor_confirmed_on: date | None
    recorded_by: str
    actions: list[ActionOf] = []


@router.get("/planned-reviews", dependencies=READ)
async def planned_reviews(ctx: Ctx, page: Paging) -> Listing[PlannedReview]:
    """Programme reviews by what became of them so far."""
    async with ctx.db.read() as tx:
        rows = await followup.planned_reviews(tx, page.after, page.limit)
    return Listing[PlannedReview].of([PlannedReview(**row) for row in rows], page, "review_id")


@router.get("/programme-reviews", dependencies=READ)
async def reviews(ctx: Ctx, page: Paging) -> Listing[ReviewOf]:
    """Programme reviews that were held."""
    async with ctx.db.read() as tx:
        rows = await followup.records(tx, page.after, page.limit)
    return Listing[ReviewOf].of([ReviewOf(**row) for row in rows], page, "review_id")


@router.get("/programme-reviews/{key}", dependencies=READ)
async def one_review(ctx: Ctx, key: ClientKey) -> ReviewOf:
    """A programme review that was held, with its actions."""
    async with ctx.db.read() as tx:
        found = await followup.record(tx, key)
    if found is None:
        raise NothingUnderThisKey(_("Onder dit nummer is hier niets bekend."), field="key", value=key)
    return ReviewOf(**found)


@router.post("/programme-reviews", dependencies=WRITE, status_code=201, response_model=ReviewOf)
async def hold_review(request: Request, ctx: Ctx, who: Who, given: ReviewBody) -> Response:
    """Records a programme review: 201 when it is new, 200 when it was there."""
    key = given.review_id or new_id()

    async def do(tx: Tx) -> Answer:
        asked = [one.asked() for one in given.actions]
        new = await record_review(tx, given.made(key), asked, today=ctx.clock.today(), by=By(who.subject))
        found: dict[str, Any] = await followup.record(tx, key) or {}
        location = {"Location": f"/enrollment/api/programme-reviews/{key}"}
        return Answer(201 if new else 200, ReviewOf(**found), location)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/programme-reviews/{key}/confirmations", dependencies=WRITE, response_model=ReviewOf)
async def confirm(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: ConfirmationBody) -> Response:
    """Instructor or mentor stands by what was recorded. A second time changes nothing."""

    async def do(tx: Tx) -> Answer:
        await confirm_review(tx, key, given.party, today=ctx.clock.today(), by=By(who.subject))
        return Answer(200, ReviewOf(**(await followup.record(tx, key) or {})))

    return await once(request, ctx, given.model_dump_json().encode(), do)


@router.get("/actions", dependencies=READ)
async def actions(ctx: Ctx, page: Paging) -> Listing[ActionOf]:
    """What was agreed to be done, by whom and by when."""
    async with ctx.db.read() as tx:
        rows = await followup.actions(tx, page.after, page.limit)
    return Listing[ActionOf].of([ActionOf(**row) for row in rows], page, "action_id")


@router.get("/actions/{key}", dependencies=READ)
async def one_action(ctx: Ctx, key: ClientKey) -> ActionOf:
    """One action."""
    async with ctx.db.read() as tx:
        found = await followup.action(tx, key)
    if found is None:
        raise NothingUnderThisKey(_("Onder dit nummer is hier niets bekend."), field="key", value=key)
    return ActionOf(**found)


@router.post("/actions/{key}/done", dependencies=WRITE, response_model=ActionOf)
async def finish_action(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: DoneBody) -> Response:
    """The action is done. A second time changes nothing."""
    today = ctx.clock.today()

    async def do(tx: Tx) -> Answer:
        await finish(tx, key, on=given.done_on or today, today=today, by=By(who.subject))
        return Answer(200, ActionOf(**(await followup.action(tx, key) or {})))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)
