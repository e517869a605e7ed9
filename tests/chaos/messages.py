"""Messages that nobody of ours sent: what is no event, and true copies of events that were told long ago."""

import random
import uuid
from typing import Any

import aiormq
from pamqp.commands import Basic

from shared.bus import topology, wire
from shared.bus.publisher import Outgoing, Publisher
from shared.errors import DependencyAway
from shared.events import Envelope
from shared.settings import SERVICES

from .system import System

_KNOWN = "certification.exam-passed.v1"
ADMIN = "admin"
"""The broker's administrator may tell what a service tells; without a publisher a message is refused as forged."""


def poisons() -> list[tuple[str, bytes, dict[str, Any]]]:
    """Name, body, properties: each wrong in its own way."""
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    good = {"content_type": "application/json"}
    return [
        ("not JSON", b"\x00\xff not json", good),
        ("wrong content type", b"<xml/>", {"content_type": "text/xml"}),
        ("unknown type", b"{}", good | {"type": "certification.unheard-of.v1"}),
        ("unknown version", b"{}", good | {"type": "certification.exam-passed.v99"}),
        ("10 MB", b'"' + b"x" * 10_000_000 + b'"', good),
        ("NUL", b'{"result_id": "R\\u0000"}', good),
        ("deep nesting", deep, good),
        ("no headers", b"{}", good | {"bare": True}),
        ("empty", b"", good),
    ]


class Stranger:
    """Anybody with a client and too many rights. ``sent`` is the poison's message id and the service it went to."""

    def __init__(self, system: System, seed: int) -> None:
        self._system = system
        self._chance = random.Random(seed)
        self.sent: dict[str, str] = {}
        self.unsure: set[str] = set()
        self.copies = 0

    async def poison(self, count: int = 3, service: str = "") -> None:
        """Some poison, straight into inbox queues: of one service, or of any."""
        chosen = self._chance.sample(poisons(), count)
        messages = []
        for _, body, how in chosen:
            to, own = (
                service or self._chance.choice(SERVICES),
                str(uuid.UUID(int=self._chance.getrandbits(128), version=4)),
            )
            headers = {
                "cloudEvents:id": own,
                "cloudEvents:type": how.get("type", _KNOWN),
                "cloudEvents:source": "/stranger",
                "cloudEvents:time": "2026-01-01T00:00:00+00:00",
                "cloudEvents:subject": "trainee/nobody",
            }
            properties = Basic.Properties(
                content_type=how["content_type"],
                headers={} if how.get("bare") else headers,
                message_id=own,
                delivery_mode=2,
                user_id=ADMIN,
            )
            messages.append((to, own, Outgoing("", topology.inbox(to), body, properties)))
        outcomes = await self._publish([message for _, _, message in messages])
        for (to, own, _), unsure in zip(messages, outcomes, strict=True):
            if unsure is None:
                self.sent[own] = to
            else:
                self.unsure.add(own)  # it may have arrived all the same

    async def old(self, count: int = 20) -> None:
        """Copies of events from the journal, with their ids, published to everybody once more."""
        async with self._system.database("ops", auditor=True) as connection:
            rows = await connection.fetch("select * from v_journal order by random() limit $1", count)
        await self.again(rows)

    async def again(self, rows: list[Any]) -> None:
        """Publishes journal rows as they were published first."""
        messages = []
        for row in rows:
            envelope = Envelope(
                id=row["id"], type=row["type"], source=row["source"], time=row["time"], subject=row["subject"],
                correlationid=row["correlationid"], causationid=row["causationid"], sequence=row["sequence"],
                scheme=row["scheme"], traceparent=None,
            )  # fmt: skip
            app = envelope.source.rpartition("/")[2]
            properties = wire.properties(envelope, app_id=app, user_id=ADMIN, sealed=False)
            messages.append(Outgoing(topology.EVENTS, envelope.type, row["data"].encode(), properties))
        outcomes = await self._publish(messages)
        self.copies += sum(outcome is None for outcome in outcomes)

    async def _publish(self, messages: list[Outgoing]) -> list[Exception | None]:
        publisher = Publisher(self._system.home.admin_amqp_url, name="stranger", timeout=5)
        try:
            return await publisher.publish(messages)
        except (DependencyAway, OSError, aiormq.exceptions.AMQPError) as error:
            return [error] * len(messages)
        finally:
            await publisher.close()
