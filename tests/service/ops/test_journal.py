import json
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.bus import topology, wire
from shared.events import Envelope
from shared.events.certification import CertificateIssued, CertificationDecided, ExamPassed
from shared.events.enrollment import TraineeEnrolled
from shared.events.notifications import MailSent
from shared.ids import new_id

from .conftest import Desk, until


def enrolled(trainee: str) -> TraineeEnrolled:
    return TraineeEnrolled(
        trainee_id=trainee,
        scheme="smo",
        scheme_version="2024.1",
        programme="verspaner-3",
        school_id="S1",
        instructor_id="I1",
        company_id="C001",
        mentor_id="M001",
        starts_on=date(2024, 9, 2),
        planned_end=date(2026, 7, 3),
        minor=False,
    )


def passed(trainee: str) -> ExamPassed:
    return ExamPassed(
        result_id=f"{trainee}-theory-1",
        trainee_id=trainee,
        exam="theory",
        attempt=1,
        taken_on=date(2026, 4, 7),
        score=8.3,
        scheme="smo",
    )


async def test_every_event_is_in_the_journal_with_its_envelope_and_facts(desk: Desk) -> None:
    id = await desk.tell(enrolled("T1"))

    found = await desk.journal(id)

    assert found["type"] == "enrollment.trainee-enrolled.v1"
    assert found["subject"] == "trainee/T1"
    assert found["data"]["mentor_id"] == "M001"


async def test_events_are_found_by_everything_they_name(desk: Desk) -> None:
    id = await desk.tell(enrolled("T1"))
    await desk.tell(enrolled("T2"))
    await desk.journal(id)

    for subject in ("trainee/T1", "mentor/M001", "company/C001", "school/S1"):
        items = (await desk.get("/ops/api/events", subject=subject))["items"]
        assert id in [item["id"] for item in items], subject
    assert (await desk.get("/ops/api/events", subject="mentor/M002"))["items"] == []


async def test_the_journal_is_read_page_after_page_without_gaps(desk: Desk) -> None:
    ids = [await desk.tell(enrolled(f"T{n}")) for n in range(7)]
    for id in ids:
        await desk.journal(id)

    seen, after = [], 0
    while True:
        page = await desk.get("/ops/api/events", after=after, limit=3)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]

    assert seen == ids


async def test_an_event_heard_twice_is_there_once_even_when_the_inbox_has_forgotten_it(desk: Desk) -> None:
    event = enrolled("T1")
    envelope = Envelope(
        id=new_id(), type=event.TYPE, source="/keur/enrollment", time=datetime.now(UTC), subject=event.subject,
        correlationid="c", sequence=1,
    )  # fmt: skip
    for _ in range(2):
        properties = wire.properties(envelope, app_id="test", user_id="admin", sealed=False)
        await desk.publish(topology.EVENTS, event.TYPE, event.model_dump_json().encode(), properties)
        await desk.journal(envelope.id)
        async with desk.service.db.transaction() as tx:
            await tx.execute("delete from inbox")
    last = await desk.tell(enrolled("T2"))
    await desk.journal(last)

    items = (await desk.get("/ops/api/events"))["items"]

    assert [item["id"] for item in items] == [envelope.id, last]
    queues = (await desk.get("/ops/api/queues"))["queues"]
    assert [name for name, queue in queues.items() if ".retry." in name and queue["ready"]] == []


