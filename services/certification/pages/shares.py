"""Links of weeks to one certificate: made by the holder or the office, opened by whoever has it, ended by them."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from shared.db import Tx
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.idempotency import Answer, once
from shared.web.pages import render
from shared.web.problems import wants_html

from ..commands.shares import Shared, hashed, share
from ..domain.life_rules import CertificateNotKnown
from ..domain.numbers import tidy_number
from ..domain.rules import RefusedAsUnknown
from ..queries import register
from ..settings import CertificationSettings
from ..store import shares
from ..store.audit import By
from ..words import certificates as words
from ..words.certificates import shown_scheme
from .register import HEADERS, Number, _json, look_up

router = APIRouter(tags=["share links"])
PUBLIC = ("/certification/shared",)
Token = Annotated[str, Path(max_length=80)]
HOLDER = By("holder")


class LinkHasEnded(RefusedAsUnknown):
    """The link does not open anything: it never did, its time is over, or it was ended."""

    def __init__(self) -> None:
        super().__init__("Deze link geldt niet of niet meer.", "This link does not work, or no longer.")


class ShareBody(StrictModel):
    """Nothing is asked."""


@router.post("/certification/register/{number}/share", response_model=None)
async def share_by_holder(
    request: Request, ctx: Ctx, number: Number, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Whoever has number and check code makes a link that shows the certificate, and one to manage it with."""
    found = await look_up(request, ctx, number, code)
    if isinstance(found, Response):
        return found
    days = CertificationSettings.of(ctx.settings).share_days
    async with ctx.db.transaction() as tx:
        made = await share(tx, found["number"], found["trainee_id"], days=days, now=ctx.clock.now(), by=HOLDER)
    both = links(request, made)
    if not wants_html(request):
        return JSONResponse(both, 201, headers=HEADERS)
    page = render(request, "shared.html", status=201, made=both, kept=None, number=found["number"])
    page.headers.update(HEADERS)
    return page


@router.post("/certification/api/certificates/{number}/share", dependencies=[require("office")], status_code=201)
async def share_by_office(request: Request, ctx: Ctx, who: Who, number: Number, given: ShareBody) -> Response:
    """The same for a holder who asks the office. The links are in this answer and nowhere else."""

    async def do(tx: Tx) -> Answer:
        found = await register.entry(tx, tidy_number(number), ctx.clock.today())
        if found is None:
            raise CertificateNotKnown(number)
        days = CertificationSettings.of(ctx.settings).share_days
        by = By(who.subject)
        made = await share(tx, found["number"], found["trainee_id"], days=days, now=ctx.clock.now(), by=by)
        return Answer(201, links(request, made))

    return await once(request, ctx, given, do)


@router.get("/certification/shared/{token}", response_model=None)
async def open_shared(request: Request, ctx: Ctx, token: Token) -> Response:
    """The certificate as it stands now, without a code; the holder sees that it was opened, and not by whom."""
    how = "page" if wants_html(request) else "json"
    async with ctx.db.transaction() as tx:
        found = await shares.opened(tx, hashed(token), how=how, now=ctx.clock.now())
        entry = await register.entry(tx, found["number"], ctx.clock.today()) if found else None
        if entry is None:
            raise LinkHasEnded()
        content = await register.scheme_content(tx, entry["scheme"], entry["scheme_version"])
    shown = {name: entry[name] for name in (*register.PUBLIC, "as_of")}
    if not wants_html(request):
        return JSONResponse(_json(shown), headers=HEADERS)
    page = render(
        request,
        "certificate.html",
        entry={**shown, "version": entry["version"]},
        code="",
        birth_date="",
        scheme=shown_scheme(content or {}, entry["programme"]),
        asked=None,
        withheld=None,
        words=words,
    )
    page.headers.update(HEADERS)
    return page


@router.get("/certification/shared/manage/{token}", response_model=None)
async def manage(request: Request, ctx: Ctx, token: Token) -> Response:
    """When the link was opened, and a button that ends it."""
    async with ctx.db.read() as tx:
        kept = await shares.managed(tx, hashed(token))
    if kept is None:
        raise LinkHasEnded()
    if not wants_html(request):
        kept["log"] = [_json(one) for one in kept["log"]]
        return JSONResponse(_json(kept), headers=HEADERS)
    runs = kept["ended_at"] is None and kept["ends_at"] > ctx.clock.now()
    page = render(request, "shared.html", made=None, kept={**kept, "runs": runs}, number=kept["number"], token=token)
    page.headers.update(HEADERS)
    return page


@router.post("/certification/shared/manage/{token}/end", response_model=None)
async def end(request: Request, ctx: Ctx, token: Token) -> Response:
    """From now on the link opens nothing."""
    async with ctx.db.transaction() as tx:
        kept = await shares.managed(tx, hashed(token))
        if kept is None:
            raise LinkHasEnded()
        await shares.end(tx, kept["share_id"], now=ctx.clock.now())
    if wants_html(request):
        return RedirectResponse(f"/certification/shared/manage/{token}", 303)
    return JSONResponse({"share_id": kept["share_id"], "ended": True}, headers=HEADERS)


def links(request: Request, made: Shared) -> dict[str, Any]:
    """Both addresses, and until when they work."""
    base = request.app.state.bases["certification"]
    return {
        "share_url": f"{base}/certification/shared/{made.token}",
        "manage_url": f"{base}/certification/shared/manage/{made.manage}",
        "ends_at": made.ends_at.isoformat(),
    }
