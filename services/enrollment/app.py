"""The only place where enrollment's parts meet."""

from pathlib import Path

from shared.service import Service
from shared.settings import ServiceSettings

from . import action_links, handlers, schedule, sign_in
from .api import accreditation as accreditation_api
from .api import agreements as agreement_api
from .api import applications as application_api
from .api import complaints as complaints_api
from .api import coverage as coverage_api
from .api import entries as api
from .api import figures as figures_api
from .api import followup as followup_api
from .api import invitations as invitation_api
from .api import membership as membership_api
from .api import mentors as mentor_api
from .api import practice as practice_api
from .api import replacements as replacement_api
from .api import standing as standing_api
from .api import visits as visits_api
from .api import watching as watching_api
from .pages import accreditation as accreditation_pages
from .pages import agreements as agreement_pages
from .pages import applications as application_pages
from .pages import board as board_pages
from .pages import by_link, trainee_file, visit_report
from .pages import complaints as complaints_pages
from .pages import coverage as coverage_pages
from .pages import followup as followup_pages
from .pages import membership as membership_pages
from .pages import mentors as mentor_pages
from .pages import practice as practice_pages
from .pages import standing as standing_pages
from .pages import training as pages
from .pages import visits as visit_pages
from .pages import watching as watching_pages
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
            invitation_api.router,
            api.router,
            coverage_api.router,
            pages.router,
            trainee_file.router,
            visit_report.router,
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
            membership_api.router,
            membership_pages.router,
            agreement_api.router,
            agreement_pages.router,
            agreement_pages.signing,
            standing_pages.router,
            mentor_api.router,
            watching_api.router,
            practice_api.router,
            practice_pages.router,
            watching_pages.router,
            mentor_pages.router,
            mentor_pages.answers,
            by_link.reviews,
            by_link.answers,
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
