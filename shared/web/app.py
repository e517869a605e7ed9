"""Puts a service's routes behind the same walls: nothing here knows what the service is about."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import Lifespan

from shared.web import openapi, pages, problems, static
from shared.web.access import Gate, default_access
from shared.web.middleware import BodyLimit, Head, Language, RequestScope, SecurityHeaders
from shared.web.patience import Knocker, Patience
from shared.web.plain_json import each_field_once
from shared.web.probes import Readiness, probes
from shared.web.session import SessionKeys
from shared.web.sites import base_urls, origins

KIB = 1024
BODY_LIMIT = 256 * KIB
LARGER_BODIES = {"*/api/import/": 32 * KIB * KIB}
"""An import of 100,000 rows is some 15 MB; no other body of ours comes near the ordinary limit."""


def create_app(
    service_name: str,
    *,
    title: str,
    routers: Sequence[APIRouter],
    home: Path,
    public: Sequence[str] = (),
    version: str = "0",
    readiness: Readiness | None = None,
    metrics: Callable[[], bytes] | None = None,
    state: Mapping[str, Any] | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
    templates: Path | None = None,
    body_limits: Mapping[str, int] | None = None,
    environ: Mapping[str, str] | None = None,
) -> FastAPI:
    """The service's web application.

    ``home`` is KEUR_HOME (keys are below it); ``public`` are the path prefixes that need no session; ``state`` is put
    on ``app.state`` (``ctx`` at least); ``readiness`` answers ``/readyz``: a dict with ``"ready": bool``;
    ``body_limits`` raises the body limit (256 KiB; imports 32 MiB) below a path prefix, in bytes; ``templates``
    defaults to ``services/<service_name>/templates``. Raises ValueError for a public prefix that opens everything.
    """
    if any(not prefix.startswith("/") or prefix.rstrip("/") in {"", f"/{service_name}"} for prefix in public):
        raise ValueError(f"a public prefix of {service_name} opens everything: {list(public)}")
    bases = base_urls(os.environ if environ is None else environ)
    keys = SessionKeys(home)
    app = FastAPI(
        title=title,
        version=version,
        docs_url=None,  # its page loads script from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(default_access), Depends(each_field_once)],
        middleware=[
            Middleware(Head),
            Middleware(SecurityHeaders, form_targets=origins(bases)),
            Middleware(Language),
            Middleware(RequestScope, service=service_name),
            Middleware(Patience, knocker=_knocker(state)),
            Middleware(
                GZipMiddleware,
                minimum_size=1000,
                compresslevel=5,
                exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf"),
            ),
            Middleware(BodyLimit, limit=BODY_LIMIT, larger={**LARGER_BODIES, **(body_limits or {})}),
            Middleware(Gate, service=service_name, keys=keys, public=public, bases=bases),
        ],
    )
    app.state.service_name = service_name
    app.state.public = tuple(public)
    app.state.keys = keys
    app.state.bases = bases
    app.state.pages = pages.environment(service_name, bases, templates)
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    problems.install(app)
    openapi.install(app)
    probes(app, readiness, metrics)
    static.install(app)
    for router in routers:
        app.include_router(router)
    return app


def _knocker(state: Mapping[str, Any] | None) -> Knocker | None:
    """Knocks at the database of ``state["ctx"]``, when there is one."""
    db = getattr((state or {}).get("ctx"), "db", None)
    return Knocker(db.url) if db is not None else None
