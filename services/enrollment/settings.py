"""What can be set for enrollment beside what every service has: ``KEUR_ENROLLMENT_<NAME>``."""

import os
from collections.abc import Mapping

from pydantic import field_validator

from shared.settings import ServiceSettings
from shared.web.front_door import networks

from .domain.people import Language


class EnrollmentSettings(ServiceSettings):
    """The coordinator is told of visits that are due, and of what nobody else can do."""

    coordinator_name: str = "Projectcoördinator"
    coordinator_email: str = "coordinator@keurmerkbureau.example"
    coordinator_language: Language = "nl"
    applications_per_hour: int = 60
    """How many applications the public form takes in an hour, of everybody together."""

    applications_per_connection: int = 10
    """How many of them from one connection: a class at an open day is one, so that a school may need more."""
    trusted_proxies: str = ""
    """Networks of front doors whose ``X-Forwarded-For`` is believed, divided by commas: ``172.16.0.0/12``."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: str) -> str:
        networks(given)
        return given

    @classmethod
    def of(cls, settings: ServiceSettings, environ: Mapping[str, str] = os.environ) -> "EnrollmentSettings":
        """The settings that every service has, with enrollment's own from the environment."""
        if isinstance(settings, cls):
            return settings
        own = cls.model_fields.keys() - ServiceSettings.model_fields.keys()
        given = {name: environ[key] for name in own if environ.get(key := f"KEUR_ENROLLMENT_{name.upper()}")}
        return cls.model_validate({**settings.model_dump(), **given})
