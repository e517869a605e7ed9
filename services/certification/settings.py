"""What can be set for certification beside what every service has: ``KEUR_CERTIFICATION_<NAME>``."""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import field_validator

from shared.settings import ServiceSettings


class CertificationSettings(ServiceSettings):
    """How often one address may miss in the public register before it must wait."""

    register_misses: int = 30
    """Wrong numbers or codes from one address within ``register_window``; right ones are not counted."""
    register_window: float = 60.0
    """Seconds."""
    trusted_proxies: str = ""
    """Networks of front doors whose ``X-Forwarded-For`` is believed, divided by commas: ``172.16.0.0/12``."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: str) -> str:
        _parsed(given)
        return given

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _parsed(self.trusted_proxies)

    @classmethod
    def of(cls, settings: ServiceSettings, environ: Mapping[str, str] = os.environ) -> "CertificationSettings":
        """The settings that every service has, with certification's own from the environment."""
        if isinstance(settings, cls):
            return settings
        own = cls.model_fields.keys() - ServiceSettings.model_fields.keys()
        given = {name: environ[key] for name in own if environ.get(key := f"KEUR_CERTIFICATION_{name.upper()}")}
        return cls.model_validate({**settings.model_dump(), **given})


def _parsed(networks: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(one.strip()) for one in networks.split(",") if one.strip())
