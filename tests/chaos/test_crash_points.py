"""Every named crash point, three passes each: the process dies there under work, and every promise holds afterwards."""

import json
import signal
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.bus import crashpoints
from tests.servers import free_port_base

from .checker import Held, check
from .load import Load, Request
from .messages import Stranger
from .school import School
from .system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
WHERE = {
    "relay.before-publish": "enrollment",
    "relay.after-publish": "certification",
    "consumer.before-commit": "notifications",
    "consumer.after-commit": "certification",
    "consumer.after-retry-published": "enrollment",
    "postman.before-send": "notifications",
    "postman.after-send": "notifications",
    "issuing.after-number": "certification",
    "issuing.after-certificate": "certification",
    "import.after-rows": "enrollment",
    "import.before-commit": "certification",
    "schedule.before-commit": "enrollment",
    "schedule.after-commit": "enrollment",
    "signer.after-begin": "certification",
    "signer.before-finish": "certification",
    **dict.fromkeys(
        (
            "rotation.after-approval",
            "rotation.after-key-file",
            "rotation.after-new-key",
            "rotation.before-reissue-commit",
            "rotation.before-complete",
        ),
        "certification",
    ),
}
A_SEASON = timedelta(days=100)


class World:
    """One system for all points, what was ever asked of it, and a clock that makes visits fall due."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.stranger = Stranger(system, 1)
        self.requests: list[Request] = []
        self.runs = 0

    @property
    def today(self) -> date:
        return datetime.now(UTC).date() + self.runs * A_SEASON

    async def work(self, poison_for: str) -> None:
        """A few enrolments and results by hand and by file, poison, and then a season that goes by."""
        school = School(self.runs, 8, prefix=f"K{self.runs}-", exam_day=self.today - timedelta(days=7))
        load = Load(self.system, school, self.runs, [])
        self.requests += load.requests
        await self.stranger.poison(4, service=poison_for)
        await load.run(0.5)
        self.runs += 1
        (self.system.path / "clock").write_text(str(round((self.runs * A_SEASON).total_seconds())))
        assert not load.odd, load.odd[:3]


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    path = tmp_path_factory.mktemp("crashes") / "home"
    path.mkdir()
    (path / "clock").write_text("0")
    extra = {"KEUR_TEST_RESTART_AT_ONCE": "1", "KEUR_CLOCK": f"file:{path / 'clock'}"}
    system = System(path, free_port_base(), extra)
    try:
        await system.start()
        await School(1, 1).open(system)
        yield World(system)
    finally:
        await system.stop()


def test_every_point_has_its_place_here() -> None:
    assert WHERE.keys() == crashpoints.POINTS.keys()


async def replace_the_key(system: System) -> None:
    """Two persons agree that the key was stolen: everything signed is made out again. The answer may be lost when the
    process dies in it; whoever proposed before is then asked about again."""
    second = system.path / "second.token"
    if not second.exists():
        _status, said = await system.keur("user", "token", "second", "--scope", "decide", "--json")
        second.write_text(json.loads(said)["token"], "ascii")
        second.chmod(0o600)
    await system.keur("certificate", "rotate-key", "propose", "--reason", "compromised", "--words", "een oefening")
    system.extra["KEUR_TOKEN_FILE"] = str(second)
    try:
        await system.keur("certificate", "rotate-key", "approve", "--yes")
    finally:
        del system.extra["KEUR_TOKEN_FILE"]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("point", sorted(WHERE))
async def test_a_process_that_dies_at_a_named_point_breaks_no_promise(world: World, point: str, nth: int) -> None:
    system, service = world.system, WHERE[point]
    system.arm(service, f"{point}:{nth}")
    before = system.supervisor()["processes"][service]["restarts"]
    system.send(service, signal.SIGKILL)

    async def died_there() -> bool:
        """Killed by us, and then once more by itself."""
        return bool(system.supervisor()["processes"][service]["restarts"] >= before + 2)

    for _ in range(nth + 1):  # a batch takes one pass, however much is in it
        await world.work(poison_for=service)
        if point.startswith("rotation."):
            await system.until(system.all_ready, 60)
            await replace_the_key(system)
        if await died_there():
            break
    await system.until(died_there, 30)
    await system.until(system.all_ready, 60)
    await system.until_quiet(60)

    held = await Held.read(system)
    assert [str(one) for one in check(held, world.requests, world.stranger, system.postbox)] == []
    status, said = await system.keur("verify")
    assert status == 0, said
