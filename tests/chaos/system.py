"""The real system under its own supervisor, with a proxy on every link and a mail server of ours."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.local import processes, rabbitmq
from deploy.local.home import Home
from shared.settings import SERVICES
from tests.servers import ROOT

from .postbox import Answer, Postbox
from .proxy import Mode, Proxy

PLANTED = Path(__file__).parent / "planted"
ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")
ALL = (*SERVICES, "rabbitmq", "postgres")


class NotStarted(RuntimeError):
    """The supervisor could not bring the system up; the message is its own."""


class System:
    """One home. ``links`` are the proxies by (service, server); ``extra`` goes into the environment of everything."""

    def __init__(self, path: Path, port_base: int, extra: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.port_base = port_base
        self.extra = dict(extra or {})
        self.links: dict[tuple[str, str], Proxy] = {}
        self.postbox = Postbox()
        self._supervisor: subprocess.Popen[bytes] | None = None
        self.http = httpx.AsyncClient(
            trust_env=False, timeout=httpx.Timeout(10, connect=3), limits=httpx.Limits(max_keepalive_connections=0)
        )

    @property
    def home(self) -> Home:
        return Home(self.path, self.port_base, self.environment)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KEUR_")}
        told = {
            "KEUR_HOME": str(self.path),
            "KEUR_PORT_BASE": str(self.port_base),
            "KEUR_SMTP_URL": f"smtp://127.0.0.1:{self.postbox.port}",
            "KEUR_SMTP_TIMEOUT": "3",
            "KEUR_MAIL_FIRST_RETRY": "0.05",
            "PYTHONPATH": os.pathsep.join((str(PLANTED), str(ROOT))),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
        }
        schemes = {"broker": ("AMQP", "amqp"), "database": ("DATABASE", "postgresql")}
        for (service, server), proxy in self.links.items():
            name, scheme = schemes[server]
            told[f"KEUR_{service.upper()}_{name}_URL"] = f"{scheme}://127.0.0.1:{proxy.port}/"
        return kept | told | self.extra

    # --- life

    async def start(self) -> None:
        await self.postbox.start()
        ports = {"broker": self.port_base + 10, "database": self.port_base + 12}
        for service in SERVICES:
            for server, port in ports.items():
                self.links[service, server] = Proxy(f"{service} to {server}", port)
                await self.links[service, server].start()
        await self.up()

    async def up(self) -> None:
        """Starts the supervisor and waits until all is ready."""
        home = self.home
        home.make()
        (home.run / "supervisor.json").unlink(missing_ok=True)
        with (home.logs / "supervisor.log").open("ab") as log:
            self._supervisor = subprocess.Popen(  # noqa: ASYNC220 - from this thread, whose end it would die of
                [*ENDS_WITH_US, sys.executable, "-m", "deploy.local.supervisor"],
                env=self.environment | {"KEUR_PROCESS": "supervisor"},
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        while (told := self.supervisor()).get("phase") != "ready":
            if told.get("phase") == "failed" or self._supervisor.poll() is not None:
                raise NotStarted(str(told.get("error") or (home.logs / "supervisor.log").read_text()[-2000:]))
            await asyncio.sleep(0.1)

    async def down(self) -> None:
        """Stops everything in order; what is still held by a fault is let go first."""
        self.heal()
        if self._supervisor is not None and self._supervisor.poll() is None:
            self._supervisor.send_signal(signal.SIGTERM)
            await asyncio.to_thread(self._supervisor.wait, 90)
        await asyncio.to_thread(processes.end_leftovers, self.home)

    async def stop(self) -> None:
        await self.down()
        for proxy in self.links.values():
            await proxy.stop()
        await self.postbox.stop()
        await self.http.aclose()

    def supervisor(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.path / "run" / "supervisor.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def pid(self, process: str) -> int | None:
        return processes.running(self.home, process)

    def send(self, process: str, number: signal.Signals) -> bool:
        """Whether there was a process to send it to."""
        pid = self.pid(process)
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    def heal(self) -> None:
        """Every link passes, the mail server is well, nothing is paused."""
        for proxy in self.links.values():
            proxy.turn(Mode.PASS)
        self.postbox.turn(Answer.GOOD)
        for process in ALL:
            self.send(process, signal.SIGCONT)

    def turn(self, mode: Mode, *, services: tuple[str, ...] = SERVICES, server: str = "broker") -> None:
        for service in services:
            self.links[service, server].turn(mode)

    def arm(self, service: str, point: str) -> None:
        """The next life of this service ends at ``point``; see ``planted``."""
        (self.path / "run" / f"{service}.crash-at").write_text(point, "ascii")

    async def raise_memory_alarm(self, seconds: float) -> None:
        """The broker believes that it has no memory left, and takes it back by itself."""
        limit = "vm_memory_monitor:set_vm_memory_high_watermark"
        code = (
            f"{limit}(0.00001), "
            f"{{ok, _}} = timer:apply_after({round(seconds * 1000)}, vm_memory_monitor,"
            " set_vm_memory_high_watermark, [0.4]), ok."
        )
        for _ in range(10):
            running = await asyncio.create_subprocess_exec(
                str(rabbitmq.scripts() / "rabbitmqctl"), "eval", code,
                env=rabbitmq.environment(self.home), cwd=self.home.data,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            said, _ = await running.communicate()
            if running.returncode == 0:
                return
            if b"unable to perform an operation on node" not in said and b":noproc" not in said:
                raise RuntimeError(said.decode()[-500:])
            await asyncio.sleep(0.3)  # it was killed by another fault and is on its way back

    # --- from outside

    @property
    def token(self) -> str:
        return (self.path / "keys" / "admin.token").read_text("ascii").strip()

    def url(self, service: str, path: str) -> str:
        return self.home.url(service, path)

    async def ask(self, method: str, service: str, path: str, **how: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **how.pop("headers", {})}
        return await self.http.request(method, self.url(service, path), headers=headers, **how)

    async def items(self, service: str, path: str, **query: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        after: Any = None
        while True:
            params = {**query, "limit": 1000} | ({"after": after} if after is not None else {})
            page = (await self.ask("GET", service, path, params=params, timeout=60)).raise_for_status().json()
            found += page["items"]
            after = page.get("next")
            if after is None:
                return found

    async def ready(self, service: str) -> dict[str, Any]:
        """What ``/readyz`` says; ``ready`` is false when nobody answers in time."""
        try:
            told = (await self.http.get(self.url(service, "/readyz"), timeout=2)).json()
        except (httpx.HTTPError, ValueError):
            return {"ready": False}
        return dict(told)

    async def all_ready(self) -> bool:
        return all(told["ready"] for told in await asyncio.gather(*(self.ready(service) for service in SERVICES)))

    async def keur(self, *words: str, patience: float = 60) -> tuple[int, str]:
        """A verb's status and what it printed, errors too."""
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.cli", *words, env=self.environment, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        async with asyncio.timeout(patience):
            said, _ = await running.communicate()
        return running.returncode or 0, said.decode()

    async def status(self) -> dict[str, Any]:
        _, said = await self.keur("status", "--json")
        told: dict[str, Any] = json.loads(said)
        return told

    async def until_quiet(self, patience: float) -> float:
        """Seconds until ``keur status`` calls the system quiet; raises with its last words when it does not."""
        began = time.monotonic()
        while not (told := await self.status())["quiet"]:
            if time.monotonic() - began > patience:
                waits = {name: queue for name, queue in told["queues"].items() if queue["ready"] or queue["unacked"]}
                raise AssertionError(f"not quiet after {patience} s: {told['outbox']} {told['mail']} {waits}")
            await asyncio.sleep(0.3)
        return time.monotonic() - began

    async def until(self, what: Any, patience: float) -> float:
        """Seconds until ``what()`` (awaitable) holds."""
        began = time.monotonic()
        while not await what():
            assert time.monotonic() - began < patience, f"not within {patience} s: {what}"
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    # --- behind the scenes

    @asynccontextmanager
    async def database(self, service: str, *, auditor: bool = False) -> AsyncIterator[asyncpg.Connection]:
        """A connection that no proxy is in the way of: as the auditor, or as the administrator."""
        url = self.home.admin_database_url(f"keur_{service}")
        if auditor:
            url = f"postgresql://auditor@127.0.0.1:{self.port_base + 12}/keur_{service}"
        connection = await asyncpg.connect(url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()
