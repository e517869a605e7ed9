"""The one place where the parts of notifications meet."""

from pathlib import Path

from shared.service import Service
from shared.settings import ServiceSettings

from . import api, capture, housekeeping, pages, postman, queries
from .handlers import on
from .settings import Settings


def build(settings: ServiceSettings) -> Service:
    """Handlers, postman, capture sink when mail is captured here, API and pages. Opens nothing."""
    own = settings if isinstance(settings, Settings) else Settings.from_env("notifications")
    loops = [housekeeping.run, postman.run]
    if own.captures_itself:
        loops.append(capture.run)
    return Service(
        "notifications",
        own,
        subscriptions=on,
        migrations=Path(__file__).parent / "migrations",
        routers=[api.router, pages.router],
        loops=loops,
        status=queries.status,
        retention=(housekeeping.captured_mail(own),),
    )
