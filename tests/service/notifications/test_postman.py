"""Handing over: at least once, never twice without a recorded doubt, whatever the mail server or the process does."""

import asyncio
import os
import signal
import sys
import textwrap
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from services.notifications import postman as postmen
from services.notifications.domain import MAX_ATTEMPTS, Accepted, after
from services.notifications.store import postbag
from services.notifications.store.postbag import Settled
from shared.errors import DependencyAway
from shared.events.enrollment import VisitOverdue
from shared.events.notifications import MailBounced, MailSent, MailSuppressed

from .conftest import EVERYBODY, MailServer, Notifications, contact, enrolled


async def one_due(notifications: Notifications, email: str = "anneke@post.example") -> dict[str, Any]:
    """A single mail, to the coordinator, that is due."""
    await notifications.hear(EVERYBODY[3], contact("office/coordinator", name="Anneke Vos", email=email))
    await notifications.hear(
        VisitOverdue(visit_id="v1", place_kind="company", place_id="C1", due_on=date(2026, 10, 12), days_late=14)
    )
    (mail,) = await notifications.rows("select * from mail")
    assert mail["state"] == "due"
    await make_due_now(notifications)  # it would wait for others of its kind
    return mail


async def the_mail(notifications: Notifications) -> dict[str, Any]:
    (mail,) = await notifications.rows("select * from mail")
    return mail


async def make_due_now(notifications: Notifications) -> None:
    await notifications.execute("update mail set due_at = now() where state in ('due', 'in_doubt')")


async def test_what_is_due_is_sent_and_told_with_references_only(notifications: Notifications) -> None:
    mail = await one_due(notifications)

    await notifications.deliver()

    sent = await the_mail(notifications)
    (message,) = notifications.server.to("anneke@post.example")
    assert (sent["state"], sent["attempts"], sent["language"]) == ("sent", 1, "nl")
    assert sent["sent_at"] is not None
    assert str(message["Message-ID"]) == sent["message_id"]
    assert mail["id"] in sent["message_id"]
    ((event, row),) = await notifications.told()
    assert isinstance(event, MailSent)
    assert (event.recipient, event.about, event.cause) == ("office/coordinator", "company/C1", mail["cause"])
    assert (row["causationid"], row["correlationid"]) == (mail["cause"], mail["correlation"])
    assert b"@" not in row["body"]
    assert b"Anneke" not in row["body"]


async def test_an_address_that_does_not_exist_bounces_and_its_neighbours_go(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, contact("mentor/M1", email="bounce.me@post.example"), enrolled())

    await notifications.deliver(smtp_connections=1)

    mails = await notifications.mails()
    assert (mails["mentor_welcome", "mentor/M1"]["state"], mails["mentor_welcome", "mentor/M1"]["reason"]) == (
        "bounced",
        "smtp 550",
    )
    assert mails["trainee_welcome", "trainee/T1"]["state"] == "sent"
    bounced = [event for event, _ in await notifications.told() if isinstance(event, MailBounced)]
    assert [event.smtp_code for event in bounced] == [550]


async def test_a_server_that_asks_for_patience_gets_it_in_growing_pauses(notifications: Notifications) -> None:
    await one_due(notifications, "slow@post.example")
    pauses = []

    for _ in range(MAX_ATTEMPTS - 1):
        await notifications.deliver()
        mail = await the_mail(notifications)
        assert (mail["state"], mail["reason"]) == ("due", "smtp 451")
        (pause,) = await notifications.rows("select due_at - now() as left from mail")
        pauses.append(pause["left"])
        await make_due_now(notifications)
    await notifications.deliver()

    assert pauses == sorted(pauses)
    assert pauses[0] > timedelta(seconds=50)
    mail = await the_mail(notifications)
    assert (mail["state"], mail["attempts"]) == ("failed", MAX_ATTEMPTS)


async def test_patience_ends_when_the_server_takes_it(notifications: Notifications) -> None:
    await one_due(notifications)
    notifications.server.answers = "451"
    await notifications.deliver()

    notifications.server.answers = "250"
    await make_due_now(notifications)
    await notifications.deliver()

    mail = await the_mail(notifications)
    assert (mail["state"], mail["attempts"], mail["doubts"]) == ("sent", 2, 0)
    assert len(notifications.server.got) == 1


async def test_a_mail_server_that_is_down_costs_no_mail_an_attempt(notifications: Notifications) -> None:
    await one_due(notifications)
    await notifications.server.stop()
    for _ in range(3):
        await notifications.postman().round()
    waiting = await the_mail(notifications)

    await notifications.server.start()
    await notifications.deliver()

    assert (waiting["state"], waiting["attempts"]) == ("due", 0)
    assert "cannot be reached" in waiting["reason"]
    sent = await the_mail(notifications)
    assert (sent["state"], sent["attempts"]) == ("sent", 1)


