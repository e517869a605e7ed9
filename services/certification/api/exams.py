"""JSON of exam sessions, grids of results, corrections by two persons, and what results say of exams and examiners."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from shared.db import Tx
from shared.ids import new_id
from shared.service import Context
from shared.tabular import NUMBER, ClientKey, Day, Moment
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Text, Who
from shared.web.idempotency import Answer, once

from ..commands import sessions as commands
from ..domain.analysis import NOTHING, Tally, compared, total
from ..domain.sessions import Correction, Mark, Session
from ..queries import sessions
from ..store.audit import By
from .entries import OFFICE, READ, WRITE, NothingUnderThisKey, patiently

router = APIRouter(prefix="/certification/api", tags=["exams"])

Score = Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000, decimal_places=2, allow_inf_nan=False), NUMBER]
Line = Annotated[Text, Field(min_length=1, max_length=200)]
Words = Annotated[Text, Field(min_length=1, max_length=1000)]


class SessionBody(StrictModel):
    """An exam session: which exam, when (with an offset), where, who examines and watches, and who sits."""

    session_id: ClientKey | None = None
    scheme: ClientKey
    exam: ClientKey
    starts_at: Moment
    place: Line
    examiner: ClientKey
    invigilator: ClientKey | None = None
    trainee_ids: list[ClientKey] = Field(min_length=1, max_length=500)


class MoveBody(StrictModel):
    """Another moment, and another place when one is given; why stays here."""

    starts_at: Moment
    place: Line | None = None
    reason: Words | None = None


class CancelBody(StrictModel):
    """Why the session is not held."""

    reason: Words


class IncidentBody(StrictModel):
    """What happened, and with whom when it was with one candidate."""

    incident_id: ClientKey | None = None
    trainee_id: ClientKey | None = None
    what: Words


class MarkBody(StrictModel):
    """One row of the grid; without a score the candidate was absent."""

    trainee_id: ClientKey
    score: Score | None = None
    knocked_out: bool = False


class GridBody(StrictModel):
    """The results of a session, some or all."""

    rows: list[MarkBody] = Field(min_length=1, max_length=500)


class CorrectionBody(StrictModel):
    """What a result should say, and why. What is left out stays."""

    correction_id: ClientKey | None = None
    result_id: ClientKey
    score: Score
    knocked_out: bool = False
    taken_on: Day
    reason: Words


@router.post("/exam-sessions", dependencies=WRITE, status_code=201)
async def plan(request: Request, ctx: Ctx, who: Who, given: SessionBody) -> Response:
    """Plans a session. Who passed the exam, has no attempt left or sits elsewhere is refused by name."""
    session_id = given.session_id or new_id()

    async def do(tx: Tx) -> Answer:
        session = Session(
            session_id, given.scheme, given.exam, given.starts_at, given.place, given.examiner, given.invigilator
        )
        known = await sessions.one(tx, session_id)
        if known is None:
            ids = sorted(set(given.trainee_ids))
            await commands.plan_session(tx, session, ids, now=ctx.clock.now(), by=By(who.subject))
        return Answer(201 if known is None else 200, _plain(await sessions.one(tx, session_id)))

    return await answered(request, ctx, given, do)


@router.get("/exam-sessions", dependencies=READ)
async def list_sessions(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await sessions.some(tx, page.after, page.limit), page, "session_id")


@router.get("/exam-sessions/{session_id}", dependencies=READ)
async def one_session(ctx: Ctx, session_id: ClientKey) -> dict[str, Any]:
    """A session with its candidates, results and incidents; without names."""
    async with ctx.db.read() as tx:
        found = await sessions.one(tx, session_id)
    if found is None:
        raise NothingUnderThisKey("session_id", session_id)
    return _plain(found)


@router.post("/exam-sessions/{session_id}/move", dependencies=WRITE)
async def move(request: Request, ctx: Ctx, who: Who, session_id: ClientKey, given: MoveBody) -> Response:
    """Another moment or place. The same again changes nothing. Candidates and who watches hear of it."""

    async def do(tx: Tx) -> Answer:
        await commands.move_session(
            tx,
            session_id,
            given.starts_at,
            given.place,
            reason=given.reason or "",
            now=ctx.clock.now(),
            by=By(who.subject),
        )
        return Answer(200, _plain(await sessions.one(tx, session_id)))

    return await answered(request, ctx, given, do)


@router.post("/exam-sessions/{session_id}/cancel", dependencies=WRITE)
async def cancel(request: Request, ctx: Ctx, who: Who, session_id: ClientKey, given: CancelBody) -> Response:
    async def do(tx: Tx) -> Answer:
        await commands.cancel_session(tx, session_id, given.reason, by=By(who.subject))
        return Answer(200, _plain(await sessions.one(tx, session_id)))

    return await answered(request, ctx, given, do)


@router.post("/exam-sessions/{session_id}/incidents", dependencies=WRITE, status_code=201)
async def incident(request: Request, ctx: Ctx, who: Who, session_id: ClientKey, given: IncidentBody) -> Response:
    """What happened at a session; it cannot be taken back."""
    incident_id = given.incident_id or new_id()

    async def do(tx: Tx) -> Answer:
        await commands.note_incident(
            tx, incident_id, session_id, given.trainee_id, given.what, now=ctx.clock.now(), by=By(who.subject)
        )
        return Answer(201, {"incident_id": incident_id, "session_id": session_id})

    return await answered(request, ctx, given, do)


@router.post("/exam-sessions/{session_id}/grid", dependencies=WRITE)
async def grid(request: Request, ctx: Ctx, who: Who, session_id: ClientKey, given: GridBody) -> Response:
    """The results of a session, all or none. The same grid again changes nothing; another score for a result that
    stands needs a correction."""

    async def do(tx: Tx) -> Answer:
        marks = [Mark(row.trainee_id, row.score, row.knocked_out) for row in given.rows]
        return Answer(200, await take_grid(tx, ctx, session_id, marks, By(who.subject)))

    return await answered(request, ctx, given, do)


async def take_grid(tx: Tx, ctx: Context, session_id: str, marks: list[Mark], by: By) -> dict[str, Any]:
    """The same for page and API. Raises the first rule that refuses a row."""
    entered = await commands.enter_grid(tx, session_id, marks, now=ctx.clock.now(), today=ctx.clock.today(), by=by)
    for rule in entered.refused.values():
        raise rule
    found = await sessions.one(tx, session_id)
    return {"new": len(entered.new), "unchanged": entered.unchanged, "session": _plain(found)}


@router.post("/corrections", dependencies=WRITE, status_code=201)
async def propose(request: Request, ctx: Ctx, who: Who, given: CorrectionBody) -> Response:
    """Proposes to correct a result. Nothing changes until a second person approves."""
    correction_id = given.correction_id or new_id()

    async def do(tx: Tx) -> Answer:
        proposal = Correction(
            correction_id, given.result_id, 0, given.score, given.knocked_out, given.taken_on, given.reason, ""
        )
        await commands.propose_correction(tx, proposal, now=ctx.clock.now(), by=By(who.subject))
        return Answer(201, _plain(await sessions.correction(tx, correction_id)))

    return await answered(request, ctx, given, do)


@router.post("/corrections/{correction_id}/{verdict}", dependencies=OFFICE)
async def settle(
    request: Request, ctx: Ctx, who: Who, correction_id: ClientKey, verdict: Literal["approve", "reject"]
) -> Response:
    """A second person approves or rejects; approved, the result is corrected like any other."""

    async def do(tx: Tx) -> Answer:
        await commands.settle_correction(
            tx, correction_id, approve=verdict == "approve", now=ctx.clock.now(), by=By(who.subject)
        )
        return Answer(200, _plain(await sessions.correction(tx, correction_id)))

    return await answered(request, ctx, None, do)


@router.get("/corrections", dependencies=READ)
async def list_corrections(
    ctx: Ctx, state: Literal["proposed", "approved", "rejected"] = "proposed"
) -> Listing[dict[str, Any]]:
    """The newest two hundred in a state."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]](items=await sessions.corrections(tx, state, 200))


