"""The only place where enrollment's parts meet."""

from pathlib import Path

from shared.service import Service
from shared.settings import ServiceSettings

from . import (
    accreditation_api,
    accreditation_pages,
    action_links,
    agreement_api,
    agreement_pages,
    api,
    application_api,
    application_pages,
    board_pages,
    complaints_api,
    complaints_pages,
    coverage_api,
    coverage_pages,
    figures_api,
    followup_api,
    followup_pages,
    handlers,
    mentor_api,
    mentor_pages,
    pages,
    replacement_api,
    schedule,
    sign_in,
    standing_api,
    standing_pages,
    visit_pages,
    visits_api,
    watching_api,
    watching_pages,
)
from .queries import figures
from .settings import EnrollmentSettings


def build(settings: ServiceSettings) -> Service:
    """The service, put together and not yet running."""
    return Service(
        "enrollment",
        EnrollmentSettings.of(settings),
        subscriptions=handlers.on,
        migrations=Path(__file__).parent / "migrations",
        routers=[
            sign_in.router,
            api.router,
            coverage_api.router,
            pages.router,
            coverage_pages.router,
            figures_api.router,
            standing_api.router,
            replacement_api.router,
            application_api.router,
            application_pages.router,
            application_pages.public,
            application_pages.confirming,
            accreditation_api.router,
            accreditation_pages.router,
            agreement_api.router,
            agreement_pages.router,
            agreement_pages.signing,
            standing_pages.router,
            mentor_api.router,
            watching_api.router,
            watching_pages.router,
            mentor_pages.router,
            mentor_pages.answers,
            board_pages.router,
            followup_api.router,
            followup_pages.router,
            complaints_api.router,
            complaints_pages.router,
            visits_api.router,
            visit_pages.router,
        ],
        public=[*sign_in.PUBLIC, *action_links.PUBLIC, *application_pages.PUBLIC],
        loops=[schedule.run],
        status=figures.status,
        title="Keur enrollment: de opleiding",
    )
