"""Users, databases, permissions and queues: one bootstrap for every RabbitMQ (3.10 and 4.x) and every PostgreSQL.

Idempotent: it runs at each start. Services get a role and a database, a broker user, and no right to declare
anything. Run it against servers of your own with ``python -m deploy.local.bootstrap``.
"""

import asyncio
import importlib
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import aiormq
import asyncpg
import httpx

from deploy.local.home import Home
from shared.bus import topology
from shared.bus.nodes import Nodes
from shared.bus.subscriptions import Subscriptions
from shared.bus.topology import Binding
from shared.events import ALL
from shared.settings import SERVICES

PRIVATE_TELLERS = ("enrollment", "certification")
PRIVATE_LISTENERS = ("certification", "notifications")
AUDITOR = "auditor"


class BootstrapFailed(RuntimeError):
    """A server refused what the bootstrap asked; the message says which server and what it answered."""


# --- PostgreSQL


async def databases(home: Home, services: Sequence[str] = SERVICES) -> None:
    """A database ``keur_<service>`` for each service, owned by a role of that name; the role ``auditor``."""
    connection = await asyncpg.connect(home.admin_database_url(), timeout=10)
    try:
        await _role(connection, AUDITOR, home.password("database", AUDITOR))
        for service in services:
            name = f"keur_{service}"
            await _role(connection, name, home.password("database", service))
            if not await connection.fetchval("select true from pg_database where datname = $1", name):
                await create_database(connection, name, owner=name)
    finally:
        await connection.close()


async def checkpoint(home: Home) -> None:
    """Writes everything out now, so that a crash soon after a first start is not followed by seconds of recovery."""
    connection = await asyncpg.connect(home.admin_database_url(), timeout=10)
    try:
        await connection.execute("checkpoint")
    finally:
        await connection.close()


async def create_database(connection: Any, name: str, *, owner: str, template: str = "template0") -> None:
    """A database that nobody but its owner and the auditor may connect to."""
    await connection.execute(f'create database "{name}" owner "{owner}" template "{template}" encoding \'UTF8\'')
    await connection.execute(f'revoke all on database "{name}" from public')
    await connection.execute(f'grant connect on database "{name}" to "{AUDITOR}"')


async def let_auditor_read(home: Home, services: Sequence[str] = SERVICES) -> None:
    """The auditor may read the views ``v_…`` of each service, and nothing else. Needs the services' migrations."""
    for service in services:
        connection = await asyncpg.connect(home.database_url(service), timeout=10)
        try:
            views = await connection.fetch(
                "select quote_ident(viewname) as name from pg_views"
                " where schemaname = 'public' and viewname like 'v\\_%'"
            )
            for view in views:
                await connection.execute(f'grant select on {view["name"]} to "{AUDITOR}"')
        finally:
            await connection.close()


async def _role(connection: Any, name: str, password: str) -> None:
    if not await connection.fetchval("select true from pg_roles where rolname = $1", name):
        await connection.execute(f'create role "{name}"')
    literal = await connection.fetchval("select quote_literal($1::text)", password)
    rights = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
    await connection.execute(f'alter role "{name}" {rights} password {literal}')


# --- RabbitMQ


@dataclass(frozen=True)
class Permissions:
    """What a broker user may do, as RabbitMQ's patterns; ``topics`` is exchange → routing keys it may publish."""

    configure: str
    write: str
    read: str
    topics: Mapping[str, str]


def permissions_of(service: str) -> Permissions:
    """A service declares nothing, reads its own queues, publishes its own event types only, private ones privately.

    Writing to ``amq.default`` is how a message reaches a retry tier and, replayed, one inbox; who may reach whose that
    way is asked by the listener (docs/decisions/0006).
    """
    exchanges = [topology.EVENTS, topology.DEAD, "amq.default"]
    private = sorted(
        type.split(".")[1] for type, kind in ALL.items() if kind.PRIVATE and type.startswith(f"{service}.")
    )
    public = f"^{service}\\." + (rf"(?!({'|'.join(private)})\.)" if private else "")
    topics = {topology.EVENTS: public, topology.PRIVATE: "^$"}
    if service in PRIVATE_TELLERS:
        exchanges.append(topology.PRIVATE)
        topics[topology.PRIVATE] = f"^{service}\\."
    own = rf"^keur\.{service}\..*"
    read = rf"{own}|^{topology.UNROUTED.replace('.', chr(92) + '.')}$" if service == "ops" else own
    written = "|".join(exchange.replace(".", r"\.") for exchange in exchanges)
    return Permissions(configure="^$", write=rf"^({written}|keur\.{service}\.retry\..*)$", read=read, topics=topics)


