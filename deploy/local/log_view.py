"""Logs for a person: JSON lines made readable, each with the name of its process, of one process or of all."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deploy.local.home import Home

COLOURS = {"error": "\x1b[31m", "critical": "\x1b[31m", "warning": "\x1b[33m"}
SPOKEN = ("event", "level", "timestamp", "service", "exception")


@dataclass
class Follower:
    """Reads the log files of a home as they grow."""

    home: Home
    only: Sequence[str] | None = None
    from_end: int | None = None
    """Lines of the past to show; None shows only what is written from now on."""
    as_json: bool = False
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.from_end is None:
            for name, size in self._sizes():
                self._read[name] = size

    def show(self) -> None:
        """Prints the last lines, of several processes by time."""
        lines: list[tuple[str, str, str]] = []
        for name, size in self._sizes():
            with (self.home.logs / f"{name}.log").open("rb") as file:
                file.seek(max(0, size - 400 * (self.from_end or 0)))
                text = file.read(size).decode("utf-8", "replace").splitlines()[-(self.from_end or 0) :]
            self._read[name] = size
            lines += [(_time(line), name, line) for line in text]
        if not self.only:
            lines = sorted(lines, key=lambda each: each[0])[-(self.from_end or 0) :]
        for _, name, line in lines:
            self._print(name, line)

    async def follow(self) -> None:
        """Prints what is written from now on, until cancelled."""
        while True:
            for name, line in self._fresh():
                self._print(name, line)
            await asyncio.sleep(0.2)

    def _sizes(self) -> Iterator[tuple[str, int]]:
        for path in sorted(self.home.logs.glob("*.log")):
            if self.only is None or path.stem in self.only:
                yield path.stem, path.stat().st_size

    def _fresh(self) -> Iterator[tuple[str, str]]:
        for name, size in self._sizes():
            start = self._read.get(name, 0)
            if size < start:  # it was begun anew
                start = 0
            if size > start:
                with (self.home.logs / f"{name}.log").open("rb") as file:
                    file.seek(start)
                    block = file.read(size - start)
                whole = block[: block.rfind(b"\n") + 1]
                self._read[name] = start + len(whole)
                for line in whole.decode("utf-8", "replace").splitlines():
                    yield name, line

    def _print(self, name: str, line: str) -> None:
        if line.strip() and self.as_json:
            print(as_object(name, line), flush=True)
        elif line.strip():
            print(f"{name:<13} {readable(line, colour=_colourful())}", flush=True)


def as_object(process: str, line: str) -> str:
    """A log line as one JSON object that names its process; what is no JSON is its ``event``."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    return json.dumps({"process": process, **(told if isinstance(told, dict) else {"event": line})}, ensure_ascii=False)


def readable(line: str, *, colour: bool = False) -> str:
    """A JSON log line as ``12:00:01 warning  what happened  key=value``; any other line as it is."""
    try:
        told = json.loads(line)
        moment = told["timestamp"][11:19]
        event = told["event"]
    except (ValueError, TypeError, KeyError):
        return line
    level = str(told.get("level", ""))
    more = " ".join(f"{key}={value}" for key, value in told.items() if key not in SPOKEN)
    tint, plain = (COLOURS.get(level, ""), "\x1b[0m") if colour else ("", "")
    text = f"{moment} {tint}{level:<8}{plain if tint else ''} {event}  {more}".rstrip()
    return text + (f"\n{told['exception']}" if told.get("exception") else "")


def _time(line: str) -> str:
    try:
        return str(json.loads(line)["timestamp"])
    except (ValueError, TypeError, KeyError):
        return line[:19].replace(" ", "T") if line[:4].isdigit() else ""


def _colourful() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
