"""The checker is checked: each mistake that was made in real systems is put into a running service and must be seen.

What is planted stands in ``planted/planting.py``.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.servers import free_port_base

from .checker import Held, check
from .load import Load, Request
from .messages import Stranger
from .proxy import Mode
from .school import School, as_csv
from .system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
async def planted(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[System]:
    extra = {"KEUR_TEST_PLANT": request.param} if request.param else {}
    system = System(tmp_path / "home", free_port_base(), extra)
    try:
        await system.start()
        await School(1, 1).open(system)
        yield system
    finally:
        await system.stop()


async def crash(system: System, service: str, point: str) -> None:
    """The service dies at the point, in the middle of work."""
    system.arm(service, point)
    before = system.supervisor()["processes"][service]["restarts"]
    system.send(service, signal.SIGKILL)

    async def back() -> bool:
        return bool((await system.ready(service))["ready"])

    async def restarted() -> bool:
        return bool(system.supervisor()["processes"][service]["restarts"] > before)

    await system.until(restarted, 30)
    await system.until(back, 60)


async def refused_file(system: System, load: Load) -> None:
    """A file of results with one row that breaks a rule: nothing of it may be taken or told."""
    school = School(7, 4, prefix="W")
    for trainee in school.trainees:
        enrolment = Request("enrolment", "enrollment", [trainee], f"e-{trainee['trainee_id']}")
        load.requests.append(enrolment)
        await load.until_answered(enrolment)
    await system.until_quiet(30)
    rows = [row for trainee in school.trainees for row in school.results_of(trainee["trainee_id"])]
    rows.append(rows[0] | {"result_id": "wrong", "exam": "unheard-of"})
    file = {"file": ("wrong.csv", as_csv(rows), "text/csv")}
    answer = await system.ask("POST", "certification", "/certification/api/import/results", files=file)
    assert answer.status_code == 422, answer.text


async def lose_a_link(system: System, load: Load) -> None:
    """What certification publishes disappears for a while, and the broker never hears of it."""
    for _ in range(2):
        await asyncio.sleep(1)
        system.links["certification", "broker"].turn(Mode.BLACK_HOLE)
        await asyncio.sleep(2.5)
        system.links["certification", "broker"].turn(Mode.PASS)


Trouble = Callable[[System, Load], Awaitable[None]]
NOTHING: Trouble = lambda system, load: asyncio.sleep(0)  # noqa: E731
BUGS: dict[str, tuple[tuple[str, str] | None, Trouble, set[str]]] = {
    "ack before commit": (("notifications", "consumer.before-commit:3"), NOTHING, {"B1", "E1"}),
    "publish without outbox": (None, refused_file, {"B2", "B3"}),
    "no inbox": (None, NOTHING, {"B1"}),
    "no confirms": (None, lose_a_link, {"B1"}),
    "numbers from a sequence": (("certification", "issuing.after-certificate:2"), NOTHING, {"I3"}),
    "mail marked sent first": (("notifications", "postman.before-send:3"), NOTHING, {"E1"}),
    "sign before record": (("certification", "signer.before-finish:2"), NOTHING, {"I8"}),
}
CASES = [
    *(pytest.param(name, name, *case, id=name) for name, case in BUGS.items()),
    *(pytest.param("", name, *case, id=f"right, in the trouble of: {name}") for name, case in BUGS.items()),
]


@pytest.mark.parametrize(("planted", "name", "dies", "trouble", "seen"), CASES, indirect=["planted"])
async def test_a_planted_mistake_is_seen_and_without_it_the_same_trouble_is_harmless(
    planted: System,
    name: str,
    dies: tuple[str, str] | None,
    trouble: Trouble,
    seen: set[str],
    request: pytest.FixtureRequest,
) -> None:
    system, stranger = planted, Stranger(planted, 1)
    load = Load(system, School(7, 40), 7, [])
    if dies is not None:
        await crash(system, *dies)
    requests: list[Request] = load.requests
    working = asyncio.create_task(load.run(8))
    if trouble is not refused_file:
        await trouble(system, load)
    await working
    await system.until(system.all_ready, 60)
    wrong = bool(system.extra.get("KEUR_TEST_PLANT"))
    try:
        await system.until_quiet(15 if wrong else 60)
    except AssertionError:
        assert wrong  # a mistake may show in that nothing comes to rest
    if trouble is refused_file:
        await refused_file(system, load)
        await system.until_quiet(30)
    found = check(await Held.read(system), requests, stranger, system.postbox)

    promises = {one.promise for one in found}
    print(f"{name}{'' if wrong else ' (not planted)'}: {len(found)} violations of {sorted(promises)}")
    if wrong:
        assert promises & seen, [str(one) for one in found[:10]]
    else:
        assert [str(one) for one in found] == []
