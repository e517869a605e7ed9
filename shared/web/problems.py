"""What went wrong, said once and in one form: RFC 9457 problem details, or a page for whoever reads pages.

Nothing internal leaves: an unforeseen error answers 500 with the correlation id, under which the log has the rest.
"""

import re
import socket
from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.errors import DependencyAway, RuleBroken
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.session import NotAllowed, NotSignedIn
from shared.web.validation import described

log = structlog.get_logger("keur.web")

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = 2

AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.DiskFullError,
    asyncpg.InterfaceError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
)
"""What asyncpg and the sockets raise when the database is away, starting, stopping, full or overloaded."""

TITLES = {
    400: N_("Het verzoek is niet te lezen"),
    401: N_("U bent niet ingelogd"),
    403: N_("Dit mag u niet"),
    404: N_("Niet gevonden"),
    405: N_("Dit kan hier niet"),
    409: N_("Dit botst met wat er al is"),
    410: N_("Dit werkt niet meer"),
    413: N_("Te groot"),
    415: N_("Dit soort inhoud wordt niet aangenomen"),
    422: N_("Er klopt iets niet"),
    429: N_("Te vaak geprobeerd"),
    500: N_("Er ging iets mis bij ons"),
    503: N_("Even niet bereikbaar"),
}


UNREADABLE = ("There was an error parsing the body",)
"""What FastAPI says of a body on which the JSON parser gave up for another reason than its grammar."""


def wants_html(request: Request) -> bool:
    """True for a browser: it names text/html before any JSON."""
    accept = request.headers.get("accept", "")
    html, json = accept.find("text/html"), accept.find("json")
    return html >= 0 and (json < 0 or html < json)


def kind_of(error: type[BaseException]) -> str:
    """The problem type after the class: NoMentorFree is ``no-mentor-free``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", error.__name__).lower()


def answer(
    request: Request,
    status: int,
    kind: str,
    detail: str,
    *,
    errors: Sequence[dict[str, Any]] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem as JSON, or as a page when a browser asked. ``kind`` is the last part of the problem type."""
    title = _(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    correlation = str(request.scope.get("keur.correlation", ""))
    if wants_html(request):
        from shared.web import pages  # here, because a page that fails comes back to this module

        page = pages.problem(request, status, title, detail, errors, correlation)
        if page is not None:
            page.headers.update(headers or {})
            return page
    body: dict[str, Any] = {
        "type": f"urn:keur:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "correlation_id": correlation,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers={"Cache-Control": "no-store", **(headers or {})}, media_type=PROBLEM_JSON)


def not_signed_in(request: Request, reason: str) -> Response:
    """401 that says how to get in, and not what was wrong with the token beyond its kind."""
    detail = _("Log in, of stuur een geldig token mee.")
    return answer(request, 401, "not-signed-in", detail, headers={"WWW-Authenticate": 'Bearer realm="keur"'})


def away(request: Request, what: str, retry_after_s: int = RETRY_AFTER_S) -> Response:
    """503 with the seconds to wait: something that we lean on does not answer."""
    detail = _("Een onderdeel waar dit van afhangt antwoordt nu niet. Probeer het zo weer.")
    log.warning("dependency_away", what=what)
    return answer(request, 503, "dependency-away", detail, headers={"Retry-After": str(retry_after_s)})


async def rule_broken(request: Request, error: RuleBroken) -> Response:
    message, allowed = error.message, error.allowed
    said = getattr(error, "said", None)
    if said is not None:  # a service's own rules know both languages
        message, allowed = said(language())
    entry = {"field": error.field, "message": message, "allowed": allowed}
    errors = [{k: v for k, v in entry.items() if v is not None}] if error.field else []
    return answer(request, error.status, kind_of(type(error)), message, errors=errors)


async def not_valid(request: Request, error: RequestValidationError | ValidationError) -> Response:
    found = error.errors()
    if isinstance(getattr(error, "body", None), bytes) and [e.get("type") for e in found] == ["model_attributes_type"]:
        detail = _("Stuur JSON, met Content-Type: application/json.")
        entry = {"field": "Content-Type", "message": detail, "allowed": "application/json"}
        return answer(request, 415, "not-json", detail, errors=[entry])
    errors = [described(e) for e in found]
    return answer(request, 422, "not-valid", _("Niet alle velden kloppen."), errors=errors)


async def dependency_away(request: Request, error: Exception) -> Response:
    if isinstance(error, DependencyAway):
        return away(request, error.what, error.retry_after_s)
    if isinstance(error, asyncpg.InterfaceError) and not re.search("clos|connect|terminat", str(error)):
        raise error  # a mistake of ours in using the driver: 500, and in the log
    return away(request, type(error).__name__)


async def denied(request: Request, error: Exception) -> Response:
    if isinstance(error, NotSignedIn):
        return not_signed_in(request, str(error))
    return answer(request, 403, "not-allowed", _("Hiervoor is een ander recht nodig."))


async def http_error(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    own_words = isinstance(error.detail, str) and status not in {404, 405}
    detail = str(error.detail) if own_words else _(TITLES.get(status, TITLES[400]))
    if detail in UNREADABLE:
        detail = _("De inhoud is niet te lezen: geen UTF-8, te diep genest, of met een getal van te veel cijfers.")
    kinds = {404: "not-known", 405: "method-not-allowed", 413: "too-large", 429: "too-many-requests"}
    kind = kinds.get(status, "malformed" if status == 400 else f"http-{status}")
    return answer(request, status, kind, detail, headers=dict(error.headers or {}))


def unforeseen(request: Request) -> Response:
    """500 for whatever nobody foresaw; the caller has logged it."""
    detail = _("Dit is bij ons vastgelegd. Noem het kenmerk als u erover belt of mailt.")
    return answer(request, 500, "unforeseen", detail)


def install(app: FastAPI) -> None:
    """Give the application all of the above."""
    handlers: dict[type[Exception], Any] = {
        RuleBroken: rule_broken,
        RequestValidationError: not_valid,
        NotSignedIn: denied,
        NotAllowed: denied,
        HTTPException: http_error,
        DependencyAway: dependency_away,
        **dict.fromkeys(AWAY, dependency_away),
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
