"""Keeps the system alive: starts in order of readiness, restarts with a pause that grows, stops with a deadline.

``python -m deploy.local.supervisor`` runs it for the home of the environment; ``keur up`` runs it in its own process
or beside itself. What it knows stands in ``run/supervisor.json`` for whoever wants to look.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, Any

import aiormq
import asyncpg

from deploy.local import bootstrap, postgres, processes, rabbitmq
from deploy.local.home import CHECKOUT, Home
from deploy.local.system import Program, servers, services
from deploy.local.words import _

STARTS_BEFORE_GIVING_UP = 3
LONG_ENOUGH = 10.0
LOG_LIMIT = 20 * 1024 * 1024
BEHIND = {"capture": 10, "ops": 10, "notifications": 5}
"""Niceness once ready: on a machine that is full, a mail or a figure can wait a second, an exam result not."""
HOLD = "hold"
"""A file below ``run`` with the pid of a restore: while that process lives, services that end are not started again."""


class StartFailed(RuntimeError):
    """The system could not be brought up; the message says what stood in the way and what to do."""


ANOTHER_KEEPS_THIS_HOME = 75
"""The status of a supervisor that came second (EX_TEMPFAIL of sysexits.h)."""


class AlreadyRunning(RuntimeError):
    """Another supervisor keeps this home."""


@dataclass
class State:
    """What is known of one process."""

    pid: int | None = None
    ready: bool = False
    since: str | None = None
    restarts: int = 0
    last_exit: str | None = None


class Supervisor:
    """One home's processes. ``say`` gets a line for a person at each step."""

    def __init__(self, home: Home, say: Callable[[str], None] = lambda _: None) -> None:
        self.home = home
        self.say = say
        self.phase = "starting"
        self.error: str | None = None
        self.states: dict[str, State] = {}
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._programs: list[Program] = []
        self._stopping = asyncio.Event()
        self._lock: IO[str] | None = None
        self._checkpoint: asyncio.Task[None] | None = None

    async def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Starts everything, keeps it until ``stop`` is asked, then stops everything.

        Raises ``AlreadyRunning`` or ``StartFailed``; whatever was started is stopped again first.
        """
        self._take_lock()
        try:
            await asyncio.to_thread(self._clear_the_way)
            processes.write_pid(self.home, "supervisor", os.getpid())
            starting = asyncio.create_task(self._start())
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                self._note("ready")
                on_ready()
                await self._stopping.wait()
            else:
                starting.cancel()
            stopping.cancel()
            await asyncio.gather(starting, stopping, return_exceptions=True)
        except StartFailed as failure:
            self.error = str(failure)
            raise
        finally:
            await self._stop_all()
            self._note("failed" if self.error else "stopped")
            processes.forget_pid(self.home, "supervisor")
            if self._lock:
                self._lock.close()

    def stop(self) -> None:
        """Asks to stop; asked again, kills what still runs."""
        if self._stopping.is_set():
            for child in self._children.values():
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
        self._stopping.set()

    # --- starting

    def _take_lock(self) -> None:
        self.home.make()
        self._lock = (self.home.run / "supervisor.lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            raise AlreadyRunning(_("Keur draait al in {path}").format(path=self.home.path)) from None

    def _clear_the_way(self) -> None:
        left = processes.end_leftovers(self.home)
        if left:
            said = _("beëindigd wat een gedode supervisor achterliet: {names}")
            self.say(said.format(names=", ".join(left)))
        for program in [*servers(self.home), *services(self.home)]:
            for name in program.ports:
                port = self.home.port(name)
                if not processes.port_is_free(port):
                    raise StartFailed(taken(self.home, name, port))

    async def _start(self) -> None:
        self._note("starting")
        began = time.monotonic()
        await asyncio.gather(self._database(), self._broker())
        for program in services(self.home):
            self._keep(program)
        await asyncio.gather(*(self._until_ready(program) for program in services(self.home)))
        await bootstrap.let_auditor_read(self.home)
        if self.home.own_database:
            self._checkpoint = asyncio.create_task(self._write_out())
        self.say(_("gereed in {s:.1f} s").format(s=time.monotonic() - began))

    async def _database(self) -> None:
        try:
            await self._servers("postgres")
            await bootstrap.databases(self.home)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise StartFailed(f"PostgreSQL: {type(error).__name__}: {error}") from error

    async def _write_out(self) -> None:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            await bootstrap.checkpoint(self.home)

    async def _broker(self) -> None:
        try:
            # what the services listen to stands in their code, and reading that takes a second of the broker's start
            bindings = asyncio.create_task(asyncio.to_thread(bootstrap.bindings))
            await self._servers("epmd", "rabbitmq")
            await bootstrap.broker(self.home, await bindings)
        except (OSError, aiormq.exceptions.AMQPError, bootstrap.BootstrapFailed, TimeoutError) as error:
            raise StartFailed(f"RabbitMQ: {type(error).__name__}: {error}") from error

    async def _servers(self, *names: str) -> None:
        for program in servers(self.home):
            if program.name in names:
                self._keep(program)
                await self._until_ready(program)

    def _keep(self, program: Program) -> None:
        self.states[program.name] = State()
        self._programs.append(program)
        self._tasks[program.name] = asyncio.create_task(self._keep_alive(program), name=program.name)

    async def _until_ready(self, program: Program) -> None:
        """Waits for the first readiness; gives up on a program that keeps ending or takes too long."""
        deadline = time.monotonic() + program.start_patience
        state = self.states[program.name]
        while not state.ready:
            task = self._tasks[program.name]
            if task.done():
                task.result()
            if state.restarts >= STARTS_BEFORE_GIVING_UP or time.monotonic() > deadline:
                ended = _("{name} stopte {n} keer ({how})") if state.last_exit else _("{name} werd niet gereed")
                what = ended.format(name=program.name, n=state.restarts, how=state.last_exit)
                raise StartFailed(f"{what}: {self.home.logs / program.name}.log\n{self._last_lines(program.name)}")
            await asyncio.sleep(0.05)

    # --- keeping alive

    async def _keep_alive(self, program: Program) -> None:
        state, failures = self.states[program.name], 0
        while not self._stopping.is_set():
            await self._let_go(program)
            if self._stopping.is_set():
                return
            started = time.monotonic()
            try:
                await asyncio.to_thread(program.before)
                code = await self._run_once(program, state)
            except (OSError, RuntimeError) as error:
                if self.phase == "starting" and (not isinstance(error, OSError) or state.restarts == 0):
                    raise StartFailed(str(error)) from error
                code = -1
            if self._stopping.is_set():
                return
            state.restarts += 1
            state.last_exit = _told(code)
            failures = 0 if time.monotonic() - started > LONG_ENOUGH else failures + 1
            pause = program.restart_after[min(max(failures - 1, 0), len(program.restart_after) - 1)]
            again = _("{name} stopte ({how}) en wordt opnieuw gestart")
            self.say(again.format(name=program.name, how=state.last_exit) + (f" ({pause:g} s)" if pause else ""))
            self._note()
            await asyncio.sleep(pause)

    async def _let_go(self, program: Program) -> None:
        """Waits while a restore works on the databases; servers go on for it."""
        while program.name not in ("postgres", "rabbitmq", "epmd") and not self._stopping.is_set():
            try:
                pid = int((self.home.run / HOLD).read_text("ascii"))
            except (OSError, ValueError):
                return
            if not processes.alive(pid):
                return
            await asyncio.sleep(0.1)

    async def _run_once(self, program: Program, state: State) -> int:
        environment = program.environment()
        if state.restarts == 0:  # a named crash is for the first life only, or the process would never live again
            for name in (f"KEUR_{program.name.upper()}_CRASH_AT", "KEUR_CRASH_AT"):
                if self.home.environ.get(name):
                    environment["KEUR_CRASH_AT"] = self.home.environ[name]
                    break
        with self._log_of(program.name) as log:
            child = await asyncio.create_subprocess_exec(
                *program.command(),
                env=environment,
                cwd=CHECKOUT if program.name not in ("postgres", "rabbitmq", "epmd") else self.home.data,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C goes to the supervisor alone, who stops them in order
            )
        self._children[program.name] = child
        processes.write_pid(self.home, program.name, child.pid)
        state.pid, state.ready, state.since = child.pid, False, _now()
        self._note()
        watch = asyncio.create_task(self._watch(program, state))
        try:
            return await child.wait()
        finally:
            watch.cancel()
            self._children.pop(program.name, None)
            state.pid, state.ready = None, False
            processes.forget_pid(self.home, program.name)

    async def _watch(self, program: Program, state: State) -> None:
        while not await program.ready():
            await asyncio.sleep(0.05)
        state.ready = True
        if (behind := BEHIND.get(program.name)) and (child := self._children.get(program.name)):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, child.pid, behind)
        self.say((_("{name} is terug") if state.restarts else _("{name} is gereed")).format(name=program.name))
        self._note()

    # --- stopping

    async def _stop_all(self) -> None:
        self._stopping.set()
        self._note("stopping")
        by_name = {program.name: program for program in self._programs}
        for group in processes.STOP_ORDER:
            await asyncio.gather(*(self._stop(by_name[name]) for name in group if name in self._children))
        for task in (*self._tasks.values(), *([self._checkpoint] if self._checkpoint else [])):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _stop(self, program: Program) -> None:
        child = self._children.get(program.name)
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(program.stop_with)
        if not await self._gone(child.pid, program.stop_patience):
            killed = _("{name} stopte niet binnen {s:g} s en werd gedood")
            self.say(killed.format(name=program.name, s=program.stop_patience))
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await self._gone(child.pid, 5)

    async def _gone(self, pid: int, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while processes.alive(pid):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    # --- telling

    def _note(self, phase: str | None = None) -> None:
        self.phase = phase or self.phase
        told: dict[str, Any] = {
            "phase": self.phase,
            "error": self.error,
            "pid": os.getpid(),
            "port_base": self.home.port_base,
            "clock": self.home.clock,
            "processes": {name: asdict(state) for name, state in self.states.items()},
        }
        processes.write_atomically(self.home.run / "supervisor.json", json.dumps(told, indent=1))

    def _log_of(self, name: str) -> IO[bytes]:
        path = self.home.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _last_lines(self, name: str, count: int = 5) -> str:
        with contextlib.suppress(OSError):
            lines = (self.home.logs / f"{name}.log").read_text("utf-8", "replace").splitlines()[-count:]
            return "\n".join(f"  {line[:300]}" for line in lines)
        return ""


def taken(home: Home, name: str, port: int) -> str:
    """One line that names the port, who holds it when that can be seen, and the remedy."""
    holder = processes.holder_of(port)
    by = f"pid {holder[0]} ({holder[1]})" if holder else _("een ander proces")
    remedy = _("stop dat, of zet KEUR_PORT_BASE op een ander getal dan {base}").format(base=home.port_base)
    return _("poort {port} ({name}) is bezet door {by}").format(port=port, name=name, by=by) + f": {remedy}"


def _told(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"status {code}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


async def supervise(home: Home, say: Callable[[str], None], on_ready: Callable[[], None] = lambda: None) -> None:
    """Runs a supervisor in this process until SIGTERM or SIGINT."""
    supervisor = Supervisor(home, say)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    await supervisor.run(on_ready)


def main(argv: Sequence[str] = sys.argv) -> int:
    """The detached supervisor: its lines go to ``logs/supervisor.log``."""

    def say(line: str) -> None:
        print(f"{_now()} {line}", flush=True)

    try:
        asyncio.run(supervise(Home.from_env(), say))
    except AlreadyRunning as failure:
        say(str(failure))
        return ANOTHER_KEEPS_THIS_HOME
    except (StartFailed, postgres.NoOrdinaryUser, rabbitmq.RabbitMQMissing) as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
