# mypy: ignore-errors
"""Celery: prefork, late acknowledgement, no result backend. A connection for each process, as its pools share none."""

import os

import psycopg
from celery import Celery
from celery.signals import worker_process_init

app = Celery("bench", broker=os.environ["PEER_AMQP"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue="bench",
    broker_connection_retry_on_startup=True,
)
connection = None


@worker_process_init.connect
def open_database(**_):
    global connection
    connection = psycopg.connect(os.environ["PEER_DATABASE"], autocommit=True)


@app.task(name="passed")
def passed(event):
    with connection.transaction():
        connection.execute(
            "insert into business (id, trainee, score) values (%s, %s, %s)",
            (event["result_id"], event["trainee_id"], event["score"]),
        )


def tell(event):
    """One message by Celery's own client."""
    passed.apply_async((event,), task_id=event["result_id"])
