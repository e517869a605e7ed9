"""``python -m bench.backlog.child tells|hears``: one side of the bus in a process of its own, until SIGTERM."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence

import uvloop

from shared import telemetry
from shared.bus import topology
from shared.bus.consumer import Consumer
from shared.bus.dispatch import Dispatcher
from shared.bus.publisher import Publisher
from shared.bus.relay import Relay
from shared.bus.subscriptions import Subscriptions
from shared.db import Database, Tx
from shared.events.certification import ExamPassed


def listening() -> Subscriptions:
    """What the listening side does with an event: one row, beside the inbox's."""
    on = Subscriptions("certification")

    @on.batch(ExamPassed)
    async def write_down(events: Sequence[ExamPassed], tx: Tx) -> None:
        await tx.execute(
            "insert into business select * from unnest($1::text[], $2::text[], $3::float8[])",
            [e.result_id for e in events],
            [e.trainee_id for e in events],
            [e.score for e in events],
        )

    return on


async def _work(side: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    amqp = os.environ["BENCH_AMQP"]
    db = Database(os.environ["BENCH_DATABASE"], name="bench")
    await db.open()
    publisher = Publisher(amqp, name="bench")
    if side == "tells":
        relay = asyncio.create_task(Relay(db, publisher, service="certification", seal=None).run())
        await stop.wait()
        relay.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await relay
    else:
        consumer = Consumer(
            amqp, topology.inbox("certification"), service="certification",
            dispatcher=Dispatcher(listening(), db), publisher=publisher,
        )  # fmt: skip
        await consumer.start()
        await stop.wait()
        await consumer.stop()
    await publisher.close()
    await db.close()


if __name__ == "__main__":
    telemetry.set_up_logging("bench", level="error")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(sys.argv[1]))
