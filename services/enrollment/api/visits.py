"""JSON of visits that are planned: their agenda, another day, a waiver, the route; and of evaluation talks."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Listing, Paging, Who, require
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands.talks import hold_talk
from ..commands.visit_plans import move_visit, waive_visit
from ..domain.routes import Stop, weeks
from ..intake.visits import MoveBody, TalkBody, WaiverBody
from ..queries import agenda
from ..store.audit import By
from .entries import READ, WRITE, NothingUnderThisKey

router = APIRouter(prefix="/enrollment/api", tags=["visits"])


class PlannedVisit(BaseModel):
    """A visit with the day that it was planned for first, and the day that counts when it was moved."""

    visit_id: str
    place_kind: str
    place_id: str
    due_on: date
    moved_to: date | None
    reason: str
    state: str
    told_on: date | None
    held_as: str | None


class Item(BaseModel):
    """Something to talk about: a complaint (in the coordinator's words), an action, a signal or a gap.

    ``about`` is the action, the target, or what the signal is about within its kind.
    """

    kind: str
    trainee_id: str | None
    about: str | None
    since: date
    due_on: date | None
    owner: str | None
    signal: str | None
    evidence: dict[str, Any] | None
    text: str | None


class Agenda(BaseModel):
    visit: PlannedVisit
    items: list[Item]


class StopOf(BaseModel):
    visit_id: str
    place_kind: str
    place_id: str
    city: str
    postal_code: str
    by: date
    state: str
    reason: str


class WeekOf(BaseModel):
    """A week with its stops in the order proposed: each the nearest to the one before by postal code."""

    week: str
    monday: date
    stops: list[StopOf]


class TalkOf(BaseModel):
    talk_id: str
    held_on: date
    place_kind: str
    place_id: str
    trainee_id: str | None
    participants: list[str]
    summary: str
    recorded_by: str


@router.get("/planned-visits/{key}", dependencies=READ)
async def one(ctx: Ctx, key: ClientKey) -> PlannedVisit:
    """One visit that is or was planned."""
    return PlannedVisit(**await _found(ctx, key))


@router.get("/visits/{key}/agenda", dependencies=READ)
async def agenda_of(ctx: Ctx, who: Who, key: ClientKey) -> Agenda:
    """What to talk about at the place of a visit now. Only the coordinator sees which complaint an item is of."""
    visit = await _found(ctx, key)
    async with ctx.db.read() as tx:
        items = await agenda.agenda(tx, visit["place_kind"], visit["place_id"], coordinator=who.may("coordinator"))
    return Agenda(visit=PlannedVisit(**visit), items=[Item(**item) for item in items])


async def _found(ctx: Ctx, key: str) -> dict[str, Any]:
    async with ctx.db.read() as tx:
        found = await agenda.visit(tx, key)
    if found is None:
        raise NothingUnderThisKey(_("Onder dit nummer is hier niets bekend."), field="key", value=key)
    return found


@router.get("/visit-planner", dependencies=READ)
async def planner(
    ctx: Ctx,
    ahead: Annotated[int, Query(ge=0, le=52, description="weeks to look ahead")] = 4,
    start: Annotated[int | None, Query(ge=1000, le=9999, description="four digits of where one starts")] = None,
) -> list[WeekOf]:
    """Visits that are due or come soon, by week, each week in the order of a route."""
    return [
        WeekOf(week=week.name, monday=week.monday, stops=[StopOf(**row) for row in rows])
        for week, rows in await planned_weeks(ctx, ahead, start)
    ]


async def planned_weeks(ctx: Ctx, ahead: int, start: int | None) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Weeks and the rows of their stops, in order."""
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        rows = {row["visit_id"]: row for row in await agenda.to_visit(tx, today + timedelta(weeks=ahead))}
    stops = [
        Stop(row["visit_id"], row["place_kind"], row["place_id"], row["postal_code"], row["by"])
        for row in rows.values()
    ]
    return [(week, [rows[stop.visit_id] for stop in week.stops]) for week in weeks(stops, today=today, start=start)]


class Change:
    """A visit that is planned, and who changes what was planned: what the two routes below are given."""

    def __init__(self, request: Request, ctx: Ctx, who: Who, key: ClientKey) -> None:
        self.request, self.ctx, self.key, self.by = request, ctx, key, By(who.subject)

    async def made(self, given: BaseModel, do: Callable[[Tx, date, By], Awaitable[object]]) -> Response:
        """The visit as it is after ``do``; a second time under the same key of the client nothing is done."""

        async def run(tx: Tx) -> Answer:
            await do(tx, self.ctx.clock.today(), self.by)
            return Answer(200, PlannedVisit(**(await agenda.visit(tx, self.key) or {})))

        return await once(self.request, self.ctx, given.model_dump_json().encode(), run)


async def change_of(request: Request, ctx: Ctx, who: Who, key: ClientKey) -> Change:
    return Change(request, ctx, who, key)


ThisChange = Annotated[Change, Depends(change_of)]


@router.post("/planned-visits/{key}/move", dependencies=WRITE, response_model=PlannedVisit)
async def move(change: ThisChange, given: MoveBody) -> Response:
    """Another day for a visit that is still to be held. A second time changes nothing."""
    return await change.made(given, lambda tx, today, by: move_visit(tx, change.key, given.to, today=today, by=by))


@router.post("/planned-visits/{key}/waive", dependencies=WRITE, response_model=PlannedVisit)
async def waive(change: ThisChange, given: WaiverBody) -> Response:
    """It will not be held, for a reason."""
    return await change.made(given, lambda tx, today, by: waive_visit(tx, change.key, given.reason, today=today, by=by))


@router.get("/evaluation-talks", dependencies=[require("coordinator")])
async def talks(ctx: Ctx, page: Paging) -> Listing[TalkOf]:
    """Evaluation talks that were held."""
    async with ctx.db.read() as tx:
        rows = await agenda.talks(tx, page.after, page.limit)
    return Listing[TalkOf].of([TalkOf(**row) for row in rows], page, "talk_id")


@router.post("/evaluation-talks", dependencies=[require("coordinator")], status_code=201, response_model=TalkOf)
async def talk(request: Request, ctx: Ctx, who: Who, given: TalkBody) -> Response:
    """Records an evaluation talk: 201 when it is new, 200 when it was there."""
    key = given.talk_id or new_id()

    async def do(tx: Tx) -> Answer:
        new = await hold_talk(tx, given.made(key), today=ctx.clock.today(), by=By(who.subject))
        return Answer(201 if new else 200, TalkOf(**(await agenda.talk(tx, key) or {})))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)
