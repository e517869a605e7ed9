"""The only place where certification's parts meet."""

from pathlib import Path

from shared.service import Service
from shared.settings import ServiceSettings

from . import handlers, key_schedule, life_schedule, log_schedule, schedule
from .api import appeals as appeals_api
from .api import decisions as decisions_api
from .api import entries as api
from .api import exams as exams_api
from .api import keys as keys_api
from .api import life as life_api
from .api import schemes as schemes_api
from .credential.reading import MOST_BYTES
from .domain.misses import Misses
from .pages import appeals as appeal_pages
from .pages import checking, credential, decisions, exams, log, mark_use, office, paper, register, renewing, shares
from .pages import keys as keys_pages
from .pages import life as life_pages
from .queries import candidates
from .settings import CertificationSettings

BIRTH_DATE_MISSES, BIRTH_DATE_WINDOW_S = 5, 24 * 3600.0
"""A birth date can be guessed in some thousands of tries: five wrong ones a day for one certificate, from wherever."""


def build(settings: ServiceSettings) -> Service:
    """The service, put together and not yet running."""
    own = CertificationSettings.of(settings)
    return Service(
        "certification",
        own,
        subscriptions=handlers.on,
        migrations=Path(__file__).parent / "migrations",
        routers=[
            credential.router,
            paper.router,
            log.router,
            checking.router,
            shares.router,
            register.router,
            api.router,
            decisions_api.router,
            schemes_api.router,
            exams_api.router,
            exams.router,
            office.router,
            decisions.router,
            life_api.router,
            appeals_api.router,
            appeal_pages.router,
            mark_use.api,
            mark_use.router,
            life_pages.router,
            renewing.router,
            keys_api.router,
            keys_pages.router,
        ],
        public=(*register.PUBLIC, *credential.PUBLIC, *paper.PUBLIC, *shares.PUBLIC, *log.PUBLIC),
        loops=[
            schedule.run,
            schedule.follow,
            life_schedule.run,
            log_schedule.publish_heads,
            log_schedule.verify_nightly,
            key_schedule.run,
        ],
        status=candidates.status,
        title="Keur certification: het keurmerk",
        body_limits={
            "/certification/api/schemes": 1024 * 1024,
            "/certification/what-if": 1024 * 1024,
            "/certification/register/file": 2 * MOST_BYTES,
        },
        state={
            "misses": Misses(own.register_misses, own.register_window),
            "misses_by_number": Misses(BIRTH_DATE_MISSES, BIRTH_DATE_WINDOW_S),
            "proxies": own.proxies,
        },
    )
