"""The capture sink, the Inbox and messages pages, and the JSON for export and retry."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.notifications import queries
from services.notifications.app import build
from services.notifications.capture import Sink, listen
from services.notifications.settings import MailServer, Settings
from services.notifications.store import people
from shared.events.enrollment import PersonErased
from shared.settings import SettingMissing
from shared.web.session import SessionKeys, make_session_keys

from .conftest import EVERYBODY, Notifications, contact, enrolled

RAW = b"From: a@b.example\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <x@y.example>\r\n\r\nHallo\r\n"


@pytest.fixture
async def sink(notifications: Notifications) -> AsyncIterator[int]:
    """The capture sink's port."""
    made = Sink(notifications.db)
    server = await listen(made, 0)
    keeping = asyncio.create_task(made.keep())
    yield server.sockets[0].getsockname()[1]
    keeping.cancel()
    server.close()


def hand_in(port: int, recipient: str, subject: bytes = b"Onderwerp") -> int:
    """The SMTP code for one message, as an ordinary client sees it."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        try:
            client.sendmail("a@b.example", [recipient], RAW % (recipient.encode(), subject))
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0]
        except smtplib.SMTPResponseException as error:
            return error.smtp_code
    return 250


@pytest.mark.parametrize(
    ("recipient", "code", "kept"), [("jan@x.example", 250, 1), ("bounce@x.example", 550, 0), ("SLOW@x.example", 451, 0)]
)
async def test_the_sink_keeps_mail_and_plays_two_difficult_addresses(
    notifications: Notifications, sink: int, recipient: str, code: int, kept: int
) -> None:
    assert await asyncio.to_thread(hand_in, sink, recipient) == code
    assert len(await notifications.rows("select * from captured_mail")) == kept


async def test_a_mail_that_the_sink_cannot_keep_is_not_taken(notifications: Notifications, sink: int) -> None:
    await notifications.db.close()

    assert await asyncio.to_thread(hand_in, sink, "jan@x.example") == 451

    await notifications.db.open()


async def test_an_unreadable_subject_is_kept_all_the_same(notifications: Notifications, sink: int) -> None:
    assert await asyncio.to_thread(hand_in, sink, "jan@x.example", b"=?utf-8?b?////?= \xff\x00") == 250


async def test_mail_goes_through_the_sink_as_it_was_written(notifications: Notifications, sink: int) -> None:
    await notifications.hear(*EVERYBODY, enrolled())

    await notifications.deliver(smtp_url=f"smtp://127.0.0.1:{sink}")

    rows = await notifications.rows("select c.*, m.template from captured_mail c join mail m using (message_id)")
    assert {(row["recipients"], row["template"]) for row in rows} == {
        ("mentor.m1@post.example", "mentor_welcome"),
        ("trainee.t1@post.example", "trainee_welcome"),
    }


async def test_erasing_somebody_takes_captured_mail_to_and_about_them_too(
    notifications: Notifications, sink: int
) -> None:
    await notifications.hear(*EVERYBODY, enrolled())
    await notifications.deliver(smtp_url=f"smtp://127.0.0.1:{sink}")

    await notifications.hear(PersonErased(person="trainee/T1"))

    assert await notifications.rows("select * from captured_mail") == []
    rows = await notifications.rows("select sent_to from mail where recipient = 'trainee/T1'")
    assert [row["sent_to"] for row in rows] == [None]


@pytest.fixture
async def client(notifications: Notifications) -> AsyncIterator[httpx.AsyncClient]:
    """The service's own web application, asked with an office token."""
    make_session_keys(notifications.home)
    token = SessionKeys(notifications.home).sign(subject="office/test", scopes=["office"], via="token", seconds=600)
    service = build(notifications.settings())
    await service.db.open()
    transport = httpx.ASGITransport(service.app())
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8403", headers=headers) as made:
        yield made
    await service.db.close()


@pytest.fixture
async def delivered(notifications: Notifications, sink: int) -> Notifications:
    """One enrolment: the trainee's mail captured, the mentor's refused, the minor's guardian not known."""
    bouncing = contact("mentor/M1", name="Ömer <b>ten</b> Groot", email="bounce@post.example")
    await notifications.hear(*EVERYBODY, bouncing, enrolled(minor=True))
    await notifications.deliver(smtp_url=f"smtp://127.0.0.1:{sink}")
    return notifications


