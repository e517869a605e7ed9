"""The office's desk: certificates, candidates with why not yet, results that wait for somebody, schemes."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from shared.tabular import ClientKey
from shared.web.deps import Ctx, require
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..domain.decisions import Dossier, decide
from ..queries import candidates, register, schemes
from ..queries.files import withheld
from ..store import results as results_store
from ..store import schemes as versions
from ..words import certificates as words

router = APIRouter(prefix="/certification", include_in_schema=False, dependencies=[require("office")])

PAGE = 50
Words = Annotated[str, Query(alias="q", max_length=100)]
After = Annotated[str, Query(max_length=80)]
View = Annotated[str, Query(pattern=f"^({'|'.join(candidates.VIEWS)})$")]


@router.get("/certificates")
async def certificates(request: Request, ctx: Ctx, q: Words = "", after: After = "") -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await register.some(tx, q.strip(), after, PAGE, ctx.clock.today())
        counts = await candidates.counts(tx)
        known = await versions.all_versions(tx)
    return render(
        request,
        "certificates.html",
        rows=rows,
        q=q,
        counts=counts,
        next=_next(rows, "number"),
        programmes=words.programmes(one.content for one in known.values()),
        words=words,
    )


@router.get("/candidates")
async def candidate_list(request: Request, ctx: Ctx, view: View = "open", after: After = "") -> HTMLResponse:
    """By default those with open requirements: why not yet."""
    async with ctx.db.read() as tx:
        rows = await candidates.some(tx, view, after, PAGE)
        contents = {key: dict(one.content) for key, one in (await versions.all_versions(tx)).items()}
        to_look_at = await candidates.results_to_look_at(tx, PAGE) if view == "awaited" else []
    for row in rows:
        content = contents.get((row["scheme"], row["scheme_version"]), {})
        row["open"] = [words.requirement(code, content) for code in row["missing"]]
    return render(
        request,
        "candidates.html",
        rows=rows,
        view=view,
        to_look_at=to_look_at,
        next=_next(rows, "trainee_id"),
        programmes=words.programmes(contents.values()),
        words=words,
    )


@router.get("/candidates/{trainee_id}")
async def candidate(request: Request, ctx: Ctx, trainee_id: ClientKey) -> HTMLResponse:
    """One candidate: each requirement met or not, by which evidence, and what was decided on it."""
    async with ctx.db.read() as tx:
        file = await candidates.one(tx, trainee_id)
        if file is None:
            raise NothingUnderThisKey()
        key = (file["scheme"], file["scheme_version"])
        version = (await versions.versions(tx, [key])).get(key) if file["scheme"] else None
        standing = (await results_store.current(tx, [trainee_id])).get(trainee_id, [])
        decision = await candidates.decision_of(tx, trainee_id)
        entered = await candidates.results_of(tx, trainee_id)
        audit = await candidates.audit_of(tx, trainee_id)
        kept_back = await withheld(tx, file["number"])
    lines = []
    if version is not None:
        dossier = Dossier.of(trainee_id, file["programme"], standing)
        by_id = {one.id: one for one in dossier.results}
        for finding in decide(version, dossier).findings:
            evidence = [by_id[id] for id in finding.evidence]
            lines.append(
                {
                    "requirement": words.requirement(finding.requirement, version.content),
                    "met": finding.met,
                    "evidence": evidence,
                }
            )
    return render(
        request,
        "candidate.html",
        file=file,
        withheld=kept_back,
        lines=lines,
        results=entered,
        decision=decision,
        audit=audit,
        content=dict(version.content) if version else {},
        words=words,
    )


@router.get("/schemes")
async def scheme_list(request: Request, ctx: Ctx) -> HTMLResponse:
    async with ctx.db.read() as tx:
        rows = await schemes.some(tx)
    return render(request, "schemes.html", rows=rows, words=words)


@router.get("/schemes/{scheme}/{version}")
async def scheme(request: Request, ctx: Ctx, scheme: ClientKey, version: ClientKey) -> HTMLResponse:
    async with ctx.db.read() as tx:
        row = await schemes.one(tx, scheme, version)
    if row is None:
        raise NothingUnderThisKey()
    return render(
        request, "scheme.html", row=row, content=row["content"], shown=words.shown_scheme(row["content"]), words=words
    )


def _next(rows: list[dict[str, Any]], key: str) -> str | None:
    return str(rows[-1][key]) if len(rows) == PAGE else None
