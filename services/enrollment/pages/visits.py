"""Pages around a visit: its agenda, another day, a waiver, the route, and the talks that were held at a place."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.ids import new_id
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render
from shared.web.session import coordinates

from ..api.entries import NothingUnderThisKey
from ..api.visits import planned_weeks
from ..commands.talks import hold_talk
from ..commands.visit_plans import move_visit, waive_visit
from ..domain.rules import Refused
from ..intake.visits import MoveBody, TalkBody
from ..queries import agenda, followup, places, titles
from ..store.audit import By
from ..words import followup as followup_words
from ..words import risk as words_risk
from ..words import training as words
from ..words.agenda import worded
from .followup import ROWS, actions_in, field_errors, said_by

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

Key = Annotated[str, Query(max_length=64)]


@router.get("/visits/planner")
async def planner(
    request: Request,
    ctx: Ctx,
    ahead: Annotated[int, Query(ge=0, le=52)] = 4,
    start: Annotated[str, Query(max_length=4, pattern=r"^([1-9][0-9]{3})?$")] = "",
) -> HTMLResponse:
    """Visits by week, each week in the order of a route."""
    weeks = await planned_weeks(ctx, ahead, int(start) if start else None)
    return render(request, "visit_planner.html", weeks=weeks, ahead=ahead, start=start, words=words)


@router.get("/visits/{key}")
async def visit_page(request: Request, ctx: Ctx, key: ClientKey, changed: Key = "") -> HTMLResponse:
    return await _page(request, ctx, key, {}, {}, changed)


async def _page(
    request: Request, ctx: Ctx, key: str, given: Mapping[str, str], errors: Mapping[str, str], changed: str = ""
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        visit = await agenda.visit(tx, key)
        if visit is None:
            raise NothingUnderThisKey(_("Dit bezoek is hier niet bekend."))
        place = (visit["place_kind"], visit["place_id"])
        items = await agenda.agenda(tx, *place, coordinator=coordinates(request))
        names = await followup.person_names(tx, agenda.refs(items))
        talks = await agenda.talks_at(tx, *place)
        of_target = await titles.targets(tx, (item["trainee_id"] for item in items if item["trainee_id"]))
    return render(
        request,
        "visit.html",
        status=422 if errors else 200,
        visit=visit,
        items=worded(items, of_target),
        names=names,
        talks=talks,
        given=given,
        errors=errors,
        changed=changed,
        today=ctx.clock.today(),
        words=words,
        risk_words=words_risk,
        action_words=followup_words,
    )


@router.post("/visits/{key}/move")
async def move(request: Request, ctx: Ctx, who: Who, key: ClientKey, to: Annotated[str, Form()] = "") -> Response:
    """Another day. What is refused comes back with what was typed."""
    try:
        day = MoveBody.model_validate({"to": to}).to
        async with ctx.db.transaction() as tx:
            await move_visit(tx, key, day, today=ctx.clock.today(), by=By(who.subject))
    except ValidationError as error:
        return await _page(request, ctx, key, {"to": to}, field_errors(error))
    except Refused as rule:
        return await _page(request, ctx, key, {"to": to}, {rule.field or "to": rule.said(language())[0]})
    return RedirectResponse(f"/enrollment/visits/{key}?changed=moved", 303)


@router.post("/visits/{key}/waive")
async def waive(request: Request, ctx: Ctx, who: Who, key: ClientKey, reason: Annotated[str, Form()] = "") -> Response:
    """It will not be held."""
    try:
        async with ctx.db.transaction() as tx:
            await waive_visit(tx, key, reason.strip()[:500], today=ctx.clock.today(), by=By(who.subject))
    except Refused as rule:
        return await _page(request, ctx, key, {"reason": reason}, {rule.field or "reason": rule.said(language())[0]})
    return RedirectResponse(f"/enrollment/visits/{key}?changed=waived", 303)


@router.get("/talks/new", dependencies=[require("coordinator")])
async def talk_form(request: Request, ctx: Ctx, place_kind: Key = "company", place_id: Key = "") -> HTMLResponse:
    given = {"talk_id": new_id(), "place_kind": place_kind, "place_id": place_id}
    return await _talk_form(request, ctx, {**given, "held_on": ctx.clock.today().isoformat()}, {})


@router.post("/talks/new", dependencies=[require("coordinator")])
async def hold(request: Request, ctx: Ctx, who: Who) -> Response:
    """The form carries the key of the talk, so that a second press of its button changes nothing."""
    form = await request.form()
    given = {name: str(value).strip() for name, value in form.items()}
    present = [one for typed in form.getlist("participants") for one in str(typed).replace(",", " ").split()]
    discussed = [str(one) for one in form.getlist("discussed")]
    fields: dict[str, Any] = {name: given.get(name, "") for name in ("talk_id", "held_on", "place_kind", "place_id")}
    fields |= {
        "participants": present,
        "summary": given.get("summary", ""),
        "actions": actions_in(form),
        "complaints": discussed,
    }
    try:
        body = TalkBody.model_validate(fields)
        async with ctx.db.transaction() as tx:
            await hold_talk(tx, body.made(fields["talk_id"]), today=ctx.clock.today(), by=By(who.subject))
    except ValidationError as error:
        return await _talk_form(request, ctx, given, field_errors(error), present, discussed)
    except Refused as rule:
        return await _talk_form(request, ctx, given, said_by(rule), present, discussed)
    return RedirectResponse(f"/enrollment/visits?recorded={fields['talk_id']}", 303)


async def _talk_form(
    request: Request,
    ctx: Ctx,
    given: Mapping[str, str],
    errors: Mapping[str, str],
    present: Sequence[str] | None = None,
    discussed: Sequence[str] = (),
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        place = await places.place_name(tx, given["place_kind"], given["place_id"])
        if place is None:
            raise NothingUnderThisKey(_("Deze plaats is hier niet bekend."))
        items = await agenda.agenda(tx, given["place_kind"], given["place_id"], coordinator=coordinates(request))
        people = await agenda.people_at(tx, given["place_kind"], given["place_id"])
    return render(
        request,
        "talk_form.html",
        status=422 if errors else 200,
        given=given,
        errors=errors,
        place=place,
        owners=[*people, ("office/coordinator", _("de projectcoördinator"))],
        complaints=[item for item in items if item["kind"] == "complaint"],
        present=[ref for ref, _name in people[:1]] if present is None else present,
        discussed=discussed,
        roles=words.ROLES,
        rows=range(1, ROWS + 1),
    )
