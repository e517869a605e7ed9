"""Who is told what when something becomes of a certificate: once, and the company without the reason."""

from datetime import date
from typing import Any

from shared.events.certification import (
    AppealDecided,
    CertificateExpiring,
    CertificateReissued,
    CertificateSuspended,
    CertificateSuspensionEnding,
)

from .conftest import EVERYBODY, Notifications, enrolled, scheme

FACTS: dict[str, Any] = {
    "number": "SMO-2028-00001",
    "trainee_id": "T1",
    "scheme": "smo",
    "scheme_version": "2024.1",
    "programme": "verspaner-3",
}
SUSPENDED = CertificateSuspended(
    **FACTS, step=1, reason="investigation", decided_on=date(2028, 8, 3), appeal_until=date(2028, 9, 14)
)


async def test_a_suspension_is_told_to_holder_and_company_once_and_the_company_hears_no_reason(
    notifications: Notifications,
) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    heard = notifications.heard(SUSPENDED)
    await notifications.hear(heard)
    await notifications.hear(heard)
    await notifications.deliver()

    (holder,) = [m for m in notifications.server.to("trainee.t1@post.example") if "geschorst" in m["Subject"]]
    (company,) = [m for m in notifications.server.to("company.c1@post.example") if "geschorst" in m["Subject"]]
    said = holder.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "er wordt iets onderzocht" in said
    assert "14 september 2028" in said
    assert "onderzocht" not in company.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_a_new_print_and_an_appeal_are_the_holders_alone(notifications: Notifications) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(
        CertificateReissued(**FACTS, step=1, reason="lost", decided_on=date(2028, 8, 3), version=2),
        AppealDecided(
            appeal_id="a", number="SMO-2028-00001", trainee_id="T1", scheme="smo", against="suspended",
            outcome="upheld", decided_on=date(2028, 8, 3),
        ),
    )  # fmt: skip

    rows = await notifications.rows("select recipient from mail where template like 'certificate_changed%'")
    assert [row["recipient"] for row in rows] == ["trainee/T1", "trainee/T1"]


async def test_a_certificate_made_out_again_after_a_theft_is_the_holders_with_what_to_do_and_a_routine_one_says_less(
    notifications: Notifications,
) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    stolen = CertificateReissued(**FACTS, step=1, reason="key_compromised", decided_on=date(2028, 8, 3), version=2)
    heard = notifications.heard(stolen)
    await notifications.hear(heard)
    await notifications.hear(heard, CertificateReissued(**{**stolen.model_dump(), "reason": "key_replaced", "step": 2}))
    await notifications.deliver()

    told = [m for m in notifications.server.to("trainee.t1@post.example") if "SMO-2028" in m["Subject"]]
    first, second = [" ".join(m.get_body(("plain",)).get_content().split()) for m in told]  # type: ignore[union-attr]
    assert "andere handen" in first
    assert "Haal het nieuwe bestand op" in first
    assert "andere handen" not in second
    assert not [m for m in notifications.server.to("company.c1@post.example") if "SMO-2028" in m["Subject"]]


async def test_the_end_is_told_to_the_holder_and_a_suspension_to_look_at_to_the_office(
    notifications: Notifications,
) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(
        CertificateExpiring(**FACTS, valid_until=date(2031, 7, 3), days=30, recertification=True),
        CertificateSuspensionEnding(number="SMO-2028-00001", trainee_id="T1", scheme="smo", until=date(2028, 10, 1)),
    )
    await notifications.deliver()

    (holder,) = [m for m in notifications.server.to("trainee.t1@post.example") if "SMO-2028" in m["Subject"]]
    (office,) = [m for m in notifications.server.to("office.coordinator@post.example") if "SMO-2028" in m["Subject"]]
    assert "3 juli 2031" in holder["Subject"]
    assert "Sophie Graaf" in office.get_body(("plain",)).get_content()  # type: ignore[union-attr]
