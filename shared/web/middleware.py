"""What wraps every request, as plain ASGI (no extra task per request): correlation, log, headers, limits, language."""

import os
import re
import time
import traceback
from collections.abc import Iterable, Mapping

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.bus import context
from shared.ids import new_id
from shared.telemetry import REQUESTS
from shared.web import i18n, problems

log = structlog.get_logger("keur.web")

CORRELATION_HEADER = "X-Correlation-Id"
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}\Z")
QUIET_PATHS = ("/healthz", "/readyz", "/metrics", "/static/")


class Head:
    """HEAD wherever GET is: the same answer without its body (link checkers and mail programs ask so)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_bare(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, send_bare)


class RequestScope:
    """Gives each request a correlation id, one log line, one measurement, and an answer whatever happens.

    Logged is the route's template, never the address or its query: addresses hold ids, queries hold codes.
    """

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(CORRELATION_HEADER, "")
        correlation = given if _SANE_ID.match(given) else new_id()
        scope["keur.correlation"] = correlation
        began = time.perf_counter()
        status = 0

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[CORRELATION_HEADER] = correlation
            await send(message)

        context.correlation.set(correlation)
        context.trace.set(trace_of(Headers(scope=scope).get("traceparent", "")))
        with structlog.contextvars.bound_contextvars(service=self.service, correlation_id=correlation):
            try:
                await self.app(scope, receive, send_noting)
            except Exception as error:
                log.error("request failed", method=scope["method"], route=route_of(scope), **told(error))
                if status:
                    raise  # half an answer is out: only closing the connection tells the client so
                await problems.unforeseen(Request(scope, receive))(scope, receive, send_noting)
            finally:
                self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = route_of(scope), scope["method"]
        REQUESTS.labels(self.service, f"{method} {route}", str(status)).observe(seconds)
        if not scope["path"].startswith(QUIET_PATHS):
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def route_of(scope: Scope) -> str:
    """The template of the route that was taken (``/enrollment/trainees/{id}``), or ``-`` for none."""
    return str(getattr(scope.get("route"), "path", "-"))


def trace_of(given: str) -> str:
    """Our span in the caller's trace (W3C ``traceparent``), or in a new one."""
    trace = given[3:35] if _TRACEPARENT.match(given) else os.urandom(16).hex()
    return f"00-{trace}-{os.urandom(8).hex()}-01"


def told(error: BaseException) -> dict[str, object]:
    """An error for the log: classes and places, not its text. Drivers and validators put values of rows in theirs."""
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or at.__context__
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return {"error": " < ".join(type(one).__name__ for one in chain), "frames": frames[-12:]}


class SecurityHeaders:
    """Headers that keep a browser from doing what a page of ours never asks for. Nothing comes from elsewhere.

    A route may set its own policy (the Inbox shows foreign HTML in a sandbox); then that one stands.
    """

    def __init__(self, app: ASGIApp, *, form_targets: Iterable[str] = ()) -> None:
        self.app = app
        targets = " ".join(["'self'", *sorted(form_targets)])
        self.headers = {
            "Content-Security-Policy": (
                "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; "
                f"img-src 'self' data:; form-action {targets}"
            ),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            # Not same-origin: with that a form to another service of ours (signing out) says Origin: null.
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class TooLarge(HTTPException):
    """The body is larger than this route takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, i18n.translate("Hier mag hoogstens %(size)s KiB.") % {"size": limit // 1024})


class BodyLimit:
    """Refuses a body above ``limit`` bytes with 413, by its announced length or while it comes in.

    ``larger`` raises the limit below a path prefix; after a ``*`` it may stand anywhere in the path.
    """

    def __init__(self, app: ASGIApp, *, limit: int, larger: Mapping[str, int]) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger

    def limit_for(self, path: str) -> int:
        return max([self.limit, *(size for prefix, size in self.larger.items() if _matches(path, prefix))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limit_for(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            refused = await problems.http_error(Request(scope, receive), TooLarge(limit))
            refused.headers["Connection"] = "close"
            await refused(scope, receive, send)
            return
        taken = 0

        async def receive_counting() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLarge(limit)
            return message

        await self.app(scope, receive_counting, send)


def _matches(path: str, prefix: str) -> bool:
    return prefix[1:] in path if prefix.startswith("*") else path.startswith(prefix)


class Language:
    """Chooses the language of the answer; ``?lang=en`` is remembered in a cookie. The API speaks English by default."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        asked = request.query_params.get("lang")
        default = "en" if "/api/" in scope["path"] else i18n.DEFAULT
        cookie = request.cookies.get(i18n.LANGUAGE_COOKIE)
        chosen = i18n.choose(asked, cookie, request.headers.get("accept-language"), default)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and asked == chosen:
                MutableHeaders(scope=message).append(
                    "Set-Cookie", f"{i18n.LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
                )
            await send(message)

        with i18n.speaking(chosen):
            await self.app(scope, receive, send_with_cookie)
