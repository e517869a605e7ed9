"""Candidates are invited to an exam and hear what changes; companies hear of their licence to use the mark."""

from datetime import UTC, date, datetime
from typing import Any

from shared.events.certification import (
    ExamCancelled,
    ExamMoved,
    ExamScheduled,
    MarkLicenceEnding,
    MisuseCaseOpened,
)

from .conftest import EVERYBODY, Notifications, enrolled, scheme

SITS: dict[str, Any] = {
    "session_id": "X1", "scheme": "smo", "exam": "theory", "trainee_ids": ("T1",), "examiner": "EX1",
    "invigilator": "I1",
}  # fmt: skip
NINE = datetime(2099, 3, 2, 8, 0, tzinfo=UTC)
TEN = datetime(2099, 3, 3, 9, 30, tzinfo=UTC)


async def test_a_candidate_and_a_known_invigilator_hear_place_time_and_what_changes(
    notifications: Notifications,
) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(
        ExamScheduled(**SITS, starts_at=NINE, place="Veghel, lokaal 3", bring={"nl": "een lashelm"}),
        ExamMoved(**SITS, before=NINE, starts_at=TEN, place="Veghel, lokaal 4"),
        ExamCancelled(**SITS, starts_at=TEN),
    )
    await notifications.deliver(smtp_connections=1)  # one line: in the order in which they became due

    mails = notifications.server.to("trainee.t1@post.example")[-3:]
    assert [mail["Subject"].split(" maart")[0] for mail in mails] == [
        "Examen Theorie-examen op maandag 2",
        "Examen Theorie-examen is verplaatst naar dinsdag 3",
        "Examen Theorie-examen op dinsdag 3",
    ]
    first = mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Veghel, lokaal 3" in first
    assert "een lashelm" in first
    assert "09:00" in first
    staff = await notifications.rows("select recipient from mail where template = 'exam_session_staff'")
    assert [row["recipient"] for row in staff] == ["instructor/I1"] * 3


async def test_a_session_that_was_noted_afterwards_invites_nobody(notifications: Notifications) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(ExamScheduled(**SITS, starts_at=datetime(2020, 3, 2, 8, 0, tzinfo=UTC)))

    assert await notifications.rows("select * from mail where template like 'exam_session%'") == []


async def test_a_company_hears_of_its_licence_and_of_a_case_of_wrong_use(notifications: Notifications) -> None:
    await notifications.hear(scheme(), *EVERYBODY, enrolled())

    await notifications.hear(
        MarkLicenceEnding(licence_id="L1", company_id="C1", scheme="smo", valid_until=date(2027, 12, 31)),
        MisuseCaseOpened(case_id="M1", company_id="C1", scheme="smo", found_on=date(2027, 9, 1)),
    )
    await notifications.deliver(smtp_connections=1)  # one line: in the order in which they became due

    ending, opened = notifications.server.to("company.c1@post.example")[-2:]
    assert "loopt af op 31 december 2027" in ending["Subject"]
    assert "wordt onderzocht" in opened["Subject"]
