"""Three RabbitMQ nodes of one cluster on loopback, each a private node as the local mode runs it."""

import asyncio
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from deploy.local import bootstrap, rabbitmq
from deploy.local.home import LOOPBACK, Home
from deploy.local.processes import write_atomically
from deploy.local.system import broker_answers, port_answers
from shared.bus import topology
from tests.servers import DIES_WITH_US, free_port_base

START = 120.0


class Cluster:
    """``homes`` are the nodes ``keur1``, ``keur2``, ``keur3``; the first holds the passwords and the port mapper."""

    def __init__(self, path: Path, environ: dict[str, str], size: int = 3) -> None:
        self.homes = [Home(path / f"node{n}", free_port_base(), environ) for n in range(1, size + 1)]
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._epmd: subprocess.Popen[bytes] | None = None

    # --- life

    async def start(self) -> None:
        """The first node alone, then the others, who join it."""
        first = self.homes[0]
        for home in self.homes:
            home.make()
        cookie, secret = ".erlang.cookie", first.password("broker", "admin")
        for home in self.homes:
            rabbitmq.configure(home)
            folder = home.data / "rabbitmq"
            conf = (folder / "rabbitmq.conf").read_text("utf-8").splitlines()
            conf = [line for line in conf if not line.startswith("default_pass")] + [f"default_pass = {secret}"]
            conf += ["cluster_partition_handling = pause_minority"]
            write_atomically(folder / "rabbitmq.conf", "\n".join(conf) + "\n")
            write_atomically(folder / cookie, secret)
            (folder / cookie).chmod(0o400)
        self._epmd = self._run(0, rabbitmq.epmd_command(first), "epmd")
        await _until(lambda: port_answers(first.port("epmd")), START)
        await self.start_node(0)
        for n in range(1, len(self.homes)):
            await self.start_node(n)
            for step in (["stop_app"], ["join_cluster", self.name(0)], ["start_app"]):
                await self._ask(n, *step)
        async with bootstrap.channel_to(self.url("admin")) as channel:
            management = self.management(0)
            await management.ready()
            await bootstrap.broker_users(first, management)
            await management.close()
            await topology.declare(channel, bootstrap.bindings())

    async def start_node(self, n: int) -> None:
        """Starts a node, or starts it again, and waits until it answers."""
        self._running[n] = self._run(n, rabbitmq.server_command(), "rabbitmq")
        await _until(lambda: broker_answers(self.homes[n].port("rabbitmq")), START)

    async def _ask(self, n: int, *words: str) -> None:
        """What an administrator would type at that node."""
        command = [str(rabbitmq.scripts() / "rabbitmqctl"), *words]
        asked = await asyncio.create_subprocess_exec(
            *command, env=self._environment(n), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        said, _ = await asked.communicate()
        if asked.returncode:
            raise RuntimeError(f"{' '.join(words)} at {self.name(n)}: {said.decode()[-500:]}")

    def _environment(self, n: int) -> dict[str, str]:
        return rabbitmq.environment(self.homes[n]) | {
            "RABBITMQ_NODENAME": self.name(n),
            "ERL_EPMD_PORT": str(self.homes[0].port("epmd")),
        }

    def _run(self, n: int, command: list[str], what: str) -> subprocess.Popen[bytes]:
        home = self.homes[n]
        with (home.logs / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [*DIES_WITH_US, *command], env=self._environment(n), cwd=home.data, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self, n: int) -> None:
        """kill -9, and waits until it is gone."""
        running = self._running.pop(n)
        running.send_signal(signal.SIGKILL)
        running.wait(30)

    def stop(self) -> None:
        for n in list(self._running):
            self.kill(n)
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait(10)

    # --- addresses

    def name(self, n: int) -> str:
        return f"keur{n + 1}@localhost"

    def url(self, user: str) -> str:
        """All nodes, as a service gets them in KEUR_AMQP_URL."""
        name = user if user == "admin" else f"keur_{user}"
        password = self.homes[0].password("broker", user)
        return ",".join(f"amqp://{name}:{password}@{LOOPBACK}:{home.port('rabbitmq')}/" for home in self.homes)

    def management(self, n: int) -> bootstrap.Management:
        password = self.homes[0].password("broker", "admin")
        return bootstrap.Management(f"http://admin:{password}@{LOOPBACK}:{self.homes[n].port('management')}")

    async def queue(self, queue: str) -> dict[str, Any]:
        """What a living node's management API says of a queue: ``leader``, ``members``, ``online``."""
        management = self.management(min(self._running))
        try:
            return dict(await management.get(f"queues/%2F/{queue}"))
        finally:
            await management.close()

    async def leader(self, queue: str) -> int:
        """The number of the node that leads the queue."""
        names = [self.name(n) for n in range(len(self.homes))]
        return names.index((await self.queue(queue))["leader"])

    async def replicated(self, queue: str) -> bool:
        """Whether every node has its copy and takes part."""
        return len((await self.queue(queue)).get("online", [])) == len(self.homes)


async def _until(true: Any, within: float) -> None:
    deadline = time.monotonic() + within
    while not await true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within} s")
        await asyncio.sleep(0.1)
