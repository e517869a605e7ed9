"""From a letter to the bytes that an SMTP server gets (RFC 5322, MIME). Nothing a person typed can become a header."""

import re
from binascii import b2a_qp
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.notifications.mails.letters import Letter, Sender, Stored

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


class AddressUnusable(ValueError):
    """Not an address that a mail server can be given (RFC 5321, without quoted or non-ASCII local parts)."""


def one_line(text: str) -> str:
    """Text as one line without control characters, line breaks or direction overrides."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def addr_spec(address: str) -> str:
    """The address with its domain as a server wants it (IDNA); raises ``AddressUnusable``."""
    local, _, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise AddressUnusable("the domain of the address is not usable") from None
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain) or len(local) > 64:
        raise AddressUnusable("the address is not usable")
    return f"{local}@{ascii_domain}"


def as_bytes(mail: "Stored", letter: "Letter", sender: "Sender", sent_at: datetime) -> bytes:
    """The whole message, lines ended by CRLF. Raises ``AddressUnusable``. ``sent_at`` is aware.

    Put together by hand: the library's own assembly takes 5 ms a mail, more than sending it.
    """
    headers = {
        "From": _named(sender.name, sender.address),
        "To": _named(letter.to.name, letter.to.email or ""),
        "Reply-To": addr_spec(sender.reply_to),
        "Subject": _words(letter.subject, len("Subject: ")),
        "Date": format_datetime(sent_at),
        "Message-ID": mail.message_id,
        "Content-Language": letter.language,
        "Auto-Submitted": "auto-generated",
        "X-Keur-Template": mail.template,
        "X-Keur-Event": one_line(mail.cause),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{mail.id}"',
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    for subtype, text in (("plain", letter.text), ("html", letter.html)):
        lines += ["", f"--{mail.id}", f'Content-Type: text/{subtype}; charset="utf-8"']
        lines += ["Content-Transfer-Encoding: quoted-printable", "", _quoted_printable(text)]
    lines += ["", f"--{mail.id}--", ""]
    return "\r\n".join(lines).encode("ascii")


def _named(name: str, address: str) -> str:
    """``Name <address>``, folded; the name encoded or quoted where it must be."""
    spec = addr_spec(address)
    name = one_line(name)
    if name.isascii() and len(name) + len(spec) < 60:
        return formataddr((name, spec))
    return f"{_words(name, 0, always=True)}\r\n <{spec}>"


def _words(text: str, used: int, *, always: bool = False) -> str:
    """One line of text as a header's value; encoded (RFC 2047) and folded when it is long or not ASCII."""
    text = one_line(text)
    if not always and text.isascii() and "=?" not in text and used + len(text) <= 76:
        return text
    return Header(text, "utf-8", maxlinelen=74, header_name=" " * used).encode(linesep="\r\n")


def _quoted_printable(text: str) -> str:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return b2a_qp(unix.encode("utf-8"), istext=True).decode("ascii").replace("\n", "\r\n")
