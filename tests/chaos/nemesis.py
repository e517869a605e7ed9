"""What breaks things: a shuffled bag of faults, so that every kind occurs, and one seed gives one schedule."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.settings import SERVICES

from .messages import Stranger
from .postbox import Answer
from .proxy import Mode
from .system import System

LINKS = {
    "link cut": Mode.CUT,
    "link reset": Mode.RESET,
    "link half-open": Mode.HALF_OPEN,
    "link delayed": Mode.DELAY,
    "link throttled": Mode.THROTTLE,
    "link cut in mid-frame": Mode.MID_FRAME,
    "link black hole": Mode.BLACK_HOLE,
}
MAILS = {f"mail {mode.value}": mode for mode in Answer if mode is not Answer.GOOD}
KILLED = {"kill -9 broker": "rabbitmq", "kill -9 database": "postgres"}
KINDS = (
    *(f"kill -9 {service}" for service in SERVICES),
    *(f"pause {service}" for service in SERVICES),
    *KILLED,
    "memory alarm",
    *LINKS,
    *MAILS,
    "poison messages",
    "old messages",
    "duplicate file",
)


@dataclass
class Fault:
    """One fault of the schedule; ``at`` and ``lasts`` in seconds. ``healed_at`` (monotonic) is set when it is over."""

    kind: str
    at: float
    lasts: float
    service: str
    server: str
    began_at: float = 0.0
    healed_at: float = 0.0

    @property
    def touches(self) -> tuple[str, ...]:
        """The services that are not well while it lasts."""
        if self.kind in KILLED or self.kind == "memory alarm":
            return SERVICES
        if self.kind.startswith(("kill", "pause")):
            return (self.kind.rpartition(" ")[2],)
        return (self.service,) if self.kind in LINKS else ()

    def __str__(self) -> str:
        where = f" {self.service}-{self.server}" if self.kind in LINKS else ""
        return f"{self.at:6.1f} s  {self.kind}{where} for {self.lasts:.1f} s"


def schedule(seed: int, *, faults: int, seconds: float, kinds: tuple[str, ...] = KINDS) -> list[Fault]:
    """As many faults as asked, spread over the time; a kind comes again only after all others came."""
    chance = random.Random(seed)
    bag: list[str] = []
    planned = []
    pause = seconds / (faults + 1)
    for number in range(faults):
        if not bag:
            bag = list(kinds)
            chance.shuffle(bag)
        planned.append(
            Fault(
                bag.pop(),
                at=pause * (number + chance.uniform(0.6, 1.0)),
                lasts=chance.uniform(0.5, 3.0),
                service=chance.choice(SERVICES),
                server=chance.choice(("broker", "database")),
            )
        )
    return planned


class Nemesis:
    """Lets one fault after the other happen; several may last at the same time."""

    def __init__(self, system: System, stranger: Stranger, duplicate_file: Callable[[], Awaitable[None]]) -> None:
        self._system = system
        self._stranger = stranger
        self._duplicate_file = duplicate_file
        self.done: list[Fault] = []
        self.active: list[Fault] = []

    async def run(self, faults: list[Fault], say: Callable[[str], None]) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, fault.at - (time.monotonic() - began)))
                say(str(fault))
                group.create_task(self._happen(fault))

    async def _happen(self, fault: Fault) -> None:
        fault.began_at = time.monotonic()
        self.active.append(fault)
        try:
            await self._do(fault)
        finally:
            fault.healed_at = time.monotonic()
            self.active.remove(fault)
            self.done.append(fault)

    async def _do(self, fault: Fault) -> None:
        system, kind = self._system, fault.kind
        if kind.startswith("kill -9"):
            system.send(KILLED.get(kind, kind.rpartition(" ")[2]), signal.SIGKILL)
        elif kind.startswith("pause"):
            process = kind.rpartition(" ")[2]
            system.send(process, signal.SIGSTOP)
            await asyncio.sleep(fault.lasts)
            system.send(process, signal.SIGCONT)
        elif kind == "memory alarm":
            await system.raise_memory_alarm(fault.lasts)
            await asyncio.sleep(fault.lasts)
        elif kind in LINKS:
            proxy = system.links[fault.service, fault.server]
            proxy.turn(LINKS[kind])
            await asyncio.sleep(fault.lasts)
            proxy.turn(Mode.PASS)
        elif kind in MAILS:
            system.postbox.turn(MAILS[kind])
            await asyncio.sleep(fault.lasts)
            system.postbox.turn(Answer.GOOD)
        elif kind == "duplicate file":
            await self._duplicate_file()
        else:
            with contextlib.suppress(OSError):
                await (self._stranger.poison() if kind == "poison messages" else self._stranger.old())