async def test_a_line_closed_before_the_250_puts_the_mail_in_doubt_and_it_goes_again_the_same(
    notifications: Notifications,
) -> None:
    await one_due(notifications)
    notifications.server.answers = "closed after data"

    await notifications.deliver()
    doubted = await the_mail(notifications)
    notifications.server.answers = "250"
    await make_due_now(notifications)
    await notifications.deliver()

    assert (doubted["state"], doubted["doubts"]) == ("in_doubt", 1)
    sent = await the_mail(notifications)
    assert (sent["state"], sent["attempts"], sent["doubts"]) == ("sent", 2, 1)
    copies = [str(message["Message-ID"]) for message in notifications.server.to("anneke@post.example")]
    assert copies == [sent["message_id"]] * 2
    history = [row["state"] for row in await notifications.rows("select state from mail_history order by id")]
    assert history == ["in_doubt", "sent"]
    assert [type(event) for event, _ in await notifications.told()] == [MailSent]


DYING_POSTMAN = """
import asyncio, sys
from pathlib import Path
from services.notifications.postman import Postman
from services.notifications.settings import Settings
from shared.bus import crashpoints
from shared.clock import SystemClock
from shared.db import Database
from shared.service import Context

async def main():
    settings = Settings.from_env("notifications")
    db = Database(settings.database_url)
    await db.open()
    await Postman(Context(db, SystemClock(), settings), settings).round()

crashpoints.arm()
asyncio.run(main())
"""


@pytest.mark.parametrize(("point", "copies"), [("postman.before-send", 1), ("postman.after-send", 2)])
async def test_a_postman_killed_around_the_250_leaves_a_doubt_and_never_loses_the_mail(
    notifications: Notifications, point: str, copies: int
) -> None:
    await one_due(notifications)

    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(DYING_POSTMAN),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd(), "KEUR_HOME": str(notifications.home),
             "KEUR_DATABASE_URL": notifications.db.url, "KEUR_AMQP_URL": "amqp://nobody",
             "KEUR_SMTP_URL": f"smtp://127.0.0.1:{notifications.server.port}", "KEUR_CRASH_AT": point},
    )  # fmt: skip
    assert await killed.wait() == -signal.SIGKILL
    left = await the_mail(notifications)
    await notifications.deliver()
    during_lease = await the_mail(notifications)
    await notifications.execute("update mail set lease_until = now() - interval '1 second'")
    await notifications.deliver()

    assert left["state"] == during_lease["state"] == "sending"
    sent = await the_mail(notifications)
    assert (sent["state"], sent["attempts"], sent["doubts"]) == ("sent", 2, 1)
    assert [str(m["Message-ID"]) for m in notifications.server.to("anneke@post.example")] == [
        sent["message_id"]
    ] * copies
    history = [row["state"] for row in await notifications.rows("select state from mail_history order by id")]
    assert history == ["in_doubt", "sent"]


async def test_a_postman_that_comes_back_late_does_not_overwrite_what_another_wrote(
    notifications: Notifications,
) -> None:
    await one_due(notifications)
    async with notifications.db.transaction() as tx:
        (mail,) = await postbag.claim(tx, 10, timedelta(seconds=-1), "keur.example")
    await notifications.deliver()

    async with notifications.db.transaction() as tx:
        late = await postbag.settle(tx, [Settled(mail.id, mail.attempts, after(mail.attempts, Accepted()))])

    assert late == []
    assert (await the_mail(notifications))["attempts"] == 2


async def test_a_lease_is_kept_while_a_slow_server_thinks(notifications: Notifications) -> None:
    await one_due(notifications)
    notifications.server.gate = asyncio.Event()
    slow = asyncio.create_task(notifications.postman(smtp_timeout=20.0, mail_lease=0.4).round())
    await _at_gate(notifications.server)
    (first,) = await notifications.rows("select lease_until as until from mail")

    async def renewed_past_the_first_lease() -> bool:
        sql = "select now() > $1 and lease_until > now() as kept from mail"
        (row,) = await notifications.rows(sql, first["until"])
        return bool(row["kept"])

    await notifications.until(renewed_past_the_first_lease)
    await notifications.postman().round()
    notifications.server.gate.set()
    await slow

    sent = await the_mail(notifications)
    assert (sent["state"], sent["doubts"], len(notifications.server.got)) == ("sent", 0, 1)


async def test_postmen_side_by_side_send_each_mail_once(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, *(contact(f"trainee/T{n}") for n in range(60)))
    await notifications.hear(*(enrolled(f"T{n}") for n in range(60)))

    await asyncio.gather(*(notifications.deliver(mail_batch=7) for _ in range(3)))

    ids = [str(message["Message-ID"]) for _, message in notifications.server.got]
    assert len(ids) == len(set(ids)) == 120
    assert {row["state"] for row in await notifications.rows("select distinct state from mail")} == {"sent"}


