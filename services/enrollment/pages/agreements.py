"""The training agreement: sent and signed on paper from a trainee's file, and signed by a link without an account."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from .. import action_links
from ..action_links import ActionLinkNotUsable, Secret
from ..api.agreements import SignatureBody
from ..commands import agreements as commands
from ..domain.rules import Refused
from ..queries import agreements, titles
from ..store.audit import By
from ..words import training as words
from .trainee_file import show_file

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])
signing = APIRouter(prefix=f"{action_links.PUBLIC[0]}/{commands.SIGN}", include_in_schema=False)
"""Without an account: who holds the link is the party."""

_LABELS = {"party": N_("Wie tekende"), "signed_on": N_("Getekend op")}


@router.post("/trainees/{trainee_id}/agreement")
async def send(request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey) -> Response:
    """The same sheet again is not sent a second time."""
    try:
        async with ctx.db.transaction() as tx:
            await commands.send_agreement(tx, trainee_id, today=ctx.clock.today(), by=By(who.subject))
    except Refused as rule:
        return await show_file(request, ctx, trainee_id, errors={"agreement": rule.said(language())[0]})
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#agreement", 303)


@router.post("/trainees/{trainee_id}/agreement-signature")
async def sign_on_paper(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    party: Annotated[str, Form()] = "",
    signed_on: Annotated[str, Form()] = "",
) -> Response:
    given = {"party": party, "signed_on": signed_on}
    today = ctx.clock.today()
    try:
        fields = {"trainee_id": trainee_id, "party": party, "signed_on": signed_on or None}
        body = SignatureBody.model_validate(fields)
        async with ctx.db.transaction() as tx:
            await commands.sign_on_paper(
                tx, trainee_id, body.party, on=body.signed_on or today, today=today, by=By(who.subject)
            )
    except ValidationError as error:
        errors = {
            str(one["loc"][0]): _labelled(str(one["loc"][0]), explain(one, language())[0]) for one in error.errors()
        }
        return await show_file(request, ctx, trainee_id, given=given, errors=errors)
    except Refused as rule:
        field = rule.field if rule.field in given else "party"
        errors = {field: _labelled(field, rule.said(language())[0])}
        return await show_file(request, ctx, trainee_id, given=given, errors=errors)
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#agreement", 303)


@signing.get("/{secret}")
async def sign_page(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """Shows what is to be signed. Programs that follow links in mail do not use the link up."""
    try:
        async with ctx.db.read() as tx:
            action = await action_links.look(tx, commands.SIGN, secret, ctx.clock.today())
            sheet = await agreements.to_sign(tx, action.key)
            programmes = await titles.programmes(tx)
    except ActionLinkNotUsable:
        sheet = None
    if sheet is None:
        return _private(render(request, "link_used.html", status=410))
    return _private(
        render(
            request,
            "agreement_sign.html",
            sheet=sheet,
            programmes=programmes,
            party=action.person,
            ends_on=action.ends_on,
            words=words,
        )
    )


@signing.post("/{secret}")
async def sign(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """Uses the link up: who holds it has signed."""
    try:
        async with ctx.db.transaction() as tx:
            sheet = await commands.sign_by_link(tx, secret, today=ctx.clock.today())
    except Refused:
        return _private(render(request, "link_used.html", status=410))
    return _private(render(request, "agreement_signed.html", complete=not sheet.missing, number=sheet.agreement_id))


def _private(page: HTMLResponse) -> HTMLResponse:
    page.headers["Referrer-Policy"] = "same-origin"  # the secret goes nowhere else; no-referrer would hide Origin
    page.headers["Cache-Control"] = "no-store"
    return page


def _labelled(field: str, message: str) -> str:
    return f"{_(_LABELS[field])}: {message}" if field in _LABELS else message
