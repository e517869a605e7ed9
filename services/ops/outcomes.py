"""What became of messages that were sent back, said honestly: only the service itself knows what it has handled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import Request

from services.ops import edits
from shared.service import Context

HANDLED, PARKED_AGAIN, WAITING, UNKNOWN = "handled", "parked again", "waiting", "unknown"
PATIENCE = 2.0


async def outcomes(request: Request, ctx: Context, ids: list[str]) -> list[dict[str, Any]]:
    """Per message: handled, parked again, waiting (in a queue or a retry tier), or unknown (its service is away).

    The services are asked in the name of whoever asks here.
    """
    async with ctx.db.read() as tx:
        rows = await edits.outcome_rows(tx, ids)
    open_ = [row for row in rows if row["state"] == "redriven" and not row["parked_again"]]
    services = sorted({row["service"] for row in open_})
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, headers=_as_asked(request)) as client:
        answers = await asyncio.gather(
            *(
                _handled(client, ctx, service, [row["message_id"] for row in open_ if row["service"] == service])
                for service in services
            )
        )
    known = dict(zip(services, answers, strict=True))
    return [{**row, "outcome": _of(row, known)} for row in rows]


def _of(row: Mapping[str, Any], known: Mapping[str, set[str] | None]) -> str:
    if row["parked_again"]:
        return PARKED_AGAIN
    if row["state"] != "redriven":
        return WAITING if row["state"] == "redriving" else str(row["state"])
    handled = known.get(row["service"])
    if handled is None:
        return UNKNOWN
    return HANDLED if row["message_id"] in handled else WAITING


async def _handled(client: httpx.AsyncClient, ctx: Context, service: str, ids: list[str]) -> set[str] | None:
    try:
        answer = await client.post(
            f"{ctx.settings.inner_url(service)}/{service}/api/bus/outcomes", json={"ids": ids[:1000]}
        )
        return set(answer.raise_for_status().json()["handled"])
    except (httpx.HTTPError, ValueError, KeyError):
        return None


def _as_asked(request: Request) -> dict[str, str]:
    given = {name: request.headers[name] for name in ("authorization", "cookie") if name in request.headers}
    return {**given, "sec-fetch-site": "same-origin"}
