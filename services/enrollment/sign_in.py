"""Coming in and going out: one-time links, sessions and their renewal, tokens for programs."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.enrollment import accounts
from shared.db import Tx
from shared.errors import Refused
from shared.ids import new_id
from shared.web import pages
from shared.web.deps import Ctx, Principal, StrictModel, require
from shared.web.idempotency import Answer, Vault, once
from shared.web.session import SESSION_COOKIE, SESSION_SECONDS, SessionKeys
from shared.web.sites import safe_return

PUBLIC = ("/enrollment/sign-in", "/enrollment/session")
RENEWAL_COOKIE = "keur_renewal"
RENEWAL_PATH = "/enrollment/session"
SIGN_IN = "/enrollment/sign-in"
BOARD = "/enrollment/board"

router = APIRouter(prefix="/enrollment")

Secret = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Admin = Annotated[Principal, require("admin")]


class LeadsElsewhere(Refused):
    """A sign-in may lead only to a page of our own services."""


class NewLoginLink(StrictModel):
    """For whom, with which rights, and which page to open afterwards (a path or an address of our own)."""

    subject: str = Field(default=accounts.OFFICE, pattern=r"^office/[a-z0-9-]{1,40}$")
    scopes: tuple[Literal["office", "coordinator", "board", "operator", "read", "decide"], ...] = Field(
        default=("coordinator",), min_length=1
    )
    to: str | None = Field(default=None, max_length=2000)


class LoginLink(BaseModel):
    url: str
    expires_at: datetime


class NewToken(StrictModel):
    """A bearer token for a program: what it is called, what it may do, how long it lasts."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")
    scope: Literal["admin", "office", "coordinator", "board", "operator", "read", "write", "metrics", "decide"]
    days: int = Field(default=30, ge=1, le=366)


class Token(BaseModel):
    id: str
    name: str
    scope: str
    token: str
    expires_at: datetime


@router.post("/api/login-links", status_code=201, response_model=LoginLink)
async def make_login_link(request: Request, ctx: Ctx, who: Admin, body: NewLoginLink | None = None) -> Response:
    """A link that signs somebody in once, within fifteen minutes."""
    wanted = body or NewLoginLink()
    lands_on = safe_return(wanted.to, request.app.state.bases)
    if wanted.to and lands_on is None:
        raise LeadsElsewhere(
            "dit adres is niet van ons",
            "this address is not one of ours",
            field="to",
            allowed=("een pad zoals /ops", "a path such as /ops"),
        )

    async def do(tx: Tx) -> Answer:
        await accounts.forget_old(tx)
        secret, ends_at = await accounts.make_login_link(
            tx, subject=wanted.subject, scopes=wanted.scopes, lands_on=lands_on, made_by=who.subject
        )
        base = request.app.state.bases["enrollment"]
        return Answer(201, LoginLink(url=f"{base}{SIGN_IN}/{secret}", expires_at=ends_at))

    return await once(request, ctx, wanted, do, vault=Vault(request.app.state.keys))


@router.post("/api/tokens", status_code=201, response_model=Token)
async def make_token(request: Request, ctx: Ctx, who: Admin, body: NewToken) -> Response:
    """A bearer token; it is shown this once and not kept."""
    keys: SessionKeys = request.app.state.keys

    async def do(tx: Tx) -> Answer:
        token_id = new_id()
        ends_at = await accounts.note_token(
            tx, token_id=token_id, name=body.name, scopes=[body.scope], days=body.days, made_by=who.subject
        )
        token = keys.sign(
            subject=f"token/{body.name}", scopes=[body.scope], via="token", seconds=body.days * 86400, id=token_id
        )
        return Answer(201, Token(id=token_id, name=body.name, scope=body.scope, token=token, expires_at=ends_at))

    return await once(request, ctx, body, do, vault=Vault(keys))


@router.get("/sign-in", include_in_schema=False)
async def sign_in_page(request: Request) -> Response:
    return pages.render(request, "sign_in.html")


@router.get("/sign-in/{secret}", include_in_schema=False)
async def link_page(request: Request, secret: Secret) -> Response:
    """A button and nothing else: programs that follow links in mail do not use the link up. Same for any secret."""
    page = pages.render(request, "sign_in_link.html", action=f"{SIGN_IN}/{secret}")
    page.headers["Referrer-Policy"] = "same-origin"  # the secret goes nowhere else; no-referrer would hide Origin
    return page


@router.post("/sign-in/{secret}", include_in_schema=False)
async def use_link(request: Request, ctx: Ctx, secret: Secret) -> Response:
    try:
        async with ctx.db.transaction() as tx:
            entry = await accounts.redeem(tx, secret)
            opened = await accounts.open_session(tx, entry)
    except accounts.LinkNotUsable:
        return pages.render(request, "sign_in_used.html", status=410)
    came_in = RedirectResponse(entry.lands_on or _home(request, entry), 303)
    _give_session(request, came_in, opened.session_id, entry)
    came_in.set_cookie(
        RENEWAL_COOKIE,
        opened.secret,
        max_age=accounts.SESSION_HOURS * 3600,
        path=RENEWAL_PATH,
        secure=_over_tls(request),
        httponly=True,
        samesite="lax",
    )
    return came_in


@router.get("/session/renew", include_in_schema=False)
async def renew(
    request: Request, ctx: Ctx, to: str | None = None, keur_renewal: Annotated[str | None, Cookie()] = None
) -> Response:
    """A new short session token for whoever has an open session, and back to where they came from."""
    if not keur_renewal:
        return RedirectResponse(SIGN_IN, 303)
    async with ctx.db.read() as tx:
        found = await accounts.renewed(tx, keur_renewal)
    if found is None:
        gone = RedirectResponse(SIGN_IN, 303)
        gone.delete_cookie(RENEWAL_COOKIE, path=RENEWAL_PATH)
        return gone
    again = RedirectResponse(safe_return(to, request.app.state.bases) or _home(request, found[1]), 303)
    _give_session(request, again, *found)
    return again


@router.post("/session/sign-out", include_in_schema=False)
async def sign_out(request: Request, ctx: Ctx, keur_renewal: Annotated[str | None, Cookie()] = None) -> Response:
    if keur_renewal:
        async with ctx.db.transaction() as tx:
            await accounts.close_session(tx, keur_renewal)
    out = RedirectResponse(f"{SIGN_IN}?out=1", 303)
    out.delete_cookie(SESSION_COOKIE, path="/")
    out.delete_cookie(RENEWAL_COOKIE, path=RENEWAL_PATH)
    return out


def _give_session(request: Request, response: Response, session_id: str, entry: accounts.Entry) -> None:
    keys: SessionKeys = request.app.state.keys
    token = keys.sign(subject=entry.subject, scopes=entry.scopes, via="session", seconds=SESSION_SECONDS, id=session_id)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_SECONDS,
        path="/",
        secure=_over_tls(request),
        httponly=True,
        samesite="lax",
    )


def _home(request: Request, entry: accounts.Entry) -> str:
    """Today's page, or for who has a seat on the board alone the board's."""
    home = BOARD if set(entry.scopes) == {"board"} else pages.HOME
    return str(request.app.state.bases["enrollment"]) + home


def _over_tls(request: Request) -> bool:
    return urlsplit(str(request.app.state.bases["enrollment"])).scheme == "https"
