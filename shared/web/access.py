"""The gate before every route: nobody passes without a session or a token, except on the paths declared public."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote_plus, urlsplit

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import DependencyAway
from shared.web import problems
from shared.web.i18n import translate as _
from shared.web.session import SESSION_COOKIE, Needs, NotAllowed, NotSignedIn, Principal, SessionKeys, signed_in
from shared.web.sites import origins, under

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = ("/healthz", "/readyz", "/openapi.json", "/static", "/favicon.ico")
RENEW_PATH = "/enrollment/session/renew"
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Gate:
    """Pure ASGI: says who asks (``scope["keur.principal"]``), refuses strangers and cross-site writes."""

    def __init__(
        self, app: ASGIApp, *, service: str, keys: SessionKeys, public: Sequence[str], bases: Mapping[str, str]
    ) -> None:
        self.app = app
        self.service = service
        self.keys = keys
        self.public = (*OPEN_PATHS, *public)
        self.bases = bases
        self.origins = origins(bases)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        refusal = self.refusal(request)
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    def refusal(self, request: Request) -> Response | None:
        """The answer for whoever may not pass, or None. Sets the principal on the way."""
        path = request.scope["path"]
        if not all(text.isprintable() for text in (path, unquote_plus(request.url.query))):
            return problems.answer(request, 400, "malformed-address", _("Het adres bevat stuurtekens."))
        try:
            principal = self.principal(request)
        except NotSignedIn as wrong:
            principal, reason = None, str(wrong)
        except DependencyAway as away:
            return problems.away(request, away.what, away.retry_after_s)
        else:
            reason = "no session"
        request.scope["keur.principal"] = principal
        cross_site = self.cross_site(request, principal)
        if cross_site:
            return problems.answer(request, 403, "cross-site-request", cross_site)
        if principal is not None or under(path, self.public):
            return None
        if path == "/metrics" and request.client is not None and request.client.host in LOOPBACK:
            return None
        if request.method in {"GET", "HEAD"} and "/api/" not in path and problems.wants_html(request):
            return self.to_sign_in(request)
        return problems.not_signed_in(request, reason)

    def principal(self, request: Request) -> Principal | None:
        header = request.headers.get("authorization")
        if header is not None:
            kind, _, token = header.partition(" ")
            if kind.lower() != "bearer":
                raise NotSignedIn("only bearer tokens are known")
            return self.keys.verify(token.strip(), "token")
        cookie = request.cookies.get(SESSION_COOKIE)
        return self.keys.verify(cookie, "session") if cookie else None

    def cross_site(self, request: Request, principal: Principal | None) -> str | None:
        """Why this write may be forged by another site, or None.

        A browser says where a request comes from (Fetch Metadata, else Origin). With a session a silent client is
        refused; without one only a client that says it comes from elsewhere.
        """
        if request.method in SAFE_METHODS or (principal is not None and principal.via == "token"):
            return None
        origin = request.headers.get("origin")
        if origin is not None and origin in self.origins:
            return None
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return None if site in {"same-origin", "none"} else _("Dit verzoek kwam van een andere site.")
        if origin is not None:
            same_host = origin != "null" and urlsplit(origin).netloc == request.headers.get("host")
            return None if same_host else _("Dit verzoek kwam van een andere site.")
        if principal is not None:
            return _(
                "Een wijziging met een sessie moet Sec-Fetch-Site of Origin dragen; programma's sturen een token mee."
            )
        return None

    def to_sign_in(self, request: Request) -> Response:
        """By way of enrollment's renewal, which goes on to the sign-in page when there is nothing to renew."""
        here = self.bases.get(self.service, "")
        query = request.url.query
        back = here + request.url.path + (f"?{query}" if query else "")
        return RedirectResponse(f"{self.bases['enrollment']}{RENEW_PATH}?to={quote(back, safe='')}", 303)


async def default_access(request: Request) -> None:
    """Application-wide dependency: a route that names no scope of its own is for the office only."""
    route = request.scope.get("route")
    if under(request.scope["path"], request.app.state.public):
        return
    if isinstance(route, APIRoute) and any(isinstance(sub.call, Needs) for sub in route.dependant.dependencies):
        return
    if not signed_in(request).may("office"):
        raise NotAllowed("needs the scope office")
