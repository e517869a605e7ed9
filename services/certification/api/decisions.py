"""JSON of deciding: the assessment line by line, decisions, deciders with their ties, assignments, conflicts."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from shared.db import Tx
from shared.service import Context
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Who, require
from shared.web.idempotency import Answer, once

from ..commands import deciding
from ..commands.candidates import cases_of
from ..domain.deciding import DeciderInvolved
from ..domain.decisions import Granted
from ..domain.explanations import explained
from ..queries import decisions
from ..store import candidates
from ..store import deciding as store
from ..store.audit import By
from ..words.decisions import shown
from .entries import OFFICE, READ, NothingUnderThisKey, patiently

router = APIRouter(prefix="/certification/api", tags=["decisions"])
T = TypeVar("T")

DECIDE = [require("decide")]
DESK = [require("office", "decide")]
Person = Annotated[str, Field(pattern=r"^(office|token)/[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}$")]
TieKind = Literal["company", "school", "instructor", "mentor", "examiner", "trainee"]


class TieBody(StrictModel):
    """To whom a decider is tied: the company or school where he or she works, the codes under which he or she trains
    or examines."""

    kind: TieKind
    key: ClientKey


class DeciderBody(StrictModel):
    """A decider, as he or she signs in, with every tie that holds now. ``active`` false ends it."""

    person: Person
    ties: list[TieBody] = Field(default=[], max_length=200)
    active: bool = True


class AssignmentBody(StrictModel):
    """Who is to decide on a candidate; without a decider the least busy one who is not involved."""

    trainee_id: ClientKey
    decider: Person | None = None


class DecisionBody(StrictModel):
    """``grant``, or ``refuse`` with a reason and an explanation for the candidate."""

    outcome: Literal["grant", "refuse"]
    reason: Literal["requirements-not-met", "evidence-not-accepted", "irregularity", "other"] = "other"
    explanation: str | None = Field(default=None, max_length=2000)


class AssessmentLine(BaseModel):
    """A requirement, whether it is met, why (not), and by which evidence."""

    requirement: str
    title: str
    met: bool
    because: str
    open: list[dict[str, str]]
    evidence: list[dict[str, str | None]]


class Assessment(BaseModel):
    """A candidate beside the rules of the scheme version, as they come out now."""

    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    state: str
    outcome: Literal["granted", "not-yet"]
    assessed_on: date
    lines: list[AssessmentLine]


@router.get("/candidates/{trainee_id}/assessment", dependencies=[require("read", "decide")])
async def assessment(ctx: Ctx, trainee_id: ClientKey) -> Assessment:
    """Granted, or not yet and why, line by line with the evidence."""
    return await assessed(ctx, trainee_id)


async def assessed(ctx: Context, trainee_id: str) -> Assessment:
    """Worked out now, without changing anything."""
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        known = await candidates.some(tx, [trainee_id])
        cases = await cases_of(tx, list(known.values()), today=today)
    if not cases:
        raise NothingUnderThisKey("trainee_id", trainee_id)
    (case,) = cases
    lines = explained(case.version, case.dossier, case.decision)
    return Assessment(
        trainee_id=trainee_id,
        scheme=case.version.scheme.scheme,
        scheme_version=case.version.scheme.version,
        programme=case.dossier.programme,
        state=case.candidate.state,
        outcome="granted" if isinstance(case.decision, Granted) else "not-yet",
        assessed_on=today,
        lines=[AssessmentLine(**shown(line, case.version.content)) for line in lines],
    )


@router.get("/ready", dependencies=DESK)
async def ready(
    ctx: Ctx, page: Paging, decider: Annotated[str, Query(max_length=80, description="only of this decider")] = ""
) -> Listing[dict[str, Any]]:
    """Candidates who wait for a decider, with whom they are assigned to."""
    async with ctx.db.read() as tx:
        rows = await decisions.waiting(tx, page.after, page.limit, decider=decider)
    for row in rows:
        del row["holder"]
    return Listing[dict[str, Any]].of(rows, page, "trainee_id")


@router.post("/decisions/{trainee_id}", dependencies=DECIDE, status_code=201)
async def decide(request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey, given: DecisionBody) -> Response:
    """A decider grants or refuses. Who trained, mentored, examined or is a colleague cannot: 409 with the ties, and it
    is told. There is no way around it but another decider."""

    async def do(tx: Tx) -> Answer:
        return Answer(201, await take_decision(tx, ctx, trainee_id, given, By(who.subject)))

    body = given.model_dump_json(exclude_unset=True).encode()
    return await telling_conflicts(ctx, trainee_id, lambda: patiently(lambda: once(request, ctx, body, do)))


async def take_decision(tx: Tx, ctx: Context, trainee_id: str, given: DecisionBody, by: By) -> dict[str, Any]:
    """The same for page and API: what was decided."""
    now, today = ctx.clock.now(), ctx.clock.today()
    if given.outcome == "grant":
        number = await deciding.grant(tx, trainee_id, now=now, today=today, by=by)
        return {"trainee_id": trainee_id, "outcome": "granted", "number": number}
    until = await deciding.refuse(tx, trainee_id, given.reason, given.explanation or "", now=now, today=today, by=by)
    return {
        "trainee_id": trainee_id,
        "outcome": "refused",
        "reason": given.reason,
        "appeal_until": until.isoformat() if until else None,
    }


async def telling_conflicts(ctx: Context, trainee_id: str, do: Callable[[], Awaitable[T]]) -> T:
    """An involved decider is refused, which rolls all back; that it was tried is kept and told all the same."""
    try:
        return await do()
    except DeciderInvolved as rule:
        async with ctx.db.transaction() as tx:
            await deciding.tell_involved(tx, trainee_id, rule, now=ctx.clock.now())
        raise


@router.get("/decisions/{trainee_id}", dependencies=DESK)
async def decisions_of(ctx: Ctx, trainee_id: ClientKey) -> Listing[dict[str, Any]]:
    """Every decision on one candidate, oldest first."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]](items=await decisions.of(tx, trainee_id))


