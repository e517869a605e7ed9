"""One worker in a process of its own, so that its processor time and memory are its own.

``python -m bench.reference.child WORKER`` reads what to do as one line of JSON, does it, and answers with one line.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import uvloop

from bench import machine
from bench.reference.job import Worker
from bench.reference.workers import WORKERS
from shared import telemetry


async def _all_published(worker: Worker, events: int, limit: float) -> None:
    async with asyncio.timeout(limit):
        while worker.published < events:
            await asyncio.sleep(0.005)


async def throughput(worker: Worker, events: int, limit: float) -> dict[str, Any]:
    """The clock runs from the start of the worker until the broker has confirmed the last event it told."""
    idle = machine.memory_mb()
    began, cpu = time.perf_counter(), time.process_time()
    await worker.start()
    await _all_published(worker, events, limit)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    await worker.stop()
    return {
        "events_per_s": events / seconds,
        "cpu_us_per_event": cpu / events * 1e6,
        "memory_mb": machine.memory_mb(peak=True),
        "imported_mb": idle,
    }


async def latency(worker: Worker, events: int, limit: float) -> dict[str, Any]:
    """Says when it listens, works until everything was told, and stops."""
    await worker.start()
    print(json.dumps({"listening": True}), flush=True)
    await _all_published(worker, events, limit)
    await worker.stop()
    return {"memory_mb": machine.memory_mb(peak=True)}


def _profiled(run: Callable[[], Any], path: str) -> Any:
    from pyinstrument import Profiler

    with Profiler(interval=0.0005, async_mode="disabled") as profiler:
        result = run()
    with open(path, "w", encoding="utf-8") as file:
        file.write(profiler.output_text(show_all=True, timeline=False))
    return result


def main() -> None:
    order = json.loads(sys.stdin.readline())
    telemetry.set_up_logging("bench", level="error")

    async def work() -> dict[str, Any]:
        worker = WORKERS[sys.argv[1]].make(order["amqp"], order["database"])
        job = {"throughput": throughput, "latency": latency}[order["job"]]
        return await job(worker, order["events"], order["limit"])

    def run() -> dict[str, Any]:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work())

    print(json.dumps(_profiled(run, order["profile"]) if order.get("profile") else run()), flush=True)


if __name__ == "__main__":
    main()
