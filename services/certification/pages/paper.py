"""The certificate on paper, for who has number and code, and for the office; the authority that checkers trust."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from shared.web.deps import Ctx, require

from ..commands.keyring import authorities
from ..commands.papers import Press, paper_of
from ..credential.keys import IssuingKeyMissing
from ..domain.numbers import tidy_number
from ..domain.rules import RefusedAsUnknown
from ..queries import register
from ..settings import CertificationSettings
from .register import HEADERS, Code, Number, look_up

router = APIRouter(tags=["paper"])
PUBLIC = ("/certification/paper",)
PDF = "application/pdf"
Lang = Annotated[str | None, Query(alias="lang", pattern="^(nl|en)$", description="else the holder's language")]
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "PDF/A-4f, signed, with the credential inside", "content": {PDF: {}}},
    404: {"description": "no certificate has this number with this code"},
    409: {"description": "withdrawn"},
    422: {"description": "the name has signs that no font has"},
    503: {"description": "it cannot be signed now; see Retry-After"},
}


class NoSuchCertificate(RefusedAsUnknown):
    """No certificate has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Geen certificaat heeft nummer {number}.",
            f"No certificate has number {number}.",
            field="number",
            value=number,
        )


@router.get(
    "/certification/register/{number}/certificate.pdf",
    response_model=None,
    responses={**ANSWERS, 429: {"description": "too many misses from this address; see Retry-After"}},
)
async def certificate_pdf(request: Request, ctx: Ctx, number: Number, code: Code = "", lang: Lang = None) -> Response:
    """The certificate as a PDF to print; made now when it was not yet."""
    found = await look_up(request, ctx, number, code)
    return found if isinstance(found, Response) else await _paper(ctx, found["number"], lang)


@router.get(
    "/certification/certificates/{number}/certificate.pdf",
    response_model=None,
    dependencies=[require("office")],
    responses=ANSWERS,
)
async def office_pdf(ctx: Ctx, number: Annotated[str, Path(max_length=80)], lang: Lang = None) -> Response:
    """The same for the office, without the check code."""
    async with ctx.db.read() as tx:
        found = await register.entry(tx, tidy_number(number), ctx.clock.today())
    if found is None:
        raise NoSuchCertificate(number)
    return await _paper(ctx, found["number"], lang)


@router.get("/certification/paper/ca.pem", response_model=None)
async def authority_pem(ctx: Ctx) -> Response:
    """The authority above the document signer: who trusts it, sees in a PDF reader that the paper is genuine. More than
    one after another has taken its place; never one whose signer somebody else may have."""
    headers = {
        "Content-Disposition": 'attachment; filename="keur-documents.pem"',
        "Cache-Control": "public, max-age=300",
    }
    async with ctx.db.read() as tx:
        vouching = await authorities(tx, ctx.settings.home)
    return Response(vouching, media_type="application/x-pem-file", headers=headers)


async def _paper(ctx: Ctx, number: str, lang: str | None) -> Response:
    press = Press.of(CertificationSettings.of(ctx.settings))
    made = await paper_of(ctx.db, press, number, language=lang, now=ctx.clock.now())
    if made is None:
        raise IssuingKeyMissing("for this certificate")
    pdf, language = made
    headers = {
        **HEADERS,
        "Content-Language": language,
        "Content-Disposition": f'inline; filename="{number}.pdf"',
    }
    return Response(pdf, media_type=PDF, headers=headers)
