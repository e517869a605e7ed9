"""The log for everybody: its head, proofs that a certificate is in it, proofs that nothing was taken out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from shared.web.deps import Ctx
from shared.web.pages import render

from ..commands.signing import Signer
from ..domain.log_rules import LogNotThatLong
from ..log import tree
from ..log.heads import Head, head_now
from ..log.proofs import proofs
from ..settings import CertificationSettings
from .register import HEADERS, Code, Number, look_up

router = APIRouter(prefix="/certification/log", tags=["log"])
PUBLIC = ("/certification/log",)
OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
Size = Annotated[int, Query(ge=0, le=2**53)]


@router.get("", include_in_schema=False)
async def page(request: Request, ctx: Ctx) -> Response:
    """What the log is, how long it is now, and how anybody checks it."""
    head = await _head(ctx)
    return render(request, "log.html", head=head, key=head.as_json(), issuer=Signer.of(_settings(ctx)).base_url)


@router.get("/head", response_model=None, responses={503: {"description": "it cannot be signed now"}})
async def head(ctx: Ctx) -> JSONResponse:
    """How long the log is, its root and a time, signed by the issuer: keep it, and nothing can be rewritten unseen."""
    return JSONResponse((await _head(ctx)).as_json(), headers=OPEN)


@router.get(
    "/consistency",
    response_model=None,
    responses={422: {"description": "the log is not that long, or first is more than second"}},
)
async def consistency(ctx: Ctx, first: Size, second: Size | None = None) -> JSONResponse:
    """That the log of ``first`` leaves is the beginning of that of ``second`` (by default: of now); RFC 9162, 2.1.4."""
    current = await _head(ctx)
    second = current.size if second is None else second
    if not first <= second <= current.size:
        raise LogNotThatLong.of(first, second, current.size)
    async with ctx.db.read() as tx:
        path = await tree.consistency(tx, first, second)
    return JSONResponse({"first": first, "second": second, "path": [one.hex() for one in path]}, headers=OPEN)


@router.get(
    "/proof/{number}",
    response_model=None,
    responses={
        404: {"description": "no certificate has this number with this code"},
        429: {"description": "too many misses from this address; see Retry-After"},
    },
)
async def proof(request: Request, ctx: Ctx, number: Number, code: Code = "") -> Response:
    """Each leaf of a certificate with its path to the root of a signed head; RFC 9162, 2.1.3."""
    found = await look_up(request, ctx, number, code)
    if isinstance(found, Response):
        return found
    async with ctx.db.read() as tx:
        leaves = await tree.leaves_of(tx, found["number"])
    last = leaves[-1]["position"] if leaves else None
    head = await _head(ctx, holding=last)
    async with ctx.db.read() as tx:
        told = await proofs(tx, found["number"], leaves, head)
    return JSONResponse(told, headers=HEADERS)


async def _head(ctx: Ctx, *, holding: int | None = None) -> Head:
    signer = Signer.of(_settings(ctx))
    return await head_now(ctx.db, signer.keys, signer.base_url, now=ctx.clock.now(), holding=holding)


def _settings(ctx: Ctx) -> CertificationSettings:
    return CertificationSettings.of(ctx.settings)
