"""The list of visits, and the form in which one that was held is reported."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.ids import new_id
from shared.tabular import explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render
from shared.web.session import coordinates

from ..commands.complaints import discuss
from ..commands.visit_plans import report_visits
from ..domain.rules import Refused
from ..intake.rows import VisitRow
from ..intake.visits import VisitBody
from ..queries import agenda, followup, places, titles
from ..store.audit import By
from ..words import risk as words_risk
from ..words import training as words
from ..words.agenda import worded
from .followup import ROWS, actions_in
from .followup import field_errors as action_errors

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

After = Annotated[str, Query(max_length=64)]


@router.get("/visits")
async def visits_page(request: Request, ctx: Ctx, recorded: After = "") -> HTMLResponse:
    async with ctx.db.read() as tx:
        states = {state: await places.open_visits(tx, state) for state in ("overdue", "due", "planned")}
        held = await places.held_visits(tx)
    return render(request, "visits.html", states=states, held=held, recorded=recorded, words=words)


@router.get("/visits/new")
async def visit_form(request: Request, ctx: Ctx, place_kind: After = "", place_id: After = "") -> HTMLResponse:
    given = {"place_kind": place_kind or "company", "place_id": place_id, "held_on": ctx.clock.today().isoformat()}
    return await _visit_form(request, ctx, {"findings": "", "next_in_weeks": "", "visit_id": new_id(), **given}, {})


@router.post("/visits/new")
async def record_visit(
    request: Request,
    ctx: Ctx,
    who: Who,
    visit_id: Annotated[str, Form()],
    place_kind: Annotated[str, Form()],
    place_id: Annotated[str, Form()],
    held_on: Annotated[str, Form()] = "",
    findings: Annotated[str, Form()] = "",
    next_in_weeks: Annotated[str, Form()] = "",
) -> Response:
    """The form carries the key of the visit, so that a second press of its button changes nothing."""
    form = await request.form()
    typed = {name: str(value) for name, value in form.items()}
    discussed = [str(one) for one in form.getlist("discussed")] if coordinates(request) else []
    given = {
        **typed,
        "visit_id": visit_id,
        "place_kind": place_kind,
        "place_id": place_id.strip(),
        "held_on": held_on,
        "findings": findings.strip(),
        "next_in_weeks": next_in_weeks.strip(),
    }
    try:
        fields: dict[str, Any] = {name: given[name] for name in VisitRow.model_fields if given.get(name)}
        if typed.get("next_on"):
            fields["next_on"] = typed["next_on"]
        row = VisitBody.model_validate({**fields, "actions": actions_in(form)})
    except ValidationError as error:
        own = {name: said for name, said in _field_errors(error).items() if name != "actions"}
        return await _visit_form(request, ctx, given, action_errors(error) | own, discussed)
    try:
        async with ctx.db.transaction() as tx:
            outcome = await report_visits(tx, [row.made()], today=ctx.clock.today(), by=By(who.subject))
            for broken in outcome.refused.values():
                raise broken
            await discuss(tx, discussed, on=row.held_on, today=ctx.clock.today(), by=By(who.subject))
    except Refused as rule:
        return await _visit_form(
            request, ctx, given, {rule.field or "place_id": _said("place_id", rule.said(language())[0])}, discussed
        )
    return RedirectResponse(f"/enrollment/visits?recorded={row.visit_id}", 303)


async def _visit_form(
    request: Request, ctx: Ctx, given: Mapping[str, str], errors: Mapping[str, str], discussed: Sequence[str] = ()
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        place = await places.place_name(tx, given["place_kind"], given["place_id"])
        items = (
            await agenda.agenda(tx, given["place_kind"], given["place_id"], coordinator=coordinates(request))
            if place
            else []
        )
        people = await agenda.people_at(tx, given["place_kind"], given["place_id"])
        names = await followup.person_names(tx, agenda.refs(items))
        of_target = await titles.targets(tx, (item["trainee_id"] for item in items if item["trainee_id"]))
    return render(
        request,
        "visit_form.html",
        status=422 if errors else 200,
        given=given,
        errors=errors,
        place=place,
        items=worded(items, of_target),
        names=names,
        owners=[*people, ("office/coordinator", _("de projectcoördinator"))],
        rows=range(1, ROWS + 1),
        discussed=discussed,
        risk_words=words_risk,
    )


_LABELS = {
    "place_kind": N_("Bezocht"),
    "place_id": N_("Nummer van het leerbedrijf of de school"),
    "held_on": N_("Dag van het bezoek"),
    "findings": N_("Bevindingen"),
    "next_in_weeks": N_("Volgend bezoek over (weken)"),
    "next_on": N_("Of op deze dag"),
}


def _field_errors(error: ValidationError) -> dict[str, str]:
    found = {}
    for one in error.errors():
        field = str(one["loc"][0])
        message, allowed = explain(one, language())
        found[field] = _said(field, f"{message} ({allowed})" if allowed else message)
    return found


def _said(field: str, message: str) -> str:
    """With the field's name, because the summary above the form shows the message alone."""
    return f"{_(_LABELS[field])}: {message}" if field in _LABELS else message
