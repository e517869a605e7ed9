"""What foreign software needs to check a certificate by itself: the credential, the issuer's keys, the status lists."""

from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from shared.web.deps import Ctx

from ..commands.papers import as_file
from ..commands.signing import Signer, credential_of, status_list_of
from ..credential.did import did_document
from ..credential.keys import IssuingKeyMissing
from ..credential.status_list import KEPT
from ..domain.rules import RefusedAsUnknown
from ..settings import CertificationSettings
from .register import HEADERS, Code, Number, look_up

router = APIRouter(tags=["credentials"])
PUBLIC = ("/.well-known/did.json", "/certification/status")

CREDENTIAL = "application/vc"
"""Media type of VC Data Model 2.0, 6.1."""
EVERYWHERE = {"Access-Control-Allow-Origin": "*"}
"""Verifiers run in browsers too, on pages of others."""


class NoSuchStatusList(RefusedAsUnknown):
    """No certificate has its status on a list of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Er is geen statuslijst {number}.", f"There is no status list {number}.", field="list", value=number
        )


@router.get("/.well-known/did.json", response_model=None)
async def did_json(ctx: Ctx) -> JSONResponse:
    """The issuer's did:web document: every key that ever signed, as Multikey; retired ones say so."""
    signer = _signer(ctx)
    async with ctx.db.read() as tx:
        keys = await signer.keys(tx, hold=False)
    headers = {**EVERYWHERE, "Cache-Control": "public, max-age=300"}
    return JSONResponse(did_document(signer.base_url, keys), headers=headers)


@router.get(
    "/certification/status/{list}",
    response_model=None,
    responses={304: {"description": "the same as the one with this ETag"}, 404: {"description": "no such list"}},
)
async def status_list(
    request: Request, ctx: Ctx, number: Annotated[int, Path(alias="list", ge=1, le=1_000_000)]
) -> Response:
    """A Bitstring Status List as a signed credential: a bit that is set says that the certificate was withdrawn."""
    found = await status_list_of(ctx.db, _signer(ctx), number, now=ctx.clock.now())
    if found is None:
        raise NoSuchStatusList(number)
    body = orjson.dumps(found)
    tag = f'W/"{sha256(body).hexdigest()[:32]}"'
    headers = {**EVERYWHERE, "ETag": tag, "Cache-Control": f"public, max-age={KEPT.seconds}"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=CREDENTIAL, headers=headers)


@router.get(
    "/certification/register/{number}/credential.json",
    response_model=None,
    responses={
        404: {"description": "no certificate has this number with this code"},
        429: {"description": "too many misses from this address; see Retry-After"},
        503: {"description": "it cannot be signed now; see Retry-After"},
    },
)
async def credential_json(request: Request, ctx: Ctx, number: Number, code: Code = "") -> Response:
    """The certificate as an Open Badges 3.0 credential; signed now when it was not yet."""
    found = await look_up(request, ctx, number, code)
    if isinstance(found, Response):
        return found
    credential = await credential_of(ctx.db, _signer(ctx), found["number"], now=ctx.clock.now())
    if credential is None:
        raise IssuingKeyMissing("for this certificate")
    disposition = f'attachment; filename="{found["number"]}.json"'
    proof = f"/certification/log/proof/{quote(found['number'], safe='')}?{urlencode({'code': found['check_code']})}"
    beside = f'<{proof}>; rel="related"; title="inclusion in the log"'
    return _vc(credential, {**HEADERS, "Content-Disposition": disposition, "Link": beside})


def _vc(credential: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(as_file(credential), media_type=CREDENTIAL, headers=headers)


def _signer(ctx: Ctx) -> Signer:
    return Signer.of(CertificationSettings.of(ctx.settings))
