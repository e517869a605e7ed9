"""Every exchange, queue and binding there is, in one place, and their declaration (RabbitMQ 3.10 and 4.x).

Only ``bootstrap`` declares; services find it there. Other arguments need another queue name: RabbitMQ refuses to
change those of a queue that exists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiormq
from aiormq.abc import AbstractChannel, ArgumentsType

EVENTS = "keur.events"
PRIVATE = "keur.private"
DEAD = "keur.dead"
UNROUTED = "keur.unrouted"
FAILED = "keur.ops.failed"
RETRY_TIERS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
CRASH_LIMIT = 20
"""Deliveries of one message that end with the death of the consumer before the broker parks it."""


def inbox(service: str) -> str:
    return f"keur.{service}.inbox"


def retry_queue(service: str, tier: timedelta) -> str:
    """``keur.<service>.retry.10s``: the name says how long a message stays."""
    milliseconds = round(tier.total_seconds() * 1000)
    for size, unit in ((3_600_000, "h"), (60_000, "m"), (1_000, "s")):
        if milliseconds % size == 0:
            return f"keur.{service}.retry.{milliseconds // size}{unit}"
    return f"keur.{service}.retry.{milliseconds}ms"


@dataclass(frozen=True)
class Binding:
    """An exchange and a routing key that lead to a service's inbox queue."""

    exchange: str
    routing_key: str


class TopologyDiffers(Exception):
    """The broker has a queue or exchange of this name with other arguments."""


# at-least-once: the broker keeps a dying message until its dead-letter queue has confirmed it (needs reject-publish).
_SAFE: ArgumentsType = {
    "x-queue-type": "quorum",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


async def declare(
    channel: AbstractChannel,
    bindings: Mapping[str, Iterable[Binding]],
    tiers: Iterable[timedelta] = RETRY_TIERS,
) -> None:
    """Declares everything for the services in ``bindings``. Idempotent; ``TopologyDiffers`` names what differs."""
    try:
        await channel.queue_declare(UNROUTED, durable=True, arguments={"x-queue-type": "quorum"})
        await channel.exchange_declare(f"{UNROUTED}.exchange", exchange_type="fanout", durable=True)
        await channel.queue_bind(UNROUTED, f"{UNROUTED}.exchange")
        for exchange in (EVENTS, PRIVATE):
            await channel.exchange_declare(
                exchange,
                exchange_type="topic",
                durable=True,
                arguments={"alternate-exchange": f"{UNROUTED}.exchange"},
            )
        await channel.exchange_declare(DEAD, exchange_type="fanout", durable=True)
        await channel.queue_declare(FAILED, durable=True, arguments={"x-queue-type": "quorum"})
        await channel.queue_bind(FAILED, DEAD)
        for service, wanted in bindings.items():
            await channel.queue_declare(
                inbox(service),
                durable=True,
                arguments={**_SAFE, "x-delivery-limit": CRASH_LIMIT, "x-dead-letter-exchange": DEAD},
            )
            for tier in tiers:
                await channel.queue_declare(
                    retry_queue(service, tier),
                    durable=True,
                    arguments={
                        **_SAFE,
                        "x-message-ttl": round(tier.total_seconds() * 1000),
                        "x-dead-letter-exchange": "",
                        "x-dead-letter-routing-key": inbox(service),
                    },
                )
            for binding in wanted:
                await channel.queue_bind(inbox(service), binding.exchange, binding.routing_key)
    except aiormq.exceptions.ChannelPreconditionFailed as error:
        raise TopologyDiffers(
            f"the broker has it with other arguments: {error}."
            " Drain and delete that queue, or give the new one another name"
        ) from error
