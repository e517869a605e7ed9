"""The deciders' desk: who is ready and why others are not yet, the page to sign, deciders with their ties."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.db import Tx
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Principal, Who, clean_text, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.decisions import DeciderBody, DecisionBody, assessed, take_decision
from ..commands import deciding
from ..commands.candidates import cases_of
from ..commands.refusal_appeals import lodge_against_refusal
from ..domain.deciding import DeciderInvolved
from ..domain.explanations import explained
from ..domain.rules import Refused
from ..queries import candidates, decisions
from ..store import appeals
from ..store import candidates as candidates_store
from ..store import deciding as store
from ..store import schemes as versions
from ..store.audit import By
from ..words import certificates as words
from ..words import life as life_words
from ..words.decisions import REASONS, TIES, shown, tie

router = APIRouter(prefix="/certification", include_in_schema=False, dependencies=[require("office", "decide")])

PAGE = 25
After = Annotated[str, Query(max_length=80)]


@router.get("/ready")
async def ready(
    request: Request,
    ctx: Ctx,
    who: Who,
    view: Annotated[str, Query(pattern="^(ready|mine|open)$")] = "ready",
    after: After = "",
) -> HTMLResponse:
    """Ready to certify, with the rules line by line; ``open`` shows who is not yet, and why."""
    async with ctx.db.read() as tx:
        rows = await decisions.waiting(
            tx,
            after,
            PAGE,
            decider=who.subject if view == "mine" else "",
            state="assessing" if view == "open" else "eligible",
        )
        lines = await _lines(tx, [row["trainee_id"] for row in rows], ctx.clock.today())
        people = await decisions.deciders(tx, "", 200)
        known = await versions.all_versions(tx)
    for row in rows:
        row["lines"] = lines.get(row["trainee_id"], [])
    following = str(rows[-1]["trainee_id"]) if len(rows) == PAGE else None
    return render(
        request,
        "ready.html",
        rows=rows,
        view=view,
        next=following,
        programmes=words.programmes(one.content for one in known.values()),
        deciders=[one["person"] for one in people if one["ended_on"] is None],
        may_assign=who.may("office"),
        refused=None,
    )


async def _lines(tx: Tx, trainee_ids: list[str], today: Any) -> dict[str, list[dict[str, Any]]]:
    known = await candidates_store.some(tx, trainee_ids)
    return {
        case.candidate.trainee_id: [
            shown(line, case.version.content) for line in explained(case.version, case.dossier, case.decision)
        ]
        for case in await cases_of(tx, list(known.values()), today=today)
    }


@router.get("/decisions/{trainee_id}")
async def sign_page(request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey) -> HTMLResponse:
    """All that the decision rests on, and the form to sign; without the form for whoever may not."""
    return await _show(request, ctx, who, trainee_id)


@router.post("/decisions/{trainee_id}", dependencies=[require("decide")])
async def sign(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    outcome: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "other",
    explanation: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Grants or refuses; what is refused comes back with what was typed."""
    given = {"outcome": outcome, "reason": reason, "explanation": explanation}
    try:
        body = DecisionBody.model_validate({**given, "explanation": explanation or None})
        async with ctx.db.transaction() as tx:
            await take_decision(tx, ctx, trainee_id, body, By(who.subject))
    except ValidationError:
        return await _show(request, ctx, who, trainee_id, given, {"outcome": _("Kies wat u besluit.")})
    except Refused as rule:
        if isinstance(rule, DeciderInvolved):
            async with ctx.db.transaction() as tx:
                await deciding.tell_involved(tx, trainee_id, rule, now=ctx.clock.now())
        field = rule.field if rule.field in given else "outcome"
        return await _show(request, ctx, who, trainee_id, given, {str(field): rule.said(language())[0]})
    return RedirectResponse(f"/certification/decisions/{trainee_id}", 303)


