"""The office's page of one certificate: how it stands, everything that was decided, and what can be decided now."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shared.tabular import typed_day
from shared.web.deps import Ctx, Who, clean_text, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..commands.appeals import lodge
from ..commands.life import Asked, decide_step
from ..domain.life import MOVES, REASONS, Kind
from ..domain.life_rules import SuspensionEndsTooEarly
from ..domain.numbers import tidy_number
from ..domain.revisions import scope_of
from ..domain.rules import Refused
from ..queries import life, register
from ..queries.files import withheld
from ..store import appeals, schemes, shares
from ..store import life as standing
from ..store.audit import By
from ..words import certificates as words
from ..words import life as life_words

router = APIRouter(prefix="/certification/certificates", include_in_schema=False, dependencies=[require("office")])

Number = Annotated[str, Path(max_length=80)]
Typed = Annotated[str, Form(max_length=2000)]


@router.get("/{number}")
async def certificate_file(request: Request, ctx: Ctx, number: Number) -> HTMLResponse:
    return await show(request, ctx, number)


@router.post("/{number}/decide")
async def decide(
    request: Request,
    ctx: Ctx,
    who: Who,
    number: Number,
    decision: Typed = "",
    reason: Typed = "",
    reason_code: Typed = "other",
    until: Typed = "",
    obligations: Typed = "",
    holder: Typed = "",
    programme: Typed = "",
    targets: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """The same step as by JSON. What is refused comes back with what was typed."""
    given = {"decision": decision, "reason": reason, "reason_code": reason_code, "until": until}
    given |= {"obligations": obligations, "holder": holder, "programme": programme}
    if decision not in life_words.DECISIONS:
        return await show(request, ctx, number, given=given, errors={"decision": _("Kies wat er besloten is.")})
    kind = Kind(life_words.DECISIONS[decision][1])
    try:
        asked = Asked(
            kind,
            reason_code,
            clean_text(reason, multi_line=True),
            until=_day(until, ctx.clock.today()) if kind is Kind.SUSPENDED else None,
            obligations=tuple(line.strip() for line in obligations.splitlines() if line.strip())[:20]
            if kind is Kind.SUSPENDED
            else (),
            holder=clean_text(holder) or None,
            programme=programme or None,
            targets=tuple(targets or ()),
        )
        async with ctx.db.transaction() as tx:
            now, today = ctx.clock.now(), ctx.clock.today()
            await decide_step(tx, tidy_number(number), asked, now=now, today=today, by=By(who.subject))
    except Refused as rule:
        said, allowed = rule.said(language())
        message = f"{said} ({allowed})" if allowed else said
        field = rule.field if rule.field in given else "decision"
        return await show(request, ctx, number, given=given, errors={field: message})
    return RedirectResponse(f"/certification/certificates/{tidy_number(number)}?done={decision}", 303)


@router.post("/{number}/appeals")
async def lodge_appeal(
    request: Request, ctx: Ctx, who: Who, number: Number, grounds: Typed = "", late_reason: Typed = ""
) -> Response:
    given = {"grounds": grounds, "late_reason": late_reason}
    try:
        async with ctx.db.transaction() as tx:
            await lodge(
                tx,
                tidy_number(number),
                grounds=clean_text(grounds, multi_line=True),
                step=None,
                lodged_by=None,
                late_reason=clean_text(late_reason),
                now=ctx.clock.now(),
                today=ctx.clock.today(),
                by=By(who.subject),
            )
    except Refused as rule:
        field = "late_reason" if rule.field == "late_reason" else "grounds"
        return await show(request, ctx, number, given=given, errors={field: rule.said(language())[0]})
    return RedirectResponse(f"/certification/certificates/{tidy_number(number)}", 303)


async def show(
    request: Request,
    ctx: Ctx,
    number: str,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        entry = await register.entry(tx, tidy_number(number), ctx.clock.today())
        stands = await standing.standing(tx, tidy_number(number))
        if entry is None or stands is None:
            raise NothingUnderThisKey()
        steps = await life.history(tx, entry["number"])
        lodged = await appeals.of_certificate(tx, entry["number"])
        key = (entry["scheme"], entry["scheme_version"])
        version = (await schemes.versions(tx, [key]))[key]
        links = await shares.of_certificate(tx, entry["number"])
        kept_back = await withheld(tx, entry["number"])
    renewal, validity = version.scheme.recertification, version.scheme.validity
    window = validity.recertification_window_days or 0 if validity else 0
    possible = [
        (name, _(text))
        for name, (text, kind) in life_words.DECISIONS.items()
        if entry["status"] == stands.state and stands.state in MOVES[Kind(kind)]
    ]
    codes = {code for name, _text in possible for code in REASONS[Kind(life_words.DECISIONS[name][1])]}
    return render(
        request,
        "certificate_file.html",
        status=422 if errors else 200,
        entry=entry,
        withheld=kept_back,
        steps=steps,
        appeals=lodged,
        can_appeal=any(
            step["appeal_until"] and step["position"] not in {one["step"] for one in lodged} for step in steps
        ),
        possible=possible,
        reasons=[(code, _(text)) for code, text in life_words.REASONS.items() if code in codes],
        scope=scope_of(stands, version),
        renewal=renewal if entry["status"] == "valid" and entry["valid_until"] else None,
        renewal_from=entry["valid_until"] - timedelta(days=window) if entry["valid_until"] else None,
        requirement=words.requirement,
        links=[{**one, "runs": one["ended_at"] is None and one["ends_at"] > ctx.clock.now()} for one in links],
        targets={code: words.text(one.title.model_dump()) for code, one in version.scheme.targets.items()},
        programmes=list(words.programmes([version.content]).items()),
        content=dict(version.content),
        today=ctx.clock.today(),
        given=given or {},
        errors=errors or {},
        words=words,
        life=life_words,
    )


def _day(typed: str, today: date) -> date | None:
    if not typed.strip():
        return None
    try:
        return typed_day(typed)
    except ValueError:
        raise SuspensionEndsTooEarly(today, today) from None
