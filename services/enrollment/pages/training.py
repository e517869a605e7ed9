"""The start page of the training, and the lists of trainees and companies."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from shared.tabular import ClientKey
from shared.web.deps import Ctx, require
from shared.web.pages import render

from ..queries import coverage, figures, places, replacements, risk, titles, trainees
from ..words import training as words
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


def _next(rows: list[dict[str, Any]], key: str) -> str | None:
    return str(rows[-1][key]) if len(rows) == PAGE else None
