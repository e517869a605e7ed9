"""From what is heard to the mails that follow: the right people, once, whatever the order."""

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.notifications.store.mails import RELEASE_OF
from shared.bus.dispatch import Failed
from shared.errors import TryAgainLater
from shared.events import Event
from shared.events.certification import CertificateCheckCodeMade, CertificateIssued, ExamFailed, ExamPassed
from shared.events.enrollment import PersonDetailsChanged, PersonErased, PlacementStarted, VisitDue, VisitOverdue
from shared.events.notifications import MailSuppressed

from .conftest import EVERYBODY, Notifications, contact, enrolled

ISSUED = CertificateIssued(
    certificate_id="c1", number="SMO-2028-00001", trainee_id="T1", scheme="smo", scheme_version="2024.1",
    programme="verspaner-3", decision_id="d1", issued_on=date(2028, 7, 3),
)  # fmt: skip
RESULT: dict[str, Any] = {
    "result_id": "r1",
    "trainee_id": "T1",
    "attempt": 1,
    "taken_on": date(2027, 4, 7),
    "scheme": "smo",
}
CODE = CertificateCheckCodeMade(
    certificate_id="c1", number="SMO-2028-00001", trainee_id="T1", check_code="K7QF-2M9D", scheme="smo"
)


async def test_every_enrolment_has_exactly_one_mentor_mail(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, *(contact(f"trainee/T{n}") for n in range(30)))

    heard = [notifications.heard(enrolled(f"T{n}")) for n in range(30)]
    await notifications.hear(*heard)
    await notifications.hear(*heard[:10])

    rows = await notifications.rows("select subject_ref, state from mail where template = 'mentor_welcome'")
    assert sorted(row["subject_ref"] for row in rows) == sorted(f"trainee/T{n}" for n in range(30))
    assert {row["state"] for row in rows} == {"due"}


async def test_a_minors_guardian_gets_a_copy_and_a_grown_up_has_none(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, contact("guardian/T1"), contact("trainee/T2"))

    await notifications.hear(enrolled("T1", minor=True), enrolled("T2"))

    rows = await notifications.rows("select recipient from mail where template = 'guardian_welcome'")
    assert [row["recipient"] for row in rows] == ["guardian/T1"]


async def test_a_mail_waits_for_the_last_contact_and_then_goes(notifications: Notifications) -> None:
    for n, order in enumerate(itertools.permutations(["enrolled", "trainee", "mentor", "company"])):
        events: dict[str, Event] = {
            "enrolled": enrolled(f"T{n}", mentor_id=f"M{n}", company_id=f"C{n}"),
            "trainee": contact(f"trainee/T{n}"),
            "mentor": contact(f"mentor/M{n}"),
            "company": contact(f"company/C{n}"),
        }

        for step in order[:-1]:
            await notifications.hear(events[step])
        before = await _states_about(notifications, f"trainee/T{n}")
        await notifications.hear(events[order[-1]])

        assert "due" not in before, order
        assert await _states_about(notifications, f"trainee/T{n}") == ["due", "due"], order


async def _states_about(notifications: Notifications, ref: str) -> list[str]:
    return [row["state"] for row in await notifications.rows("select state from mail where subject_ref = $1", ref)]


async def test_a_held_mail_says_why_and_a_released_one_has_its_history(notifications: Notifications) -> None:
    await notifications.hear(enrolled())
    held = await notifications.mails()

    await notifications.hear(*EVERYBODY)

    assert held["mentor_welcome", "mentor/M1"]["reason"] == "contact not known yet"
    assert (await notifications.mails())["mentor_welcome", "mentor/M1"]["reason"] is None
    history = await notifications.rows("select state, reason from mail_history")
    assert {(row["state"], row["reason"]) for row in history} == {("due", "what was missing has arrived")}


