"""The public register: whoever has a certificate's number and check code may see what it is worth. Nobody else learns
whether a number exists: wrong and unknown get the same answer, and an address that keeps missing must wait."""

import asyncio
from datetime import date
from hmac import compare_digest
from time import monotonic
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from shared.tabular import typed_day
from shared.web.deps import Ctx
from shared.web.front_door import Networks, address_of
from shared.web.i18n import translate as _
from shared.web.pages import render
from shared.web.problems import PROBLEM_JSON, wants_html

from ..domain.misses import Misses
from ..domain.numbers import CHECK_CODE_LENGTH, tidy_check_code, tidy_number
from ..domain.rules import Refused
from ..log.proofs import known_proof
from ..queries import life, register
from ..queries.files import withheld
from ..store import history
from ..words import certificates as words
from ..words.certificates import shown_scheme

router = APIRouter(prefix="/certification/register", tags=["register"])
PUBLIC = ("/certification/register",)

Number = Annotated[str, Path(max_length=80, description="as it stands on the certificate")]
Code = Annotated[str, Query(max_length=40, description="the check code beside the number")]
BirthDate = Annotated[str, Query(max_length=10, description="of the holder, in the place of the code: 2008-01-31")]
MISS_TAKES_S = 0.03
"""A miss is answered after this time, whatever it took to find out."""
NO_CODE = "·" * CHECK_CODE_LENGTH
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Cookie", "X-Robots-Tag": "noindex"}


class NoSuchDay(Refused):
    """The day of a question about the past cannot be read."""


@router.get("", include_in_schema=False)
async def search(
    request: Request,
    number: Annotated[str, Query(max_length=80)] = "",
    code: Annotated[str, Query(max_length=40)] = "",
    birth_date: BirthDate = "",
) -> Response:
    """The form; with a number it leads to the entry."""
    if number.strip():
        query = {"code": code.strip()} if code.strip() else {}
        if birth_date.strip():
            query["birth_date"] = birth_date.strip()
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
            "description": "number, status, holder, programme, scheme, scheme_version, issued_on, valid_until, as_of; "
            "log: its proof of inclusion, null until a head is signed"
        },
        404: {"description": "no certificate has this number with this code"},
        429: {"description": "too many misses from this address; see Retry-After"},
    },
)
async def entry(
    request: Request,
    ctx: Ctx,
    number: Number,
    code: Code = "",
    birth_date: BirthDate = "",
    on: Annotated[str, Query(max_length=10, description="how it stood at the end of this day")] = "",
) -> Response:
    """One entry, as a page or as JSON by ``Accept``. The holder's name is shown only when number and code match, or
    number and the holder's birth date."""
    if not tidy_check_code(code) and not birth_date and wants_html(request):
        return render(request, "register.html", number=tidy_number(number), missed=None, asks_code=True)
    found = await look_up(request, ctx, number, code, birth_date, with_history=True)
    if isinstance(found, Response):
        return found
    day = day_asked(on)
    if found.get("imported"):
        return _imported(request, found)
    async with ctx.db.read() as tx:
        content = await register.scheme_content(tx, found["scheme"], found["scheme_version"])
        stood = await life.on_day(tx, found["number"], found["issued_on"], day) if day else None
        logged = await known_proof(tx, found["number"])
        kept_back = await withheld(tx, found["number"])
    shown = {name: found[name] for name in (*register.PUBLIC, "as_of")}
    asked = {"day": day, "status": stood[0].value if stood[0] else "not_issued"} if stood else None
    if wants_html(request):
        scheme = shown_scheme(content or {}, found["programme"])
        page = render(
            request,
            "certificate.html",
            entry={**shown, "version": found["version"]},
            code=found["check_code"] if tidy_check_code(code) else "",
            birth_date=birth_date.strip(),
            scheme=scheme,
            asked=asked,
            withheld=kept_back,
            words=words,
        )
        page.headers.update(HEADERS)
        return page
    told = {**shown, "log": logged, **({"on": _json(asked)} if asked else {})}
    return JSONResponse(_json(told), headers=HEADERS)


def _imported(request: Request, found: dict[str, Any]) -> Response:
    """A certificate of before this register: what the older one said of it."""
    shown = {name: found[name] for name in (*register.PUBLIC, "as_of", "imported")}
    if not wants_html(request):
        return JSONResponse(_json(shown), headers=HEADERS)
    page = render(request, "imported.html", entry=shown, words=words)
    page.headers.update(HEADERS)
    return page


def day_asked(text: str) -> date | None:
    """The day of a question about the past; what is no day is refused."""
    if not text.strip():
        return None
    try:
        return typed_day(text)
    except ValueError:
        raise NoSuchDay(
            "Dit is geen bestaande dag.",
            "This is no existing day.",
            field="on",
            value=text[:10],
            allowed=("een dag zoals 2027-03-01", "a day such as 2027-03-01"),
        ) from None


async def look_up(
    request: Request, ctx: Ctx, number: str, code: str, birth_date: str = "", *, with_history: bool = False
) -> dict[str, Any] | Response:
    """The entry when number and code (or birth date) belong together; else the refusal, which is the same for wrong and
    unknown, and comes no sooner for the one than for the other.

    Imported certificates are found ``with_history``: they have no paper and no credential of this issuer.
    A birth date is a small secret, so misses with one are counted by number too, whoever asks.
    """
    begun = monotonic()
    misses: Misses = request.app.state.misses
    address, key = who_asks(request), tidy_number(number)
    by_number = f"number {key}"
    now = ctx.clock.now()
    waits = [misses.wait(address, now)]
    if birth_date:
        waits.append(request.app.state.misses_by_number.wait(by_number, now))
    if wait := max(waits):
        return _refusal(request, 429, wait=wait)
    async with ctx.db.read() as tx:
        found = await register.entry(tx, key, ctx.clock.today())
        if with_history and not (found and belongs(found, code, birth_date)):  # asked for wrong and unknown alike
            before = await history.entry(tx, key, ctx.clock.today())
            found = found or before
    if found is not None and belongs(found, code, birth_date):
        return found
    misses.note(address, now)
    if birth_date:
        request.app.state.misses_by_number.note(by_number, now)
    await asyncio.sleep(max(0.0, begun + MISS_TAKES_S - monotonic()))
    return _refusal(request, 404)


def belongs(found: dict[str, Any], code: str, birth_date: str) -> bool:
    """Whether the check code, or else the birth date, is the one of this entry. Takes as long for either answer."""
    by_code = compare_digest(found["check_code"].encode(), tidy_check_code(code).encode())
    born = found["birth_date"].isoformat() if found["birth_date"] else NO_CODE
    return by_code or (not tidy_check_code(code) and compare_digest(born.encode(), birth_date.strip().encode()))


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


def who_asks(request: Request) -> str:
    """The address, also behind a front door that the settings name."""
    doors: Networks = request.app.state.proxies
    return address_of(request, doors)
