"""Where the bus meets FastStream: it holds the register of consumers, their life and the AsyncAPI document.

The connections are the bus's own and its per-message pipeline is not used (docs/decisions/0002): FastStream has no
batch consumer for RabbitMQ, and one transaction for each message costs more than the work itself.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from faststream._internal.broker import BrokerUsecase
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.middlewares import AckPolicy
from faststream.rabbit import RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.broker.registrator import RabbitRegistrator
from faststream.rabbit.schemas.queue import QueueType
from faststream.rabbit.subscriber.config import RabbitSubscriberConfig, RabbitSubscriberSpecificationConfig
from faststream.rabbit.subscriber.specification import RabbitSubscriberSpecification
from faststream.rabbit.subscriber.usecase import RabbitSubscriber

from shared.bus import topology
from shared.bus.consumer import Consumer
from shared.bus.subscriptions import Subscriptions
from shared.settings import broker_nodes


class InboxSubscriber(RabbitSubscriber):
    """A FastStream subscriber whose messages come in batches from our consumer: it starts and stops with the broker."""

    consumer: Consumer | None = None

    async def start(self) -> None:
        if self.consumer is not None:
            await self.consumer.start()
        self._post_start()

    async def stop(self) -> None:
        self.running = False
        if self.consumer is not None:
            await self.consumer.stop()


class ServiceBroker(RabbitBroker):
    """A FastStream broker that opens no connection of its own: consumer and publisher have theirs."""

    async def start(self) -> None:
        await BrokerUsecase.start(self)

    def inbox(self, exchange: str, routing_key: str, queue: str, title: str, description: str) -> InboxSubscriber:
        """Registers one binding of an inbox queue, as the AsyncAPI document shows it."""
        outer: Any = self.config
        bound = RabbitQueue(queue, queue_type=QueueType.QUORUM, declare=False, routing_key=routing_key)
        calls: CallsCollection[Any] = CallsCollection()
        subscriber = InboxSubscriber(
            config=RabbitSubscriberConfig(
                no_reply=True,
                consume_args=None,
                channel=None,
                queue=bound,
                exchange=RabbitExchange(exchange, declare=False),
                _ack_policy=AckPolicy.MANUAL,
                _outer_config=outer,
            ),
            specification=RabbitSubscriberSpecification(
                _outer_config=outer,
                specification_config=RabbitSubscriberSpecificationConfig(
                    title_=title,
                    description_=description,
                    include_in_schema=True,
                    queue=bound,
                    exchange=RabbitExchange(exchange, declare=False),
                ),
                calls=calls,
            ),
            calls=calls,
        )
        super(RabbitRegistrator, self).subscriber(subscriber, persistent=True)
        return subscriber


def build(
    subscriptions: Subscriptions, *, url: str = "amqp://localhost", consumer: Consumer | None = None
) -> ServiceBroker:
    """The service's broker with everything it listens to; ``consumer`` does the listening, none for documents only."""
    broker = ServiceBroker(broker_nodes(url)[0], app_id=subscriptions.service, logger=None)
    queue = topology.inbox(subscriptions.service)
    first = True
    for binding in subscriptions.bindings():
        subscriber = broker.inbox(
            binding.exchange,
            binding.routing_key,
            queue,
            f"{subscriptions.service} hears {binding.routing_key}",
            "; ".join(h.name for h in subscriptions.handlers.get(binding.routing_key, [])),
        )
        kind = subscriptions.events.get(binding.routing_key)
        if kind is not None:
            subscriber.add_call(parser_=None, decoder_=None, dependencies_=())(_taking(kind))
        if first:
            subscriber.consumer, first = consumer, False
    return broker


def _taking(kind: type[Any]) -> Callable[[Any], Awaitable[None]]:
    async def hears(event: Any) -> None: ...

    hears.__annotations__ = {"event": kind, "return": None}
    return hears
