"""The office's page of one certificate, continued: another period, and links that show it for some weeks."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from shared.tabular import typed_day
from shared.web.deps import Ctx, Who, clean_text, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..commands.renewal import recertify
from ..commands.shares import share
from ..domain.life_rules import CertificateNotKnown
from ..domain.numbers import tidy_number
from ..domain.renewal import Sat
from ..domain.rules import Refused
from ..queries import register
from ..settings import CertificationSettings
from ..store import shares
from ..store.audit import By
from .life import show
from .register import HEADERS
from .shares import links

router = APIRouter(prefix="/certification/certificates", include_in_schema=False, dependencies=[require("office")])
Number = Annotated[str, Path(max_length=80)]


@router.post("/{number}/recertify")
async def another_period(request: Request, ctx: Ctx, who: Who, number: Number) -> Response:
    """Each exam of recertification that was filled in, and the months of practice."""
    form = await request.form()
    given = {str(name): clean_text(str(value)) for name, value in form.items()}
    given["reason"] = clean_text(str(form.get("reason", "")), multi_line=True)[:2000]
    errors: dict[str, str] = {}
    sat = [one for name in given if name.startswith("score-") and (one := _sat(name[6:], given, errors))]
    months = given.get("practice_months", "")
    if months and not months.isdecimal():
        errors["practice_months"] = _("Schrijf een heel aantal maanden.")
    if errors:
        return await show(request, ctx, number, given=given, errors=errors)
    try:
        async with ctx.db.transaction() as tx:
            await recertify(
                tx,
                tidy_number(number),
                sat=sat,
                practice_months=int(months) if months else None,
                words=given["reason"],
                now=ctx.clock.now(),
                today=ctx.clock.today(),
                by=By(who.subject),
            )
    except Refused as rule:
        said, allowed = rule.said(language())
        field = "practice_months" if rule.field == "practice_months" else "renewal"
        return await show(request, ctx, number, given=given, errors={field: f"{said} ({allowed})" if allowed else said})
    return RedirectResponse(f"/certification/certificates/{tidy_number(number)}?done=recertify", 303)


def _sat(exam: str, given: dict[str, str], errors: dict[str, str]) -> Sat | None:
    """One exam as it was typed; None where it was left empty. What cannot be read goes into ``errors``."""
    score, day, examiner = (given.get(f"{name}-{exam}", "") for name in ("score", "taken_on", "examiner"))
    if not (score or day or examiner):
        return None
    try:
        if not examiner:
            errors[f"examiner-{exam}"] = _("Wie examineerde?")
        taken_on, reached = typed_day(day), Decimal(score.replace(",", "."))
        if not reached.is_finite():
            raise InvalidOperation
        return Sat(exam, taken_on, reached, f"knocked-{exam}" in given, examiner)
    except InvalidOperation:
        errors[f"score-{exam}"] = f"{exam}: " + _("geen getal")
    except ValueError:
        errors[f"taken_on-{exam}"] = _("Vul een dag in.")
    return None


@router.post("/{number}/share")
async def make_link(request: Request, ctx: Ctx, who: Who, number: Number) -> Response:
    """A link for whoever asks the office to see the certificate; it is on this page and nowhere else."""
    days = CertificationSettings.of(ctx.settings).share_days
    async with ctx.db.transaction() as tx:
        found = await register.entry(tx, tidy_number(number), ctx.clock.today())
        if found is None:
            raise CertificateNotKnown(number)
        made = await share(tx, found["number"], found["trainee_id"], days=days, now=ctx.clock.now(), by=By(who.subject))
    page = render(
        request, "shared.html", status=201, made=links(request, made), kept=None, number=found["number"], office=True
    )
    page.headers.update(HEADERS)
    return page


@router.post("/{number}/share/{share_id}/end")
async def end_link(request: Request, ctx: Ctx, number: Number, share_id: Number) -> Response:
    """From now on the link opens nothing."""
    async with ctx.db.transaction() as tx:
        mine = {one["share_id"] for one in await shares.of_certificate(tx, tidy_number(number))}
        if share_id in mine:
            await shares.end(tx, share_id, now=ctx.clock.now())
    return RedirectResponse(f"/certification/certificates/{tidy_number(number)}#links", 303)
