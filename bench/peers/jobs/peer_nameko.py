# mypy: ignore-errors
"""Nameko: an event handler of a service pool, ten green threads, reliable delivery."""

import os

import psycopg
from nameko.events import event_handler
from nameko.extensions import DependencyProvider
from nameko.standalone.events import event_dispatcher


class Connections(DependencyProvider):
    """As many connections as workers run at once; psycopg blocks the loop while it waits, as drivers in C do."""

    def setup(self):
        self.free = []

    def get_dependency(self, worker_ctx):
        return self

    def take(self):
        return self.free.pop() if self.free else psycopg.connect(os.environ["PEER_DATABASE"], autocommit=True)


class Worker:
    name = "worker"
    connections = Connections()

    @event_handler("bench", "passed")
    def handle(self, event):
        connection = self.connections.take()
        with connection.transaction():
            connection.execute(
                "insert into business (id, trainee, score) values (%s, %s, %s)",
                (event["result_id"], event["trainee_id"], event["score"]),
            )
        self.connections.free.append(connection)


def tell(event):
    """One message by Nameko's own client."""
    event_dispatcher({"AMQP_URI": os.environ["PEER_AMQP"]})("bench", "passed", event)
