"""The office's page and JSON of licences to use the mark and cases of wrong use."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from shared.db import Tx
from shared.tabular import ClientKey, typed_day
from shared.web.deps import Ctx, Listing, Paging, StrictModel, Text, Who, clean_text, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once
from shared.web.pages import render

from ..commands.mark_use import end_licence, grant_licence, open_case, take_case_step
from ..domain.mark_use import CaseStep
from ..domain.rules import Refused
from ..queries import schemes
from ..store import mark_use
from ..store.audit import By
from ..words.certificates import text
from ..words.life import CASE_STEPS

api = APIRouter(prefix="/certification/api/mark-use", tags=["mark use"], dependencies=[require("office")])
router = APIRouter(prefix="/certification/mark-use", include_in_schema=False, dependencies=[require("office")])
Typed = Annotated[str, Form(max_length=2000)]


class LicenceBody(StrictModel):
    """A company may use the mark from a day to a day, on conditions."""

    company_id: ClientKey
    scheme: Annotated[str, Field(max_length=40)]
    conditions: Annotated[Text, Field(max_length=4000)]
    valid_from: date
    valid_until: date


class CaseBody(StrictModel):
    """The mark was used wrongly."""

    company_id: ClientKey
    scheme: Annotated[str, Field(max_length=40)]
    found_on: date
    what: Annotated[Text, Field(max_length=4000)]


class CaseStepBody(StrictModel):
    kind: CaseStep
    words: Annotated[Text, Field(max_length=4000)]


@api.get("/licences")
async def licences(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await mark_use.licences(tx, page.after, page.limit), page, "licence_id")


@api.post("/licences", status_code=201)
async def grant(request: Request, ctx: Ctx, who: Who, given: LicenceBody) -> Response:
    """One licence runs per company and mark."""

    async def do(tx: Tx) -> Answer:
        by = By(who.subject)
        made = await grant_licence(tx, **given.model_dump(), now=ctx.clock.now(), by=by)
        return Answer(201, {"licence_id": made, **given.model_dump(mode="json")})

    return await once(request, ctx, given, do)


@api.get("/cases")
async def cases(ctx: Ctx, page: Paging) -> Listing[dict[str, Any]]:
    """Each with its steps."""
    async with ctx.db.read() as tx:
        return Listing[dict[str, Any]].of(await mark_use.cases(tx, page.after, page.limit), page, "case_id")


@api.post("/cases", status_code=201)
async def open_misuse(request: Request, ctx: Ctx, who: Who, given: CaseBody) -> Response:
    async def do(tx: Tx) -> Answer:
        made = await open_case(tx, **given.model_dump(), now=ctx.clock.now(), by=By(who.subject))
        return Answer(201, {"case_id": made, **given.model_dump(mode="json")})

    return await once(request, ctx, given, do)


@api.post("/cases/{case_id}/steps", status_code=201)
async def step(request: Request, ctx: Ctx, who: Who, case_id: ClientKey, given: CaseStepBody) -> Response:
    """Warned, corrected, licence ended, closed. Nothing follows on closed."""

    async def do(tx: Tx) -> Answer:
        now, today = ctx.clock.now(), ctx.clock.today()
        position = await take_case_step(
            tx, case_id, given.kind, words=given.words, now=now, today=today, by=By(who.subject)
        )
        return Answer(201, {"case_id": case_id, "position": position, "kind": given.kind.value})

    return await once(request, ctx, given, do)


@router.get("")
async def page(request: Request, ctx: Ctx) -> Response:
    return await _show(request, ctx)


@router.post("")
async def decide(
    request: Request,
    ctx: Ctx,
    who: Who,
    what: Typed = "",
    company_id: Typed = "",
    scheme: Typed = "",
    words: Typed = "",
    begins: Typed = "",
    ends: Typed = "",
    key: Typed = "",
    kind: Typed = "",
) -> Response:
    """A licence granted or ended, a case opened, a step in a case."""
    now, today, by = ctx.clock.now(), ctx.clock.today(), By(who.subject)
    said = clean_text(words, multi_line=True)
    try:
        async with ctx.db.transaction() as tx:
            match what:
                case "grant":
                    first, last = _day(begins) or today, _day(ends) or today
                    await grant_licence(
                        tx, clean_text(company_id), scheme, conditions=said, valid_from=first, valid_until=last,
                        now=now, by=by,
                    )  # fmt: skip
                case "end":
                    await end_licence(tx, key, today=today, by=by)
                case "open":
                    found_on = _day(begins) or today
                    await open_case(tx, clean_text(company_id), scheme, found_on=found_on, what=said, now=now, by=by)
                case "step" if kind in CASE_STEPS:
                    await take_case_step(tx, key, CaseStep(kind), words=said, now=now, today=today, by=by)
    except Refused as rule:
        given = {
            "what": what,
            "company_id": company_id,
            "scheme": scheme,
            "words": words,
            "begins": begins,
            "ends": ends,
        }
        return await _show(request, ctx, given, error=rule.said(language())[0])
    return RedirectResponse("/certification/mark-use", 303)


async def _show(request: Request, ctx: Ctx, given: Mapping[str, str] | None = None, error: str = "") -> Response:
    async with ctx.db.read() as tx:
        titles = {row["scheme"]: text(row["title"]) for row in reversed(await schemes.some(tx))}
        licences = await mark_use.licences(tx, "", 500)
        cases = await mark_use.cases(tx, "", 500)
    return render(
        request,
        "mark_use.html",
        status=422 if error else 200,
        licences=list(reversed(licences)),
        cases=list(reversed(cases)),
        titles=titles,
        steps=[(code, _(word)) for code, word in CASE_STEPS.items()],
        case_words=CASE_STEPS,
        error=error,
        given=given or {},
        today=ctx.clock.today(),
    )


def _day(typed: str) -> date | None:
    try:
        return typed_day(typed)
    except ValueError:
        return None
