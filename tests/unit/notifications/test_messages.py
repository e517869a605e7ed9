"""The bytes that a mail server gets: headers that nobody can add to, and parts that come out as they went in."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.mails import KINDS, as_bytes, one_line
from services.notifications.mails.message import AddressUnusable, addr_spec

from .builders import SENDER, facts, letter, mail

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "X-Keur-Template",
    "X-Keur-Event", "MIME-Version", "Content-Type",
]  # fmt: skip


def sent(template: str = "mentor_welcome", name: str = "Ömer ten Groot", subject: str | None = None) -> bytes:
    written = letter(template, known=facts(mentor=name))
    written = replace(written, subject=subject if subject is not None else written.subject)
    return as_bytes(mail(template), written, SENDER, NOW)


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, _class=EmailMessage, policy=default)


@pytest.mark.parametrize("template", sorted(KINDS))
def test_a_message_is_read_back_as_it_was_written(template: str) -> None:
    written = letter(template, "en")

    message = read(as_bytes(mail(template), written, SENDER, NOW))

    assert message["Subject"] == written.subject
    assert message["Message-ID"] == "<m1@keur.example>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines()[:-1] == written.text.splitlines()
    assert html.get_content().splitlines() == written.html.splitlines()
    assert message.defects == []


def test_lines_end_as_the_standard_asks_and_none_is_too_long() -> None:
    raw = sent(name="Æ" * 300)

    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    assert raw.isascii()


INJECTIONS = [
    "Jan\r\nBcc: alle@boef.example",
    "Jan\nSubject: anders",
    "Jan\r\n\r\n<h1>body</h1>",
    "Jan\x00\x0b\x0cBcc: x@y.example",
    "Jan\u2028Bcc: x@y.example",
    "=?utf-8?q?Jan=0D=0ABcc=3A?= x@y.example",
    'Jan" <alle@boef.example>, "',
    "Jan <alle@boef.example>",
    "Jan\u202egpj.exe",
]


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_cannot_become_a_header_or_a_second_recipient(name: str) -> None:
    message = read(sent(name=name, subject=f"Over {name}"))

    assert list(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["mentor.m1@post.example"]
    assert "\u202e" not in str(message["To"])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_name_or_subject_adds_a_header(name: str, subject: str) -> None:
    written = replace(letter("visit_due"), subject=subject)
    written = replace(written, to=replace(written.to, name=name))

    raw = as_bytes(mail("visit_due"), written, SENDER, NOW)

    message = read(raw)
    assert list(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["office.coordinator@post.example"]


@given(st.text(max_size=200))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "address",
    ["", "jan", "@x.example", "jan@", "jan@x@y.example ", "ja n@x.example", "jan@x.example\r\nBcc: a@b.example",
     "<jan@x.example>", "jan@x.example,piet@x.example", "jän@x.example", '"jan"@x.example', "jan@..example",
     "a" * 65 + "@x.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressUnusable):
        addr_spec(address)


def test_a_domain_with_an_accent_is_written_as_servers_want_it() -> None:
    assert addr_spec("jan@café.example") == "jan@xn--caf-dma.example"