class Management:
    """The few calls of RabbitMQ's management API that are needed; far quicker than a ``rabbitmqctl`` each."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        netloc = f"{parts.hostname}:{parts.port or 15672}"
        self._client = httpx.AsyncClient(
            base_url=urlunsplit((parts.scheme, netloc, "/api/", "", "")),
            auth=(unquote(parts.username or "guest"), unquote(parts.password or "guest")),
            timeout=20,
            trust_env=False,
        )

    async def put(self, path: str, body: Mapping[str, Any]) -> None:
        answer = await self._client.put(path, json=body)
        if answer.status_code not in (200, 201, 204):
            what, said = path.partition("/")[0], answer.text[:200]
            raise BootstrapFailed(f"RabbitMQ's management refused {what}: {answer.status_code} {said}")

    async def delete(self, path: str) -> None:
        await self._client.delete(path)

    async def get(self, path: str) -> Any:
        return (await self._client.get(path)).raise_for_status().json()

    async def ready(self, *, patience: float = 30.0) -> None:
        """Waits until it answers: the plug-in starts a moment after the broker itself."""
        deadline = time.monotonic() + patience
        while True:
            try:
                await self.get("whoami")
                return
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                if time.monotonic() > deadline:
                    raise BootstrapFailed(f"RabbitMQ's management does not answer: {type(error).__name__}") from error
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self._client.aclose()


async def broker_users(
    home: Home, management: Management, *, vhost: str = "/", services: Sequence[str] = SERVICES
) -> None:
    """A user for each service with the least it needs, and ``operator``, who sees queues and changes nothing."""
    at = quote(vhost, safe="")
    for service in services:
        user, allowed = f"keur_{service}", permissions_of(service)
        await management.put(f"users/{user}", {"password": home.password("broker", service), "tags": ""})
        rights = {"configure": allowed.configure, "write": allowed.write, "read": allowed.read}
        await management.put(f"permissions/{at}/{user}", rights)
        for exchange, written in allowed.topics.items():
            await management.put(
                f"topic-permissions/{at}/{user}", {"exchange": exchange, "write": written, "read": ".*"}
            )
    await management.put("users/operator", {"password": home.password("broker", "operator"), "tags": "monitoring"})
    await management.put(f"permissions/{at}/operator", {"configure": "^$", "write": "^$", "read": "^$"})


@asynccontextmanager
async def channel_to(url: str) -> Any:
    """A channel on a connection of its own, for declaring."""
    connection = await Nodes(url).connect(aiormq.connect, within=10)
    try:
        yield await connection.channel(publisher_confirms=False)
    finally:
        await connection.close()


def subscriptions() -> Iterator[Subscriptions]:
    """What each service listens to, as its ``handlers`` register it."""
    for service in SERVICES:
        try:
            module = importlib.import_module(f"services.{service}.handlers")
        except ModuleNotFoundError as error:
            if error.name not in (f"services.{service}", f"services.{service}.handlers"):
                raise
            continue
        for value in vars(module).values():
            if isinstance(value, Subscriptions) and value.service == service:
                yield value
                break


def bindings() -> dict[str, tuple[Binding, ...]]:
    """The bindings of each service's inbox queue; personal data is bound for those who may have it, and no others."""
    found: dict[str, tuple[Binding, ...]] = dict.fromkeys(SERVICES, ())
    for each in subscriptions():
        found[each.service] = tuple(each.bindings())
    for service, wanted in found.items():
        if service not in PRIVATE_LISTENERS and any(binding.exchange == topology.PRIVATE for binding in wanted):
            allowed = " and ".join(PRIVATE_LISTENERS)
            raise BootstrapFailed(f"{service} listens to {topology.PRIVATE}: only {allowed} may")
    return found


async def broker(home: Home, wanted: Mapping[str, Iterable[Binding]]) -> None:
    """Users and permissions where the management API is known, then exchanges, queues and bindings."""
    if home.management_url:
        management = Management(home.management_url)
        try:
            await management.ready()
            vhost = unquote(Nodes(home.admin_amqp_url).vhost)
            await broker_users(home, management, vhost=vhost)
        finally:
            await management.close()
    async with channel_to(home.admin_amqp_url) as channel:
        await topology.declare(channel, wanted)


async def everything(home: Home) -> None:
    """Databases and broker, for servers that run elsewhere."""
    await databases(home)
    await broker(home, bindings())


if __name__ == "__main__":
    this = Home.from_env()
    this.make()
    try:
        asyncio.run(everything(this))
    except (OSError, BootstrapFailed, asyncpg.PostgresError, aiormq.exceptions.AMQPError) as failure:
        sys.exit(f"bootstrap: {type(failure).__name__}: {failure}")