async def test_who_becomes_known_is_looked_up_among_held_mails_by_key(notifications: Notifications) -> None:
    async with notifications.db.transaction(plans="kept") as tx:
        await tx.execute(
            """
            insert into mail (id, template, recipient, cause, subject_ref, needs, state)
            select n, 'exam_passed', 'trainee/T' || n, n, 'trainee/T' || n, array['certificate/' || n], 'held'
            from generate_series(1, 2000) n
            """
        )
        await tx.execute("analyze mail")
        await tx.execute(f"prepare asked(text[]) as {RELEASE_OF}")
        plan = "\n".join(row[0] for row in await tx.fetch("explain execute asked('{mentor/M1}')"))
        await tx.execute("deallocate asked")

    assert "mail_recipient" in plan, plan
    assert "mail_held" in plan, plan


async def test_what_is_known_of_a_person_never_goes_back(notifications: Notifications) -> None:
    newest = notifications.heard(
        contact("mentor/M1", name="Nieuw", email="nieuw@post.example", language="en"), sequence=9
    )
    older = notifications.heard(contact("mentor/M1", name="Oud", email="oud@post.example"), sequence=4)
    name = notifications.heard(PersonDetailsChanged(person="mentor/M1", name="Ouder"), sequence=5)
    later = notifications.heard(PersonDetailsChanged(person="mentor/M1", name="Nieuwste"), sequence=12)

    for batch in ([newest], [older], [name], [later], [newest]):
        await notifications.hear(*batch)

    (known,) = await notifications.rows("select name, email, language from person")
    assert known == {"name": "Nieuwste", "email": "nieuw@post.example", "language": "en"}


async def test_two_changes_of_one_person_in_one_batch_leave_the_newer(notifications: Notifications) -> None:
    await notifications.hear(
        notifications.heard(contact("mentor/M1", email="een@post.example"), sequence=1),
        notifications.heard(contact("mentor/M1", email="twee@post.example"), sequence=2),
    )

    (known,) = await notifications.rows("select email from person")
    assert known["email"] == "twee@post.example"


async def test_a_visit_to_a_company_is_announced_to_the_coordinator_and_each_mentor(
    notifications: Notifications,
) -> None:
    await notifications.hear(*EVERYBODY, contact("mentor/M2"))

    await notifications.hear(visit_due(mentor_ids=("M1", "M2"), trainee_ids=("T1",)))

    assert set(await notifications.mails()) == {
        ("visit_due", "office/coordinator"),
        ("visit_due_host", "mentor/M1"),
        ("visit_due_host", "mentor/M2"),
    }
    assert set((await notifications.states()).values()) == {"due"}


async def test_a_visit_to_a_school_is_announced_to_its_instructors(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, enrolled())

    await notifications.hear(visit_due(place_kind="school", place_id="S1", instructor_ids=("I1",)))
    await notifications.deliver()

    (mail,) = notifications.server.to("instructor.i1@post.example")
    assert "Vakschool Metaal Veghel" in str(mail["Subject"])


async def test_a_visit_to_a_company_without_mentors_is_announced_to_its_contact(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, visit_due())

    assert ("visit_due_host", "company/C1") in await notifications.mails()


async def test_an_overdue_visit_reminds_the_coordinator_once(notifications: Notifications) -> None:
    overdue = notifications.heard(
        VisitOverdue(visit_id="v1", place_kind="company", place_id="C1", due_on=date(2026, 10, 12), days_late=14)
    )

    await notifications.hear(*EVERYBODY)
    await notifications.hear(overdue)
    await notifications.hear(overdue)

    assert list(await notifications.mails()) == [("visit_overdue", "office/coordinator")]


async def test_results_reach_the_trainee_with_what_comes_next(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY)

    await notifications.hear(
        ExamFailed(**RESULT, exam="theory", score=4.5, knocked_out=False, resits_left=2),
        ExamPassed(**RESULT, exam="theory", score=7),
        ExamPassed(**RESULT, exam="drawing", score=8),
    )
    await notifications.deliver()

    mails = notifications.server.to("trainee.t1@post.example")
    subjects = sorted(str(mail["Subject"]) for mail in mails)
    assert subjects == [
        "Gehaald: Tekenen (8)",
        "Gehaald: Theorie-examen (7)",
        "Niet gehaald: Theorie-examen. Je kunt nog 2 keer herkansen",
    ]
    text = next(mail for mail in mails if "Tekenen" in str(mail["Subject"])).get_body(("plain",))
    assert text is not None
    assert "alle examens gehaald" in " ".join(text.get_content().split())


