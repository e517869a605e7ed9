# mypy: ignore-errors
"""Taskiq with taskiq-aio-pika: worker processes of one event loop each, a pool of connections, a quorum queue."""

import asyncio
import os

import asyncpg
from taskiq import TaskiqEvents
from taskiq_aio_pika import AioPikaBroker, Queue

broker = AioPikaBroker(os.environ["PEER_AMQP"], qos=100, task_queues=[Queue(name="bench")])


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def open_database(state):
    state.pool = await asyncpg.create_pool(os.environ["PEER_DATABASE"], min_size=1, max_size=10)
    passed.pool = state.pool


@broker.task(task_name="passed")
async def passed(event: dict):
    async with passed.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "insert into business (id, trainee, score) values ($1, $2, $3)",
            event["result_id"],
            event["trainee_id"],
            event["score"],
        )


def tell(event):
    """One message by Taskiq's own client."""

    async def once():
        await broker.startup()
        await passed.kicker().with_task_id(event["result_id"]).kiq(event)
        await broker.shutdown()

    asyncio.run(once())
