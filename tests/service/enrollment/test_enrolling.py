"""Trainees enrol: what is told and in which order, what changes, what a second time does."""

from datetime import date

from services.enrollment.queries import timeline
from services.enrollment.queries.timeline import Moment
from shared.events.certification import CertificateIssued, ExamPassed
from shared.events.enrollment import (
    CompanyEquipmentChanged,
    ContactPointChanged,
    PersonDetailsChanged,
    PlacementStarted,
    TraineeEnrolled,
)
from shared.events.notifications import MailSent

from . import rows
from .conftest import Enrollment


async def test_an_enrolment_tells_who_it_is_before_it_tells_that_somebody_enrolled(office: Enrollment) -> None:
    minor = rows.trainee("T1", birth_date="2009-01-01", guardian_email="ouder@thuis.example")

    await office.give("trainees", minor)

    about = [event for event in await office.told() if event.subject in ("trainee/T1", "guardian/T1")]
    assert [type(event) for event in about] == [
        PersonDetailsChanged,
        ContactPointChanged,
        ContactPointChanged,
        TraineeEnrolled,
        PlacementStarted,
    ]
    guardian, enrolled = about[2], about[3]
    assert isinstance(guardian, ContactPointChanged)
    assert guardian.name == "ouder of verzorger van Sem de Wit T1"
    assert isinstance(enrolled, TraineeEnrolled)
    assert enrolled.minor
    assert (enrolled.scheme, enrolled.scheme_version) == ("smo", "2024.1")


