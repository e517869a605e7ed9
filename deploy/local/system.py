"""The whole of Keur on one page: which processes there are, how each is started, and when it is ready."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import asyncpg

from deploy.local import postgres, rabbitmq
from deploy.local.home import LOOPBACK, Home
from shared.settings import SERVICES


@dataclass(frozen=True)
class Program:
    """A process to keep alive. Times are in seconds."""

    name: str
    command: Callable[[], list[str]]
    environment: Callable[[], dict[str, str]]
    ready: Callable[[], Awaitable[bool]]
    ports: tuple[str, ...] = ()
    before: Callable[[], object] = field(default=lambda: None)
    """Runs before each start, in a thread."""
    stop_with: signal.Signals = signal.SIGTERM
    stop_patience: float = 20.0
    start_patience: float = 60.0
    restart_after: tuple[float, ...] = (0.0, 0.3, 1.0, 2.0, 5.0, 10.0)


def servers(home: Home) -> list[Program]:
    """The private broker and database, in the order of their start; none that runs elsewhere."""
    found = []
    if home.own_database:
        found.append(
            Program(
                "postgres",
                lambda: postgres.server_command(home),
                lambda: postgres.environment(home),
                lambda: database_answers(home.admin_database_url()),
                ports=("postgres",),
                before=lambda: postgres.prepare(home),
                stop_with=signal.SIGINT,  # "fast": ends sessions, keeps everything committed
                # after a kill the first starts fail until the orphans of the old server have noticed and gone
                restart_after=(0.1, *(0.3 for _ in range(20)), 1.0, 5.0),
            )
        )
    if home.own_broker:
        found.append(
            Program(
                "epmd",
                lambda: rabbitmq.epmd_command(home),
                lambda: rabbitmq.environment(home) | {"KEUR_PROCESS": "epmd"},
                lambda: port_answers(home.port("epmd")),
                ports=("epmd",),
                stop_patience=2.0,
            )
        )
        found.append(
            Program(
                "rabbitmq",
                rabbitmq.server_command,
                lambda: rabbitmq.environment(home),
                lambda: broker_answers(home.port("rabbitmq")),
                ports=("rabbitmq", "management", "erlang"),
                before=lambda: rabbitmq.configure(home),
                start_patience=120.0,
            )
        )
    return found


def services(home: Home) -> list[Program]:
    """The four services, and the mail server that keeps every mail instead of sending it."""
    found = []
    if home.own_mail:
        found.append(
            Program(
                "capture",
                lambda: [sys.executable, "-m", "services.notifications", "capture"],
                lambda: home.service_environment("notifications") | {"KEUR_PROCESS": "capture"},
                lambda: port_answers(home.port("capture")),
                ports=("capture",),
            )
        )
    for service in SERVICES:
        found.append(_service(home, service))
    return found


def _service(home: Home, service: str) -> Program:
    return Program(
        service,
        lambda: [sys.executable, "-m", f"services.{service}", "all"],
        lambda: home.service_environment(service),
        lambda: http_answers(home.url(service, "/readyz")),
        ports=(service,),
    )


async def port_answers(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(LOOPBACK, port), 2)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def broker_answers(port: int) -> bool:
    """True when the broker answers the AMQP greeting with Connection.Start; its port opens well before that."""
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(b"AMQP\x00\x00\x09\x01")
            frame = await reader.readexactly(11)
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False
    method_frame, connection_start = frame[0] == 1, frame[7:11] == b"\x00\x0a\x00\x0a"
    return method_frame and connection_start


async def database_answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=2, command_timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    try:
        return bool(await connection.fetchval("select 1") == 1)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    finally:
        connection.terminate()


async def http_answers(url: str) -> bool:
    """Whether this answers 200. Asked many times a second while the processor is needed to start what is asked: an HTTP
    client of the library's reads all certificates of authorities first, 20 ms each time."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
                return (await reader.readline()).split()[1:2] == [b"200"]
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False
