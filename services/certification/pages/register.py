"""The public register: whoever has a certificate's number and check code may see what it is worth. Nobody else learns
whether a number exists: wrong and unknown get the same answer, and an address that keeps missing must wait."""

from hmac import compare_digest
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from shared.web.deps import Ctx
from shared.web.i18n import translate as _
from shared.web.pages import render
from shared.web.problems import PROBLEM_JSON, wants_html

from ..domain.misses import Misses
from ..domain.numbers import CHECK_CODE_LENGTH, tidy_check_code, tidy_number
from ..queries import register
from ..words import shown_scheme

router = APIRouter(prefix="/certification/register", tags=["register"])
PUBLIC = ("/certification/register",)

Number = Annotated[str, Path(max_length=80, description="as it stands on the certificate")]
Code = Annotated[str, Query(max_length=40, description="the check code beside the number")]
NO_CODE = "·" * CHECK_CODE_LENGTH
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Cookie", "X-Robots-Tag": "noindex"}


@router.get("", include_in_schema=False)
async def search(
    request: Request, number: Annotated[str, Query(max_length=80)] = "", code: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The form; with a number it leads to the entry."""
    if number.strip():
        query = {"code": code.strip()} if code.strip() else {}
        if "lang" in request.query_params:
            query["lang"] = request.query_params["lang"]
        target = f"/certification/register/{quote(tidy_number(number), safe='')}"
        return RedirectResponse(f"{target}?{urlencode(query)}" if query else target, 303)
    return render(request, "register.html", number="", missed=None, asks_code=False)


@router.get(
    "/{number}",
    response_model=None,
    responses={
        200: {
            "description": "number, status, holder, programme, scheme, scheme_version, issued_on, valid_until, as_of"
        },
        404: {"description": "no certificate has this number with this code"},
        429: {"description": "too many misses from this address; see Retry-After"},
    },
)
async def entry(request: Request, ctx: Ctx, number: Number, code: Code = "") -> Response:
    """One entry, as a page or as JSON by ``Accept``. The holder's name is shown only when number and code match."""
    if not tidy_check_code(code) and wants_html(request):
        return render(request, "register.html", number=tidy_number(number), missed=None, asks_code=True)
    found = await look_up(request, ctx, number, code)
    if isinstance(found, Response):
        return found
    async with ctx.db.read() as tx:
        content = await register.scheme_content(tx, found["scheme"], found["scheme_version"])
    shown = {name: found[name] for name in (*register.PUBLIC, "as_of")}
    if wants_html(request):
        scheme = shown_scheme(content or {}, found["programme"])
        page = render(request, "certificate.html", entry=shown, code=found["check_code"], scheme=scheme)
        page.headers.update(HEADERS)
        return page
    return JSONResponse(_json(shown), headers=HEADERS)


async def look_up(request: Request, ctx: Ctx, number: str, code: str) -> dict[str, Any] | Response:
    """The entry when number and code belong together; else the refusal, which is the same for wrong and unknown."""
    misses: Misses = request.app.state.misses
    address = _address(request)
    if wait := misses.wait(address, ctx.clock.now()):
        return _refusal(request, 429, wait=wait)
    async with ctx.db.read() as tx:
        found = await register.entry(tx, tidy_number(number), ctx.clock.today())
    matches = compare_digest((found["check_code"] if found else NO_CODE).encode(), tidy_check_code(code).encode())
    if found is None or not matches:
        misses.note(address, ctx.clock.now())
        return _refusal(request, 404)
    return found


def _refusal(request: Request, status: int, *, wait: int = 0) -> Response:
    """The same to the letter for a wrong code and an unknown number, so without correlation id and input."""
    headers = {**HEADERS, "Retry-After": str(wait)} if wait else HEADERS
    if wants_html(request):
        page = render(request, "register.html", status=status, number="", missed=status, asks_code=False, wait=wait)
        page.headers.update(headers)
        return page
    kind, title, detail = {
        404: (
            "certificate-not-found",
            _("Geen certificaat gevonden"),
            _("Er is geen certificaat met dit nummer en deze controlecode."),
        ),
        429: (
            "too-many-requests",
            _("Te vaak geprobeerd"),
            _("Vanaf dit adres is te vaak een verkeerd nummer of een verkeerde code ingevuld."),
        ),
    }[status]
    body = {"type": f"urn:keur:problem:{kind}", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM_JSON)


def _json(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in shown.items()}


def _address(request: Request) -> str:
    """Who asks: the peer, or whom a trusted front door says it asks for (the last one that is no front door)."""
    peer = request.client.host if request.client else "-"
    proxies: tuple[IPv4Network | IPv6Network, ...] = request.app.state.proxies
    hops = [*(one.strip() for one in request.headers.get("x-forwarded-for", "").split(",") if one.strip()), peer]
    while len(hops) > 1 and _is_proxy(hops[-1], proxies):
        hops.pop()
    return hops[-1]


def _is_proxy(address: str, proxies: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in proxies)
