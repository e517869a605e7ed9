"""Logs and metrics of every service. The metrics are all in this one table, each with its meaning."""

import logging
import sys
import traceback
from typing import Any

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from shared.errors import said

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

MESSAGES = Counter("keur_messages", "Messages by what became of them.", ["service", "type", "outcome"])
BATCH_SIZE = Histogram(
    "keur_batch_size", "Messages handled in one transaction.", ["service"], buckets=(1, 2, 5, 10, 20, 50, 100, 200, 400)
)
HANDLING_SECONDS = Histogram("keur_handling_seconds", "One transaction of handlers.", ["service"], buckets=_SECONDS)
PUBLISHED = Counter("keur_published", "Events published and confirmed.", ["service"])
PUBLISH_FAILURES = Counter("keur_publish_failures", "Publishes without a confirm; tried again.", ["service", "error"])
OUTBOX_PENDING = Gauge("keur_outbox_pending", "Events told and not yet confirmed by the broker.", ["service"])
OUTBOX_OLDEST_SECONDS = Gauge("keur_outbox_oldest_seconds", "Age of the oldest of these.", ["service"])
CONSUMER_ALIVE = Gauge("keur_consumer_alive", "1 while the inbox queue has this service's consumer.", ["service"])
LOOP_FAILURES = Counter("keur_loop_failures", "Restarts of a background loop after a failure.", ["service", "loop"])
REQUESTS = Histogram(
    "keur_request_seconds", "HTTP requests by route and status.", ["service", "route", "status"], buckets=_SECONDS
)

OWN_LOGGERS = ("shared", "services", "deploy", "keur")

registry: CollectorRegistry = REGISTRY


def _without_noise(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """An expected failure of a foreign library is one line: its class and text, no page of traceback."""
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        text = said(error)
        event["error"] = f"{type(error).__name__}: {text.splitlines()[0][:200] if text else ''}".rstrip(": ")
    elif error is not None:
        event["error"] = error
    return event


def _where(exc_info: Any) -> str:
    """A traceback whose messages hold no data: the failure that was first, then each that came of it."""
    parts: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(parts) < 5:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__name__}: {said(error)[:500]}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(parts))


class _OneLine(logging.Filter):
    """Connection trouble that aio-pika, aiormq and asyncio report with a traceback is said once by the bus itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.msg = f"{record.getMessage()} ({record.exc_info[0].__name__})"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def set_up_logging(service: str, *, level: str = "info", production: bool = False) -> None:
    """JSON lines in production and into files, readable lines on a terminal. Call once, first."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_noise,
        structlog.processors.ExceptionRenderer(_where),
    ]
    readable = sys.stderr.isatty() and not production
    last = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("WARNING")  # what foreign libraries say below that may name people: aiosmtpd logs each recipient
    for own in OWN_LOGGERS:
        logging.getLogger(own).setLevel(level.upper())
    for noisy in ("aiormq", "aio_pika"):
        logging.getLogger(noisy).setLevel("ERROR")
    for name in (
        "aiormq",
        "aiormq.connection",
        "aiormq.channel",
        "aio_pika",
        "asyncio",
        "asyncpg.pool",
        "uvicorn.error",
    ):
        logging.getLogger(name).addFilter(_OneLine())
    structlog.contextvars.bind_contextvars(service=service)