async def test_the_allow_list_holds_back_everybody_else(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, contact("mentor/M1", email="mij@eigen.example"), enrolled())

    await notifications.deliver(mail_mode="allowlist", mail_allow="@eigen.example, iemand@post.example")

    assert [to for to, _ in notifications.server.got] == ["mij@eigen.example"]
    suppressed = [event for event, _ in await notifications.told() if isinstance(event, MailSuppressed)]
    assert [(event.recipient, event.reason) for event in suppressed] == [("trainee/T1", "not on the allow-list")]


async def test_a_mail_that_cannot_be_written_fails_alone_and_nothing_of_it_is_sent(
    notifications: Notifications,
) -> None:
    await notifications.hear(*EVERYBODY, enrolled())
    await notifications.execute("update mail set data = data - 'starts_on' where template = 'mentor_welcome'")

    await notifications.deliver()

    mails = await notifications.mails()
    assert mails["mentor_welcome", "mentor/M1"]["state"] == "failed"
    assert "starts_on" in mails["mentor_welcome", "mentor/M1"]["reason"]
    assert mails["trainee_welcome", "trainee/T1"]["state"] == "sent"
    assert [to for to, _ in notifications.server.got] == ["trainee.t1@post.example"]


async def test_an_address_that_is_none_fails_alone(notifications: Notifications) -> None:
    await one_due(notifications, "geen adres\r\nBcc: x@y.example")

    await notifications.deliver()

    assert (await the_mail(notifications))["state"] == "failed"
    assert notifications.server.got == []


async def test_a_name_changed_after_the_event_is_the_name_in_the_mail(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, enrolled())

    await notifications.hear(contact("mentor/M1", name="Getrouwde Naam", email="nieuw@post.example", language="en"))
    await notifications.deliver()

    (message,) = notifications.server.to("nieuw@post.example")
    assert "Dear Getrouwde Naam" in message.as_string()


async def test_a_new_mail_goes_at_once_though_the_postman_looks_seldom(notifications: Notifications) -> None:
    running = asyncio.create_task(postmen.run(notifications.context(mail_poll=60.0)))
    try:
        await notifications.until(lambda: _listening(notifications))
        await notifications.hear(*EVERYBODY, enrolled())
        await notifications.until(lambda: _all_sent(notifications), seconds=20)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_stop_in_the_middle_writes_down_what_was_sent_and_puts_back_the_rest(
    notifications: Notifications,
) -> None:
    await notifications.hear(*EVERYBODY, *(contact(f"trainee/T{n}") for n in range(5)))
    await notifications.hear(*(enrolled(f"T{n}") for n in range(5)))
    notifications.server.gate = asyncio.Event()
    running = asyncio.create_task(postmen.run(notifications.context(smtp_connections=1)))
    await _at_gate(notifications.server)

    running.cancel()
    asyncio.get_running_loop().call_later(0.1, notifications.server.gate.set)
    await asyncio.gather(running, return_exceptions=True)

    states = [row["state"] for row in await notifications.rows("select state, attempts from mail order by state")]
    assert states == ["due"] * 9 + ["sent"]
    assert len(notifications.server.got) == 1


async def test_a_database_that_goes_away_in_the_middle_leaves_a_doubt_and_no_loss(notifications: Notifications) -> None:
    await one_due(notifications)
    notifications.server.gate = asyncio.Event()
    running = asyncio.create_task(postmen.run(notifications.context(mail_lease=1.0)))
    await _at_gate(notifications.server)

    await notifications.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    notifications.server.gate.set()
    with pytest.raises((DependencyAway, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await running
    again = asyncio.create_task(postmen.run(notifications.context(mail_poll=0.05)))
    try:
        await notifications.until(lambda: _has_state(notifications, "sent"))
    finally:
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)

    mail = await the_mail(notifications)
    assert len(notifications.server.got) == 1 + mail["doubts"]
    assert {str(message["Message-ID"]) for _, message in notifications.server.got} == {mail["message_id"]}


async def _at_gate(server: MailServer) -> None:
    async with asyncio.timeout(60):
        while not server.at_gate:
            await asyncio.sleep(0.01)


async def _listening(notifications: Notifications) -> bool:
    rows = await notifications.rows(
        """
        select 1 from pg_stat_activity
        where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()
        """
    )
    return bool(rows)


async def _all_sent(notifications: Notifications) -> bool:
    return {row["state"] for row in await notifications.rows("select state from mail")} == {"sent"}


async def _has_state(notifications: Notifications, state: str) -> bool:
    return bool((await the_mail(notifications))["state"] == state)
