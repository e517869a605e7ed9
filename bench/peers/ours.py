"""``python -m bench.peers.ours keur|handwritten``: one of our own workers as a process, until SIGTERM."""

import asyncio
import os
import signal
import sys

import uvloop

from bench.reference.workers import WORKERS
from shared import telemetry


async def _work() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    worker = WORKERS[sys.argv[1]].make(os.environ["PEER_AMQP"], os.environ["PEER_DATABASE"])
    await worker.start()
    await stop.wait()
    await worker.stop()


if __name__ == "__main__":
    telemetry.set_up_logging("bench", level="error")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work())
