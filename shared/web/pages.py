"""HTML pages: one layout for all services, strict templates, both languages, and the way from page to page."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from shared.web import filters, i18n, static
from shared.web.i18n import N_
from shared.web.i18n import translate as _
from shared.web.session import principal_of
from shared.web.sites import under

log = structlog.get_logger("keur.web")

SHARED_TEMPLATES = Path(__file__).parent / "templates"

HOME, PUBLIC_HOME = "/enrollment/", "/certification/register"
NAVIGATION: Sequence[tuple[str, str, str, str]] = (
    ("enrollment", HOME, N_("Vandaag"), "office"),
    ("enrollment", "/enrollment/trainees", N_("Leerlingen"), "office"),
    ("enrollment", "/enrollment/companies", N_("Leerbedrijven"), "office"),
    ("enrollment", "/enrollment/visits", N_("Bezoeken"), "office"),
    ("enrollment", "/enrollment/board", N_("Bestuur"), "board"),
    ("certification", "/certification/certificates", N_("Certificaten"), "office"),
    ("certification", "/certification/ready", N_("Besluiten"), "decide"),
    ("notifications", "/notifications/inbox", N_("Postvak"), "office"),
    ("ops", "/ops", N_("Beheer"), "operator"),
    ("certification", "/certification/register", N_("Certificaat controleren"), ""),
)
"""Service, path, name, and the scope that one needs to see the link (empty: everyone)."""


def environment(service: str, bases: Mapping[str, str], templates: Path | None = None) -> Environment:
    """The service's own templates before the shared ones; a variable that is not given is an error."""
    own = templates or i18n.ROOT / "services" / service / "templates"
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(own), FileSystemLoader(SHARED_TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(i18n.translate, i18n.ntranslate, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(filters.ALL)
    env.globals.update(static=static.url, bases=bases, service=service, url_for_service=lambda name: bases[name])
    return env


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The page. Beside ``context`` a template sees ``request``, ``principal``, ``lang``, ``navigation``, ``_()`` and
    ``ngettext()``, the filters of ``shared.web.filters``, ``static(name)``, ``bases[service]``, ``query_with(name=…)``.

    Raises what Jinja2 raises for a template's mistake (500).
    """
    env: Environment = request.app.state.pages
    values = {**_always(request), **context}
    return HTMLResponse(env.get_template(template).render(values), status)


def problem(
    request: Request, status: int, title: str, detail: str, errors: Sequence[Mapping[str, Any]], correlation: str
) -> HTMLResponse | None:
    """The page for a problem, or None when even that page fails (then the problem goes out as JSON)."""
    try:
        return render(
            request,
            "problem.html",
            status=status,
            problem={
                "status": status,
                "title": title,
                "detail": detail,
                "errors": [{key: error.get(key) for key in ("field", "message", "allowed")} for error in errors],
                "correlation": correlation,
            },
        )
    except Exception:
        log.exception("problem_page_failed")
        return None


def _always(request: Request) -> dict[str, Any]:
    principal = principal_of(request)
    bases: Mapping[str, str] = request.app.state.bases
    path = request.url.path
    return {
        "request": request,
        "principal": principal,
        "lang": i18n.language(),
        "language_links": [(code, _query_with(request, lang=code)) for code in i18n.LANGUAGES],
        "query_with": partial(_query_with, request),
        "home_url": bases["enrollment"] + HOME if principal else bases["certification"] + PUBLIC_HOME,
        "navigation": [
            {
                "href": bases[service] + target,
                "name": _(name),
                "current": path == target or (target != HOME and under(path, [target])),
            }
            for service, target, name, scope in NAVIGATION
            if not scope or (principal is not None and principal.may(scope))
        ],
    }


def _query_with(request: Request, **changes: str | None) -> str:
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in changes]
    return "?" + urlencode([*pairs, *((k, v) for k, v in changes.items() if v is not None)])