async def test_a_trace_has_each_event_after_its_cause_whatever_order_they_were_heard_in(desk: Desk) -> None:
    start = datetime.now(UTC)
    exam = await desk.tell(passed("T1"), at=start)
    mail = MailSent(mail_id="m1", template="exam_passed", recipient="trainee/T1", about="trainee/T1", cause=exam)
    # heard first, and by a clock that is behind: still told after what caused it
    mailed = await desk.tell(mail, cause=exam, at=start - timedelta(seconds=3))
    decision = CertificationDecided(
        decision_id="d1",
        trainee_id="T1",
        scheme="smo",
        scheme_version="2024.1",
        outcome="granted",
        mode="automatic",
        dossier_sha256="00",
    )
    decided = await desk.tell(decision, cause=exam, at=start + timedelta(seconds=1))
    certificate = CertificateIssued(
        certificate_id="x1",
        number="SMO-2026-00001",
        trainee_id="T1",
        scheme="smo",
        scheme_version="2024.1",
        programme="verspaner-3",
        decision_id="d1",
        issued_on=date(2026, 4, 7),
    )
    issued = await desk.tell(certificate, cause=decided, at=start + timedelta(seconds=2))
    await desk.tell(passed("T2"), at=start)
    await desk.journal(issued)

    steps = (await desk.get("/ops/api/trace", subject="trainee/T1"))["steps"]

    ids = [step["id"] for step in steps]
    assert sorted(ids) == sorted([exam, mailed, decided, issued])
    for step in steps:
        assert step["cause"] is None or ids.index(step["cause"]) < ids.index(step["id"])
    assert {step["id"]: step["stage"] for step in steps}[mailed] == "told"
    assert {step["id"]: step["stage"] for step in steps}[decided] == "decided"


async def test_a_mail_belongs_to_the_trace_of_what_caused_it(desk: Desk) -> None:
    exam = await desk.tell(passed("T1"))
    mail = MailSent(mail_id="m9", template="exam_passed", recipient="mentor/M1", about="company/C9", cause=exam)
    mailed = await desk.tell(mail)
    await desk.journal(mailed)

    steps = (await desk.get("/ops/api/trace", subject="trainee/T1"))["steps"]

    assert [step["id"] for step in steps] == [exam, mailed]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not json", "BodyDoesNotFit"),
        (b'{"trainee_id": 5}', "BodyDoesNotFit"),
        (b"[" * 100_000, "BodyDoesNotFit"),
    ],
)
async def test_what_is_no_event_by_its_contract_is_parked_and_its_neighbours_go_on(
    desk: Desk, body: bytes, reason: str
) -> None:
    before = await desk.tell(enrolled("T1"))
    event = enrolled("T2")
    envelope = Envelope(
        id=new_id(), type=event.TYPE, source="/x", time=datetime.now(UTC), subject=event.subject, correlationid="c",
        sequence=1,
    )  # fmt: skip
    properties = wire.properties(envelope, app_id="test", user_id="admin", sealed=False)
    await desk.publish(topology.EVENTS, event.TYPE, body, properties)
    after = await desk.tell(enrolled("T3"))

    await desk.journal(before)
    await desk.journal(after)
    (parked,) = await desk.failed()

    assert (parked["error"], parked["service"], parked["message_id"]) == (reason, "ops", envelope.id)


async def test_an_unknown_type_is_parked(desk: Desk) -> None:
    envelope = Envelope(
        id=new_id(), type="certification.exam-passed.v9", source="/x", time=datetime.now(UTC), subject="trainee/T1",
        correlationid="c", sequence=1,
    )  # fmt: skip
    properties = wire.properties(envelope, app_id="test", user_id="admin", sealed=False)
    await desk.publish(topology.EVENTS, envelope.type, json.dumps({}).encode(), properties)

    (parked,) = await desk.failed()

    assert parked["error"] == "UnknownEventType"


async def test_pages_of_the_journal_show_events_traces_and_one_event(desk: Desk) -> None:
    exam = await desk.tell(passed("T1"))
    mailed = await desk.tell(
        MailSent(mail_id="m1", template="exam_passed", recipient="trainee/T1", about="trainee/T1", cause=exam),
        cause=exam,
    )
    await desk.journal(mailed)

    overview = await desk.page("/ops/")
    event = await desk.page(f"/ops/events/{exam}")
    trace = await desk.page("/ops/trace?subject=trainee/T1")

    assert "Exam passed" in overview
    assert "theory" in event
    assert mailed in event
    assert "<svg" in trace
    assert trace.count("/ops/events/") == 2


async def test_readiness_tells_of_the_desk_and_its_two_consumers(desk: Desk) -> None:
    async def ready() -> bool:
        return bool((await desk.http.get("/readyz")).status_code == 200)

    await until(ready)
    told = (await desk.http.get("/readyz")).json()

    assert told["failed"] == {"parked": 0, "redriving": 0}