@pytest.mark.parametrize("order", list(itertools.permutations(["issued", "code"])))
async def test_the_holders_mail_waits_for_the_check_code_in_either_order(
    notifications: Notifications, order: Sequence[str]
) -> None:
    await notifications.hear(*EVERYBODY, enrolled())
    events: dict[str, Event] = {"issued": ISSUED, "code": CODE}

    for step in order:
        await notifications.hear(events[step])
    await notifications.deliver()

    holder = [m for m in notifications.server.to("trainee.t1@post.example") if "SMO-2028-00001" in str(m["Subject"])]
    company = notifications.server.to("company.c1@post.example")
    assert len(holder) == len(company) == 1
    assert "K7QF-2M9D" in holder[0].as_string()
    assert "K7QF-2M9D" not in company[0].as_string()


async def test_the_company_of_the_newest_placement_hears_of_the_certificate(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, enrolled(), contact("company/C2"))
    await notifications.hear(
        PlacementStarted(
            placement_id="p2",
            trainee_id="T1",
            company_id="C2",
            mentor_id="M9",
            starts_on=date(2027, 1, 4),
            scheme="smo",
        )
    )

    await notifications.hear(ISSUED)

    assert ("certificate_issued_company", "company/C2") in await notifications.mails()


async def test_a_certificate_before_its_enrolment_is_tried_again_later_and_leaves_nothing(
    notifications: Notifications,
) -> None:
    with pytest.raises(Failed) as failed:
        await notifications.hear(ISSUED)

    assert isinstance(failed.value.error, TryAgainLater)
    assert await notifications.mails() == {}


async def test_no_mail_about_what_was_rolled_back(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY)

    with pytest.raises(Failed):
        await notifications.hear(enrolled("T1"), notifications.heard(ISSUED.model_copy(update={"trainee_id": "T7"})))

    assert await notifications.mails() == {}


async def test_the_erased_get_nothing_and_nothing_is_said_about_them(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, contact("guardian/T1"), enrolled(minor=True))

    await notifications.hear(PersonErased(person="trainee/T1"))
    await notifications.hear(ExamPassed(**RESULT, exam="theory", score=7))
    await notifications.deliver()

    assert notifications.server.got == []
    assert {row["state"] for row in (await notifications.mails()).values()} == {"suppressed"}
    told = [event for event, _ in await notifications.told()]
    assert len(told) == 4
    assert all(isinstance(event, MailSuppressed) and event.reason == "erased" for event in told)
    kept = await notifications.rows("select * from person where ref like '%/T1'")
    assert [(row["name"], row["email"]) for row in kept] == [(None, None), (None, None)]


async def test_a_late_contact_does_not_bring_the_erased_back(notifications: Notifications) -> None:
    late = notifications.heard(contact("trainee/T1"), sequence=3)
    await notifications.hear(notifications.heard(PersonErased(person="trainee/T1"), sequence=4))

    await notifications.hear(late)

    (row,) = await notifications.rows("select email, erased_at from person where ref = 'trainee/T1'")
    assert row["email"] is None
    assert row["erased_at"] is not None


async def test_a_mail_to_one_person_about_one_event_exists_once_even_under_two_message_ids(
    notifications: Notifications,
) -> None:
    await notifications.hear(*EVERYBODY)
    first = notifications.heard(enrolled())

    await notifications.hear(first)
    await notifications.execute("delete from inbox")
    await notifications.hear(first)

    assert len(await notifications.rows("select * from mail")) == 2


def visit_due(**more: object) -> VisitDue:
    given: dict[str, object] = {
        "visit_id": "v1",
        "place_kind": "company",
        "place_id": "C1",
        "due_on": date(2026, 10, 12),
        "reason": "cadence",
    }
    return VisitDue.model_validate({**given, **more})
