"""Pages of accreditation: which ends soon or has ended, and the forms that grant and withdraw one."""

from collections.abc import Mapping
from datetime import timedelta
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

from ..api.accreditation import GrantBody, WithdrawBody
from ..commands import accreditation as commands
from ..domain.rules import Refused
from ..store import accreditation
from ..store.audit import By
from ..words import risk as words_risk
from .of_company import company_of

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

HALF_A_YEAR = timedelta(days=182)
"""How far ahead the list looks: time enough to plan an assessment."""

_LABELS = {
    "granted_on": N_("Beoordeeld op"),
    "until": N_("Erkend tot en met"),
    "findings": N_("Bevindingen"),
    "withdrawn_on": N_("Ingetrokken per"),
    "reason": N_("Reden van intrekking"),
}


@router.get("/accreditations")
async def page(request: Request, ctx: Ctx) -> HTMLResponse:
    """Companies that are not accredited, or not for long."""
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        rows = await accreditation.soon(tx, today + HALF_A_YEAR)
    return render(request, "accreditations.html", rows=rows, today=today)


@router.get("/companies/{company_id}/accreditation")
async def company_page(request: Request, ctx: Ctx, company_id: ClientKey) -> HTMLResponse:
    return await _page(request, ctx, company_id, {"accreditation_id": new_id()}, {})


async def _page(
    request: Request, ctx: Context, company_id: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        company = await company_of(tx, company_id)
        rows = await accreditation.of(tx, company_id)
    return render(
        request,
        "accreditation.html",
        status=422 if errors else 200,
        company=company,
        rows=rows,
        given=given,
        errors=errors,
        today=ctx.clock.today(),
        risks=words_risk,
    )


@router.post("/companies/{company_id}/accreditation")
async def grant(
    request: Request,
    ctx: Ctx,
    who: Who,
    company_id: ClientKey,
    accreditation_id: Annotated[str, Form()],
    granted_on: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    findings: Annotated[str, Form()] = "",
) -> Response:
    """The form carries the key, so that a second press of its button changes nothing."""
    given = {"accreditation_id": accreditation_id, "granted_on": granted_on, "until": until, "findings": findings}
    today = ctx.clock.today()
    try:
        body = GrantBody.model_validate({"company_id": company_id, **{k: v for k, v in given.items() if v.strip()}})
        async with ctx.db.transaction() as tx:
            await commands.grant(
                tx,
                accreditation_id,
                company_id,
                granted_on=body.granted_on or today,
                until=body.until,
                findings=body.findings,
                today=today,
                by=By(who.subject),
            )
    except (ValidationError, Refused) as error:
        return await _page(request, ctx, company_id, given, _errors(error, "granted_on"))
    return RedirectResponse(f"/enrollment/companies/{company_id}/accreditation", 303)


@router.post("/companies/{company_id}/accreditation-withdrawal")
async def withdraw(
    request: Request,
    ctx: Ctx,
    who: Who,
    company_id: ClientKey,
    withdrawn_on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    given = {"withdrawn_on": withdrawn_on, "reason": reason, "accreditation_id": new_id()}
    today = ctx.clock.today()
    fields = {"company_id": company_id, "withdrawn_on": withdrawn_on or None, "reason": reason}
    try:
        body = WithdrawBody.model_validate(fields)
        async with ctx.db.transaction() as tx:
            await commands.withdraw(
                tx, company_id, body.reason, on=body.withdrawn_on or today, today=today, by=By(who.subject)
            )
    except (ValidationError, Refused) as error:
        return await _page(request, ctx, company_id, given, _errors(error, "withdrawn_on"))
    return RedirectResponse(f"/enrollment/companies/{company_id}/accreditation", 303)


def _errors(error: ValidationError | Refused, otherwise: str) -> dict[str, str]:
    if isinstance(error, Refused):
        field = error.field if error.field in _LABELS else otherwise
        found = {str(field): error.said(language())[0]}
    else:
        found = {str(one["loc"][0]): explain(one, language())[0] for one in error.errors()}
    return {field: f"{_(_LABELS[field])}: {text}" if field in _LABELS else text for field, text in found.items()}
