"""Starts the system, plays the weeks, prints the account, and stops or stays."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from rich.console import Console

from deploy.cli import client
from deploy.cli.errors import CommandFailed
from deploy.demo import account
from deploy.demo.planning import plan_gaps
from deploy.demo.progress import Progress
from deploy.demo.school_years import BASICS, FILES, WEEK, Row, SchoolYears, as_csv, in_order
from deploy.demo.words import _
from deploy.local import commands, processes
from deploy.local.home import Home, WrongSetting
from shared.clock import AMSTERDAM, FileClock

OFFICE_OPENS = time_of_day(7, 30)
PATIENCE = 30.0
WIDTH_OF_A_LOG = 160
SECONDS_A_WEEK = 1.2
"""A watchable pace: two years in about two minutes, and longer where there is much to see."""


class DemoFailed(RuntimeError):
    """The demo cannot go on; the message says why and what to do."""


@dataclass
class Demo:
    """One playing of the files on one home. ``fast`` leaves out the pace that is made for people."""

    home: Home
    years: SchoolYears = field(default_factory=SchoolYears)
    fast: bool = False
    console: Console = field(default_factory=Console)
    known_before: int = 0
    """Rows that were there already: the demo was played here before, or a part of it."""
    taken: int = 0

    # --- the clock

    @property
    def clock(self) -> Path:
        given = self.home.environ.get("KEUR_CLOCK", "")
        return Path(given.partition(":")[2]) if given else self.home.demo_clock

    def today(self) -> date | None:
        """The day at which the demo stands here; None when none was begun."""
        return FileClock(self.clock).today() if self.clock.exists() else None

    def move_to(self, day: date) -> None:
        """Puts the services' clock at the hour at which the office opens on that day."""
        moment = datetime.combine(day, OFFICE_OPENS, AMSTERDAM)
        offset = (moment - datetime.now(UTC)).total_seconds()
        self.clock.parent.mkdir(parents=True, exist_ok=True)
        processes.write_atomically(self.clock, f"{offset:.0f}\n")

    # --- playing

    def play(self) -> None:
        """Publishes the schemes, enters the basics, then goes through the weeks from where the clock stands."""
        weeks = self.years.weeks
        stands_at = self.today() or weeks[0]
        for scheme in (self.years.folder / "scheme.yaml", FILES / "welders" / "scheme.yaml"):
            self._send("certification", "/certification/api/schemes", scheme)
        for kind in BASICS:
            self._give(kind, "enrollment", self.years.rows(kind))
        with Progress(self.console, weeks, fast=self.fast) as progress:
            missed = [week for week in weeks if week <= stands_at]
            rows = self._give_all(after=weeks[0] - WEEK, until=missed[-1] if missed else weeks[0])
            progress.week(missed[-1] if missed else weeks[0], rows)
            for week in [week for week in weeks if week > stands_at]:
                began = time.monotonic()
                self.move_to(week)
                self._until_followed(week)
                rows = self._give_all(after=week - WEEK, until=week)
                progress.week(week, rows)
                if not self.fast:
                    time.sleep(max(0.0, SECONDS_A_WEEK - (time.monotonic() - began)))

    def _give_all(self, *, after: date, until: date) -> int:
        rows = 0
        for kind, service in in_order():
            given = self.years.given(kind, after=after, until=until)
            self._give(kind, service, given)
            rows += len(given)
        return rows

    def _give(self, kind: str, service: str, rows: list[Row]) -> None:
        if not rows:
            return
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{kind}.csv"
            file.write_bytes(as_csv(rows))
            told = self._send(service, f"/{service}/api/import/{kind}", file)
        if kind == "trainees":
            plan_gaps()
        self.known_before += told["unchanged"]
        self.taken += told["new"] + told["changed"]

    def _send(self, service: str, path: str, file: Path) -> Any:
        """Sends a file; enrollment hears of a scheme by the bus, so a programme may be unknown for a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, told = client.send_file(service, path, file)
            if status != 422:
                return told
            errors = told["errors"]
            if any(error["column"] != "programme" for error in errors) or time.monotonic() > deadline:
                first = errors[0]
                raise DemoFailed(
                    f"{told['file']}, row {first['row']}, {first['column']}: {first['value']!r} {first['message']}"
                )
            time.sleep(0.1)

    def _until_followed(self, day: date) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ran_until = client.get("enrollment", "/enrollment/api/schedule")["ran_until"]
            if ran_until and date.fromisoformat(ran_until) >= day:
                return
            time.sleep(0.03)
        raise DemoFailed(_("De planning van enrollment komt niet bij {day}: keur logs enrollment").format(day=day))

    # --- the system

    def start(self) -> None:
        """Starts the system with the demo's clock; one that runs with another clock is started again."""
        wanted = f"file:{self.clock}"
        running = processes.running(self.home, "supervisor")
        if running and commands.state(self.home).get("clock") == wanted:
            self.console.print(_("Keur draait hier al; de demo gaat daarin verder."))
            return
        if self.today() is None and self._has_data_of_its_own(bool(running)):
            raise DemoFailed(
                _("In {path} staan gegevens die niet van de demo zijn. Zet KEUR_HOME op een andere map.").format(
                    path=self.home.path
                )
            )
        if running:
            self.console.print(_("Keur draait hier zonder de klok van de demo en wordt opnieuw gestart."))
            commands.down()
        if self.today() is None:
            self.move_to(self.years.weeks[0])
        with self.console.status(_("Broker, database en diensten starten …")) as status:

            def say(line: str) -> None:
                if self.console.is_terminal:
                    status.update(line)
                else:
                    self.console.print(line, highlight=False)

            commands.start_detached(self.home, say, {"KEUR_CLOCK": wanted})

    def _has_data_of_its_own(self, running: bool) -> bool:
        if not (self.home.data / "postgres" / "PG_VERSION").exists() and self.home.own_database:
            return False
        return bool(running and client.get("enrollment", "/enrollment/api/companies", limit=1)["items"])


def play(*, fast: bool = False, exit_: bool = False) -> int:
    """The verb ``demo``: 0 only if the account adds up."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_LOG)
    began = time.monotonic()
    try:
        home = Home.from_env()
        if home.production:
            raise DemoFailed(_("De demo verzet de klok en draait niet met KEUR_ENV=production."))
        with _interruptible():
            demo = Demo(home, fast=fast, console=console)
            try:
                demo.start()
                started = time.monotonic() - began
                if demo.today() and demo.today() != demo.years.weeks[0]:
                    said = _("Deze demo staat al op {day}; wat er is, blijft ongewijzigd.")
                    console.print(said.format(day=demo.today()))
                demo.play()
                told = account.Account.taken(demo.years)
                told.show(console, seconds=time.monotonic() - began, starting=started, known_before=demo.known_before)
                if not exit_:
                    _stay(home, console)
                return 0 if told.adds_up else 1
            finally:
                if (exit_ or sys.exc_info()[0] is not None) and processes.running(home, "supervisor"):
                    commands.down()
    except KeyboardInterrupt:
        return 130
    except CommandFailed as failure:
        commands.complain(failure.message + (f" → {failure.remedy}" if failure.remedy else ""))
    except (*commands.FAILURES, DemoFailed, WrongSetting) as failure:
        commands.complain(str(failure))
    return 1


def _stay(home: Home, console: Console) -> None:
    commands.where_to_look(home)
    console.print(_("Ctrl-C stopt alles."))
    while processes.running(home, "supervisor"):
        time.sleep(0.5)


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does: everything is stopped."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
