"""The only place where certification's parts meet."""

from pathlib import Path

from shared.service import Service
from shared.settings import ServiceSettings

from . import api, handlers, schedule
from .domain.misses import Misses
from .pages import credential, office, paper, register
from .queries import candidates
from .settings import CertificationSettings


def build(settings: ServiceSettings) -> Service:
    """The service, put together and not yet running."""
    own = CertificationSettings.of(settings)
    return Service(
        "certification",
        own,
        subscriptions=handlers.on,
        migrations=Path(__file__).parent / "migrations",
        routers=[credential.router, paper.router, register.router, api.router, office.router],
        public=(*register.PUBLIC, *credential.PUBLIC, *paper.PUBLIC),
        loops=[schedule.run],
        status=candidates.status,
        title="Keur certification: het keurmerk",
        body_limits={"/certification/api/schemes": 1024 * 1024},
        state={"misses": Misses(own.register_misses, own.register_window), "proxies": own.proxies},
    )
