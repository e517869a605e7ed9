"""Pages of applications: the form that anybody can fill in, its confirmation, and the office's list with the funnel."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.ids import new_id
from shared.service import Context
from shared.tabular import ClientKey, Email, Line, explain
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.front_door import address_of, connection_of, networks
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from .. import action_links
from ..action_links import ActionLinkNotUsable, Secret
from ..commands import applications as commands
from ..domain.applications import Application, Rejection, State, funnels
from ..domain.rules import Refused
from ..queries import titles
from ..settings import EnrollmentSettings
from ..store import applications
from ..store.audit import By
from ..words import applications as words

PUBLIC = ("/enrollment/apply",)

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])
public = APIRouter(prefix=PUBLIC[0], include_in_schema=False)
confirming = APIRouter(prefix=f"{action_links.PUBLIC[0]}/{commands.CONFIRM}", include_in_schema=False)

_LABELS = {"name": N_("Naam"), "email": N_("E-mailadres"), "programme": N_("Opleiding"), "channel": N_("Hoe gekomen")}


class ApplyForm(StrictModel):
    name: Line
    email: Email


@public.get("")
async def apply_page(request: Request, ctx: Ctx) -> HTMLResponse:
    """A form for anybody, without an account and without script."""
    return await _apply_page(request, ctx, {}, {})


async def _apply_page(
    request: Request, ctx: Context, given: Mapping[str, str], errors: Mapping[str, str], status: int = 422
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        programmes = await applications.programmes(tx)
        named = await titles.programmes(tx)
    return render(
        request,
        "apply.html",
        status=status if errors else 200,
        programmes=programmes,
        titles=named,
        given=given,
        errors=errors,
        words=words,
    )


@public.post("")
async def apply(
    request: Request,
    ctx: Ctx,
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    programme: Annotated[str, Form(max_length=64)] = "",
    channel: Annotated[str, Form(max_length=40)] = "",
) -> HTMLResponse:
    """Kept until the address is confirmed. The answer is the same for an address that is known here."""
    given = {"name": name, "email": email, "programme": programme, "channel": channel}
    settings = EnrollmentSettings.of(ctx.settings)
    errors: dict[str, str] = {}
    try:
        form = ApplyForm.model_validate({"name": name.strip(), "email": email.strip()})
    except ValidationError as error:
        errors = {str(one["loc"][0]): explain(one, language())[0] for one in error.errors()}
    async with ctx.db.read() as tx:
        known = await applications.programmes(tx)
    if programme and programme not in known:
        errors["programme"] = _("kies een opleiding uit de lijst")
    if channel not in words.CHANNELS:
        errors["channel"] = _("kies een antwoord uit de lijst")
    if errors:
        return await _apply_page(request, ctx, given, {key: _labelled(key, text) for key, text in errors.items()})
    spoken = "en" if language().startswith("en") else "nl"
    one = Application(
        new_id(), State.PENDING, channel, form.name, form.email, "en" if spoken == "en" else "nl", programme
    )
    try:
        async with ctx.db.transaction() as tx:
            await commands.apply(
                tx,
                one,
                connection=connection_of(address_of(request, networks(settings.trusted_proxies))),
                per_hour=settings.applications_per_hour,
                per_connection=settings.applications_per_connection,
                today=ctx.clock.today(),
            )
    except Refused as rule:
        page = await _apply_page(request, ctx, given, {"email": rule.said(language())[0]}, rule.status)
        page.headers["Retry-After"] = "3600"
        return page
    return render(request, "applied.html", email=form.email)


@confirming.get("/{secret}")
async def confirm_page(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """A button and nothing else: programs that follow links in mail confirm nothing."""
    try:
        async with ctx.db.read() as tx:
            await action_links.look(tx, commands.CONFIRM, secret, ctx.clock.today())
    except ActionLinkNotUsable:
        return _private(render(request, "link_used.html", status=410))
    return _private(render(request, "apply_confirm.html", done=False))


@confirming.post("/{secret}")
async def confirm(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    try:
        async with ctx.db.transaction() as tx:
            await commands.confirm(tx, secret, today=ctx.clock.today())
    except Refused:
        return _private(render(request, "link_used.html", status=410))
    return _private(render(request, "apply_confirm.html", done=True))


@router.get("/applications")
async def office_page(request: Request, ctx: Ctx) -> HTMLResponse:
    return await _office_page(request, ctx, {})


async def _office_page(request: Request, ctx: Context, errors: Mapping[str, str]) -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await applications.waiting(tx)
        counts = funnels(await applications.reached(tx))
        programmes = await titles.programmes(tx)
    return render(
        request,
        "applications.html",
        status=422 if errors else 200,
        rows=rows,
        funnels=counts,
        programmes=programmes,
        errors=errors,
        words=words,
    )


@router.post("/applications/{application_id}")
async def act(
    request: Request,
    ctx: Ctx,
    who: Who,
    application_id: ClientKey,
    step: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=40)] = "",
    trainee_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """One form for each application: accept, reject with a reason, or say which trainee it became."""
    today, by = ctx.clock.today(), By(who.subject)
    try:
        async with ctx.db.transaction() as tx:
            if step == "enrolled":
                await commands.enrolled(tx, application_id, trainee_id.strip(), today=today, by=by)
            else:
                to = State.ACCEPTED if step == "accepted" else State.REJECTED
                why = Rejection(reason) if reason in set(Rejection) else None
                await commands.decide(tx, application_id, to, why, on=today, today=today, by=by)
    except Refused as rule:
        return await _office_page(request, ctx, {f"row-{application_id}": rule.said(language())[0]})
    return RedirectResponse("/enrollment/applications", 303)


def _private(page: HTMLResponse) -> HTMLResponse:
    page.headers["Referrer-Policy"] = "same-origin"  # the secret goes nowhere else; no-referrer would hide Origin
    page.headers["Cache-Control"] = "no-store"
    return page


def _labelled(field: str, message: str) -> str:
    return f"{_(_LABELS[field])}: {message}" if field in _LABELS else message
