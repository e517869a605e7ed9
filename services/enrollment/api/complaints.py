"""JSON of complaints, step by step: for the coordinator only. Figures about them have nobody in them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
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


class Step:
    """A complaint, and who takes a step with it: what each of the routes below is given."""

    def __init__(self, request: Request, ctx: Ctx, who: Who, key: ClientKey) -> None:
        self.request, self.ctx, self.key, self.by = request, ctx, key, By(who.subject)

    async def taken(self, given: BaseModel, do: Do) -> Response:
        """The complaint as it is after ``do``; a second time under the same key of the client nothing is done."""

        async def run(tx: Tx) -> Answer:
            await do(tx, self.ctx.clock.today(), self.by)
            found: dict[str, Any] = await complaints.one(tx, self.key) or {}
            return Answer(200, ComplaintFile(**found))

        return await once(self.request, self.ctx, given.model_dump_json(exclude_unset=True).encode(), run)


async def step_of(request: Request, ctx: Ctx, who: Who, key: ClientKey) -> Step:
    return Step(request, ctx, who, key)


ThisStep = Annotated[Step, Depends(step_of)]


@router.post("/complaints/{key}/acknowledge", dependencies=COORDINATOR, response_model=ComplaintFile)
async def acknowledge(step: ThisStep, given: NothingBody) -> Response:
    """Who complained was told that it was received."""
    return await step.taken(given, lambda tx, today, by: commands.acknowledge(tx, step.key, today=today, by=by))


@router.post("/complaints/{key}/in-hand", dependencies=COORDINATOR, response_model=ComplaintFile)
async def in_hand(step: ThisStep, given: InHandBody) -> Response:
    """Somebody sees to it; with words it comes on the agenda of the next visit."""
    words = given.agenda_words
    return await step.taken(given, lambda tx, today, by: commands.take_in_hand(tx, step.key, words, today=today, by=by))


@router.post("/complaints/{key}/agenda-words", dependencies=COORDINATOR, response_model=ComplaintFile)
async def agenda_words(step: ThisStep, given: WordsBody) -> Response:
    """The coordinator's own words for the agenda item."""
    words = given.agenda_words
    return await step.taken(given, lambda tx, today, by: commands.word(tx, step.key, words, today=today, by=by))


@router.post("/complaints/{key}/discussed", dependencies=COORDINATOR, response_model=ComplaintFile)
async def discussed(step: ThisStep, given: DiscussedBody) -> Response:
    """It was spoken of."""
    return await step.taken(
        given, lambda tx, today, by: commands.discuss(tx, [step.key], on=given.on or today, today=today, by=by)
    )


@router.post("/complaints/{key}/waive", dependencies=COORDINATOR, response_model=ComplaintFile)
async def waive(step: ThisStep, given: WaiveBody) -> Response:
    """It will not be discussed, for a reason."""
    return await step.taken(given, lambda tx, today, by: commands.waive(tx, step.key, given.reason, today=today, by=by))


@router.post("/complaints/{key}/resolve", dependencies=COORDINATOR, response_model=ComplaintFile)
async def resolve(step: ThisStep, given: ResolveBody) -> Response:
    """What came of it, and what is still to be done."""
    asked = [one.asked() for one in given.actions]
    return await step.taken(
        given, lambda tx, today, by: commands.resolve(tx, step.key, given.resolution, asked, today=today, by=by)
    )


@router.post("/complaints/{key}/close", dependencies=COORDINATOR, response_model=ComplaintFile)
async def close(step: ThisStep, given: NothingBody) -> Response:
    """Nothing more has to be done. Refused before it was discussed or that was waived."""
    return await step.taken(given, lambda tx, today, by: commands.close(tx, step.key, today=today, by=by))


@router.post("/complaints/{key}/appeals", dependencies=COORDINATOR, response_model=ComplaintFile)
async def appeal(step: ThisStep, given: AppealBody) -> Response:
    """Who complained does not agree: it is in hand again."""
    return await step.taken(
        given, lambda tx, today, by: commands.appeal(tx, step.key, given.by, given.text, today=today, by=by)
    )