async def test_the_list_holds_what_is_promised_for_export_page_by_page(
    delivered: Notifications, client: httpx.AsyncClient
) -> None:
    first = (await client.get("/notifications/api/mail", params={"limit": 2})).json()
    rest = (await client.get("/notifications/api/mail", params={"limit": 2, "after": first["next"]})).json()

    items = {item["template"]: item for item in first["items"] + rest["items"]}
    assert {name: item["state"] for name, item in items.items()} == {
        "mentor_welcome": "bounced",
        "trainee_welcome": "sent",
        "guardian_welcome": "held",
    }
    assert rest["next"] is None
    sent = items["trainee_welcome"]
    assert sent["to"] == "trainee.t1@post.example"
    assert sent["subject_ref"] == "trainee/T1"
    promised = "message_id template language to state cause subject_ref created_at sent_at attempts"
    assert all(sent[name] is not None for name in promised.split())


async def test_status_and_summary_count_what_waits(delivered: Notifications, client: httpx.AsyncClient) -> None:
    async with delivered.db.read() as tx:
        status = await queries.status(tx)
    summary = (await client.get("/notifications/api/mail/summary")).json()

    assert status == {"mail": {"due": 0, "sending": 0, "in_doubt": 0, "failed": 0, "held": 1}}
    assert {"template": "mentor_welcome", "state": "bounced", "count": 1} in summary["items"]


async def test_a_refused_mail_goes_again_at_a_persons_word_and_only_with_a_reason(
    delivered: Notifications, client: httpx.AsyncClient
) -> None:
    refused = (await delivered.mails())["mentor_welcome", "mentor/M1"]
    address = f"/notifications/api/mail/{refused['id']}/retry"
    await delivered.hear(contact("mentor/M1", email="goed@post.example"))

    without = await client.post(address, json={"reason": "  "})
    unknown = await client.post(address, json={"reason": "adres hersteld", "to": "x@y.example"})
    done = await client.post(address, json={"reason": "adres hersteld"}, headers={"idempotency-key": "k1"})
    again = await client.post(address, json={"reason": "adres hersteld"}, headers={"idempotency-key": "k1"})
    await delivered.deliver()

    assert (without.status_code, unknown.status_code) == (422, 422)
    assert (done.status_code, again.status_code) == (200, 200)
    assert len(delivered.server.to("goed@post.example")) == 1
    mail = (await delivered.mails())["mentor_welcome", "mentor/M1"]
    assert mail["message_id"] == refused["message_id"]
    history = await delivered.rows("select actor, reason from mail_history where actor like 'office/%'")
    assert history == [{"actor": "office/test", "reason": "adres hersteld"}]


async def test_a_mail_that_went_well_cannot_be_sent_again(delivered: Notifications, client: httpx.AsyncClient) -> None:
    sent = (await delivered.mails())["trainee_welcome", "trainee/T1"]

    twice = await client.post(f"/notifications/api/mail/{sent['id']}/retry", json={"reason": "nog eens"})
    unknown = await client.post("/notifications/api/mail/nergens/retry", json={"reason": "nog eens"})

    assert (twice.status_code, unknown.status_code) == (409, 404)


async def test_the_inbox_is_searched_by_address_and_subject(
    delivered: Notifications, client: httpx.AsyncClient
) -> None:
    for search, found in (("TRAINEE.t1@", True), ("Welkom bij het SMO", True), ("%", False), ("niemand@", False)):
        page = (await client.get("/notifications/inbox", params={"q": search, "lang": "nl"})).text
        assert ("trainee.t1@post.example" in page) is found, search


async def test_a_captured_mail_is_shown_whole_and_its_html_can_do_nothing(
    delivered: Notifications, client: httpx.AsyncClient
) -> None:
    (row,) = await delivered.rows("select id from captured_mail")

    page = await client.get(f"/notifications/inbox/{row['id']}?lang=nl")
    inner = await client.get(f"/notifications/inbox/{row['id']}/html")
    raw = await client.get(f"/notifications/inbox/{row['id']}/raw")

    mail = (await delivered.mails())["trainee_welcome", "trainee/T1"]
    assert f"/ops/events/{mail['cause']}" in page.text
    assert 'sandbox="allow-popups' in page.text
    assert "Waarom krijg je dit?" in page.text
    assert "sandbox" in inner.headers["content-security-policy"]
    assert "script-src" not in inner.headers["content-security-policy"]
    assert "&lt;b&gt;ten&lt;/b&gt;" in inner.text
    assert raw.headers["content-type"] == "message/rfc822"
    assert raw.content.startswith(b"From: ")


