"""Unmistakable people are put through the whole running system; then everything that operators can see is searched."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiormq
import pytest
from pamqp.commands import Basic

from deploy.demo.school_years import FILES
from deploy.local import backup, bootstrap
from shared.bus import topology, wire
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.sealing import Seal
from shared.events import Envelope
from shared.events.enrollment import ContactPointChanged
from shared.ids import new_id
from shared.settings import SERVICES
from tests.bus.node import until
from tests.chaos.system import System
from tests.servers import free_port_base

from .conftest import queues
from .gossip import Gossip

pytestmark = pytest.mark.timeout(300)
MARKS = re.compile(rb"kwibus|2009-11-29|29-11-2009|29 november 2009|1971-02-03|9876 ?zq", re.IGNORECASE)
"""Every name, address, text and birth date of the people below holds one of these, and nothing else does."""
SPY = "spy"

COMPANY = {
    "company_id": "C1", "name": "Kwibus Metaal", "street": "Kwibuslaan 7", "postal_code": "9876 ZQ",
    "city": "Kwibusdorp", "contact_name": "Karel Kwibus", "contact_email": "karel@kwibus.example", "places": 9,
    "equipment": ["lathe"],
}  # fmt: skip
MENTOR = {
    "mentor_id": "M1",
    "company_id": "C1",
    "name": "Mina Kwibus",
    "email": "mina@kwibus.example",
    "max_trainees": 9,
}
SCHOOL = {"school_id": "S1", "name": "Kwibusschool", "city": "Kwibusdorp"}
TEACHER = {"instructor_id": "I1", "school_id": "S1", "name": "Ina Kwibus", "email": "ina@kwibus.example"}
TRAINEE = {
    "trainee_id": "T1", "name": "Tim Kwibus", "birth_date": "2009-11-29", "email": "tim@kwibus.example",
    "guardian_email": "ouder@kwibus.example", "programme": "verspaner-3", "school_id": "S1", "company_id": "C1",
    "mentor_id": "M1", "instructor_id": "I1", "starts_on": "2025-09-01", "planned_end": "2027-07-01",
}  # fmt: skip
GROWN = {
    **TRAINEE,
    "trainee_id": "T2",
    "name": "Tara Kwibus",
    "birth_date": "1971-02-03",
    "email": "tara@kwibus.example",
}
COMPLAINT = {
    "complaint_id": "K1", "trainee_id": "T1", "received_on": "2026-09-02", "category": "safety", "confidential": True,
    "text": "Mijn begeleider Kwibus schreeuwt.",
}  # fmt: skip
VISIT = {
    "visit_id": "V1", "place_kind": "company", "place_id": "C1", "held_on": "2026-09-03",
    "findings": "Kwibus was ziek.",
}  # fmt: skip


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """All processes of a home of its own, and a mail server that refuses the mentor and puts off the instructor."""
    made = System(tmp_path / "home", free_port_base())
    made.postbox = Gossip(refused={"mina@kwibus.example"}, later={"karel@kwibus.example"})  # type: ignore[assignment]
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def test_no_person_is_found_on_the_bus_in_logs_or_with_the_operators(system: System, tmp_path: Path) -> None:
    async with bootstrap.channel_to(system.home.admin_amqp_url) as channel:
        await channel.queue_declare(SPY, durable=True)
        for exchange in (topology.EVENTS, topology.PRIVATE, topology.DEAD):
            await channel.queue_bind(SPY, exchange, "#")

    await live_through_it(system)
    await go_wrong(system)
    await private_trouble(system)
    await until(lambda: on_the_desk(system, "BodyDoesNotFit", "SealBroken"), within=60)
    await until(lambda: waiting(system, topology.retry_queue("notifications", topology.RETRY_TIERS[0])), within=60)

    mails = b"".join(system.postbox.taken)  # type: ignore[attr-defined]
    assert b"Kwibus" in mails
    assert b'"email":"tim@kwibus.example"' in await dumped(system, "enrollment", tmp_path)
    assert MARKS.search(await dumped(system, "notifications", tmp_path))
    seen = {"the ops database": await dumped(system, "ops", tmp_path)}
    async with bootstrap.channel_to(system.home.admin_amqp_url) as channel:
        for queue in (SPY, *queues()):
            seen[f"queue {queue}"] = await content(channel, queue)
    for file in system.home.logs.iterdir():
        seen[f"log {file.name}"] = file.read_bytes()
    for file in system.home.run.iterdir():
        seen[f"run/{file.name}"] = file.read_bytes() if file.is_file() else b""
    for service in SERVICES:
        for path in ("/readyz", "/healthz", "/metrics"):
            seen[f"{service} {path}"] = (await system.http.get(system.url(service, path))).content
    for words in (
        ("status", "--json"), ("status",), ("queues", "--json"), ("dead", "list", "--json"), ("doctor",),
        ("events", "trace", "trainee/T1"), ("export", "events"),
    ):  # fmt: skip
        seen[f"keur {' '.join(words)}"] = (await system.keur(*words))[1].encode()
    for path in ("/ops/api/failed", "/ops/api/failed/groups", "/ops/api/events?limit=1000", "/ops/api/overview"):
        seen[path] = (await system.ask("GET", "ops", path)).raise_for_status().content

    assert seen[f"queue {SPY}"].count(b"enrollment.trainee-enrolled.v1") >= 2
    assert b"enrollment.contact-point-changed.v1" in seen[f"queue {SPY}"]
    assert b"notifications.mail-bounced.v1" in seen[f"queue {SPY}"]
    assert b"certification.certificate-issued.v1" in seen[f"queue {SPY}"]
    assert b"T1" in seen["the ops database"]
    found = {where: sorted({hit.group() for hit in MARKS.finditer(what)}) for where, what in seen.items()}
    assert {where: (hits, around(seen[where])) for where, hits in found.items() if hits} == {}


def around(what: bytes) -> str:
    hit = MARKS.search(what)
    return what[max(0, hit.start() - 300) : hit.end() + 100].decode("utf-8", "replace") if hit else ""


# --- what happens to them


async def give(system: System, service: str, path: str, row: dict[str, Any]) -> None:
    answer = await system.ask("POST", service, path, json=row)
    assert answer.status_code == 201, answer.text


async def live_through_it(system: System) -> None:
    """Enrolled, complained, visited, examined, certified, written to."""
    scheme = (FILES / "smo" / "scheme.yaml").read_bytes()
    (
        await system.ask(
            "POST", "certification", "/certification/api/schemes",
            content=scheme, headers={"Content-Type": "application/yaml"},
        )
    ).raise_for_status()  # fmt: skip
    for kind, row in (("companies", COMPANY), ("mentors", MENTOR), ("schools", SCHOOL), ("instructors", TEACHER)):
        await give(system, "enrollment", f"/enrollment/api/{kind}", row)

    async def enrolled() -> bool:
        """Once enrollment has heard of the scheme."""
        return (await system.ask("POST", "enrollment", "/enrollment/api/trainees", json=TRAINEE)).status_code == 201

    await until(enrolled, within=30)
    await give(system, "enrollment", "/enrollment/api/trainees", GROWN)
    await give(system, "enrollment", "/enrollment/api/complaints", COMPLAINT)
    await give(system, "enrollment", "/enrollment/api/visits", VISIT)
    for exam in ("theory", "drawing", "practice"):
        result = {
            "result_id": f"R-{exam}", "trainee_id": "T1", "exam": exam, "attempt": 1, "taken_on": "2026-09-01",
            "score": "8.0", "knocked_out": False, "examiner": "EX1",
        }  # fmt: skip

        async def entered(result: dict[str, Any] = result) -> bool:
            answer = await system.ask("POST", "certification", "/certification/api/results", json=result)
            return answer.status_code in (200, 201)

        await until(entered, within=30)

    async def issued() -> bool:
        return bool(await system.items("certification", "/certification/api/certificates"))

    await until(issued, within=30)

    async def written_to() -> bool:
        taken = b"".join(system.postbox.taken)  # type: ignore[attr-defined]
        return b"tim@kwibus.example" in taken and b"ouder@kwibus.example" in taken

    await until(written_to, within=30)


async def go_wrong(system: System) -> None:
    """What an office does wrong, with people's names in every place where one can stand."""
    header = ",".join(TRAINEE)
    row = ",".join("Kwibus" if name != "trainee_id" else "T3" for name in TRAINEE)
    other = {**GROWN, "trainee_id": "T4"}
    bad = f"{header}\n{row}\n{row}\n".encode()
    mistakes: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("enrollment", "POST", "/enrollment/api/import/trainees", {"files": {"file": ("Kwibus.csv", bad, "text/csv")}}),
        ("enrollment", "POST", "/enrollment/api/import/Kwibus", {"files": {"file": ("x.csv", bad, "text/csv")}}),
        ("enrollment", "POST", "/enrollment/api/trainees", {"json": {**other, "Kwibus": "Kwibus"}}),
        ("enrollment", "POST", "/enrollment/api/trainees", {"json": {**other, "name": "Kwibus\x00"}}),
        ("enrollment", "POST", "/enrollment/api/trainees", {"json": {**GROWN, "mentor_id": "Kwibus"}}),
        ("enrollment", "POST", "/enrollment/api/trainees", {"content": b'{"name": "Kwibus'}),
        ("enrollment", "POST", "/enrollment/api/companies", {"json": {**COMPANY, "contact_email": "Kwibus"}}),
        ("enrollment", "GET", "/enrollment/trainees?q=Kwibus", {"headers": {"Accept": "text/html"}}),
        ("enrollment", "GET", "/enrollment/Kwibus", {}),
        ("enrollment", "POST", "/enrollment/api/login-links", {"json": {"subject": "Kwibus", "Kwibus": 1}}),
        ("enrollment", "GET", "/enrollment/sign-in/Kwibus", {}),
        ("certification", "GET", "/certification/register/SMO-2026-00001?code=Kwibus", {}),
        ("certification", "GET", "/certification/register/Kwibus?birth_date=2009-11-29", {}),
        ("certification", "POST", "/certification/api/results", {"json": {"trainee_id": "T1", "examiner": "Kwibus"}}),
        ("notifications", "GET", "/notifications/api/mail?q=Kwibus&after=Kwibus", {}),
        ("ops", "GET", "/ops/api/events?subject=Kwibus&type=Kwibus", {}),
        ("ops", "GET", "/ops/api/failed/Kwibus", {}),
    )  # fmt: skip
    for service, method, path, how in mistakes:
        how = {**how, "headers": {"Idempotency-Key": f"Kwibus {path}", **how.get("headers", {})}}
        answer = await system.ask(method, service, path, **how)
        assert answer.status_code < 500, (path, answer.text)


