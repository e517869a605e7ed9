"""The page of a company's memberships, with the forms that begin and end one."""

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

from ..api.membership import BeginBody, EndBody
from ..commands import membership as commands
from ..domain.rules import Refused
from ..queries import membership
from ..store.audit import By
from ..words import membership as membership_words
from ..words import risk as words_risk
from .of_company import company_of

router = APIRouter(
    prefix="/enrollment/companies/{company_id}", include_in_schema=False, dependencies=[require("office")]
)

_LABELS = {
    "began_on": N_("Neemt deel vanaf"),
    "ended_on": N_("Laatste dag"),
    "reason": N_("Waarom het stopt"),
}


@router.get("/membership")
async def page(request: Request, ctx: Ctx, company_id: ClientKey) -> HTMLResponse:
    return await _page(request, ctx, company_id, {"membership_id": new_id()}, {})


async def _page(
    request: Request, ctx: Context, company_id: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        company = await company_of(tx, company_id)
        rows = await membership.of(tx, company_id)
    return render(
        request,
        "membership.html",
        status=422 if errors else 200,
        company=company,
        rows=rows,
        runs=any(row["ended_on"] is None for row in rows),
        given=given,
        errors=errors,
        today=ctx.clock.today(),
        words=membership_words,
        risks=words_risk,
    )


@router.post("/membership")
async def begin(
    request: Request,
    ctx: Ctx,
    who: Who,
    company_id: ClientKey,
    membership_id: Annotated[str, Form()],
    began_on: Annotated[str, Form()] = "",
) -> Response:
    """The form carries the key, so that a second press of its button changes nothing."""
    given = {"membership_id": membership_id, "began_on": began_on}
    today = ctx.clock.today()
    try:
        body = BeginBody.model_validate({"company_id": company_id, **{k: v for k, v in given.items() if v.strip()}})
        async with ctx.db.transaction() as tx:
            await commands.begin(
                tx, membership_id, company_id, on=body.began_on or today, today=today, by=By(who.subject)
            )
    except (ValidationError, Refused) as error:
        return await _page(request, ctx, company_id, given, _errors(error, "began_on"))
    return RedirectResponse(f"/enrollment/companies/{company_id}/membership", 303)


@router.post("/membership-ending")
async def end(
    request: Request,
    ctx: Ctx,
    who: Who,
    company_id: ClientKey,
    ended_on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Nobody new is placed there after its last day; who learns there stays."""
    given = {"ended_on": ended_on, "reason": reason, "membership_id": new_id()}
    try:
        body = EndBody.model_validate({"company_id": company_id, "ended_on": ended_on or None, "reason": reason})
        async with ctx.db.transaction() as tx:
            day = body.ended_on or ctx.clock.today()
            await commands.end(tx, company_id, body.reason, on=day, by=By(who.subject))
    except (ValidationError, Refused) as error:
        return await _page(request, ctx, company_id, given, _errors(error, "ended_on"))
    return RedirectResponse(f"/enrollment/companies/{company_id}/membership", 303)


def _errors(error: ValidationError | Refused, otherwise: str) -> dict[str, str]:
    if isinstance(error, Refused):
        field = error.field if error.field in _LABELS else otherwise
        found = {str(field): error.said(language())[0]}
    else:
        found = {str(one["loc"][0]): explain(one, language())[0] for one in error.errors()}
    return {field: f"{_(_LABELS[field])}: {text}" if field in _LABELS else text for field, text in found.items()}
