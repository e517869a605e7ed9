"""The one place where the parts of ops meet."""

from pathlib import Path

from shared.service import Service
from shared.settings import ServiceSettings

from . import api, edit_api, pages, queries, replay_api
from .desk import Desk
from .handlers import FailedMessages, on
from .replays import replaying
from .schedule import redrive

LINGER = 0.05
"""Seconds: the journal hears every event there is, and nobody waits for a line of it."""


def build(settings: ServiceSettings) -> Service:
    """Journal, failed messages, desk and its pages. Opens nothing."""
    service = Service(
        "ops",
        settings,
        subscriptions=on,
        migrations=Path(__file__).parent / "migrations",
        routers=[replay_api.router, edit_api.router, api.router, pages.router],
        loops=[redrive, replaying],
        status=queries.status,
        extra_consumers=[FailedMessages],
        linger=LINGER,
    )
    service.state["desk"] = Desk(service.context)
    return service
