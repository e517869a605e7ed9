"""JSON of complaints, step by step: for the coordinator only. Figures about them have nobody in them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.db import Tx
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands import complaints as commands
from ..intake.complaints import (
    AppealBody,
    DiscussedBody,
    InHandBody,
    NothingBody,
    ResolveBody,
    WaiveBody,
    WordsBody,
)
from ..queries import complaints
from ..store.audit import By
from .entries import READ, NothingUnderThisKey
from .followup import ActionOf

router = APIRouter(prefix="/enrollment/api", tags=["complaints"])
COORDINATOR = [require("coordinator")]

Do = Callable[[Tx, date, By], Awaitable[object]]


class AppealOf(BaseModel):
    lodged_on: date
    text: str


class ComplaintFile(BaseModel):
    """A complaint and where it stands. ``minor``: the trainee was under age when it came."""

    complaint_id: str
    trainee_id: str
    received_on: date
    category: str
    confidential: bool
    by: str
    minor: bool
    state: str
    place_kind: str
    place_id: str
    text: str
    acknowledge_by: date | None
    resolve_by: date | None
    acknowledged_on: date | None
    in_hand_on: date | None
    agenda_words: str
    on_agenda_on: date | None
    discussed_on: date | None
    waived_reason: str
    resolution: str
    resolved_on: date | None
    closed_on: date | None
    appeal_until: date | None
    appeals: list[AppealOf]
    actions: list[ActionOf]


class ComplaintFigures(BaseModel):
    """Counts, and medians in days; null where nothing was counted."""

    received: int
    late_acknowledged: int
    waived: int
    appealed: int
    days_to_acknowledge: float | None
    days_to_resolve: float | None
    by_category: dict[str, int]
    by_state: dict[str, int]


@router.get("/complaint-figures", dependencies=READ)
async def figures(ctx: Ctx) -> ComplaintFigures:
    """How many complaints there were, about what, and how fast they were seen to."""
    async with ctx.db.read() as tx:
        return ComplaintFigures(**await complaints.figures(tx, ctx.clock.today()))


@router.get("/complaints/{key}/file", dependencies=COORDINATOR)
async def one(ctx: Ctx, key: ClientKey) -> ComplaintFile:
    """A complaint with everything that was done about it."""
    async with ctx.db.read() as tx:
        found = await complaints.one(tx, key)
    if found is None:
        raise NothingUnderThisKey(_("Onder dit nummer is hier niets bekend."), field="key", value=key)
    return ComplaintFile(**found)


async def _do(request: Request, ctx: Ctx, who: Who, key: str, given: BaseModel, do: Do) -> Response:
    async def run(tx: Tx) -> Answer:
        await do(tx, ctx.clock.today(), By(who.subject))
        found: dict[str, Any] = await complaints.one(tx, key) or {}
        return Answer(200, ComplaintFile(**found))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), run)


@router.post("/complaints/{key}/acknowledge", dependencies=COORDINATOR, response_model=ComplaintFile)
async def acknowledge(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: NothingBody) -> Response:
    """Who complained was told that it was received."""
    return await _do(
        request, ctx, who, key, given, lambda tx, today, by: commands.acknowledge(tx, key, today=today, by=by)
    )


@router.post("/complaints/{key}/in-hand", dependencies=COORDINATOR, response_model=ComplaintFile)
async def in_hand(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: InHandBody) -> Response:
    """Somebody sees to it; with words it comes on the agenda of the next visit."""
    return await _do(
        request,
        ctx,
        who,
        key,
        given,
        lambda tx, today, by: commands.take_in_hand(tx, key, given.agenda_words, today=today, by=by),
    )


@router.post("/complaints/{key}/agenda-words", dependencies=COORDINATOR, response_model=ComplaintFile)
async def agenda_words(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: WordsBody) -> Response:
    """The coordinator's own words for the agenda item."""
    return await _do(
        request,
        ctx,
        who,
        key,
        given,
        lambda tx, today, by: commands.word(tx, key, given.agenda_words, today=today, by=by),
    )


@router.post("/complaints/{key}/discussed", dependencies=COORDINATOR, response_model=ComplaintFile)
async def discussed(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: DiscussedBody) -> Response:
    """It was spoken of."""
    return await _do(
        request,
        ctx,
        who,
        key,
        given,
        lambda tx, today, by: commands.discuss(tx, [key], on=given.on or today, today=today, by=by),
    )


@router.post("/complaints/{key}/waive", dependencies=COORDINATOR, response_model=ComplaintFile)
async def waive(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: WaiveBody) -> Response:
    """It will not be discussed, for a reason."""
    return await _do(
        request, ctx, who, key, given, lambda tx, today, by: commands.waive(tx, key, given.reason, today=today, by=by)
    )


@router.post("/complaints/{key}/resolve", dependencies=COORDINATOR, response_model=ComplaintFile)
async def resolve(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: ResolveBody) -> Response:
    """What came of it, and what is still to be done."""
    return await _do(
        request,
        ctx,
        who,
        key,
        given,
        lambda tx, today, by: commands.resolve(
            tx, key, given.resolution, [one.asked() for one in given.actions], today=today, by=by
        ),
    )


@router.post("/complaints/{key}/close", dependencies=COORDINATOR, response_model=ComplaintFile)
async def close(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: NothingBody) -> Response:
    """Nothing more has to be done. Refused before it was discussed or that was waived."""
    return await _do(request, ctx, who, key, given, lambda tx, today, by: commands.close(tx, key, today=today, by=by))


@router.post("/complaints/{key}/appeals", dependencies=COORDINATOR, response_model=ComplaintFile)
async def appeal(request: Request, ctx: Ctx, who: Who, key: ClientKey, given: AppealBody) -> Response:
    """Who complained does not agree: it is in hand again."""
    return await _do(
        request,
        ctx,
        who,
        key,
        given,
        lambda tx, today, by: commands.appeal(tx, key, given.by, given.text, today=today, by=by),
    )
