"""JSON of mentors: nominated, answering for themselves, approved; and what their trainees say, in numbers."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey, Day
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who, require
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands import mentors as commands
from ..domain.mentor_standing import Feedback
from ..intake.rows import MentorRow
from ..queries import mentors
from ..store.audit import By
from .entries import READ, WRITE, NothingUnderThisKey

router = APIRouter(prefix="/enrollment/api", tags=["mentors"])


class NominationBody(MentorRow):
    """Somebody whom a company names: asked by mail, and usable only after their own yes and the office's approval."""

    mentor_id: ClientKey = Field(default_factory=new_id)


class AnswerBody(StrictModel):
    """A mentor's own answer, as told to the office. A no needs a reason."""

    mentor_id: ClientKey
    willing: bool
    reason: Annotated[str, Field(max_length=2000)] = ""


class ApprovalBody(StrictModel):
    """The office approves; ``course_valid_until`` when the course is another than the one known."""

    mentor_id: ClientKey
    course_valid_until: Day | None = None


class FeedbackBody(StrictModel):
    """A trainee's mark for the guidance, 1 (poor) to 5 (very good)."""

    feedback_id: ClientKey = Field(default_factory=new_id)
    trainee_id: ClientKey
    mentor_id: ClientKey
    given_on: Day
    mark: Annotated[int, Field(ge=1, le=5)]


class StandingOf(BaseModel):
    """Where a mentor stands. ``by_import``: entered by file as willing and approved; nobody was asked."""

    mentor_id: str
    company_id: str
    state: Literal["nominated", "accepted", "declined", "approved", "lapsed"]
    by_import: bool
    since: date | None
    nominated_on: date | None
    answered_on: date | None
    approved_on: date | None
    lapsed_on: date | None
    another_by: date | None
    course_valid_until: date | None
    trainees: int
    max_trainees: int | None


class VoicesOf(BaseModel):
    """What at least ``least`` different trainees say; with fewer, nothing is shown."""

    mentor_id: str
    least: int
    shown: bool
    trainees: int | None
    mean: float | None


async def _standing(tx: Tx, mentor_id: str) -> StandingOf | None:
    found = await mentors.standing(tx, mentor_id)
    return StandingOf(**found) if found else None


@router.get("/mentor-standings", dependencies=READ)
async def list_standings(ctx: Ctx, page: Paging) -> Listing[StandingOf]:
    """Every mentor and where they stand. What somebody said is not here."""
    async with ctx.db.read() as tx:
        rows = await mentors.standings(tx, page.after, page.limit)
    return Listing[StandingOf].of([StandingOf(**row) for row in rows], page, "mentor_id")


@router.get("/mentor-standings/{mentor_id}", dependencies=READ)
async def one_standing(ctx: Ctx, mentor_id: ClientKey) -> StandingOf:
    async with ctx.db.read() as tx:
        found = await _standing(tx, mentor_id)
    if found is None:
        raise NothingUnderThisKey(_("Onder dit nummer is hier niets bekend."), field="mentor_id", value=mentor_id)
    return found


@router.post("/mentor-nominations", dependencies=WRITE, status_code=201, response_model=StandingOf)
async def nominate(request: Request, ctx: Ctx, who: Who, given: NominationBody) -> Response:
    """201 when somebody is asked, 200 when the same was asked already."""

    async def do(tx: Tx) -> Answer:
        new = await commands.nominate(tx, given.made(), today=ctx.clock.today(), by=By(who.subject))
        return Answer(201 if new else 200, await _standing(tx, given.mentor_id))

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/mentor-answers", dependencies=WRITE, status_code=201, response_model=StandingOf)
async def answer(request: Request, ctx: Ctx, who: Who, given: AnswerBody) -> Response:
    """201 when it is a new answer, 200 when it was the answer already."""

    async def do(tx: Tx) -> Answer:
        new = await commands.answer(
            tx,
            given.mentor_id,
            willing=given.willing,
            reason=given.reason,
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return Answer(201 if new else 200, await _standing(tx, given.mentor_id))

    return await once(request, ctx, given, do)


@router.post("/mentor-approvals", dependencies=[require("office")], status_code=201, response_model=StandingOf)
async def approve(request: Request, ctx: Ctx, who: Who, given: ApprovalBody) -> Response:
    """By the office, after the mentor's own yes, or with a new course."""

    async def do(tx: Tx) -> Answer:
        new = await commands.approve(
            tx,
            given.mentor_id,
            course_valid_until=given.course_valid_until,
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return Answer(201 if new else 200, await _standing(tx, given.mentor_id))

    return await once(request, ctx, given, do)


@router.post("/mentor-feedback", dependencies=WRITE, status_code=201)
async def give_feedback(request: Request, ctx: Ctx, who: Who, given: FeedbackBody) -> Response:
    """The newest mark of each trainee counts. What comes back is the key alone."""

    async def do(tx: Tx) -> Answer:
        outcome = await commands.receive_feedback(tx, [Feedback(**given.model_dump())], by=By(who.subject))
        for rule in outcome.refused.values():
            raise rule
        return Answer(201 if outcome.new else 200, {"feedback_id": given.feedback_id})

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.get("/mentor-feedback", dependencies=[require("office")])
async def feedback(ctx: Ctx, mentor_id: Annotated[ClientKey, Query()]) -> VoicesOf:
    async with ctx.db.read() as tx:
        said = await commands.what_trainees_say(tx, mentor_id, ctx.clock.today())
    found: dict[str, Any] = {"least": said.least, "shown": said.shown, "trainees": said.trainees, "mean": said.mean}
    return VoicesOf(mentor_id=mentor_id, **found)
