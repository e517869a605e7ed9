"""What somebody without an account does by the link in a mail: confirm a review, read an answer and appeal.

Looking (GET) uses nothing up, doing (POST) does. Nothing here needs a script.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from shared.service import Context
from shared.web.deps import Ctx
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from .. import action_links
from ..action_links import ActionLinkNotUsable, Secret
from ..commands import complainants, complaints, confirmations
from ..domain.rules import Refused
from ..intake.complaints import AppealText
from ..queries import complaints as told
from ..queries import followup

reviews = APIRouter(prefix=f"{action_links.PUBLIC[0]}/{confirmations.CONFIRM}", include_in_schema=False)
answers = APIRouter(prefix=action_links.PUBLIC[0], include_in_schema=False)


@reviews.get("/{secret}")
async def review_page(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """What was recorded, for the one who is asked to stand by it."""
    try:
        async with ctx.db.read() as tx:
            action = await action_links.look(tx, confirmations.CONFIRM, secret, ctx.clock.today())
            review = await followup.record(tx, action.key)
            names = await followup.person_names(
                tx,
                [
                    f"trainee/{review['trainee_id']}",
                    f"instructor/{review['instructor_id']}",
                    f"mentor/{review['mentor_id']}",
                    *(one["owner"] for one in review["actions"]),
                ]
                if review
                else [],
            )
    except ActionLinkNotUsable:
        review = None
    if review is None:
        return _used(request)
    return _private(render(request, "review_confirm.html", review=review, names=names, ends_on=action.ends_on))


@reviews.post("/{secret}")
async def confirm(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """Uses the link up: who holds it stands by the record."""
    try:
        async with ctx.db.transaction() as tx:
            await confirmations.confirm_by_link(tx, secret, today=ctx.clock.today())
    except Refused:
        return _used(request)
    return _private(
        render(
            request,
            "done_by_link.html",
            title=_("Dank voor uw bevestiging"),
            said=_("De programmabespreking is door u bevestigd. U hoeft niets meer te doen."),
        )
    )


@answers.get(f"/{complainants.ANSWER}/{{secret}}")
async def answer_page(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """What came of a complaint, for the one who complained."""
    return await _answer(request, ctx, complainants.ANSWER, secret, "")


@answers.post(f"/{complainants.ANSWER}/{{secret}}")
async def appeal(request: Request, ctx: Ctx, secret: Secret, text: Annotated[str, Form()] = "") -> HTMLResponse:
    """Uses the link up: who complained does not agree, and the complaint is in hand again."""
    return await _appeal(request, ctx, complainants.ANSWER, secret, text.strip())


@answers.get(f"/{complainants.APPEAL_ANSWER}/{{secret}}")
async def appeal_answer_page(request: Request, ctx: Ctx, secret: Secret) -> HTMLResponse:
    """What came of it after an appeal."""
    return await _answer(request, ctx, complainants.APPEAL_ANSWER, secret, "")


@answers.post(f"/{complainants.APPEAL_ANSWER}/{{secret}}")
async def appeal_again(request: Request, ctx: Ctx, secret: Secret, text: Annotated[str, Form()] = "") -> HTMLResponse:
    """As with the first answer."""
    return await _appeal(request, ctx, complainants.APPEAL_ANSWER, secret, text.strip())


async def _answer(
    request: Request, ctx: Context, purpose: str, secret: str, text: str, error: str = ""
) -> HTMLResponse:
    try:
        async with ctx.db.read() as tx:
            action = await action_links.look(tx, purpose, secret, ctx.clock.today())
            found = await told.one(tx, action.key)
    except ActionLinkNotUsable:
        found = None
    if found is None:
        return _used(request)
    page = render(
        request,
        "complaint_answer.html",
        status=422 if error else 200,
        complaint=found,
        ends_on=action.ends_on,
        text=text,
        errors={"text": error} if error else {},
    )
    return _private(page)


async def _appeal(request: Request, ctx: Context, purpose: str, secret: str, text: str) -> HTMLResponse:
    try:
        given = AppealText(text=text).text
        async with ctx.db.transaction() as tx:
            await complaints.appeal_by_link(tx, purpose, secret, given, today=ctx.clock.today())
    except ValidationError:
        asked = _("Schrijf in enkele zinnen waarom u het er niet mee eens bent (ten hoogste 4000 tekens).")
        return await _answer(request, ctx, purpose, secret, text, asked)
    except ActionLinkNotUsable:
        return _used(request)
    except Refused as rule:
        return await _answer(request, ctx, purpose, secret, text, rule.said(language())[0])
    return _private(
        render(
            request,
            "done_by_link.html",
            title=_("Uw beroep is ontvangen"),
            said=_("De klacht is opnieuw in behandeling. U krijgt een mail zodra er een antwoord is."),
        )
    )


def _used(request: Request) -> HTMLResponse:
    return _private(render(request, "link_used.html", status=410))


def _private(page: HTMLResponse) -> HTMLResponse:
    page.headers["Referrer-Policy"] = "same-origin"  # the secret goes nowhere else; no-referrer would hide Origin
    page.headers["Cache-Control"] = "no-store"
    return page