async def _show(
    request: Request,
    ctx: Ctx,
    who: Principal,
    trainee_id: str,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    found = await assessed(ctx, trainee_id)
    async with ctx.db.read() as tx:
        file = await candidates.one(tx, trainee_id)
        taken = await decisions.of(tx, trainee_id)
        assigned = await store.assignee(tx, trainee_id)
        ties = await store.ties(tx, who.subject, trainee_id)
        is_decider = await store.is_decider(tx, who.subject)
        conflicts = await decisions.conflicts(tx, trainee_id)
        lodged = await appeals.of_refusals(tx, trainee_id)
        key = (found.scheme, found.scheme_version)
        content = dict((await versions.versions(tx, [key]))[key].content)
    may_sign = who.may("decide") and is_decider and not ties and assigned in (None, who.subject)
    return render(
        request,
        "decision.html",
        status=422 if errors else 200,
        file=file,
        assessment=found,
        content=content,
        decisions=taken,
        assigned=assigned,
        ties=[tie(one) for one in ties],
        is_decider=is_decider,
        conflicts=[{**one, "tie": tie(one["tie"])} for one in conflicts],
        may_name=who.may("office"),
        may_sign=may_sign and file is not None and file["state"] in ("assessing", "eligible"),
        reasons=[(code, _(text)) for code, text in REASONS.items()],
        reason_words=REASONS,
        appeals=lodged,
        can_appeal=who.may("office")
        and any(
            one["appeal_until"] and one["decision_id"] not in {each["decision_id"] for each in lodged}
            for one in taken
            if one["outcome"] == "refused"
        ),
        today=ctx.clock.today(),
        given=given or {},
        errors=errors or {},
        words=words,
        life=life_words,
    )


@router.post("/decisions/{trainee_id}/appeals", dependencies=[require("office")])
async def lodge_appeal(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    grounds: Annotated[str, Form(max_length=10_000)] = "",
    late_reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """An appeal of the candidate against the refusal, as the office got it."""
    given = {"grounds": grounds, "late_reason": late_reason}
    try:
        async with ctx.db.transaction() as tx:
            await lodge_against_refusal(
                tx,
                trainee_id,
                grounds=clean_text(grounds, multi_line=True),
                lodged_by=None,
                late_reason=clean_text(late_reason),
                now=ctx.clock.now(),
                today=ctx.clock.today(),
                by=By(who.subject),
            )
    except Refused as rule:
        field = "late_reason" if rule.field == "late_reason" else "grounds"
        return await _show(request, ctx, who, trainee_id, given, {field: rule.said(language())[0]})
    return RedirectResponse(f"/certification/decisions/{trainee_id}#appeals", 303)


@router.post("/assignments", dependencies=[require("office")])
async def assign(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: Annotated[ClientKey, Form()],
    decider: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """To the chosen decider, or without a choice to the least busy who is not involved."""
    now, today = ctx.clock.now(), ctx.clock.today()
    try:
        async with ctx.db.transaction() as tx:
            await deciding.assign(tx, trainee_id, decider or None, now=now, today=today, by=By(who.subject))
    except Refused as rule:
        if isinstance(rule, DeciderInvolved):
            async with ctx.db.transaction() as tx:
                await deciding.tell_involved(tx, trainee_id, rule, now=now)
        return await _show(request, ctx, who, trainee_id, None, {"decider": rule.said(language())[0]})
    return RedirectResponse(f"/certification/ready#{trainee_id}", 303)


@router.get("/deciders", dependencies=[require("office")])
async def deciders_page(request: Request, ctx: Ctx) -> HTMLResponse:
    return await _deciders(request, ctx)


@router.post("/deciders", dependencies=[require("office")])
async def name_decider(
    request: Request,
    ctx: Ctx,
    who: Who,
    person: Annotated[str, Form(max_length=80)] = "",
    ties: Annotated[str, Form(max_length=4000)] = "",
    active: Annotated[str, Form()] = "",
) -> Response:
    """``ties`` has one ``kind/key`` a line, such as ``company/C001``."""
    given = {"person": person, "ties": ties, "active": active}
    pairs = [line.strip().partition("/") for line in ties.splitlines() if line.strip()]
    try:
        body = DeciderBody.model_validate(
            {
                "person": person.strip(),
                "ties": [{"kind": kind.strip(), "key": key.strip()} for kind, _slash, key in pairs],
                "active": active == "yes",
            }
        )
        async with ctx.db.transaction() as tx:
            await deciding.name_decider(
                tx,
                body.person,
                [(one.kind, one.key) for one in body.ties],
                active=body.active,
                now=ctx.clock.now(),
                today=ctx.clock.today(),
                by=By(who.subject),
            )
    except ValidationError as wrong:
        field = str(wrong.errors()[0]["loc"][0])
        said = {
            "person": _("Zo meldt een beslisser zich aan: office/anna."),
            "ties": _("Schrijf één band per regel, zoals company/C001 of examiner/EX1."),
        }
        return await _deciders(request, ctx, given, {field: said.get(field, said["ties"])})
    except Refused as rule:
        return await _deciders(request, ctx, given, {"person": rule.said(language())[0]})
    return RedirectResponse("/certification/deciders", 303)


async def _deciders(
    request: Request, ctx: Ctx, given: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await decisions.deciders(tx, "", 200)
        conflicts = await decisions.conflicts(tx, limit=50)
    for row in rows:
        row["said"] = [tie(f"{one['kind']}/{one['key']}") for one in row["ties"]]
    return render(
        request,
        "deciders.html",
        status=422 if errors else 200,
        rows=rows,
        conflicts=[{**one, "tie": tie(one["tie"])} for one in conflicts],
        kinds=TIES,
        given=given or {"person": "", "ties": "", "active": "yes"},
        errors=errors or {},
    )
