"""What surrounds the work of this moment: the request or event behind it, and the trace it belongs to (W3C)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from shared.events.base import Event

cause: ContextVar[Event | None] = ContextVar("keur_cause", default=None)
correlation: ContextVar[str | None] = ContextVar("keur_correlation", default=None)
trace: ContextVar[str | None] = ContextVar("keur_trace", default=None)


@contextmanager
def handling(event: Event) -> Iterator[None]:
    """What is told inside was caused by this event."""
    token = cause.set(event)
    try:
        yield
    finally:
        cause.reset(token)


def child_of(traceparent: str | None) -> str | None:
    """A new span of the same trace (``00-trace-span-flags``); none where there is no trace."""
    if traceparent is None or len(traceparent) != 55:
        return None
    return f"{traceparent[:36]}{os.urandom(8).hex()}{traceparent[52:]}"
