"""The page of open gaps, and the form on a trainee's file that plans where a target is learned."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..commands.planner import choose_plan
from ..domain.rules import Refused
from ..intake.rows import PlanBody
from ..queries import coverage
from ..store.audit import By
from .trainee_file import show_file
from .training import PAGE

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

_LABELS = {
    "target": N_("Eindterm"),
    "place": N_("Waar"),
    "starts_on": N_("Eerste dag"),
    "ends_on": N_("Laatste dag"),
}


@router.get("/coverage")
async def coverage_page(request: Request, ctx: Ctx, after: Annotated[str, Query(max_length=64)] = "") -> HTMLResponse:
    """Which targets are open, at which companies."""
    async with ctx.db.read() as tx:
        targets = await coverage.by_target(tx)
        rows = await coverage.by_company(tx, after=after, limit=PAGE)
        titles = await coverage.titles(tx, language())
    following = str(rows[-1]["company_id"]) if len(rows) == PAGE else None
    for one in targets:
        one["title"] = titles.get((one["scheme"], one["scheme_version"], one["target"]), "")
    for one in rows:
        named = {
            f"{code} {titles.get((scheme, version, code), '')}".strip() for scheme, version, code in one["targets"]
        }
        one["targets"] = sorted(named)
    return render(request, "coverage.html", targets=targets, rows=rows, next=following)


@router.post("/trainees/{trainee_id}/gap-plans")
async def plan_gap(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    target: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "",
    starts_on: Annotated[str, Form()] = "",
    ends_on: Annotated[str, Form()] = "",
) -> Response:
    """The same choice a second time changes nothing. What is refused comes back with what was typed."""
    given = {"target": target, "place": place, "starts_on": starts_on, "ends_on": ends_on}
    kind, _slash, key = place.partition("/")
    fields = {"target": target, "place_kind": kind, "place_id": key, "starts_on": starts_on, "ends_on": ends_on}
    try:
        body = PlanBody.model_validate({name: value for name, value in fields.items() if value})
    except ValidationError as error:
        errors = {}
        for one in error.errors():
            message, _allowed = explain(one, language())
            errors.update(_said(str(one["loc"][0]), message))
        return await show_file(request, ctx, trainee_id, given=given, errors=errors)
    try:
        async with ctx.db.transaction() as tx:
            await choose_plan(tx, trainee_id, body.choice(), today=ctx.clock.today(), by=By(who.subject))
    except Refused as rule:
        errors = _said(rule.field or "place", rule.said(language())[0])
        return await show_file(request, ctx, trainee_id, given=given, errors=errors)
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}?planned={body.target}#coverage", 303)


def _said(field: str, message: str) -> dict[str, str]:
    """By the field of the form; the summary above it shows the message alone, so that it names the field too."""
    name = "place" if field.startswith("place") else field
    return {name: f"{_(_LABELS[name])}: {message}" if name in _LABELS else message}
