"""What a service costs when nothing happens: its resident memory, and how long it takes from start to ready.

A second process of each service is started beside the running one, on a port of its own, and stopped afterwards.
"""

import asyncio
import socket
import sys
import time
from typing import Any

import httpx

from bench import machine
from bench.home import Office
from shared.settings import SERVICES

SETTLED = 3.0
"""Seconds after readiness at which memory is read."""


async def measure() -> list[dict[str, Any]]:
    office = Office.of_running_home()
    return [await _one(office, service) for service in SERVICES]


async def _one(office: Office, service: str) -> dict[str, Any]:
    port = _free_port()
    environment = office.home.service_environment(service) | {f"KEUR_{service.upper()}_PORT": str(port)}
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"services.{service}", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        ready = await _ready(port) - began
        cpu = machine.cpu_seconds(process.pid)
        await asyncio.sleep(SETTLED)
        memory, peak = machine.memory_mb(process.pid), machine.memory_mb(process.pid, peak=True)
    finally:
        process.terminate()
        stopping = time.perf_counter()
        await process.wait()
    return {
        "service": service,
        "start_to_ready_s": round(ready, 2),
        "start_cpu_s": round(cpu, 2),
        "memory_mb": memory,
        "peak_mb": peak,
        "stop_s": round(time.perf_counter() - stopping, 2),
    }


async def _ready(port: int) -> float:
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False, timeout=5) as http:
        while True:
            try:
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return time.perf_counter()
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