async def test_no_name_and_no_address_is_told_to_everybody(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.give("complaints", rows.complaint("K1"))

    for event in await office.told():
        if not event.PRIVATE:
            body = event.model_dump_json()
            assert "Wit" not in body
            assert "@" not in body
            assert "kantbank" not in body


async def test_the_same_file_again_changes_nothing(office: Enrollment) -> None:
    given = [rows.trainee("T1"), rows.trainee("T2")]
    await office.give("trainees", *given)
    before = (await office.told(), await office.count("audit"))

    again = (await office.give("trainees", *given)).json()

    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (await office.told(), await office.count("audit")) == before


async def test_a_new_name_is_told_privately_and_nobody_enrols_again(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    before = len(await office.told())

    answer = (await office.give("trainees", rows.trainee("T1", name="Sem Zwart"))).json()

    assert answer["changed"] == 1
    assert [type(event) for event in (await office.told())[before:]] == [PersonDetailsChanged, ContactPointChanged]


async def test_what_is_about_nobody_tells_nobody_anew(office: Enrollment) -> None:
    minor = rows.trainee("T1", birth_date="2009-01-01", guardian_email="ouder@thuis.example")
    await office.give("trainees", minor)
    before = len(await office.told())

    await office.give("trainees", {**minor, "channel": "friend"})
    await office.give("companies", rows.company("C1", street="Dorpsstraat 2"))
    assert (await office.told())[before:] == []

    await office.give("trainees", {**minor, "channel": "friend", "guardian_email": "moeder@thuis.example"})
    assert [event.subject for event in (await office.told())[before:]] == ["guardian/T1"]


async def test_another_mentor_ends_the_placement_and_starts_the_next_one(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.weeks_pass(4)

    answer = await office.give("trainees", rows.trainee("T1", mentor_id="M2"))

    assert answer.json()["changed"] == 1
    placements = await office.told("placement-started")
    assert [(event.placement_id, event.mentor_id, event.starts_on) for event in placements] == [  # type: ignore[attr-defined]
        ("T1-1", "M1", date(2025, 9, 1)),
        ("T1-2", "M2", date(2025, 9, 29)),
    ]


async def test_a_placement_that_begins_later_is_told_when_its_day_comes(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1", starts_on="2025-10-06"))
    assert await office.told("placement-started") == []

    await office.day_comes("2025-10-05")
    assert await office.told("placement-started") == []
    await office.day_comes("2025-10-06")
    await office.day_comes("2025-10-07")

    assert len(await office.told("placement-started")) == 1
    file = (await office.http.get("/enrollment/api/trainees/T1")).json()
    assert file["state"] == "active"


async def test_other_machines_are_told_once_and_their_order_does_not_matter(office: Enrollment) -> None:
    await office.give("companies", rows.company("C1", equipment=["tig", "lathe"]))
    assert await office.told("company-equipment-changed") == []

    await office.give("companies", rows.company("C1", equipment=["tig", "press_brake"]))

    assert await office.told("company-equipment-changed") == [
        CompanyEquipmentChanged(company_id="C1", equipment=("press_brake", "tig"))
    ]


async def test_every_change_of_state_leaves_a_row_with_who_did_it(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))

    async with office.db.read() as tx:
        noted = await tx.fetch("select actor, change from audit where subject = 'trainee/T1' order by position")

    assert [tuple(row) for row in noted] == [("office/admin", "enrolled"), ("office/admin", "active")]


async def test_the_certificate_completes_the_training_and_frees_the_mentor(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1", mentor_id="M2"))
    full = await office.give("trainees", rows.trainee("T2", mentor_id="M2", starts_on="2026-06-01"))
    assert full.status_code == 422

    await office.hear(certificate("T1", issued_on=date(2026, 5, 1)))

    assert (
        await office.give("trainees", rows.trainee("T2", mentor_id="M2", starts_on="2026-06-01"))
    ).status_code == 200
    assert (await office.http.get("/enrollment/api/trainees/T1")).json()["state"] == "completed"


def certificate(key: str, *, issued_on: date) -> CertificateIssued:
    return CertificateIssued(
        certificate_id="x",
        number="SMO-2026-00001",
        trainee_id=key,
        scheme="smo",
        scheme_version="2024.1",
        programme="lasser-3",
        decision_id="d",
        issued_on=issued_on,
    )


async def test_the_file_of_a_trainee_tells_what_happened_in_both_languages(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.give("complaints", rows.complaint("K1"))
    enrolled = (await office.told("trainee-enrolled"))[0]
    passed = ExamPassed(
        result_id="r",
        trainee_id="T1",
        exam="theory",
        attempt=1,
        taken_on=date(2026, 4, 7),
        score=8.3,
        scheme="smo",
    )
    mail = MailSent(mail_id="m", template="mentor_welcome", recipient="mentor/M1", about="trainee/T1", cause="e")
    event_id = "0199f2a0-0000-7000-8000-000000000001"
    await office.hear(enrolled)
    await office.hear(passed, id=event_id)
    await office.hear(mail)
    await office.hear(certificate("T1", issued_on=date(2026, 5, 1)))

    dutch = (await office.http.get("/enrollment/trainees/T1?lang=nl")).text
    english = (await office.http.get("/enrollment/trainees/T1?lang=en")).text

    assert "Ingeschreven voor lasser-3 bij Staal C1 B.V. en Vakschool S1" in dutch
    assert "Examen gehaald: theorie-examen met 8,3" in dutch
    assert "Mail aan de praktijkbegeleider: welkom als begeleider" in dutch
    assert "Enrolled for lasser-3 at Staal C1 B.V. and Vakschool S1" in english
    assert "Exam passed: theory exam with 8.3" in english
    assert "Certificate SMO-2026-00001 issued" in english
    assert f"/ops/events/{event_id}" in english
    assert "kantbank" not in dutch + english


async def test_the_same_event_twice_is_one_moment(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    enrolled = (await office.told("trainee-enrolled"))[0]

    await office.hear(enrolled, id="0199f2a0-0000-7000-8000-000000000001")
    await office.hear(enrolled, id="0199f2a0-0000-7000-8000-000000000001")

    assert await office.count("timeline") == 1
    async with office.db.transaction() as tx:
        moment = Moment("T1", "0199f2a0-0000-7000-8000-000000000001", office.clock.now(), "x", {})
        await timeline.add(tx, [moment])
    assert await office.count("timeline") == 1
