"""The life of a service: database, bus, loops and web started in order, watched, told about, and stopped in order."""

import asyncio
import contextlib
import os
import signal
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import asyncpg
import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from prometheus_client import generate_latest

from shared import clock, telemetry
from shared.bus import broker, crashpoints, topology
from shared.bus import retention as ages
from shared.bus.consumer import Consumer
from shared.bus.dispatch import Dispatcher
from shared.bus.pausing import Pausing
from shared.bus.publisher import Publisher
from shared.bus.relay import Relay
from shared.bus.sealing import Seal
from shared.bus.subscriptions import Subscriptions
from shared.db import BUS_MIGRATIONS, Database, Tx, migrate
from shared.errors import DependencyAway
from shared.settings import ServiceSettings
from shared.starting import settle

log = structlog.get_logger(__name__)

Loop = Callable[["Context"], Awaitable[None]]
Status = Callable[[Tx], Awaitable[dict[str, Any]]]
ANSWER_WITHIN = 1.5
"""Seconds in which database and broker must answer to count as there."""
PRIVATE_READERS = ("enrollment", "certification", "notifications")


@dataclass(frozen=True)
class Context:
    """What a service's parts are given: its database, its clock, its settings."""

    db: Database
    clock: clock.Clock
    settings: ServiceSettings


@dataclass
class Service:
    """The parts of one service; ``run`` brings them to life.

    ``loops`` run for as long as the service does and are started again with a pause when they fail; ``status`` adds
    to ``/readyz`` (never personal data); ``extra_consumers`` are queues beside the inbox (ops: the failed messages);
    ``retention`` says what of the service's own goes with age, beside what goes of every service's bus; ``linger`` is
    how long the inbox waits for company (``Consumer``).
    """

    name: str
    settings: ServiceSettings
    subscriptions: Subscriptions
    migrations: Path
    routers: Sequence[APIRouter] = ()
    public: Sequence[str] = ()
    loops: Sequence[Loop] = ()
    status: Status | None = None
    title: str = ""
    extra_consumers: Sequence[Callable[["Service"], Consumer]] = ()
    body_limits: dict[str, int] | None = None
    retention: Sequence[ages.Rule] = ()
    linger: float = 0.0
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        s = self.settings
        self.retention = (*self._bus_rules(), *self.retention)
        self.clock = clock.clock_from_env()
        clock.use(self.clock)
        self.db = Database(s.database_url, name=self.name, max_size=s.pool_size, timeout=s.database_timeout)
        self.context = Context(self.db, self.clock, s)
        self.seal = Seal.from_file(s.key("private.key")) if self.name in PRIVATE_READERS else None
        self.publisher = Publisher(s.amqp_url, name=self.name, timeout=s.broker_timeout)
        self.relay = Relay(self.db, self.publisher, service=self.name, seal=self.seal, batch=s.relay_batch)
        self.dispatcher = Dispatcher(self.subscriptions, self.db, timeout=s.handler_timeout)
        self.consumer = self.consumer_of(topology.inbox(self.name), self.dispatcher)
        self.broker = broker.build(self.subscriptions, url=s.amqp_url, consumer=self.consumer)
        self.pausing = Pausing(self.db, self.consumer, service=self.name)
        self.others = [make(self) for make in self.extra_consumers]
        from shared.web.bus_desk import bus_desk  # which needs this module

        self.routers = [*self.routers, bus_desk(self.name)]
        self.since = datetime.now(UTC)
        self.mode = "all"
        self._last_error: str | None = None
        self._opened = False

    def _bus_rules(self) -> Sequence[ages.Rule]:
        s = self.settings
        return ages.bus_rules(
            outbox_keep_days=s.outbox_keep_days,
            inbox_keep_days=s.inbox_keep_days,
            private_keep_days=s.private_keep_days,
            idempotency_keep_days=s.idempotency_keep_days,
        )

    def consumer_of(self, queue: str, dispatcher: Dispatcher) -> Consumer:
        """A consumer of one more queue, with this service's settings."""
        s = self.settings
        return Consumer(
            s.amqp_url,
            queue,
            service=self.name,
            dispatcher=dispatcher,
            publisher=self.publisher,
            seal=self.seal,
            batch=s.batch,
            linger=self.linger,
            timeout=s.broker_timeout,
        )

    def app(self) -> FastAPI:
        """The web application; needs no open database or broker until a request does."""
        from shared.web.app import create_app

        return create_app(
            self.name,
            title=self.title or f"Keur {self.name}",
            routers=self.routers,
            home=self.settings.home,
            public=self.public,
            version=release(),
            readiness=self.readiness,
            metrics=generate_latest,
            state={"ctx": self.context, "service": self, **self.state},
            body_limits=self.body_limits,
        )

    async def readiness(self) -> dict[str, Any]:
        """What ``/readyz`` and ``keur status`` tell: true only when database, broker and consumer answer now."""
        (database, told), broker_answers = await asyncio.gather(self._ask_database(), self._ask_broker())
        checks = {"database": database}
        if self.mode != "web":
            checks["broker"] = broker_answers
            inbox = self.consumer.alive or self.pausing.now is not None  # a pause is asked for, and told below
            checks["consumer"] = inbox and all(other.alive for other in self.others)
        errors = [e for e in (self._last_error, self.consumer.last_error, self.relay.last_error) if e]
        return {
            "ready": all(checks.values()),
            "service": self.name,
            "checks": checks,
            "pid": os.getpid(),
            "since": self.since.isoformat(),
            "version": release(),
            "last_error": max(errors) if errors else None,
            "blocked": self.publisher.blocked,
            "paused": self.pausing.now and self.pausing.now.told(),
            "hears": sorted({binding.routing_key for binding in self.subscriptions.bindings()}),
            "counters": {
                "handled": self.dispatcher.handled,
                "published": self.relay.published,
                "in_flight": self.consumer.in_flight + sum(other.in_flight for other in self.others),
            },
            **told,
        }

    async def _ask_database(self) -> tuple[bool, dict[str, Any]]:
        told: dict[str, Any] = {}
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                pending, oldest = await self.relay.waiting()
                told["outbox"] = {"pending": pending, "oldest_age_s": oldest}
                if self.status is not None:
                    async with self.db.read() as tx:
                        told.update(await self.status(tx))
            return True, told
        except (DependencyAway, TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if self._opened:  # while it starts, what opens the database says what it waits for
                self._last_error = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} database: {type(error).__name__}"
            return False, told

    async def _ask_broker(self) -> bool:
        if self.mode == "web":
            return False
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self.publisher.check()
            return True
        except (DependencyAway, TimeoutError):
            return False

    async def open(self) -> None:
        """Migrates and opens the database, waiting for one that is away."""
        pauses = 0
        while True:
            try:
                ran = await migrate(self.settings.database_url, (BUS_MIGRATIONS, self.migrations))
                await self.db.open()
                self._opened = True
                if ran:
                    log.info("database migrated", count=len(ran))
                return
            except (
                DependencyAway,
                OSError,
                TimeoutError,
                asyncpg.PostgresConnectionError,
                asyncpg.CannotConnectNowError,
            ) as error:
                self._last_error = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} database: {type(error).__name__}"
                if pauses == 0:
                    log.warning("waiting for the database", error=error)
                await asyncio.sleep(min(2.0, 0.2 * 2**pauses))
                pauses += 1

    async def work(self) -> None:
        """Relay, consumers and loops, until cancelled; then stopped in the order in which nothing is lost."""
        await self.open()
        await self.pausing.look()
        loops = [
            asyncio.create_task(self._keep(self.pausing.run, "pausing")),
            asyncio.create_task(self._keep(self.relay.run, "relay")),
            asyncio.create_task(self._keep(self._purge, "purge")),
        ]
        loops += [
            asyncio.create_task(self._keep(partial(loop, self.context), f"{loop.__module__}.{loop.__qualname__}"))
            for loop in self.loops
        ]
        await self.broker.start()
        for other in self.others:
            await other.start()
        try:
            await asyncio.gather(*loops)
        finally:
            await self.broker.stop()
            for other in self.others:
                await other.stop()
            await self._drain()
            for task in loops:
                task.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.publisher.close()

    async def _drain(self) -> None:
        """What the last batch told goes out before the relay stops, when the broker takes it at once."""
        with contextlib.suppress(DependencyAway, TimeoutError, OSError, asyncpg.PostgresError):
            async with asyncio.timeout(2):
                # The outbox has no event for being empty.
                while (await self.relay.waiting())[0] and self.relay.leads:
                    await asyncio.sleep(0.02)

    async def _keep(self, loop: Callable[[], Awaitable[None]], name: str) -> None:
        failures = 0
        while True:
            try:
                await loop()
                return
            except (DependencyAway, OSError, TimeoutError, asyncpg.PostgresConnectionError) as error:
                log.warning("loop waits", loop=name, error=error) if failures == 0 else None
            except Exception:
                log.exception("loop failed, starting it again", loop=name)
            telemetry.LOOP_FAILURES.labels(self.name, name).inc()
            await asyncio.sleep(min(10.0, 0.2 * 2**failures))
            failures = min(failures + 1, 6)

    async def _purge(self) -> None:
        while True:
            for name, count in (await ages.carry_out(self.db, self.retention)).items():
                if count:
                    log.info("forgotten by age", rule=name, count=count)
            await asyncio.sleep(self.settings.retention_every)


