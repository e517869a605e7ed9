"""Checking a file, a list, and the numbers of the whole register: for everybody, without telling what is not there."""

import asyncio
import io
from hashlib import sha256
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from shared.tabular.writing import CsvWriter
from shared.web.deps import Ctx
from shared.web.pages import render
from shared.web.problems import wants_html

from ..api.entries import published_key
from ..credential.proof import ProofRefused, check_proof
from ..credential.reading import MOST_BYTES, NoCredentialInFile, number_in, read_credential
from ..domain.bulk import Asked, read_list
from ..queries import checking, schemes
from ..store import schemes as versions
from ..words import certificates as words
from .register import HEADERS, MISS_TAKES_S, _json, _refusal, belongs, who_asks

router = APIRouter(prefix="/certification/register", tags=["register"])
COUNTS_STAND_S = 10.0
NOT_OURS = {"verdict": "not_genuine"}
KEY_REVOKED = {"verdict": "key_revoked"}
"""It is as it was signed here, by a key that somebody else may have had by then: whoever shows it gets a new one."""
ANSWERS = ("number", "answer", "holder", "programme", "issued_on", "valid_until")


@router.get("/check", include_in_schema=False)
async def check_page(request: Request) -> Response:
    """Forms to have a file or a list checked."""
    return render(request, "check.html", told=None, words=words)


@router.post("/file", response_model=None)
async def check_file(
    request: Request, ctx: Ctx, file: Annotated[UploadFile, File(description="the PDF, or the credential as JSON")]
) -> Response:
    """Whether a PDF or credential is what was issued here, and how the certificate stands now.

    What was altered and what was never issued get the same answer. A PDF must have the very bytes that were made here:
    any other with a genuine credential inside, that of another certificate perhaps, is an ``altered_paper``, with what
    the credential says, so that who asks can lay it beside the paper.
    """
    begun, now = monotonic(), ctx.clock.now()
    misses, address = request.app.state.misses, who_asks(request)
    if wait := misses.wait(address, now):
        return _refusal(request, 429, wait=wait)
    data = await file.read(MOST_BYTES + 1)
    told = await _told(ctx, data)
    if told == NOT_OURS:
        misses.note(address, now)
        await asyncio.sleep(max(0.0, begun + 2 * MISS_TAKES_S - monotonic()))
    if wants_html(request):
        async with ctx.db.read() as tx:
            programmes = words.programmes(one.content for one in (await versions.all_versions(tx)).values())
        page = render(request, "check.html", told=told, programmes=programmes, words=words)
        page.headers.update(HEADERS)
        return page
    return JSONResponse(_json(told), headers=HEADERS)


async def _told(ctx: Ctx, data: bytes) -> dict[str, Any]:
    try:
        given = read_credential(data)
    except NoCredentialInFile:
        return NOT_OURS
    async with ctx.db.read() as tx:
        number = number_in(given)
        found = (await checking.entries(tx, [number], ctx.clock.today())).get(number)
        signed = await checking.credentials(tx, number)
        unaltered = await checking.made_here(tx, sha256(data).hexdigest())
    same = next((one for one in signed if one["credential"] == given), None)
    if found is None or same is None:
        return NOT_OURS
    try:
        await asyncio.to_thread(check_proof, given, await published_key(ctx))
    except ProofRefused:
        return NOT_OURS
    if not same["counts"]:
        return KEY_REVOKED
    is_pdf = data.lstrip().startswith(b"%PDF-")
    newest = same["version"] == found["version"]
    altered = is_pdf and not unaltered
    return {
        "verdict": "altered_paper" if altered else "genuine" if newest else "superseded",
        "file": ("not_as_made" if altered else "unaltered") if is_pdf else None,
        **{name: found[name] for name in ("number", "status", "holder", "programme", "issued_on", "valid_until")},
        "as_of": found["as_of"],
    }


@router.post("/list", response_model=None)
async def check_list(
    request: Request, ctx: Ctx, file: Annotated[UploadFile, File(description="CSV: number, check_code or birth_date")]
) -> Response:
    """Every row answered; as CSV, or as JSON by ``Accept``. Wrong and unknown are one answer, and count as misses:
    after as many as anybody may have, the rest of the list is not answered."""
    now, address = ctx.clock.now(), who_asks(request)
    if wait := request.app.state.misses.wait(address, now):
        return _refusal(request, 429, wait=wait)
    rows = read_list(await file.read(256 * 1024))
    async with ctx.db.read() as tx:
        found = await checking.entries(tx, sorted({row.number for row in rows}), ctx.clock.today())
    answers = [_answer(request, row, found.get(row.number), address, now) for row in rows]
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"items": [_json(answer) for answer in answers]}, headers=HEADERS)
    text = io.StringIO(newline="")
    CsvWriter(text, ANSWERS).write(answers)
    disposition = {"Content-Disposition": 'attachment; filename="certificates-checked.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers={**HEADERS, **disposition})


def _answer(request: Request, row: Asked, found: dict[str, Any] | None, address: str, now: Any) -> dict[str, Any]:
    misses, by_number = request.app.state.misses, request.app.state.misses_by_number
    key = f"number {row.number}"
    if misses.wait(address, now) or (not row.check_code and by_number.wait(key, now)):
        return {"number": row.typed, "answer": "not_answered"}
    if found is not None and belongs(found, row.check_code, row.birth_date):
        shown = {name: found[name] for name in ("holder", "programme", "issued_on", "valid_until")}
        return {"number": row.typed, "answer": found["status"], **shown}
    misses.note(address, now)
    if not row.check_code:
        by_number.note(key, now)
    return {"number": row.typed, "answer": "not_found"}


@router.get("/figures", response_model=None)
async def figures(request: Request, ctx: Ctx) -> Response:
    """How many certificates of each programme are valid, suspended, expired and withdrawn now."""
    kept: tuple[float, Any, list[dict[str, Any]]] | None = getattr(request.app.state, "register_counts", None)
    if kept is None or monotonic() - kept[0] > COUNTS_STAND_S or kept[1] != ctx.clock.today():
        async with ctx.db.read() as tx:
            rows = await checking.counted(tx, ctx.clock.today())
        kept = (monotonic(), ctx.clock.today(), rows)
        request.app.state.register_counts = kept
    if wants_html(request):
        async with ctx.db.read() as tx:
            titles = {row["scheme"]: words.text(row["title"]) for row in reversed(await schemes.some(tx))}
            programmes = words.programmes(one.content for one in (await versions.all_versions(tx)).values())
        return render(
            request, "figures.html", rows=kept[2], titles=titles, programmes=programmes, as_of=kept[1], words=words
        )
    return JSONResponse({"as_of": kept[1].isoformat(), "items": kept[2]}, headers={"Cache-Control": "max-age=10"})