@router.get("/exam-analysis", dependencies=READ)
async def analysis(ctx: Ctx, scheme: Annotated[str, Query(max_length=64)] = "") -> Listing[dict[str, Any]]:
    """Per exam: how many, pass rate with its 95 % interval, mean and spread; per examiner the difference with the
    others. Of examiners with few results nothing is said."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]](items=analysed(await sessions.tallies(tx, scheme)))


def analysed(tallies: dict[tuple[str, str, str], Tally]) -> list[dict[str, Any]]:
    """One object an exam, with its examiners."""
    exams: dict[tuple[str, str], dict[str, Tally]] = {}
    for (scheme, exam, examiner), tally in tallies.items():
        exams.setdefault((scheme, exam), {})[examiner] = tally
    found = []
    for (scheme, exam), by_examiner in exams.items():
        whole = total(by_examiner.values())
        found.append(
            {
                "scheme": scheme,
                "exam": exam,
                **_figures(whole),
                "examiners": [_examiner(code, one, whole - one) for code, one in sorted(by_examiner.items())],
            }
        )
    return found


def _figures(tally: Tally) -> dict[str, Any]:
    low, high = tally.interval or (None, None)
    return {
        "count": tally.count,
        "passed": tally.passed,
        "pass_rate": tally.rate,
        "low": low,
        "high": high,
        "mean": tally.mean,
        "spread": tally.spread,
    }


def _examiner(code: str, one: Tally, others: Tally) -> dict[str, Any]:
    difference = compared(one, others)
    if difference is None:
        return {"examiner": code, "suppressed": True, **dict.fromkeys(_figures(NOTHING)), "difference": None}
    return {
        "examiner": code,
        "suppressed": False,
        **_figures(one),
        "difference": {
            "pass_rate": difference.difference,
            "low": difference.low,
            "high": difference.high,
            "stands_out": difference.stands_out,
        },
    }


async def answered(request: Request, ctx: Context, given: StrictModel | None, do: Any) -> Response:
    """Once for each Idempotency-Key; refusals in the language of the answer."""
    body = given.model_dump_json(exclude_unset=True).encode() if given is not None else b""
    return await patiently(lambda: once(request, ctx, body, do))


def _plain(found: dict[str, Any] | None) -> dict[str, Any]:
    """JSON-ready, without names."""
    if found is None:
        raise NothingUnderThisKey()
    return {
        name: [_plain(one) for one in value]
        if isinstance(value, list)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for name, value in found.items()
        if name != "holder"
    }
