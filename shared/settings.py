"""What can be set from outside, read from the environment once: ``KEUR_<SERVICE>_X`` first, ``KEUR_X`` next."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

SERVICES = ("enrollment", "certification", "notifications", "ops")
PORT_OFFSETS = {"enrollment": 1, "certification": 2, "notifications": 3, "ops": 4}
AMQP_PORT_OFFSET, MANAGEMENT_PORT_OFFSET, POSTGRES_PORT_OFFSET, SMTP_PORT_OFFSET = 10, 11, 12, 13


def broker_nodes(urls: str) -> list[str]:
    """``amqp://…,amqp://…``: the addresses of the nodes of one cluster, the preferred first."""
    return re.split(r",\s*(?=amqps?://)", urls.strip())


class SettingMissing(ValueError):
    """A setting that a service cannot do without is missing or wrong; the message names the variable."""


class ServiceSettings(BaseModel):
    """Settings that every service has. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    home: Path
    env: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port_base: int = 8400
    port: int = 0
    amqp_url: str
    database_url: str
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    batch: int = 200
    """Most events taken into one transaction."""
    relay_batch: int = 400
    """Most events published before their confirms are awaited."""
    handler_timeout: float = 60.0
    broker_timeout: float = 10.0
    database_timeout: float = 30.0
    pool_size: int = 10
    outbox_keep_days: float = 400
    """How long the journal of what was told is kept: replays and the audit read it."""
    inbox_keep_days: float = 400
    """How long a message that comes again is seen to be an old one."""
    private_keep_days: float = 1
    """How long the body of a private event outlives its confirm."""
    idempotency_keep_days: float = 7
    retention_every: float = 3600.0
    """Seconds between two rounds of forgetting."""

    @classmethod
    def from_env(cls, service: str, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads the environment; raises ``SettingMissing`` that names each variable to set."""
        given: dict[str, object] = {"service": service, "home": Path(environ.get("KEUR_HOME", ".keur")).resolve()}
        for field in cls.model_fields:
            for name in (f"KEUR_{service.upper()}_{field.upper()}", f"KEUR_{field.upper()}"):
                if field not in ("service", "home") and environ.get(name):
                    given[field] = environ[name]
                    break
        given.setdefault("port", int(str(given.get("port_base", 8400))) + PORT_OFFSETS[service])
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            names = ", ".join(f"KEUR_{service.upper()}_{str(e['loc'][0]).upper()} ({e['msg']})" for e in error.errors())
            raise SettingMissing(f"{service} cannot start: set {names}; `./keur up` sets all of them") from None

    def key(self, name: str) -> Path:
        """The file of a secret under KEUR_HOME/keys."""
        return self.home / "keys" / name

    def base_url(self, service: str) -> str:
        """Where a service's pages are: KEUR_BASE_URL_<SERVICE> (a front door), else its own port."""
        return os.environ.get(
            f"KEUR_BASE_URL_{service.upper()}", f"http://127.0.0.1:{self.port_base + PORT_OFFSETS[service]}"
        )

    def inner_url(self, service: str) -> str:
        """Where the other services reach it: KEUR_INNER_URL_<SERVICE> (containers), else as everybody does."""
        return os.environ.get(f"KEUR_INNER_URL_{service.upper()}") or self.base_url(service)
