"""Pages of exams: sessions and the grid of results, corrections for a second person, what results say."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.clock import AMSTERDAM
from shared.ids import new_id
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Who, clean_text, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..api.exams import CorrectionBody, SessionBody, analysed, take_grid
from ..commands import sessions as commands
from ..domain.rules import Refused
from ..domain.sessions import Correction, Mark, Session
from ..queries import sessions
from ..store import schemes as versions
from ..store.audit import By
from ..words import certificates as words

router = APIRouter(prefix="/certification", include_in_schema=False, dependencies=[require("office", "write")])

SHOWN = 100


@router.get("/exams")
async def exam_list(request: Request, ctx: Ctx) -> HTMLResponse:
    """Sessions, the latest first, and the form that plans one."""
    return await _list(request, ctx)


@router.post("/exams")
async def plan(
    request: Request,
    ctx: Ctx,
    who: Who,
    exam: Annotated[str, Form(max_length=120)] = "",
    starts_at: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=200)] = "",
    examiner: Annotated[str, Form(max_length=64)] = "",
    invigilator: Annotated[str, Form(max_length=64)] = "",
    trainee_ids: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    given = {
        "exam": exam,
        "starts_at": starts_at,
        "place": place,
        "examiner": examiner,
        "invigilator": invigilator,
        "trainee_ids": trainee_ids,
    }
    scheme, _slash, code = exam.partition("/")
    try:
        body = SessionBody.model_validate(
            {
                "scheme": scheme,
                "exam": code,
                "starts_at": datetime.fromisoformat(starts_at).replace(tzinfo=AMSTERDAM),
                "place": place.strip(),
                "examiner": examiner.strip(),
                "invigilator": invigilator.strip() or None,
                "trainee_ids": trainee_ids.split(),
            }
        )
        session_id = new_id()
        async with ctx.db.transaction() as tx:
            session = Session(
                session_id, body.scheme, body.exam, body.starts_at, body.place, body.examiner, body.invigilator
            )
            ids = sorted(set(body.trainee_ids))
            await commands.plan_session(tx, session, ids, now=ctx.clock.now(), by=By(who.subject))
    except ValidationError as wrong:
        field = str(wrong.errors()[0]["loc"][0])
        return await _list(request, ctx, given, {field: _not_right(field)})
    except ValueError:
        return await _list(request, ctx, given, {"starts_at": _not_right("starts_at")})
    except Refused as rule:
        field = rule.field if rule.field in given else "trainee_ids"
        return await _list(request, ctx, given, {str(field): rule.said(language())[0]})
    return RedirectResponse(f"/certification/exams/{session_id}", 303)


async def _list(
    request: Request, ctx: Ctx, given: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await sessions.newest(tx, SHOWN)
        contents = await _contents(tx)
    options = [
        (f"{scheme}/{code}", f"{words.text(content.get('title'))}: {words.requirement(code, content)}")
        for scheme, content in contents.items()
        for code in content["exams"]
    ]
    for row in rows:
        row["title"] = words.requirement(row["exam"], contents.get(row["scheme"], {}))
    return render(
        request,
        "exams.html",
        status=422 if errors else 200,
        rows=rows,
        options=options,
        given=given or dict.fromkeys(("exam", "starts_at", "place", "examiner", "invigilator", "trainee_ids"), ""),
        errors=errors or {},
        words=words,
    )


@router.get("/exams/analysis")
async def analysis(request: Request, ctx: Ctx) -> HTMLResponse:
    """Pass rate, mean and spread of each exam, and where an examiner stands out."""
    async with ctx.db.read() as tx:
        exams = analysed(await sessions.tallies(tx))
        contents = await _contents(tx)
    for one in exams:
        content = contents.get(one["scheme"], {})
        one["title"] = words.requirement(one["exam"], content)
        one["mark"] = words.text(content.get("title")) or one["scheme"]
    return render(request, "exam_analysis.html", exams=exams)


@router.get("/exams/{session_id}")
async def session_page(request: Request, ctx: Ctx, session_id: ClientKey) -> HTMLResponse:
    return await _session(request, ctx, session_id)


@router.post("/exams/{session_id}/grid")
async def grid(request: Request, ctx: Ctx, who: Who, session_id: ClientKey) -> Response:
    """The grid as it was typed; an empty score is absence only where that is ticked, and else is left out."""
    form = await request.form()
    typed = {str(name): str(value).strip() for name, value in form.items()}
    marks, errors = [], {}
    for name, value in typed.items():
        if not name.startswith("score-"):
            continue
        trainee_id = name.removeprefix("score-")
        try:
            score = Decimal(value.replace(",", ".")) if value else None
        except InvalidOperation:
            errors[name] = f"{trainee_id}: " + _("geen getal")
            continue
        if score is not None or f"absent-{trainee_id}" in typed:
            marks.append(Mark(trainee_id, score, f"knocked-{trainee_id}" in typed))
    if errors:
        return await _session(request, ctx, session_id, typed, errors)
    try:
        async with ctx.db.transaction() as tx:
            await take_grid(tx, ctx, session_id, marks, By(who.subject))
    except Refused as rule:
        return await _session(request, ctx, session_id, typed, {"grid": rule.said(language())[0]})
    return RedirectResponse(f"/certification/exams/{session_id}", 303)


@router.post("/exams/{session_id}/move")
async def move(
    request: Request,
    ctx: Ctx,
    who: Who,
    session_id: ClientKey,
    starts_at: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Another moment or place, with why."""
    typed = {"move_starts_at": starts_at, "move_place": place, "move_reason": reason}
    try:
        moment = datetime.fromisoformat(starts_at).replace(tzinfo=AMSTERDAM)
    except ValueError:
        return await _session(request, ctx, session_id, typed, {"starts_at": _("Vul dit goed in.")})
    if not reason.strip():
        return await _session(request, ctx, session_id, typed, {"reason": _("Zeg waarom.")})
    try:
        async with ctx.db.transaction() as tx:
            await commands.move_session(
                tx,
                session_id,
                moment,
                clean_text(place) or None,
                reason=clean_text(reason),
                now=ctx.clock.now(),
                by=By(who.subject),
            )
    except Refused as rule:
        return await _session(request, ctx, session_id, typed, {"starts_at": rule.said(language())[0]})
    return RedirectResponse(f"/certification/exams/{session_id}", 303)


