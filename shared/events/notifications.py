"""What notifications tells: what became of each mail. References only, no addresses."""

from .base import Event


class MailSent(Event, type="notifications.mail-sent.v1", subject="mail/{mail_id}"):
    """The mail server accepted a mail. ``recipient`` and ``about`` are ``kind/id``; ``cause`` is an event."""

    mail_id: str
    template: str
    recipient: str
    about: str
    cause: str
    attempts: int = 1
    scheme: str | None = None


class MailBounced(Event, type="notifications.mail-bounced.v1", subject="mail/{mail_id}"):
    """The mail server refused a mail for good."""

    mail_id: str
    template: str
    recipient: str
    about: str
    cause: str
    smtp_code: int
    scheme: str | None = None


class MailSuppressed(Event, type="notifications.mail-suppressed.v1", subject="mail/{mail_id}"):
    """A mail was deliberately not sent: not on the allow-list, opted out, or erased."""

    mail_id: str
    template: str
    recipient: str
    about: str
    cause: str
    reason: str
    scheme: str | None = None