@cache
def release() -> str:
    """The version of Keur that runs: the checkout's, else the installed package's."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    with contextlib.suppress(OSError, KeyError):
        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])
    with contextlib.suppress(PackageNotFoundError):
        return version("keur")
    return "unknown"


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service stops its parts itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


async def serve(service: Service, mode: str = "all") -> None:
    """Runs ``all``, only the ``web`` or only the ``worker`` part until SIGTERM or SIGINT."""
    service.mode = mode
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    s = service.settings
    server = _Server(
        uvicorn.Config(
            service.app(), host=s.host, port=s.port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=5, server_header=False, date_header=True,
        )
    )  # fmt: skip
    settle()
    parts = [asyncio.create_task(server.serve(), name="web")]
    parts.append(asyncio.create_task(service.work() if mode != "web" else _only_database(service), name="work"))
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({*parts, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    parts[1].cancel()
    results = await asyncio.gather(*parts, return_exceptions=True)
    await service.db.close()
    stopping.cancel()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result
    if stopping not in done:
        raise SystemExit(f"{service.name} stopped by itself: see its log")


async def _only_database(service: Service) -> None:
    await service.open()
    await asyncio.Event().wait()


def run(build: Callable[[ServiceSettings], Service], name: str, argv: Sequence[str]) -> None:
    """``python -m services.<name> [all|web|worker]``."""
    mode = argv[1] if len(argv) > 1 else "all"
    if mode not in ("all", "web", "worker"):
        raise SystemExit(f"{name}: {mode!r} is not one of all, web, worker")
    settings = ServiceSettings.from_env(name)
    telemetry.set_up_logging(name, level=settings.log_level, production=settings.env == "production")
    crashpoints.arm(production=settings.env == "production")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_built(build, settings, mode))


async def _built(build: Callable[[ServiceSettings], Service], settings: ServiceSettings, mode: str) -> None:
    await serve(build(settings), mode)
