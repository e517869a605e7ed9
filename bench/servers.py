"""The broker and the database that a measurement runs on: a fresh virtual host and fresh databases, gone afterwards."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

import asyncpg
import httpx
from yarl import URL

from deploy.local.home import Home


class NoServers(Exception):
    """No broker and database to measure on were given, and none of ours are running."""


@dataclass(frozen=True)
class Servers:
    """Administrators' addresses of a RabbitMQ (AMQP and management) and a PostgreSQL."""

    amqp: str
    management: str
    database: str

    @classmethod
    def found(cls) -> "Servers":
        """From KEUR_BENCH_AMQP_URL, KEUR_BENCH_MANAGEMENT_URL and KEUR_BENCH_DATABASE_URL, else a running home's."""
        names = ("KEUR_BENCH_AMQP_URL", "KEUR_BENCH_MANAGEMENT_URL", "KEUR_BENCH_DATABASE_URL")
        given = [os.environ.get(name, "") for name in names]
        if not any(given):
            home = Home.from_env()
            if not (home.run / "rabbitmq.pid").exists() or not home.management_url:
                raise NoServers(f"nothing runs in {home.path}: `./keur up --detach` first, or set {', '.join(names)}")
            return cls(home.admin_amqp_url, home.management_url, home.admin_database_url())
        if not all(given):
            missing = ", ".join(name for name, value in zip(names, given, strict=True) if not value)
            raise NoServers(f"set {missing} (administrators' addresses)")
        return cls(*given)


@dataclass(frozen=True)
class Ground:
    """What one contestant has to itself."""

    amqp: str
    database: str


@asynccontextmanager
async def fresh(servers: Servers) -> AsyncIterator[Ground]:
    """A new virtual host and a new database, dropped on leaving."""
    name = f"bench_{uuid.uuid4().hex[:10]}"
    user = URL(servers.amqp).user or "guest"
    place = URL(servers.management)
    base = str(place.with_user(None).origin())
    admin = await asyncpg.connect(servers.database)
    vhost = f"{base}/api/vhosts/{quote(name, safe='')}"
    permissions = f"{base}/api/permissions/{quote(name, safe='')}/{quote(user, safe='')}"
    login = httpx.BasicAuth(user, URL(servers.amqp).password or "")
    async with httpx.AsyncClient(auth=login, timeout=30, trust_env=False) as http:
        (await http.put(vhost)).raise_for_status()
        (await http.put(permissions, json={"configure": ".*", "write": ".*", "read": ".*"})).raise_for_status()
        await admin.execute(f'create database "{name}"')
        try:
            yield Ground(str(URL(servers.amqp).with_path(f"/{name}")), str(URL(servers.database).with_path(f"/{name}")))
        finally:
            await http.delete(vhost)
            await admin.execute(f'drop database "{name}" with (force)')
            await admin.close()
