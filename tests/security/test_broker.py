"""What a service's own broker user is refused: every service, every deed."""

from collections.abc import Awaitable, Callable
from typing import cast

import aiormq
import pytest
from aiormq.abc import AbstractChannel
from pamqp.commands import Basic

from deploy.local.bootstrap import PRIVATE_LISTENERS, PRIVATE_TELLERS
from shared.bus import topology
from shared.events import ALL
from shared.settings import SERVICES
from tests.servers import Vhost

from .conftest import ChannelOf, queues

Deed = Callable[[AbstractChannel, str], Awaitable[object]]
PATIENCE = 10.0


async def publish(channel: AbstractChannel, exchange: str, key: str, user: str | None = None) -> object:
    properties = Basic.Properties(user_id=user)
    return await channel.basic_publish(
        b"{}", exchange=exchange, routing_key=key, properties=properties, timeout=PATIENCE
    )


async def never(_: object) -> None:
    raise AssertionError("a message of somebody else arrived")


def inbox(service: str) -> str:
    return topology.inbox(service)


NEW = "keur.{}.more"
DEEDS: dict[str, Deed] = {
    "declaring a queue of its own": lambda c, s: c.queue_declare(NEW.format(s)),
    "declaring a queue without a name": lambda c, s: c.queue_declare(""),
    "declaring a foreign name": lambda c, s: c.queue_declare("invoices"),
    "declaring its inbox anew": lambda c, s: c.queue_declare(inbox(s), durable=True),
    "declaring an exchange": lambda c, s: c.exchange_declare(f"keur.{s}.out", exchange_type="topic"),
    "declaring the exchange of all events anew": lambda c, s: c.exchange_declare(
        topology.EVENTS, exchange_type="topic"
    ),
    "binding its inbox to personal data": lambda c, s: c.queue_bind(inbox(s), topology.PRIVATE, "#"),
    "binding its inbox to every event": lambda c, s: c.queue_bind(inbox(s), topology.EVENTS, "#"),
    "binding its inbox to what failed": lambda c, s: c.queue_bind(inbox(s), topology.DEAD, "#"),
    "unbinding its inbox": lambda c, s: c.queue_unbind(inbox(s), topology.EVENTS, "#"),
    "binding exchanges together": lambda c, s: c.exchange_bind(
        destination=topology.EVENTS, source=topology.PRIVATE, routing_key="#"
    ),
    "deleting its inbox": lambda c, s: c.queue_delete(inbox(s)),
    "deleting the exchange of all events": lambda c, s: c.exchange_delete(topology.EVENTS),
    "publishing to the exchange of what nobody hears": lambda c, s: publish(c, f"{topology.UNROUTED}.exchange", "x"),
    "publishing to amq.topic": lambda c, s: publish(c, "amq.topic", "x"),
    "publishing to amq.fanout": lambda c, s: publish(c, "amq.fanout", "x"),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("service", SERVICES)
async def test_the_broker_refuses_a_service_what_is_the_bootstraps_alone(
    channel_of: ChannelOf, service: str, deed: str
) -> None:
    async with channel_of(service) as channel:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await DEEDS[deed](channel, service)


FOREIGN: dict[str, Callable[[AbstractChannel, str], Awaitable[object]]] = {
    "reading": lambda c, q: c.basic_get(q),
    "consuming": lambda c, q: c.basic_consume(q, never),
    "purging": lambda c, q: c.queue_purge(q),
    "deleting": lambda c, q: c.queue_delete(q),
    "binding": lambda c, q: c.queue_bind(q, topology.EVENTS, "#"),
    "unbinding": lambda c, q: c.queue_unbind(q, topology.EVENTS, "#"),
    "declaring anew": lambda c, q: c.queue_declare(q, durable=True),
}


def others(service: str) -> list[str]:
    """Every queue that is not this service's to read."""
    readable = (f"keur.{service}.", *((topology.UNROUTED,) if service == "ops" else ()))
    return [queue for queue in queues() if not queue.startswith(readable)]


@pytest.mark.parametrize("deed", FOREIGN)
@pytest.mark.parametrize("service", SERVICES)
async def test_the_broker_refuses_a_service_every_queue_that_is_not_its_own(
    channel_of: ChannelOf, service: str, deed: str
) -> None:
    assert len(others(service)) >= 15
    async with channel_of(service) as first:
        connection = cast(aiormq.Channel, first).connection
        for queue in others(service):
            channel = await connection.channel()
            with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
                await FOREIGN[deed](channel, queue)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_broker_refuses_every_event_that_another_service_tells(channel_of: ChannelOf, service: str) -> None:
    foreign = [(kind.PRIVATE, type) for type, kind in ALL.items() if not type.startswith(f"{service}.")]
    assert len(foreign) > 10
    async with channel_of(service) as first:
        connection = cast(aiormq.Channel, first).connection
        for private, type in foreign:
            channel = await connection.channel(publisher_confirms=True)
            with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
                await publish(channel, topology.PRIVATE if private else topology.EVENTS, type)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_broker_refuses_a_publisher_who_says_to_be_another(channel_of: ChannelOf, service: str) -> None:
    own = next(type for type, kind in ALL.items() if type.startswith(f"{service}.") and not kind.PRIVATE)
    async with channel_of(service) as first:
        connection = cast(aiormq.Channel, first).connection
        for name in (*(f"keur_{other}" for other in SERVICES if other != service), "admin", "operator"):
            for exchange, key in ((topology.EVENTS, own), ("", inbox("certification")), (topology.DEAD, "x")):
                channel = await connection.channel(publisher_confirms=True)
                with pytest.raises(aiormq.exceptions.ChannelPreconditionFailed, match="user_id"):
                    await publish(channel, exchange, key, name)


async def test_the_broker_refuses_a_private_event_on_the_exchange_that_everybody_hears(channel_of: ChannelOf) -> None:
    private = [type for type, kind in ALL.items() if kind.PRIVATE]
    assert len(private) >= 4
    for type in private:
        async with channel_of(type.partition(".")[0]) as channel:
            with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
                await publish(channel, topology.EVENTS, type)


@pytest.mark.usefixtures("emptied")
@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_tell_each_of_its_own_events_and_read_its_own_queues(
    channel_of: ChannelOf, service: str
) -> None:
    async with channel_of(service) as channel:
        for type, kind in ALL.items():
            if type.startswith(f"{service}."):
                exchange = topology.PRIVATE if kind.PRIVATE else topology.EVENTS
                await publish(channel, exchange, type, f"keur_{service}")
        for queue in set(queues()) - set(others(service)):
            await channel.basic_get(queue, no_ack=True)


@pytest.mark.parametrize("service", [service for service in SERVICES if service not in PRIVATE_TELLERS])
async def test_who_tells_nothing_private_writes_nothing_to_the_private_exchange(
    channel_of: ChannelOf, service: str
) -> None:
    async with channel_of(service) as channel:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await publish(channel, topology.PRIVATE, f"{service}.anything.v1")


async def test_personal_data_reaches_only_the_inboxes_that_may_have_it(shipped: Vhost) -> None:
    bound = await shipped.management.get(f"exchanges/{shipped.name}/{topology.PRIVATE}/bindings/source")

    assert {binding["destination"] for binding in bound} == {inbox(service) for service in PRIVATE_LISTENERS}


async def test_the_operators_broker_user_reads_and_writes_nothing(channel_of: ChannelOf) -> None:
    async with channel_of("operator") as first:
        connection = cast(aiormq.Channel, first).connection
        for deed in FOREIGN.values():
            channel = await connection.channel()
            with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
                await deed(channel, inbox("notifications"))
        for exchange in (topology.EVENTS, topology.PRIVATE, topology.DEAD, ""):
            channel = await connection.channel(publisher_confirms=True)
            with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
                await publish(channel, exchange, inbox("notifications"))
