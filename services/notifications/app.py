"""The one place where the parts of notifications meet."""

from pathlib import Path

from services.notifications import api, capture, housekeeping, pages, postman, queries
from services.notifications.handlers import on
from services.notifications.settings import Settings
from shared.service import Service
from shared.settings import ServiceSettings


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
