"""What the overview and `keur queues` show: services, queues and failed messages, put side by side."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import httpx

from services.ops import queries
from services.ops.broker import Monitor, known_queues
from services.ops.settings import management_url
from shared.bus import topology
from shared.errors import DependencyAway
from shared.service import Context
from shared.settings import SERVICES

PATIENCE = 1.0
FRESH = 0.1


class Desk:
    """Asks the broker and the services; what was asked a moment ago is not asked again."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._monitor = Monitor(ctx.settings.amqp_url, management_url(ctx.settings))
        self._http: httpx.AsyncClient | None = None
        self._services: tuple[float, dict[str, Any]] = (-FRESH, {})
        self._queues: tuple[float, dict[str, Any]] = (-FRESH, {})

    async def services(self) -> dict[str, dict[str, Any]]:
        """What each service's `/readyz` says; one that does not answer is not ready, and says why."""
        if time.monotonic() - self._services[0] > FRESH:
            told = await asyncio.gather(*(self._ready(name) for name in SERVICES))
            self._services = (time.monotonic(), dict(zip(SERVICES, told, strict=True)))
        return self._services[1]

    async def _ready(self, service: str) -> dict[str, Any]:
        # A client for all answers: making one loads certificates and takes longer than asking.
        self._http = self._http or httpx.AsyncClient(timeout=PATIENCE, trust_env=False)
        try:
            answer = await self._http.get(f"{self._ctx.settings.inner_url(service)}/readyz")
            told = answer.json()
            return dict(told) if isinstance(told, dict) else {"ready": False, "last_error": "no readiness"}
        except (httpx.HTTPError, ValueError) as error:
            return {"ready": False, "last_error": f"does not answer: {type(error).__name__}"}

    async def queues(self) -> dict[str, Any]:
        """The broker's queues with what is parked of each service; `broker` is false when it does not answer."""
        if time.monotonic() - self._queues[0] > FRESH:
            self._queues = (time.monotonic(), await self._asked_queues())
        return self._queues[1]

    async def _asked_queues(self) -> dict[str, Any]:
        parked = await self._parked()
        try:
            seen = await self._monitor.queues()
            broker = True
        except DependencyAway:
            seen, broker = {}, False
        names = [name for name in known_queues() if name in seen] if broker else known_queues()
        unknown = {"ready": None, "unacked": None, "consumers": None, "in_rate": None, "out_rate": None, "bytes": None}
        return {
            "broker": broker,
            "queues": {
                name: {**(seen.get(name) or unknown), "parked": None if parked is None else parked.get(name, 0)}
                for name in names
            },
        }

    async def _parked(self) -> dict[str, int] | None:
        """Parked messages by the inbox queue they came from; none while the database is away: depths still count."""
        counts: dict[str, int] = {}
        try:
            async with self._ctx.db.read() as tx:
                for row in await queries.parked_counts(tx):
                    queue = topology.inbox(row["service"]) if row["service"] else topology.FAILED
                    counts[queue] = counts.get(queue, 0) + row["count"]
        except (DependencyAway, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None
        return counts

    async def close(self) -> None:
        """Closes the connections to the broker and the services."""
        await self._monitor.close()
        if self._http is not None:
            await self._http.aclose()


def alarms(queues: dict[str, Any], services: dict[str, Any]) -> list[tuple[str, str]]:
    """What an operator must look at: (kind, name).

    Kinds: broker, service, paused, no-consumer, unrouted, failed-waiting.
    """
    found: list[tuple[str, str]] = []
    if not queues["broker"]:
        found.append(("broker", "RabbitMQ"))
    found += [("service", name) for name, told in services.items() if not told.get("ready")]
    for name, queue in queues["queues"].items():
        if name.endswith(".inbox") and queue["consumers"] == 0:
            resting = bool((services.get(name.split(".")[1]) or {}).get("paused"))
            found.append(("paused" if resting else "no-consumer", name))
        if name == topology.UNROUTED and queue["ready"]:
            found.append(("unrouted", name))
        if name == topology.FAILED and queue["ready"] and not queue["consumers"]:
            found.append(("failed-waiting", name))
    return found