@router.post("/exams/{session_id}/cancel")
async def cancel(
    request: Request,
    ctx: Ctx,
    who: Who,
    session_id: ClientKey,
    why: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """The session is not held."""
    if not why.strip():
        return await _session(request, ctx, session_id, {}, {"why": _("Zeg waarom.")})
    try:
        async with ctx.db.transaction() as tx:
            await commands.cancel_session(tx, session_id, clean_text(why), by=By(who.subject))
    except Refused as rule:
        return await _session(request, ctx, session_id, {}, {"why": rule.said(language())[0]})
    return RedirectResponse(f"/certification/exams/{session_id}", 303)


@router.post("/exams/{session_id}/incidents")
async def incident(
    request: Request,
    ctx: Ctx,
    who: Who,
    session_id: ClientKey,
    what: Annotated[str, Form(max_length=1000)] = "",
    trainee_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    if not what.strip():
        return await _session(request, ctx, session_id, {}, {"what": _("Zeg wat er gebeurde.")})
    async with ctx.db.transaction() as tx:
        await commands.note_incident(
            tx, new_id(), session_id, trainee_id or None, what.strip(), now=ctx.clock.now(), by=By(who.subject)
        )
    return RedirectResponse(f"/certification/exams/{session_id}", 303)


async def _session(
    request: Request,
    ctx: Ctx,
    session_id: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        found = await sessions.one(tx, session_id)
        contents = await _contents(tx)
    if found is None:
        raise NothingUnderThisKey()
    content = contents.get(found["scheme"], {})
    return render(
        request,
        "exam.html",
        status=422 if errors else 200,
        session=found,
        title=words.requirement(found["exam"], content),
        typed=typed or {},
        errors=errors or {},
    )


@router.get("/corrections")
async def corrections(request: Request, ctx: Ctx, who: Who) -> HTMLResponse:
    """What waits for a second person, and the form that proposes."""
    return await _corrections(request, ctx, who.subject)


@router.post("/corrections")
async def propose(
    request: Request,
    ctx: Ctx,
    who: Who,
    result_id: Annotated[str, Form(max_length=64)] = "",
    score: Annotated[str, Form(max_length=20)] = "",
    taken_on: Annotated[str, Form(max_length=20)] = "",
    knocked_out: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    given = {"result_id": result_id, "score": score, "taken_on": taken_on, "reason": reason, "knocked_out": knocked_out}
    try:
        body = CorrectionBody.model_validate(
            {
                "result_id": result_id.strip(),
                "score": score.strip().replace(",", "."),
                "taken_on": taken_on,
                "knocked_out": knocked_out == "yes",
                "reason": reason.strip(),
            }
        )
        proposal = Correction(new_id(), body.result_id, 0, body.score, body.knocked_out, body.taken_on, body.reason, "")
        async with ctx.db.transaction() as tx:
            await commands.propose_correction(tx, proposal, now=ctx.clock.now(), by=By(who.subject))
    except ValidationError as wrong:
        field = str(wrong.errors()[0]["loc"][0])
        return await _corrections(request, ctx, who.subject, given, {field: _not_right(field)})
    except Refused as rule:
        field = rule.field if rule.field in given else "result_id"
        return await _corrections(request, ctx, who.subject, given, {str(field): rule.said(language())[0]})
    return RedirectResponse("/certification/corrections", 303)


@router.post("/corrections/{correction_id}", dependencies=[require("office")])
async def settle(
    request: Request, ctx: Ctx, who: Who, correction_id: ClientKey, verdict: Annotated[str, Form()] = ""
) -> Response:
    try:
        async with ctx.db.transaction() as tx:
            await commands.settle_correction(
                tx, correction_id, approve=verdict == "approve", now=ctx.clock.now(), by=By(who.subject)
            )
    except Refused as rule:
        return await _corrections(request, ctx, who.subject, None, {"result_id": rule.said(language())[0]})
    return RedirectResponse("/certification/corrections", 303)


async def _corrections(
    request: Request,
    ctx: Ctx,
    person: str,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await sessions.corrections(tx, "proposed", SHOWN)
    asked = request.query_params.get("result_id", "")
    return render(
        request,
        "corrections.html",
        status=422 if errors else 200,
        rows=rows,
        person=person,
        given=given or {"result_id": asked, "score": "", "taken_on": "", "reason": "", "knocked_out": "no"},
        errors=errors or {},
    )


_LABELS = {
    "exam": N_("Examen"),
    "starts_at": N_("Wanneer"),
    "place": N_("Waar"),
    "examiner": N_("Examinator"),
    "invigilator": N_("Toezicht"),
    "trainee_ids": N_("Leerlingen"),
    "result_id": N_("Uitslag"),
    "score": N_("Score"),
    "taken_on": N_("Gemaakt op"),
    "reason": N_("Reden"),
}


def _not_right(field: str) -> str:
    """With the field's name, because the summary above the form shows the message alone."""
    return f"{_(_LABELS[field])}: {_('vul dit goed in')}" if field in _LABELS else _("Vul dit goed in.")


async def _contents(tx: Any) -> dict[str, dict[str, Any]]:
    """The newest content of each scheme."""
    return {scheme: dict(one.content) for (scheme, _version), one in (await versions.all_versions(tx)).items()}
