"""Pages of mentors: the office's list and file, the company's nomination, and the mentor's own answer by link."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.ids import new_id
from shared.service import Context
from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from .. import action_links
from ..action_links import ActionLinkNotUsable, Secret
from ..api.entries import NothingUnderThisKey
from ..api.mentors import ApprovalBody, NominationBody
from ..commands import mentors as commands
from ..domain.rules import Refused
from ..queries import mentors, places
from ..store import guides
from ..store.audit import By
from ..words import training as words
from .of_company import company_of

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])
answers = APIRouter(prefix=f"{action_links.PUBLIC[0]}/{commands.ANSWER}", include_in_schema=False)
"""Without an account: who holds the link is the mentor."""

_LABELS = {
    "name": N_("Naam"),
    "email": N_("E-mailadres"),
    "language": N_("Taal"),
    "course_valid_until": N_("Cursus geldig tot en met"),
    "max_trainees": N_("Hoogstens zoveel leerlingen"),
    "hours_per_week": N_("Uren per week"),
}


@router.get("/mentors")
async def mentor_list(request: Request, ctx: Ctx) -> HTMLResponse:
    """Mentors of whom something is asked, or of whom the office has to do something."""
    async with ctx.db.read() as tx:
        rows = await mentors.waiting(tx)
    return render(request, "mentors.html", rows=rows, today=ctx.clock.today(), words=words)


@router.get("/mentors/{mentor_id}")
async def mentor_file(request: Request, ctx: Ctx, mentor_id: ClientKey) -> HTMLResponse:
    return await _file(request, ctx, mentor_id, {})


async def _file(request: Request, ctx: Context, mentor_id: str, errors: Mapping[str, str]) -> HTMLResponse:
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        mentor = await mentors.page(tx, mentor_id)
        if mentor is None:
            raise NothingUnderThisKey(_("Deze praktijkbegeleider is hier niet bekend."))
        rows = await mentors.guided(tx, mentor_id)
        minutes = await mentors.minutes(tx, mentor_id, today)
        said = await commands.what_trainees_say(tx, mentor_id, today)
    return render(
        request,
        "mentor.html",
        status=422 if errors else 200,
        mentor=mentor,
        rows=rows,
        hours=minutes / 60,
        said=said,
        today=today,
        errors=errors,
        done=request.query_params.get("done", ""),
        words=words,
    )


@router.post("/mentors/{mentor_id}/approve")
async def approve(
    request: Request, ctx: Ctx, who: Who, mentor_id: ClientKey, course_valid_until: Annotated[str, Form()] = ""
) -> Response:
    try:
        given = ApprovalBody.model_validate({"mentor_id": mentor_id, "course_valid_until": course_valid_until or None})
        async with ctx.db.transaction() as tx:
            await commands.approve(
                tx,
                mentor_id,
                course_valid_until=given.course_valid_until,
                today=ctx.clock.today(),
                by=By(who.subject),
            )
    except ValidationError as error:
        return await _file(request, ctx, mentor_id, _field_errors(error))
    except Refused as rule:
        return await _file(request, ctx, mentor_id, {"course_valid_until": rule.said(language())[0]})
    return RedirectResponse(f"/enrollment/mentors/{mentor_id}?done=approved", 303)


@router.get("/companies/{company_id}/mentors/new")
async def nomination_form(request: Request, ctx: Ctx, company_id: ClientKey) -> HTMLResponse:
    return await _nomination(request, ctx, company_id, {"mentor_id": new_id(), "language": "nl"}, {})


@router.post("/companies/{company_id}/mentors/new")
async def nominate(
    request: Request,
    ctx: Ctx,
    who: Who,
    company_id: ClientKey,
    mentor_id: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    spoken: Annotated[str, Form(alias="language")] = "nl",
    course_valid_until: Annotated[str, Form()] = "",
    max_trainees: Annotated[str, Form()] = "",
    hours_per_week: Annotated[str, Form()] = "",
) -> Response:
    """The form carries the mentor's key, so that a second press of its button changes nothing."""
    given = {
        "mentor_id": mentor_id,
        "company_id": company_id,
        "name": name.strip(),
        "email": email.strip(),
        "language": spoken,
        "course_valid_until": course_valid_until,
        "max_trainees": max_trainees,
        "hours_per_week": hours_per_week.replace(",", "."),
    }
    try:
        body = NominationBody.model_validate({key: value for key, value in given.items() if value})
    except ValidationError as error:
        return await _nomination(request, ctx, company_id, given, _field_errors(error))
    try:
        async with ctx.db.transaction() as tx:
            await commands.nominate(tx, body.made(), today=ctx.clock.today(), by=By(who.subject))
    except Refused as rule:
        return await _nomination(request, ctx, company_id, given, {rule.field or "name": rule.said(language())[0]})
    return RedirectResponse(f"/enrollment/mentors/{body.mentor_id}?done=nominated", 303)


async def _nomination(
    request: Request, ctx: Context, company_id: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        company = await company_of(tx, company_id)
    status = 422 if errors else 200
    return render(request, "mentor_nomination.html", status=status, company=company, given=given, errors=errors)


@answers.get("/{secret}")
async def answer_page(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """Shows what is asked. Programs that follow links in mail do not use the link up."""
    return await _answer_page(request, ctx, secret, {}, {})


async def _answer_page(
    request: Request, ctx: Context, secret: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    try:
        async with ctx.db.read() as tx:
            action = await action_links.look(tx, commands.ANSWER, secret, ctx.clock.today())
            mentor = (await guides.mentors(tx, [action.key]))[action.key]
            company = (await places.names(tx, {f"company/{mentor.company_id}"})).get(f"company/{mentor.company_id}", "")
    except ActionLinkNotUsable:
        return _private(render(request, "link_used.html", status=410))
    status = 422 if errors else 200
    return _private(
        render(
            request,
            "mentor_answer.html",
            status=status,
            mentor=mentor,
            company=company,
            ends_on=action.ends_on,
            given=given,
            errors=errors,
        )
    )


@answers.post("/{secret}")
async def give_answer(
    request: Request,
    ctx: Ctx,
    secret: Secret,
    willing: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> HTMLResponse:
    """Uses the link up; what is refused leaves it as it was."""
    given = {"willing": willing, "reason": reason}
    if willing not in ("yes", "no"):
        return await _answer_page(request, ctx, secret, given, {"willing": _("Kies ja of nee.")})
    try:
        async with ctx.db.transaction() as tx:
            await commands.answer_by_link(tx, secret, willing=willing == "yes", reason=reason, today=ctx.clock.today())
    except ActionLinkNotUsable:
        return _private(render(request, "link_used.html", status=410))
    except Refused as rule:
        return await _answer_page(request, ctx, secret, given, {rule.field or "reason": rule.said(language())[0]})
    return _private(render(request, "mentor_answered.html", willing=willing == "yes"))


def _private(page: HTMLResponse) -> HTMLResponse:
    page.headers["Referrer-Policy"] = "same-origin"  # the secret goes nowhere else; no-referrer would hide Origin
    page.headers["Cache-Control"] = "no-store"
    return page


def _field_errors(error: ValidationError) -> dict[str, str]:
    found = {}
    for one in error.errors():
        field = str(one["loc"][0])
        message, allowed = explain(one, language())
        said = f"{message} ({allowed})" if allowed else message
        found[field] = f"{_(_LABELS[field])}: {said}" if field in _LABELS else said
    return found
