"""The job itself: its messages, its queues and its tables, and what must be there when it is done."""

import json
from datetime import UTC, date, datetime
from typing import Any, Protocol

import aiormq
import asyncpg
from aiormq.abc import ChannelFrame, FrameType
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.bus import topology
from shared.bus.wire import properties
from shared.events import Envelope
from shared.events.certification import CertificationDecided, ExamPassed
from shared.ids import new_id

INBOX = topology.inbox("certification")
OUT = "bench.out"
TELLS = CertificationDecided.TYPE
SUBJECTS = 2000
"""Trainees that the events are about: a few events each."""

BUSINESS = "create table if not exists business (id text primary key, trainee text not null, score float8 not null)"


class Worker(Protocol):
    """A way to do the job. ``published`` counts events that the broker confirmed and the database marked."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    @property
    def published(self) -> int: ...


class JobNotDone(Exception):
    """A worker said that it was ready, and rows or messages are missing or double."""


async def prepare(amqp: str, database: str) -> None:
    """Declares the queues of the job and the table of the business; each worker makes its own inbox and outbox."""
    connection = await aiormq.connect(amqp)
    channel = await connection.channel()
    await topology.declare(channel, {"certification": [topology.Binding(topology.EVENTS, ExamPassed.TYPE)]})
    await channel.queue_declare(OUT, durable=True, arguments={"x-queue-type": "quorum"})
    await channel.queue_bind(OUT, topology.EVENTS, TELLS)
    await connection.close()
    admin = await asyncpg.connect(database)
    await admin.execute(BUSINESS)
    await admin.close()


def message(number: int, *, plain: bool) -> tuple[Basic.Properties, bytes]:
    """The event of one passed exam, as CloudEvents or with no more than AMQP's own properties."""
    event = ExamPassed(
        result_id=f"R{number:08d}",
        trainee_id=f"T{number % SUBJECTS:08d}",
        exam="theory",
        attempt=1,
        taken_on=date(2027, 1, 12),
        score=7.5,
        scheme="smo",
    )
    body = event.model_dump_json().encode()
    if plain:
        return (
            Basic.Properties(
                content_type="application/json",
                delivery_mode=2,
                message_id=new_id(),
                message_type=event.TYPE,
                timestamp=datetime.now(UTC),
            ),
            body,
        )
    own = new_id()
    envelope = Envelope(
        id=own,
        type=event.TYPE,
        source="/keur/certification",
        time=datetime.now(UTC),
        subject=event.subject,
        correlationid=own,
        sequence=1 + number // SUBJECTS,
        scheme="smo",
    )
    return properties(envelope, app_id="certification", user_id=None, sealed=False), body


class Filler:
    """Puts the job's messages straight into the inbox queue, with confirms."""

    def __init__(self, amqp: str) -> None:
        self._amqp = amqp

    async def open(self) -> None:
        self._connection = await aiormq.connect(self._amqp)
        self._channel: Any = await self._connection.channel(publisher_confirms=True)

    async def fill(self, first: int, count: int, *, plain: bool) -> None:
        for start in range(first, first + count, 500):
            await self._send([message(n, plain=plain) for n in range(start, min(start + 500, first + count))])

    async def _send(self, messages: list[tuple[Basic.Properties, bytes]]) -> None:
        channel, frames, waiting = self._channel, [], []
        for header, body in messages:
            channel.delivery_tag += 1
            confirm = channel.create_future()
            channel.confirmations[channel.delivery_tag] = confirm
            waiting.append(confirm)
            parts: list[FrameType] = [
                Basic.Publish(exchange="", routing_key=INBOX),
                ContentHeader(properties=header, body_size=len(body)),
                ContentBody(body),
            ]
            frames += parts
        await channel.write_queue.put(ChannelFrame.marshall(channel.number, frames))
        for confirm in waiting:
            await confirm

    async def close(self) -> None:
        await self._connection.close()


async def check(amqp: str, database: str, events: int) -> None:
    """Every event gave one inbox row, one business row, one outbox row and one message; raises ``JobNotDone``."""
    admin = await asyncpg.connect(database)
    found = {
        "inbox rows": await admin.fetchval("select count(*) from inbox"),
        "business rows": await admin.fetchval("select count(*) from business"),
        "outbox rows marked": await admin.fetchval("select count(*) from outbox where published_at is not null"),
    }
    await admin.close()
    connection = await aiormq.connect(amqp)
    channel = await connection.channel()
    found["messages told"] = (await channel.queue_declare(OUT, passive=True)).message_count
    left = (await channel.queue_declare(INBOX, passive=True)).message_count
    await connection.close()
    wrong = {name: count for name, count in found.items() if count != events}
    if wrong or left:
        raise JobNotDone(f"{events} events gave {wrong}; left in the queue: {left}")


async def clear(amqp: str, database: str) -> None:
    """Empties the tables and the queue of what was told, between rounds."""
    admin = await asyncpg.connect(database)
    await admin.execute("truncate business, inbox, outbox")
    await admin.close()
    connection = await aiormq.connect(amqp)
    channel = await connection.channel()
    await channel.queue_purge(OUT)
    await connection.close()


def decided(result_id: str, trainee_id: str) -> CertificationDecided:
    """What the job tells about an event that it heard; the decision's id leads back to it."""
    return CertificationDecided(
        decision_id=result_id,
        trainee_id=trainee_id,
        scheme="smo",
        scheme_version="2026.1",
        outcome="granted",
        mode="automatic",
        dossier_sha256="0" * 64,
    )


def decided_plain(result_id: str, trainee_id: str) -> bytes:
    """The same body, made without the contract's class."""
    return json.dumps(
        {
            "decision_id": result_id,
            "trainee_id": trainee_id,
            "scheme": "smo",
            "scheme_version": "2026.1",
            "outcome": "granted",
            "mode": "automatic",
            "dossier_sha256": "0" * 64,
        }
    ).encode()
