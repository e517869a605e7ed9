# mypy: ignore-errors
"""Dramatiq: processes of threads, acknowledged after the work. A connection for each thread."""

import os
import threading

import dramatiq
import psycopg
from dramatiq.brokers.rabbitmq import RabbitmqBroker

broker = RabbitmqBroker(url=os.environ["PEER_AMQP"])
dramatiq.set_broker(broker)
own = threading.local()


@dramatiq.actor(queue_name="bench")
def passed(event):
    if not hasattr(own, "connection"):
        own.connection = psycopg.connect(os.environ["PEER_DATABASE"], autocommit=True)
    with own.connection.transaction():
        own.connection.execute(
            "insert into business (id, trainee, score) values (%s, %s, %s)",
            (event["result_id"], event["trainee_id"], event["score"]),
        )


def tell(event):
    """One message by Dramatiq's own client."""
    broker.enqueue(passed.message(event).copy(message_id=event["result_id"]))
    broker.close()
