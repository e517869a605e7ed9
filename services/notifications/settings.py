"""What can be set for notifications, with defaults and units: each as KEUR_NOTIFICATIONS_X or KEUR_X."""

from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationInfo, field_validator

from services.notifications.mails import Sender
from services.notifications.mails.message import addr_spec
from shared.settings import SMTP_PORT_OFFSET, ServiceSettings


class MailServer(BaseModel):
    """Where mail is handed over."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"] = "none"
    user: str | None = None
    password: str | None = None

    @classmethod
    def from_url(cls, url: str) -> Self:
        """``smtp://[user:password@]host[:port][?tls=starttls]`` or ``smtps://…``; raises ``ValueError``."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("write smtp://host:port or smtps://host:port")
        implicit = parts.scheme == "smtps"
        asked = parse_qs(parts.query).get("tls", ["none"])[0]
        return cls.model_validate(
            {
                "host": parts.hostname,
                "port": parts.port or (465 if implicit else 25),
                "tls": "implicit" if implicit else asked,
                "user": unquote(parts.username) if parts.username else None,
                "password": unquote(parts.password) if parts.password else None,
            }
        )

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine: mail handed to it leaves the machine only if that server lets it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


class CaptureLeavesTheMachine(ValueError):
    """Capture mode promises that no mail goes out, so it takes no mail server elsewhere."""


class Settings(ServiceSettings):
    """Mail is captured unless something else is asked for."""

    mail_mode: Literal["capture", "allowlist", "live"] = "capture"
    mail_allow: str = ""
    """Addresses and domains that allowlist mode sends to, separated by commas; all others are suppressed."""
    smtp_url: str = ""
    smtp_timeout: float = 30.0
    """Seconds for the envelope of a mail, and again for the server's word on its contents."""
    smtp_connections: int = 4
    mail_batch: int = 200
    mail_lease: float = 10.0
    """Seconds that a postman's word holds that it is busy with a mail; it says so again while it is (four times in
    that). Past it, nobody knows whether the mail went out: it is in doubt."""
    mail_first_retry: float = 5.0
    """Seconds until a mail that was deferred, or got no answer, is tried again first; later pauses grow with it."""
    mail_poll: float = 1.0
    """Seconds between looks at the mails when nobody woke the postman."""
    mail_domain: str = "keur.example"
    """The right-hand side of every Message-ID; it stays with a mail once given."""
    capture_inside: bool = False
    """Whether this process is the capture sink too; else ``python -m services.notifications capture`` is."""
    capture_keep_days: int = 400
    default_scheme: str = ""
    """Whose words and sender are used for what no scheme is named with, such as a visit; empty: the first that was."""
    coordinator_name: str = "Projectcoördinator"
    coordinator_email: str = "projectcoordinator@keur.example"
    coordinator_language: Literal["nl", "en"] = "nl"
    sender_name: str = ""
    """Empty: the owner's name in the scheme."""
    sender_address: str = "keurmerk@keur.example"
    sender_reply_to: str = ""
    senders: Json[dict[str, dict[str, str]]] = Field(default_factory=dict)
    """By scheme: {"welding": {"name": …, "address": …, "reply_to": …}}; what is left out is as above."""

    @field_validator("smtp_url")
    @classmethod
    def _stays_here_while_capturing(cls, url: str, info: ValidationInfo) -> str:
        if url and not MailServer.from_url(url).is_local and info.data.get("mail_mode") == "capture":
            raise CaptureLeavesTheMachine(
                "capture sends to this machine only: unset it, or KEUR_MAIL_MODE=allowlist|live"
            )
        return url

    @field_validator("sender_address", "sender_reply_to", "coordinator_email")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        return addr_spec(address) if address else address

    @field_validator("senders")
    @classmethod
    def _have_addresses(cls, senders: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for sender in senders.values():
            for name in {"address", "reply_to"} & set(sender):
                addr_spec(sender[name])
        return senders

    @property
    def capture_port(self) -> int:
        return self.port_base + SMTP_PORT_OFFSET

    @property
    def captures_itself(self) -> bool:
        return self.mail_mode == "capture" and self.capture_inside

    @property
    def mail_server(self) -> MailServer:
        """The server that mail is handed to: the capture sink when nothing is set."""
        return MailServer.from_url(self.smtp_url or f"smtp://127.0.0.1:{self.capture_port}")

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset(part.strip().lower() for part in self.mail_allow.split(",") if part.strip())

    def sender(self, scheme: str, owner: str) -> Sender:
        """In whose name mail about a scheme goes out; ``owner`` is the name that the scheme gives."""
        own = self.senders.get(scheme, {})
        address = own.get("address", self.sender_address)
        return Sender(
            name=own.get("name") or self.sender_name or owner or "Keurmerkbureau",
            address=address,
            reply_to=own.get("reply_to") or self.sender_reply_to or address,
        )
