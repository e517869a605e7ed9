"""The one folder, its ports, and the addresses that services are given."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from deploy.local import keys
from deploy.local.words import _
from shared.settings import (
    AMQP_PORT_OFFSET,
    MANAGEMENT_PORT_OFFSET,
    PORT_OFFSETS,
    POSTGRES_PORT_OFFSET,
    SERVICES,
    SMTP_PORT_OFFSET,
    broker_nodes,
)

CHECKOUT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
PORTS = {
    **PORT_OFFSETS,
    "rabbitmq": AMQP_PORT_OFFSET,
    "management": MANAGEMENT_PORT_OFFSET,
    "postgres": POSTGRES_PORT_OFFSET,
    "capture": SMTP_PORT_OFFSET,
    "epmd": 14,
    "erlang": 15,
}
"""What listens, and how far above the base."""


class WrongSetting(ValueError):
    """A variable of the environment has a value that cannot be meant; the message says what is allowed."""


class HomeNotUsable(WrongSetting):
    """The folder cannot be made, or not written; the message says why."""


@dataclass(frozen=True)
class Home:
    """``KEUR_HOME`` with its port base, and the environment that may point to servers elsewhere."""

    path: Path
    port_base: int = 8400
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False, compare=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """The home that ``KEUR_HOME`` and ``KEUR_PORT_BASE`` name; ``.keur`` in the checkout and 8400 by default."""
        given = dict(os.environ if environ is None else environ)
        base = given.get("KEUR_PORT_BASE", "") or "8400"
        if not base.isdigit() or not 1024 <= int(base) <= 65000:
            raise WrongSetting(_("KEUR_PORT_BASE={base!r}: geef een getal van 1024 tot 65000").format(base=base))
        path = Path(given.get("KEUR_HOME") or CHECKOUT / ".keur").expanduser()
        return cls((Path.cwd() / path).resolve(), int(base), given)

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    def make(self, *, signing: Path | None = None) -> None:
        """Makes the folders (mode 700) and the keys that are missing; see ``keys.make`` for ``signing``."""
        try:
            for folder in (self.path, self.run, self.logs, self.data):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            keys.make(self.path, signing=signing)
        except OSError as error:
            words = _("KEUR_HOME={path} is niet te gebruiken ({why}): kies een map waarin u mag schrijven, met ruimte")
            raise HomeNotUsable(words.format(path=self.path, why=error.strerror or error)) from error

    def port(self, name: str) -> int:
        return self.port_base + PORTS[name]

    def url(self, service: str, path: str = "") -> str:
        """Where a service answers HTTP."""
        return f"http://{LOOPBACK}:{self.port(service)}{path}"

    @property
    def production(self) -> bool:
        return self.environ.get("KEUR_ENV") == "production"

    # --- which servers are ours to run

    @property
    def own_broker(self) -> bool:
        return not self.environ.get("KEUR_AMQP_URL")

    @property
    def own_database(self) -> bool:
        return not self.environ.get("KEUR_DATABASE_URL")

    @property
    def own_mail(self) -> bool:
        return not self.environ.get("KEUR_SMTP_URL")

    # --- addresses

    @property
    def admin_amqp_url(self) -> str:
        """The broker as its administrator: the one who declares. A URL from outside is taken as it is."""
        if not self.own_broker:
            return self.environ["KEUR_AMQP_URL"]
        return f"amqp://admin:{self.password('broker', 'admin')}@{LOOPBACK}:{self.port('rabbitmq')}/"

    @property
    def management_url(self) -> str | None:
        """The management API as the administrator; None when the broker is elsewhere and it was not said where."""
        if not self.own_broker:
            return self.environ.get("KEUR_MANAGEMENT_URL")
        return f"http://admin:{self.password('broker', 'admin')}@{LOOPBACK}:{self.port('management')}"

    @property
    def operator_url(self) -> str | None:
        """The management API as ``operator``, who sees queues and can change nothing."""
        admin = self.management_url
        return admin and _as_user(urlsplit(admin), "operator", self.password("broker", "operator"))

    def admin_database_url(self, database: str = "postgres") -> str:
        """The database server as its administrator."""
        if not self.own_database:
            return urlunsplit(urlsplit(self.environ["KEUR_DATABASE_URL"])._replace(path=f"/{database}"))
        password = self.password("database", "admin")
        return f"postgresql://keur_admin:{password}@{LOOPBACK}:{self.port('postgres')}/{database}"

    def amqp_url(self, service: str) -> str:
        """The broker as ``service``; of a cluster all its nodes, separated by commas.

        A URL from outside without a user gets the service's own user and password.
        """
        user, password = f"keur_{service}", self.password("broker", service)
        given = self.environ.get(f"KEUR_{service.upper()}_AMQP_URL") or self.environ.get("KEUR_AMQP_URL")
        if given:
            nodes = [urlsplit(node) for node in broker_nodes(given)]
            return ",".join(node.geturl() if node.username else _as_user(node, user, password) for node in nodes)
        return f"amqp://{user}:{password}@{LOOPBACK}:{self.port('rabbitmq')}/"

    def database_url(self, service: str) -> str:
        """The service's own database as its own role; of a URL from outside the missing parts are filled in."""
        role = f"keur_{service}"
        given = self.environ.get(f"KEUR_{service.upper()}_DATABASE_URL")
        parts = urlsplit(given or self.admin_database_url(role))
        if given and parts.path in ("", "/"):
            parts = parts._replace(path=f"/{role}")
        if given and parts.username:
            return urlunsplit(parts)
        return _as_user(parts, role, self.password("database", service))

    @property
    def smtp_url(self) -> str:
        return self.environ.get("KEUR_SMTP_URL") or f"smtp://{LOOPBACK}:{self.port('capture')}"

    def password(self, server: str, user: str) -> str:
        """The password of a user of the ``broker`` or the ``database``; made once."""
        return keys.password(self.path, server, user)

    # --- the demo's clock

    @property
    def demo_clock(self) -> Path:
        """The offset in seconds at which a demo left its clock; absent when no demo was played here."""
        return self.path / "data" / "demo-clock"

    @property
    def clock(self) -> str:
        """``KEUR_CLOCK`` of this home: as set, else the demo's clock when one was played here, else none."""
        if self.environ.get("KEUR_CLOCK") or self.production:
            return self.environ.get("KEUR_CLOCK", "")
        return f"file:{self.demo_clock}" if self.demo_clock.exists() else ""

    def service_environment(self, service: str) -> dict[str, str]:
        """What a service is told: the common settings and its own addresses, nobody else's passwords."""
        hidden = {f"KEUR_{name.upper()}_{kind}_URL" for name in SERVICES for kind in ("AMQP", "DATABASE")}
        hidden |= {"KEUR_AMQP_URL", "KEUR_DATABASE_URL", "KEUR_MANAGEMENT_URL", "KEUR_CRASH_AT", "KEUR_CLOCK"}
        told = {name: value for name, value in self.environ.items() if name not in hidden}
        prefix = f"KEUR_{service.upper()}"
        told |= {
            "KEUR_HOME": str(self.path),
            "KEUR_PORT_BASE": str(self.port_base),
            "KEUR_PROCESS": service,
            f"{prefix}_AMQP_URL": self.amqp_url(service),
            f"{prefix}_DATABASE_URL": self.database_url(service),
            "KEUR_SMTP_URL": self.smtp_url,
            "PYTHONUNBUFFERED": "1",
        }
        if self.clock:
            told["KEUR_CLOCK"] = self.clock
        if service == "ops" and self.operator_url:
            told[f"{prefix}_MANAGEMENT_URL"] = self.operator_url
        return told


def _as_user(parts: SplitResult, user: str, password: str) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or LOOPBACK
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}{port}"))
