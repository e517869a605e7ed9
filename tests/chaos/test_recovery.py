"""What is lost comes back by itself, in time: readiness tells the truth, nobody hangs, writes wait in the outbox."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from shared.settings import SERVICES
from tests.slack import SLACK

from .proxy import Mode
from .school import School
from .system import System

pytestmark = pytest.mark.timeout(240)
TRUTH = 5.0 * SLACK
AT_ONCE = 2.0 * SLACK
_numbers = iter(range(1, 100_000))


@pytest.fixture
async def system(running: System) -> AsyncIterator[System]:
    await running.until(running.all_ready, 60)
    yield running
    running.heal()
    await running.until(running.all_ready, 60)


async def enrol(system: System, timeout: float = 30) -> httpx.Response:
    number = next(_numbers)
    trainee = School(number, 1, prefix=f"R{number}-").trainees[0]
    return await system.ask("POST", "enrollment", "/enrollment/api/trainees", json=trainee, timeout=timeout)


def is_ready(system: System, service: str, wanted: bool) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        return bool((await system.ready(service))["ready"]) is wanted

    return asked


@pytest.mark.parametrize("server", ["broker", "database"])
@pytest.mark.parametrize("mode", [Mode.CUT, Mode.BLACK_HOLE])
async def test_readiness_tells_the_truth_within_five_seconds_of_losing_and_regaining_a_server(
    system: System, server: str, mode: Mode
) -> None:
    system.turn(mode, server=server)
    lost = [system.until(is_ready(system, service, False), TRUTH) for service in SERVICES]
    print(f"{mode.value} {server}: not ready after", [f"{seconds:.1f}" for seconds in await asyncio.gather(*lost)])

    system.turn(Mode.PASS, server=server)
    back = [system.until(is_ready(system, service, True), 2 * TRUTH) for service in SERVICES]
    took = await asyncio.gather(*back)
    print(f"{mode.value} {server}: ready again after", [f"{seconds:.1f}" for seconds in took])
    assert max(took) < TRUTH


@pytest.mark.parametrize("mode", [Mode.CUT, Mode.HALF_OPEN, Mode.BLACK_HOLE])
async def test_with_the_database_away_a_write_is_refused_in_two_seconds_with_when_to_come_back(
    system: System, mode: Mode
) -> None:
    await asyncio.gather(*(enrol(system) for _ in range(5)))  # so that the pool holds connections to go silent
    system.turn(mode, server="database")
    answers = []
    for _ in range(3):
        began = time.monotonic()
        answer = await enrol(system)
        answers.append((answer.status_code, time.monotonic() - began))
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) >= 1
    print(mode.value, [f"{status} {seconds:.2f} s" for status, seconds in answers])

    assert all(seconds < AT_ONCE for _, seconds in answers)
    if mode is not Mode.HALF_OPEN:  # there a new connection works
        assert [status for status, _ in answers] == [503] * 3
    system.turn(Mode.PASS, server="database")
    await system.until(is_ready(system, "enrollment", True), 60)
    assert (await enrol(system)).status_code == 201


async def test_a_killed_database_refuses_writes_at_once_and_takes_them_again_after_its_start(system: System) -> None:
    system.send("postgres", signal.SIGKILL)
    began = time.monotonic()
    answer = await enrol(system)
    assert answer.status_code in (201, 503)
    assert time.monotonic() - began < AT_ONCE

    async def takes() -> bool:
        return (await enrol(system)).status_code == 201

    took = await system.until(takes, 60)
    print(f"writes are taken {took:.1f} s after the kill of the database")


async def test_with_the_broker_killed_every_write_is_accepted_and_told_after_its_return(system: System) -> None:
    system.send("rabbitmq", signal.SIGKILL)
    latencies = []
    for _ in range(20):
        began = time.monotonic()
        answer = await enrol(system, timeout=5 * SLACK)
        latencies.append(time.monotonic() - began)
        assert answer.status_code == 201, answer.text
    print(f"accepted without a broker: 20 of 20, slowest {max(latencies) * 1000:.0f} ms")

    await system.until(system.all_ready, 60)
    flows = await system.until_quiet(90)
    print(f"quiet {flows:.1f} s after all were ready")


async def test_a_broker_out_of_memory_is_named_by_status_and_hangs_nobody(system: System) -> None:
    await system.raise_memory_alarm(12)
    assert (await enrol(system, timeout=AT_ONCE)).status_code == 201

    async def named() -> bool:
        return (await system.status())["blocked"] is not None

    took = await system.until(named, 10 * SLACK)
    words = (await system.keur("status"))[1]
    began = time.monotonic()
    accepted = [(await enrol(system, timeout=AT_ONCE)).status_code for _ in range(5)]
    print(f"named after {took:.1f} s; 5 writes in {time.monotonic() - began:.2f} s")

    assert "memory" in words
    assert accepted == [201] * 5
    await system.until(system.all_ready, 60)
    assert (await system.status())["blocked"] is None
    await system.until_quiet(90)


async def test_a_paused_service_goes_on_where_it_was(system: System) -> None:
    system.send("certification", signal.SIGSTOP)
    assert (await enrol(system)).status_code == 201
    assert not (await system.ready("certification"))["ready"]

    system.send("certification", signal.SIGCONT)
    took = await system.until(is_ready(system, "certification", True), TRUTH)
    print(f"ready {took:.1f} s after it went on")
    await system.until_quiet(90)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_killed_service_works_again_within_three_seconds(system: System, service: str) -> None:
    before = system.pid(service)
    system.send(service, signal.SIGKILL)

    async def works() -> bool:
        return system.pid(service) not in (None, before) and bool((await system.ready(service))["ready"])

    took = await system.until(works, 10 * SLACK)
    print(f"{service} works {took:.1f} s after kill -9")
    assert took < 3.0 * SLACK
