"""What the broker says about its queues: exact depths by passive declares, the rest from its management API.

The management API's figures are up to five seconds old, so that a queue is called empty only by AMQP's own answer.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

import aiormq
import httpx
import structlog
from aiormq.abc import AbstractChannel, AbstractConnection

from shared.bus import topology
from shared.bus.nodes import Nodes
from shared.errors import DependencyAway
from shared.settings import SERVICES

log = structlog.get_logger(__name__)

PATIENCE = 1.2
"""Seconds for all answers together: `keur status` has two."""


def known_queues() -> list[str]:
    """Every queue that the topology has, inboxes first."""
    inboxes = [topology.inbox(service) for service in SERVICES]
    retries = [topology.retry_queue(service, tier) for service in SERVICES for tier in topology.RETRY_TIERS]
    return [*inboxes, topology.FAILED, topology.UNROUTED, *retries]


class Monitor:
    """Keeps one AMQP connection for passive declares and one HTTP client; both are opened anew when they fail."""

    def __init__(self, amqp_url: str, management: str) -> None:
        self._nodes = Nodes(amqp_url)
        parts = urlsplit(management)
        self._vhost = quote(self._nodes.vhost, safe="")
        self._base = f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}{parts.path}"
        self._auth = (parts.username or "guest", parts.password or "guest")
        self._http: httpx.AsyncClient | None = None
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._lock = asyncio.Lock()

    async def queues(self) -> dict[str, dict[str, Any]]:
        """Per queue: ready, consumers (now), unacked, rates per second and bytes (some seconds old; null when unknown).

        Raises DependencyAway when the broker does not answer in time.
        """
        depths, figures = await asyncio.gather(self._depths(), self._figures())
        told = {}
        for name, (ready, consumers) in depths.items():
            seen = figures.get(name, {})
            rates = seen.get("message_stats", {})
            told[name] = {
                "ready": ready,
                "consumers": consumers,
                "unacked": seen.get("messages_unacknowledged"),
                "in_rate": _rate(rates, "publish_details"),
                "out_rate": _rate(rates, "ack_details"),
                "bytes": seen.get("message_bytes"),
            }
        return told

    async def _depths(self) -> dict[str, tuple[int, int]]:
        async with self._lock:
            try:
                async with asyncio.timeout(PATIENCE):
                    channel = await self._open()
                    found: dict[str, tuple[int, int]] = {}
                    for name in known_queues():
                        try:
                            answer = await channel.queue_declare(name, passive=True)
                        except aiormq.exceptions.ChannelNotFoundEntity:
                            channel = await self._open()  # the broker closes a channel that asked for what is not there
                            continue
                        found[name] = (answer.message_count or 0, answer.consumer_count or 0)
                    return found
            except (OSError, TimeoutError, aiormq.exceptions.AMQPError, RuntimeError) as error:
                await self._discard()
                raise DependencyAway("the broker") from error

    async def depth(self, queue: str) -> int:
        """Messages ready in one queue, now. Raises DependencyAway."""
        async with self._lock:
            try:
                async with asyncio.timeout(PATIENCE):
                    return (await (await self._open()).queue_declare(queue, passive=True)).message_count or 0
            except (OSError, TimeoutError, aiormq.exceptions.AMQPError, RuntimeError) as error:
                await self._discard()
                raise DependencyAway("the broker") from error

    async def _open(self) -> AbstractChannel:
        if self._connection is None or self._connection.is_closed:
            self._connection = await self._nodes.connect(
                lambda url: aiormq.connect(url, client_properties={"connection_name": "ops monitor"}), within=PATIENCE
            )
            self._channel = None
        if self._channel is None or self._channel.is_closed:
            self._channel = await self._connection.channel(publisher_confirms=False)
        return self._channel

    async def _figures(self) -> dict[str, dict[str, Any]]:
        columns = "name,messages_unacknowledged,message_bytes,message_stats"
        try:
            if self._http is None:
                self._http = httpx.AsyncClient(base_url=self._base, auth=self._auth, timeout=PATIENCE, trust_env=False)
            answer = await self._http.get(f"/api/queues/{self._vhost}", params={"columns": columns})
            answer.raise_for_status()
            return {queue["name"]: queue for queue in answer.json()}
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.debug("no figures from the management API", error=error)
            return {}

    async def _discard(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                async with asyncio.timeout(0.5):
                    await connection.close()
            except (OSError, TimeoutError, aiormq.exceptions.AMQPError, RuntimeError) as error:
                log.debug("the monitor's connection was gone", error=error)

    async def close(self) -> None:
        """Closes both ends."""
        await self._discard()
        if self._http is not None:
            await self._http.aclose()
            self._http = None


def _rate(stats: dict[str, Any], name: str) -> float | None:
    found = stats.get(name)
    return float(found["rate"]) if isinstance(found, dict) and "rate" in found else None
