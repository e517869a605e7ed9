"""JSON of what is watched: contact moments, attendance, signatures and alignment. The signals are with the figures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey, Day
from shared.web.deps import Ctx, StrictModel, Who
from shared.web.idempotency import Answer, once

from ..commands import guidance
from ..domain.guidance import AttendanceEntry, SignOff
from ..queries import watching
from ..store.audit import By
from .entries import READ, WRITE

router = APIRouter(prefix="/enrollment/api", tags=["watching"])


class ContactBody(StrictModel):
    """Minutes that a mentor gave. Without a mentor: the one of now; without a day: today."""

    moment_id: ClientKey = Field(default_factory=new_id)
    trainee_id: ClientKey
    minutes: Annotated[int, Field(ge=1, le=1440)]
    held_on: Day | None = None
    mentor_id: ClientKey | None = None


class AttendanceBody(StrictModel):
    """Whether a trainee was at school on a day. The newest word on a day counts, before the hours of the logbook."""

    trainee_id: ClientKey
    date: Day
    present: Literal["yes", "no", "excused"]


class SignOffBody(StrictModel):
    """The trainee's instructor or mentor confirms that a target was reached."""

    trainee_id: ClientKey
    target: ClientKey
    role: Literal["instructor", "mentor"]
    person_id: ClientKey
    signed_on: Day


class Cell(BaseModel):
    """A school group (by its instructor) and a company: targets taught, practised there, and past the norm.

    ``median_lag_days``: from taught at school to practised in the company; null when nothing was practised yet.
    """

    school_id: str
    instructor_id: str
    company_id: str
    trainees: int
    taught: int
    practised: int
    gaps: int
    median_lag_days: float | None


class TargetLag(BaseModel):
    """The same of one target."""

    scheme: str
    scheme_version: str
    target: str
    trainees: int
    taught: int
    practised: int
    gaps: int
    median_lag_days: float | None


class Alignment(BaseModel):
    """Whether what school teaches is practised in the company, of trainings that run."""

    cells: list[Cell]
    targets: list[TargetLag]


@router.post("/contact-moments", dependencies=WRITE, status_code=201)
async def note_contact(request: Request, ctx: Ctx, who: Who, given: ContactBody) -> Response:
    """201 when it is new, 200 when it was there or was changed."""

    async def do(tx: Tx) -> Answer:
        today = ctx.clock.today()
        held_on = given.held_on or today
        new = await guidance.note_contact(
            tx,
            given.moment_id,
            given.trainee_id,
            given.minutes,
            held_on=held_on,
            mentor_id=given.mentor_id,
            today=today,
            by=By(who.subject),
        )
        return Answer(201 if new else 200, {**given.model_dump(mode="json"), "held_on": held_on.isoformat()})

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.post("/attendance", dependencies=WRITE, status_code=201)
async def note_attendance(request: Request, ctx: Ctx, who: Who, given: AttendanceBody) -> Response:
    """201 when nothing was said of the day before, 200 otherwise."""

    async def do(tx: Tx) -> Answer:
        entry = AttendanceEntry(given.trainee_id, given.date, given.present)
        new = await guidance.note_attendance(tx, entry, today=ctx.clock.today(), by=By(who.subject))
        return Answer(201 if new else 200, given)

    return await once(request, ctx, given, do)


@router.post("/sign-offs", dependencies=WRITE, status_code=201)
async def sign_off(request: Request, ctx: Ctx, who: Who, given: SignOffBody) -> Response:
    """201 for a new signature, 200 for one that was there. With both, the target is signed off."""

    async def do(tx: Tx) -> Answer:
        new = await guidance.sign_off(tx, SignOff(**given.model_dump()), today=ctx.clock.today(), by=By(who.subject))
        return Answer(201 if new else 200, given)

    return await once(request, ctx, given, do)


@router.get("/alignment", dependencies=READ)
async def alignment(
    ctx: Ctx, school: Annotated[ClientKey | None, Query()] = None, company: Annotated[ClientKey | None, Query()] = None
) -> Alignment:
    """By school group and company, and by target: how long from taught to practised."""
    async with ctx.db.read() as tx:
        cells = await watching.heat(tx, school, company)
        targets = await watching.lag_by_target(tx, school, company)
    return Alignment(cells=[Cell(**one) for one in cells], targets=[TargetLag(**one) for one in targets])
