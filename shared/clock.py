"""Time for everything that a date decides: injectable, and told in Europe/Amsterdam where a day matters."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Clock(Protocol):
    """Anything that tells the moment (aware, UTC) and the calendar day in Amsterdam."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(AMSTERDAM).date()


class FixedClock(SystemClock):
    """One moment, until a test sets another."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class FileClock(SystemClock):
    """The machine's clock shifted by an offset in seconds that a file holds: how a demo or a test plays a year."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = timedelta(0)
        self._read_at: tuple[int, int] | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """The offset now in the file; a file that is away or half written keeps the last one known."""
        try:
            seen = self.path.stat()
            stamp = (seen.st_mtime_ns, seen.st_ino)
            if stamp != self._read_at:
                self._offset = timedelta(seconds=float(self.path.read_text("utf-8")))
                self._read_at = stamp
        except (OSError, ValueError):
            return self._offset
        return self._offset


class UnknownClock(ValueError):
    """KEUR_CLOCK has a form that is not known."""


def clock_from_env(environ: dict[str, str] | None = None) -> Clock:
    """The clock that ``KEUR_CLOCK`` names (``file:PATH``), refused in production; the system's when it is not set."""
    given = dict(os.environ) if environ is None else environ
    setting = given.get("KEUR_CLOCK", "")
    if not setting:
        return SystemClock()
    if given.get("KEUR_ENV") == "production":
        raise UnknownClock("KEUR_CLOCK is for tests only: take it away, or do not set KEUR_ENV=production")
    kind, _, path = setting.partition(":")
    if kind != "file" or not path:
        raise UnknownClock(f"KEUR_CLOCK={setting!r}: write file:PATH, a file that holds an offset in seconds")
    return FileClock(Path(path))


_process_clock: Clock = SystemClock()


def use(clock: Clock) -> None:
    """The clock of this process; set once where a service is put together, or by a test."""
    global _process_clock
    _process_clock = clock


def now() -> datetime:
    """The moment by the clock of this process (aware, UTC): for handlers, which are given an event and no clock."""
    return _process_clock.now()


def today() -> date:
    """The calendar day in Amsterdam by the clock of this process."""
    return _process_clock.today()