async def private_trouble(system: System) -> None:
    """Private events that nobody can open, that fit no contract, and that the database does not take."""
    home = system.home
    right = Seal.from_file(home.keys / "private.key")
    assert right is not None
    fits = {"person": "trainee/T1", "name": "Tim Kwibus", "email": "tim@kwibus.example"}
    publisher = Publisher(home.amqp_url("enrollment"), name="enrollment")
    for seal, body in ((Seal(b"x" * 32), fits), (right, {"name": "Kwibus"}), (right, fits | {"name": "Kwibus\x00"})):
        around = Envelope(
            id=new_id(), type=ContactPointChanged.TYPE, source="/keur/enrollment", time=datetime.now(UTC),
            subject="trainee/T1", correlationid="c", sequence=1_000,
        )  # fmt: skip
        said = wire.properties(around, app_id="enrollment", user_id=publisher.user, sealed=True)
        closed = seal.close(json.dumps(body).encode(), around.id)
        assert await publisher.publish([Outgoing(topology.PRIVATE, around.type, closed, said)]) == [None]
    await publisher.close()


# --- what can be seen


async def on_the_desk(system: System, *errors: str) -> bool:
    items = (await system.ask("GET", "ops", "/ops/api/failed")).raise_for_status().json()["items"]
    return set(errors) <= {item["error"] for item in items}


async def waiting(system: System, queue: str) -> bool:
    async with bootstrap.channel_to(system.home.admin_amqp_url) as channel:
        return bool((await channel.queue_declare(queue, passive=True)).message_count)


async def content(channel: aiormq.abc.AbstractChannel, queue: str) -> bytes:
    """Every message of a queue with its properties; they go back when the channel closes."""
    found: list[bytes] = []
    while True:
        message = await channel.basic_get(queue)
        if not isinstance(message.delivery, Basic.GetOk):
            return b"\n".join(found)
        found += [repr(dict(message.header.properties)).encode(), message.body]


async def dumped(system: System, service: str, folder: Path) -> bytes:
    """The whole database as SQL; bodies and other bytes, which it writes as hexadecimal, decoded beside it."""
    file = folder / f"{service}.sql"
    await backup.run("pg_dump", system.home.database_url(service), f"--file={file}")
    sql = file.read_bytes()
    kept = [bytes.fromhex(run.decode()) for run in re.findall(rb"\\\\x((?:[0-9a-f]{2})+)", sql)]
    return b"\n".join([sql, *kept])
