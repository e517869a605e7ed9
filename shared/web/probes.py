"""The four addresses that machines ask: alive, ready, figures, contract (the last one FastAPI makes)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Readiness = Callable[[], Awaitable[dict[str, Any]]]
READINESS_PATIENCE_S = 1.9

log = structlog.get_logger("keur.web")


def probes(app: FastAPI, readiness: Readiness | None, metrics: Callable[[], bytes] | None) -> None:
    """Add ``/healthz``, ``/readyz`` and ``/metrics``."""

    async def healthz(request: Request) -> Response:
        return JSONResponse({"service": app.state.service_name, "alive": True})

    async def readyz(request: Request) -> Response:
        told = await _asked(readiness)
        ready = bool(told.get("ready"))
        headers = {} if ready else {"Retry-After": "2"}
        return JSONResponse({"service": app.state.service_name, **told}, 200 if ready else 503, headers=headers)

    async def figures(request: Request) -> Response:
        return Response(metrics() if metrics else generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for path, endpoint in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", figures)):
        app.router.routes.append(Route(path, endpoint, methods=["GET"], include_in_schema=False))


async def _asked(readiness: Readiness | None) -> dict[str, Any]:
    if readiness is None:
        return {"ready": True}
    try:
        async with asyncio.timeout(READINESS_PATIENCE_S):
            return await readiness()
    except Exception as wrong:  # noqa: BLE001 - whatever it is, the answer is: not ready
        log.warning("readiness_unknown", error=type(wrong).__name__)
        return {"ready": False, "reason": type(wrong).__name__}
