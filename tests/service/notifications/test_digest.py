"""After an outage the coordinator gets one mail about all the visits that became due meanwhile, not one for each."""

from datetime import date, timedelta

from shared.clock import today
from shared.events.enrollment import ContactPointChanged, VisitDue, VisitOverdue
from shared.events.notifications import MailSent

from .conftest import Notifications, contact

PLACES = ("C1", "C2", "C3")


def due(place: str, on: date) -> VisitDue:
    return VisitDue(visit_id=f"v-{place}", place_kind="company", place_id=place, due_on=on, reason="cadence")


async def people(notifications: Notifications) -> None:
    await notifications.hear(contact("office/coordinator", name="Anneke Vos", email="anneke@post.example"))
    await notifications.hear(*(company(place) for place in PLACES))


def company(place: str) -> ContactPointChanged:
    return contact(
        f"company/{place}", name=f"Baas {place}", email=f"{place}@post.example", organisation=f"Bedrijf {place}"
    )


async def the_pause_is_over(notifications: Notifications) -> None:
    await notifications.execute("update mail set due_at = now() where state = 'due'")


async def test_visits_that_became_due_in_an_outage_come_in_one_mail_with_the_oldest_first(
    notifications: Notifications,
) -> None:
    await people(notifications)
    days = {place: today() - timedelta(days=number) for number, place in enumerate(PLACES, start=1)}

    await notifications.hear(*(due(place, day) for place, day in days.items()))
    await the_pause_is_over(notifications)
    await notifications.deliver()

    (message,) = notifications.server.to("anneke@post.example")
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert sorted(PLACES, key=lambda place: text.index(f"Bedrijf {place}")) == ["C3", "C2", "C1"]
    assert message["Subject"] == "3 bezoeken vragen aandacht"


async def test_each_visit_keeps_its_mail_with_its_own_cause_and_what_became_of_the_digest(
    notifications: Notifications,
) -> None:
    await people(notifications)
    heard = [notifications.heard(due(place, today() - timedelta(days=2))) for place in PLACES]

    await notifications.hear(*heard)
    await notifications.hear(*heard)
    await the_pause_is_over(notifications)
    await notifications.deliver()
    await notifications.deliver()

    rows = await notifications.rows("select * from v_mail where recipient = 'office/coordinator' order by number")
    digests = [row for row in rows if row["template"] == "visits_digest"]
    single = [row for row in rows if row["template"] == "visit_due"]
    assert [row["cause"] for row in single] == [one.envelope.id for one in heard]
    assert {row["state"] for row in rows} == {"sent"}
    assert {row["message_id"] for row in single} == {digests[0]["message_id"]}
    assert len(digests) == len(notifications.server.to("anneke@post.example")) == 1
    told = [event for event, _ in await notifications.told() if isinstance(event, MailSent)]
    assert [event.mail_id for event in told if event.recipient == "office/coordinator"] == [digests[0]["id"]]


async def test_a_visit_told_on_its_own_day_is_a_mail_of_its_own_at_once(notifications: Notifications) -> None:
    await people(notifications)

    await notifications.hear(*(due(place, today()) for place in PLACES))
    await notifications.deliver()

    subjects = [str(message["Subject"]) for message in notifications.server.to("anneke@post.example")]
    assert len(subjects) == 3
    assert all(subject.startswith("Bezoek aan de beurt: Bedrijf C") for subject in subjects)


async def test_a_single_late_visit_needs_no_digest(notifications: Notifications) -> None:
    await people(notifications)

    await notifications.hear(due("C1", today() - timedelta(days=3)))
    await the_pause_is_over(notifications)
    await notifications.deliver()

    (message,) = notifications.server.to("anneke@post.example")
    assert str(message["Subject"]).startswith("Bezoek aan de beurt: Bedrijf C1")


async def test_reminders_of_one_morning_come_together(notifications: Notifications) -> None:
    await people(notifications)
    overdue = [
        VisitOverdue(visit_id=f"v-{place}", place_kind="company", place_id=place, due_on=today(), days_late=7)
        for place in PLACES
    ]

    await notifications.hear(*overdue)
    await the_pause_is_over(notifications)
    await notifications.deliver()

    (message,) = notifications.server.to("anneke@post.example")
    assert "Bedrijf C2 (te laat)" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_a_digest_does_not_wait_for_a_place_that_is_not_known(notifications: Notifications) -> None:
    await people(notifications)

    await notifications.hear(*(due(place, today() - timedelta(days=1)) for place in (*PLACES, "C9")))
    await the_pause_is_over(notifications)
    await notifications.deliver()

    assert len(notifications.server.to("anneke@post.example")) == 1
    held = await notifications.rows("select subject_ref from mail where state = 'held' and template = 'visit_due'")
    assert [row["subject_ref"] for row in held] == ["company/C9"]
