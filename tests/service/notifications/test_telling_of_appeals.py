"""An appeal against a refusal is told to the appellant, and one that waits too long to the office."""

from datetime import date
from typing import Any

from shared.events.certification import AppealOverdue, RefusalAppealDecided, RefusalAppealLodged

from .conftest import EVERYBODY, Notifications, enrolled, scheme

FACTS: dict[str, Any] = {"appeal_id": "a", "decision_id": "d", "trainee_id": "T1", "scheme": "smo"}
VERSION = {"scheme_version": "2024.1"}


async def test_the_appellant_hears_that_it_was_received_and_what_came_of_it(notifications: Notifications) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(
        RefusalAppealLodged(
            **FACTS, **VERSION, lodged_on=date(2026, 7, 10), decide_by=date(2026, 9, 4), dossier_sha256="a" * 64
        ),
        RefusalAppealDecided(**FACTS, **VERSION, outcome="upheld", decided_on=date(2026, 8, 1), reopened=True),
    )
    await notifications.deliver(smtp_connections=1)  # one line: in the order in which they became due

    received, decided = notifications.server.to("trainee.t1@post.example")[-2:]
    assert "Je beroep over je SMO-certificaat is ontvangen" in received["Subject"]
    assert "4 september 2026" in received.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "gegrond" in decided["Subject"]


async def test_an_appeal_that_waits_too_long_is_told_to_the_office(notifications: Notifications) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(
        AppealOverdue(appeal_id="a", trainee_id="T1", scheme="smo", against="refused", decide_by=date(2026, 9, 4))
    )
    await notifications.deliver(smtp_connections=1)  # one line: in the order in which they became due

    (mail,) = [m for m in notifications.server.to("office.coordinator@post.example") if "beroep" in m["Subject"]]
    assert "Sophie Graaf" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
