"""The private PostgreSQL and RabbitMQ of one test run, on free ports and in a folder of its own."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import asyncpg

from deploy.local import bootstrap, postgres, processes
from deploy.local.home import LOOPBACK, PORTS, Home
from deploy.local.system import Program, servers
from shared.bus import topology
from shared.bus.subscriptions import Subscriptions
from shared.db import BUS_MIGRATIONS, migrate
from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parents[1]
WARM = "KEUR_TEST_SERVERS"
"""``FOLDER:PORT_BASE`` as ``python -m tests.servers FOLDER`` prints it: servers that go on between short runs.

Tests that kill a server need their own: run those without it.
"""
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")


def free_port_base() -> int:
    """A base of which every port is free, below the range from which the system hands out ports itself."""
    for _ in range(200):
        base = random.SystemRandom().randrange(12000, 32000, 20)
        if all(processes.port_is_free(base + offset) for offset in PORTS.values()):
            return base
    raise RuntimeError("no free range of ports: end some of the test runs on this machine")


class Servers:
    """Starts each server when it is first asked for, and ends them at the end of the run."""

    def __init__(self, path: Path) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KEUR_")}
        warm, _, base = os.environ.get(WARM, "").rpartition(":")
        self.warm = bool(warm)
        self.home = Home(Path(warm), int(base), environ) if warm else Home(path, free_port_base(), environ)
        self.home.make()
        self._programs: dict[str, Program] = {program.name: program for program in servers(self.home)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._templates: dict[str, str] = {}
        self._prepared: set[str] = set()

    # --- processes

    async def start(self, name: str) -> None:
        """Starts ``postgres``, ``epmd`` or ``rabbitmq`` and waits until it answers; nothing when it does already."""
        running = self._running.get(name)
        if self.warm or (running is not None and running.poll() is None):
            return
        program = self._programs[name]
        deadline = time.monotonic() + program.start_patience
        while not await self._attempt(name, program, deadline):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not start: {self.log(name)[-2000:]}")
            await asyncio.sleep(0.2)

    async def _attempt(self, name: str, program: Program, deadline: float) -> bool:
        if name == "postgres":
            await asyncio.to_thread(postgres.create, self.home, fsync=False)
        else:
            await asyncio.to_thread(program.before)
        command = program.command()
        prefix = len(command) - 3 if name == "postgres" else 0  # after a change of user namespace, or it is forgotten
        with self._log_of(name) as log:
            started = subprocess.Popen(  # noqa: ASYNC220 - so that it can be ended without a loop
                [*command[:prefix], *DIES_WITH_US, *command[prefix:]],
                env=program.environment(), cwd=self.home.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._running[name] = started
        while not await program.ready():
            if started.poll() is not None or time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Ends a server as a crash would, and waits until it is gone."""
        if self.warm:
            raise RuntimeError(f"the servers of {WARM} are not this run's to end: run this test without it")
        running = self._running.pop(name, None)
        if running is not None:
            running.send_signal(number)
            running.wait(30)

    def stop(self) -> None:
        if self.warm:
            return
        for name, number in (("rabbitmq", signal.SIGKILL), ("epmd", signal.SIGKILL), ("postgres", signal.SIGQUIT)):
            self.kill(name, number)

    def log(self, name: str) -> str:
        return (self.home.logs / f"{name}.log").read_text("utf-8", "replace")

    def _log_of(self, name: str) -> IO[bytes]:
        return (self.home.logs / f"{name}.log").open("ab")

    # --- databases

    async def database(self, service: str | None, folders: Sequence[Path]) -> str:
        """The URL of a fresh database in which the migrations of ``folders`` have run, as the service's own role.

        They run once for each service; a test gets a copy of the result.
        """
        await self._with_roles()
        owner = f"keur_{service or 'enrollment'}"
        key = "|".join([owner, *map(str, folders)])
        if key not in self._templates:
            template = f"template_{uuid.uuid4().hex[:12]}"
            await self._create(template, owner)
            await migrate(self._url(owner, template), folders)
            self._templates[key] = template
        name = f"test_{uuid.uuid4().hex[:12]}"
        await self._create(name, owner, self._templates[key])
        return self._url(owner, name)

    async def drop_database(self, url: str) -> None:
        connection = await asyncpg.connect(self.home.admin_database_url())
        try:
            await connection.execute(f'drop database if exists "{url.rpartition("/")[2]}" with (force)')
        finally:
            await connection.close()

    async def _with_roles(self) -> None:
        if "postgres" not in self._prepared:
            await self.start("postgres")
            await bootstrap.databases(self.home)
            self._prepared.add("postgres")

    async def _create(self, name: str, owner: str, template: str = "template0") -> None:
        connection = await asyncpg.connect(self.home.admin_database_url())
        try:
            await bootstrap.create_database(connection, name, owner=owner, template=template)
        finally:
            await connection.close()

    def _url(self, role: str, database: str) -> str:
        password = self.home.password("database", role.removeprefix("keur_"))
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.home.port('postgres')}/{database}"

    # --- virtual hosts

    async def vhost(self) -> "Vhost":
        """A fresh virtual host, with nothing declared in it."""
        await self.start("epmd")
        await self.start("rabbitmq")
        made = Vhost(self.home, f"test-{uuid.uuid4().hex[:12]}")
        await made.make()
        return made


class Vhost:
    """One virtual host of the test run's broker."""

    def __init__(self, home: Home, name: str) -> None:
        self.home = home
        self.name = name
        self.admin_url = f"{home.admin_amqp_url}{name}"
        """As the administrator, who may declare."""
        assert home.management_url is not None
        self.management = bootstrap.Management(home.management_url)

    def url(self, service: str) -> str:
        """As the service's own user; needs ``permit``."""
        return f"{self.home.amqp_url(service)}{self.name}"

    async def make(self) -> None:
        await self.management.ready()
        await self.management.put(f"vhosts/{self.name}", {})
        await self.management.put(f"permissions/{self.name}/admin", {"configure": ".*", "write": ".*", "read": ".*"})

    async def permit(self, services: Sequence[str] = SERVICES) -> None:
        """Users and permissions of the services, as the bootstrap makes them."""
        await bootstrap.broker_users(self.home, self.management, vhost=self.name, services=services)

    async def declare(self, *subscriptions: Subscriptions) -> None:
        """Exchanges, and the queues and bindings of these subscriptions."""
        async with bootstrap.channel_to(self.admin_url) as channel:
            await topology.declare(channel, {each.service: tuple(each.bindings()) for each in subscriptions})

    async def remove(self) -> None:
        await self.management.delete(f"vhosts/{self.name}")
        await self.management.close()


def migrations_of(service: str) -> list[Path]:
    return [BUS_MIGRATIONS, ROOT / "services" / service / "migrations"]


async def _keep_warm(path: Path) -> None:
    kept = Servers(path)
    try:
        for name in ("postgres", "epmd", "rabbitmq"):
            await kept.start(name)
        print(f"export {WARM}={path}:{kept.home.port_base}", flush=True)
        await asyncio.Event().wait()
    finally:
        kept.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_keep_warm(Path(sys.argv[1]).resolve()))
