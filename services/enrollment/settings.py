"""What can be set for enrollment beside what every service has: ``KEUR_ENROLLMENT_<NAME>``."""

import os
from collections.abc import Mapping

from shared.settings import ServiceSettings

from .domain.people import Language


class EnrollmentSettings(ServiceSettings):
    """The coordinator is told of visits that are due, and of what nobody else can do."""

    coordinator_name: str = "Projectcoördinator"
    coordinator_email: str = "coordinator@keurmerkbureau.example"
    coordinator_language: Language = "nl"
    applications_per_hour: int = 60
    """How many applications the public form takes in an hour, of everybody together."""

    @classmethod
    def of(cls, settings: ServiceSettings, environ: Mapping[str, str] = os.environ) -> "EnrollmentSettings":
        """The settings that every service has, with enrollment's own from the environment."""
        if isinstance(settings, cls):
            return settings
        own = cls.model_fields.keys() - ServiceSettings.model_fields.keys()
        given = {name: environ[key] for name in own if environ.get(key := f"KEUR_ENROLLMENT_{name.upper()}")}
        return cls.model_validate({**settings.model_dump(), **given})