@pytest.mark.parametrize(
    ("language", "words"), [("nl", ("geweigerd", "Verbeter het adres")), ("en", ("refused", "Correct the address"))]
)
async def test_the_messages_page_says_in_plain_words_what_to_do(
    delivered: Notifications, client: httpx.AsyncClient, language: str, words: tuple[str, str]
) -> None:
    refused = (await delivered.mails())["mentor_welcome", "mentor/M1"]

    overview = await client.get("/notifications/messages", params={"state": "bounced", "lang": language})
    page = await client.get(f"/notifications/messages/{refused['id']}", params={"lang": language})
    sent_again = await client.post(
        f"/notifications/messages/{refused['id']}/retry",
        data={"reason": "hersteld"},
        headers={"sec-fetch-site": "same-origin"},
    )

    assert words[0] in overview.text
    assert "trainee_welcome" not in overview.text
    assert words[1] in page.text
    assert sent_again.status_code == 303
    assert (await delivered.mails())["mentor_welcome", "mentor/M1"]["state"] == "due"


@pytest.mark.parametrize(
    "path",
    ["/notifications/inbox", "/notifications/messages", "/notifications/api/mail", "/notifications/api/mail/summary"],
)
async def test_nothing_is_open_to_strangers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"authorization": "", "accept": "application/json"})

    assert answer.status_code == 401


async def test_an_unknown_mail_is_not_found(client: httpx.AsyncClient) -> None:
    for path in ("inbox/x", "inbox/x/html", "inbox/x/raw", "messages/x"):
        assert (await client.get(f"/notifications/{path}")).status_code == 404


async def test_the_auditors_view_holds_references_and_no_addresses(delivered: Notifications) -> None:
    (row,) = await delivered.rows("select * from v_mail where template = 'trainee_welcome'")

    assert row["recipient"] == "trainee/T1"
    assert not any("post.example" in str(value) for value in row.values())


async def test_the_coordinator_of_the_settings_stands_until_an_event_says_otherwise(
    notifications: Notifications,
) -> None:
    async def introduce(email: str) -> None:
        async with notifications.db.transaction() as tx:
            await people.introduce(tx, "office/coordinator", "Anneke", email, "nl")

    await introduce("een@post.example")
    await introduce("twee@post.example")
    before = await notifications.rows("select email from person")
    await notifications.hear(contact("office/coordinator", email="drie@post.example"))
    await introduce("vier@post.example")

    assert [row["email"] for row in before] == ["twee@post.example"]
    assert [row["email"] for row in await notifications.rows("select email from person")] == ["drie@post.example"]


def settings(**more: Any) -> Settings:
    given = {"service": "notifications", "home": "/nowhere", "amqp_url": "amqp://x", "database_url": "postgresql://x"}
    return Settings.model_validate({**given, **more})


def test_capture_never_leaves_the_machine() -> None:
    assert settings().mail_server == MailServer(host="127.0.0.1", port=8413)
    assert settings(smtp_url="smtp://localhost:2525").mail_server.port == 2525
    with pytest.raises(ValueError, match="capture sends to this machine only"):
        settings(smtp_url="smtp://smtp.example:25")
    assert settings(smtp_url="smtps://u:p%40@smtp.example", mail_mode="live").mail_server == MailServer(
        host="smtp.example", port=465, tls="implicit", user="u", password="p@"
    )


def test_a_sender_that_is_no_address_is_refused_at_the_start() -> None:
    for wrong in ({"sender_address": "keurmerk"}, {"senders": '{"x": {"reply_to": "a b@c.example"}}'}):
        with pytest.raises(ValueError, match="address"):
            settings(**wrong)


def test_a_setting_that_cannot_be_is_named_with_its_variable() -> None:
    given = {"KEUR_AMQP_URL": "amqp://x", "KEUR_DATABASE_URL": "postgresql://x", "KEUR_SMTP_URL": "smtp://mail.example"}

    with pytest.raises(SettingMissing, match=r"KEUR_NOTIFICATIONS_SMTP_URL .*capture sends to this machine only"):
        Settings.from_env("notifications", given)


def test_a_scheme_may_have_a_sender_of_its_own() -> None:
    own = settings(senders='{"lasmeester": {"name": "Keurmerk Lasmeester", "address": "las@meester.example"}}')

    assert own.sender("lasmeester", "x").address == "las@meester.example"
    assert own.sender("smo", "Stichting Metaal Opleidingen").name == "Stichting Metaal Opleidingen"
