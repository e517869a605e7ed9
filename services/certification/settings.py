"""What can be set for certification beside what every service has: ``KEUR_CERTIFICATION_<NAME>``."""

import os
from collections.abc import Mapping

from pydantic import field_validator

from shared.settings import ServiceSettings
from shared.web.front_door import Networks, networks


class CertificationSettings(ServiceSettings):
    """How often an address may miss in the public register before it must wait, and who issues."""

    register_misses: int = 30
    """Wrong numbers or codes from one address within ``register_window``; right ones are not counted."""
    register_window: float = 60.0
    """Seconds."""
    trusted_proxies: str = ""
    """Networks of front doors whose ``X-Forwarded-For`` is believed, divided by commas: ``172.16.0.0/12``."""

    share_days: int = 28
    """How long a link with which a holder shows a certificate opens it."""

    issuer_url: str = ""
    """Public address under which credentials are issued and ``/.well-known/did.json`` is found, such as
    ``https://register.example``: it becomes the issuer's did:web and stays in every credential. When it is not said:
    certification's own address."""

    paper_pkcs11_module: str = ""
    """Library of a token that holds the document signer's key; without it the key is a file under ``keys``."""
    paper_pkcs11_token: str = ""
    """Label of the token."""
    paper_pkcs11_key: str = ""
    """Label of the key on it."""
    paper_pkcs11_pin: str = ""
    """Secret: from the environment only."""
    paper_tsa_url: str = ""
    """A time stamp authority (RFC 3161) whose stamp each signed paper gets."""

    @property
    def issuer(self) -> str:
        return (self.issuer_url or self.base_url("certification")).rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: str) -> str:
        networks(given)
        return given

    @property
    def proxies(self) -> Networks:
        return networks(self.trusted_proxies)

    @classmethod
    def of(cls, settings: ServiceSettings, environ: Mapping[str, str] = os.environ) -> "CertificationSettings":
        """The settings that every service has, with certification's own from the environment."""
        if isinstance(settings, cls):
            return settings
        own = cls.model_fields.keys() - ServiceSettings.model_fields.keys()
        given = {name: environ[key] for name in own if environ.get(key := f"KEUR_CERTIFICATION_{name.upper()}")}
        given.setdefault("issuer_url", environ.get("KEUR_BASE_URL_CERTIFICATION") or environ.get("KEUR_BASE_URL") or "")
        return cls.model_validate({**settings.model_dump(), **given})
