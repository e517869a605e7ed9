"""The pages of the training: the start, trainees and their files, companies, visits."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.ids import new_id
from shared.service import Context
from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render
from shared.web.session import coordinates

from ..api.entries import NothingUnderThisKey
from ..commands.complaints import discuss
from ..commands.planner import View, look
from ..commands.replacements import seek
from ..commands.visit_plans import report_visits
from ..commands.watched import look_at
from ..domain.people import age_on
from ..domain.rules import Refused
from ..intake.rows import VisitRow
from ..intake.visits import VisitBody
from ..queries import (
    agenda,
    coverage,
    figures,
    followup,
    places,
    replacements,
    risk,
    standing,
    timeline,
    titles,
    trainees,
)
from ..store import agreements
from ..store.audit import By
from ..words import followup as followup_words
from ..words import risk as words_risk
from ..words import training as words
from ..words.agenda import worded
from ..words.applications import channel
from ..words.signals import share
from .followup import ROWS, actions_in
from .followup import field_errors as action_errors
from .of_company import company_of

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

PAGE = 50
Words = Annotated[str, Query(alias="q", max_length=100)]
After = Annotated[str, Query(max_length=64)]


@router.get("/")
async def start(request: Request, ctx: Ctx) -> HTMLResponse:
    """How it stands, and what to do first."""
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        counts = await figures.start(tx, today)
        watched = await risk.levels(tx)
        without = await replacements.without(tx, today)
        overdue = await places.open_visits(tx, "overdue", limit=5)
        due = await places.open_visits(tx, "due", limit=5)
    return render(
        request,
        "start.html",
        counts=counts,
        watched=watched,
        without=without,
        visits=[*overdue, *due],
        today=today,
        words=words,
    )


@router.get("/trainees")
async def trainee_list(request: Request, ctx: Ctx, q: Words = "", after: After = "") -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await trainees.found(tx, words=q, after=after, limit=PAGE)
        programmes = await titles.programmes(tx)
    following = _next(rows, "trainee_id")
    return render(request, "trainees.html", rows=rows, q=q, next=following, programmes=programmes, words=words)


@router.get("/trainees/{trainee_id}")
async def trainee_file(request: Request, ctx: Ctx, trainee_id: ClientKey) -> HTMLResponse:
    return await show_file(request, ctx, trainee_id)


async def show_file(
    request: Request,
    ctx: Context,
    trainee_id: str,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A trainee's file; with ``errors`` it comes back with the plan that was ``given`` and refused."""
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        file = await trainees.file(tx, trainee_id)
        if file is None:
            raise NothingUnderThisKey(_("Deze leerling is hier niet bekend."))
        moments = await timeline.of(tx, trainee_id)
        view = await look(tx, trainee_id, today=today)
        ending = await replacements.open_of(tx, trainee_id, today)
        ranked = await seek(tx, trainee_id, today=today) if ending else []
        refs = _refs(moments) | (places_in(view) if view else set()) | {f"company/{one.company_id}" for one in ranked}
        names = await places.names(tx, refs)
        targets = await coverage.titles(tx, language())
        programmes = await titles.programmes(tx)
        visits = await trainees.visits_of(tx, trainee_id)
        risk_now = await risk.of(tx, trainee_id)
        stands = await standing.standing_of(tx, trainee_id)
        spoken = await followup.of_trainee(tx, trainee_id)
        sheets = await agreements.of(tx, trainee_id)
        watched = await look_at(tx, trainee_id, today=today)
        of_target = await titles.targets(tx, [trainee_id])
    scheme = (file["scheme"], file["scheme_version"])
    names |= {f"target/{code}": f"{code} {title}" for (*of, code), title in targets.items() if tuple(of) == scheme}
    names |= {f"programme/{code}": title for code, title in programmes.items()}
    entries = [_entry(moment, names) for moment in moments]
    return render(
        request,
        "trainee.html",
        status=422 if errors else 200,
        file=file,
        entries=entries,
        visits=visits,
        view=view,
        followup={**spoken, "words": followup_words},
        names=names,
        given=given or {},
        errors=errors or {},
        planned=request.query_params.get("planned", ""),
        age=age_on(file["birth_date"], today),
        course_lapsed=file["course_valid_until"] is not None and file["course_valid_until"] < today,
        words=words,
        risk=risk_now,
        risks=words_risk,
        standing=stands,
        sheets=sheets,
        placement={"ending": ending, "candidates": ranked},
        today=today,
        watched=watched,
        share=share,
        target_titles=of_target,
        channel=channel(file["channel"]),
    )


def places_in(view: View) -> set[str]:
    """Every place that the coverage of a placement names, as ``kind/id``."""
    found = {one.place for one in view.covers.values() if one.place is not None}
    found |= {proposal.place for some in view.proposals.values() for proposal in some}
    return {f"{place.kind}/{place.id}" for place in found}


def _refs(moments: list[dict[str, Any]]) -> set[str]:
    found = set()
    for moment in moments:
        facts = moment["facts"]
        found |= {f"{kind}/{facts[f'{kind}_id']}" for kind in ("company", "school") if facts.get(f"{kind}_id")}
        if facts.get("place_id"):
            found.add(f"{facts['place_kind']}/{facts['place_id']}")
    return found


def _entry(moment: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    title, tone = words.sentence(moment["type"], moment["facts"], names)
    return {"at": moment["at"], "title": title, "tone": tone, "event_id": moment["event_id"]}


@router.get("/companies")
async def company_list(request: Request, ctx: Ctx, q: Words = "", after: After = "") -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await places.companies(tx, words=q, after=after, limit=PAGE)
    today = ctx.clock.today()
    return render(request, "companies.html", rows=rows, q=q, next=_next(rows, "company_id"), today=today)


@router.get("/companies/{company_id}")
async def company_page(request: Request, ctx: Ctx, company_id: ClientKey) -> HTMLResponse:
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        company = await company_of(tx, company_id)
        mentors = await places.mentors_of(tx, company_id, today)
        learning = await trainees.at_company(tx, company_id)
        held = await places.held_visits(tx, place=("company", company_id), limit=20)
        gaps = await coverage.at_company(tx, company_id)
        guests = await coverage.guests_at(tx, company_id)
        machines = await titles.machines(tx)
        of_target = await titles.targets(tx, (row["trainee_id"] for row in [*gaps, *guests]))
        programmes = await titles.programmes(tx)
    return render(
        request,
        "company.html",
        company=company,
        mentors=mentors,
        rows=learning,
        held=held,
        gaps=gaps,
        guests=guests,
        machines=machines,
        target_titles=of_target,
        programmes=programmes,
        today=today,
        words=words,
    )


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


def _next(rows: list[dict[str, Any]], key: str) -> str | None:
    return str(rows[-1][key]) if len(rows) == PAGE else None