@router.post("/deciders", dependencies=OFFICE, status_code=201)
async def name_decider(request: Request, ctx: Ctx, who: Who, given: DeciderBody) -> Response:
    """Names a decider with all ties that hold now. Ties that are no longer given end, and are kept."""

    async def do(tx: Tx) -> Answer:
        await deciding.name_decider(
            tx,
            given.person,
            [(tie.kind, tie.key) for tie in given.ties],
            active=given.active,
            now=ctx.clock.now(),
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return Answer(201, given)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)


@router.get("/deciders", dependencies=DESK)
async def list_deciders(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Every decider with ties and how many candidates wait for him or her."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await decisions.deciders(tx, page.after, page.limit), page, "person")


@router.get("/candidates/{trainee_id}/deciders", dependencies=DESK)
async def deciders_for(ctx: Ctx, trainee_id: Annotated[ClientKey, Path()]) -> Listing[str]:
    """Who may decide on this candidate, the least busy first."""
    async with ctx.db.read() as tx:
        return Listing[str](items=await store.uninvolved(tx, trainee_id))


@router.post("/assignments", dependencies=OFFICE, status_code=201)
async def assign(request: Request, ctx: Ctx, who: Who, given: AssignmentBody) -> Response:
    """Gives a candidate to a decider, or from one to another. An involved decider is refused (409), and it is told."""

    async def do(tx: Tx) -> Answer:
        person = await deciding.assign(
            tx,
            given.trainee_id,
            given.decider,
            now=ctx.clock.now(),
            today=ctx.clock.today(),
            by=By(who.subject),
        )
        return Answer(201, {"trainee_id": given.trainee_id, "decider": person})

    body = given.model_dump_json(exclude_unset=True).encode()
    return await telling_conflicts(ctx, given.trainee_id, lambda: once(request, ctx, body, do))


@router.get("/conflicts", dependencies=READ)
async def list_conflicts(ctx: Ctx, trainee_id: Annotated[str, Query(max_length=80)] = "") -> Listing[dict[str, Any]]:
    """Conflicts that were found: examiners and deciders who also trained, mentored or are colleagues."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]](items=await decisions.conflicts(tx, trainee_id))
