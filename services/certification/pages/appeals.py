"""The page of appeals: those that wait, the first due first, and what was decided."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shared.web.deps import Ctx, Who, clean_text, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..commands.appeals import decide as decide_on_appeal
from ..domain.rules import Refused
from ..store import appeals
from ..store.audit import By
from ..words import life as life_words

router = APIRouter(prefix="/certification/appeals", include_in_schema=False, dependencies=[require("office", "decide")])
SHOWN = 200


@router.get("")
async def appeal_list(request: Request, ctx: Ctx) -> HTMLResponse:
    return await _show(request, ctx)


@router.post("/{appeal_id}")
async def decide(
    request: Request,
    ctx: Ctx,
    who: Who,
    appeal_id: Annotated[str, Path(max_length=80)],
    outcome: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Upheld or dismissed; who had a part is told so."""
    if outcome not in ("upheld", "dismissed"):
        return await _show(request, ctx, _("Kies gegrond of ongegrond."))
    try:
        async with ctx.db.transaction() as tx:
            appeal, _number = await decide_on_appeal(
                tx,
                appeal_id,
                upheld=outcome == "upheld",
                words=clean_text(reason, multi_line=True),
                now=ctx.clock.now(),
                today=ctx.clock.today(),
                by=By(who.subject),
            )
            about = await appeals.trainee(tx, appeal_id)
    except Refused as rule:
        return await _show(request, ctx, rule.said(language())[0])
    if appeal.number is None:
        return RedirectResponse(f"/certification/decisions/{about['trainee_id']}#appeals", 303)
    return RedirectResponse(f"/certification/certificates/{appeal.number}", 303)


async def _show(request: Request, ctx: Ctx, error: str = "") -> HTMLResponse:
    async with ctx.db.read() as tx:
        undecided = await appeals.for_page(tx, undecided=True, limit=SHOWN)
        decided = await appeals.for_page(tx, undecided=False, limit=SHOWN)
    return render(
        request,
        "appeals.html",
        status=422 if error else 200,
        undecided=undecided,
        decided=decided,
        today=ctx.clock.today(),
        life=life_words,
        error=error,
    )
