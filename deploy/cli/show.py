"""What a verb prints: JSON for machines, tables on a terminal, tab-separated lines into a pipe; colour by NO_COLOR."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


def on_terminal(stream: TextIO | None = None) -> bool:
    """Whether a person reads this."""
    return (stream or sys.stdout).isatty()


def colour(text: str, code: str, stream: TextIO | None = None) -> str:
    """The text in colour, on a terminal that wants it (NO_COLOR and TERM=dumb do not)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not on_terminal(stream)
    return text if plain else f"\x1b[{code}m{text}\x1b[0m"


def line(text: str = "", style: str = "") -> None:
    """One line to standard output."""
    print(colour(clean(text), style) if style else clean(text))


def note(text: str, style: str = "") -> None:
    """One line to standard error: what is not part of the answer."""
    print(colour(clean(text), style, sys.stderr) if style else clean(text), file=sys.stderr)


def as_json(value: Any) -> None:
    """One JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def as_lines(values: Iterable[Any]) -> None:
    """One JSON object a line."""
    for value in values:
        print(json.dumps(value, ensure_ascii=False))


def flush() -> None:
    """Sends on what was printed: whoever follows through a pipe waits for it."""
    sys.stdout.flush()


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Aligned under headings on a terminal; tab-separated without headings elsewhere."""
    cells = [[_text(cell) for cell in row] for row in rows]
    if not on_terminal():
        for row in cells:
            print("\t".join(row))
        return
    widths = [max(len(row[n]) for row in [list(headings), *cells]) for n in range(len(headings))]
    numeric = [all(_is_number(cell) for row in cells if (cell := row[n])) and bool(cells) for n in range(len(headings))]
    print(colour(_aligned(headings, widths, numeric), BOLD))
    for row in cells:
        print(_aligned(row, widths, numeric))


def _aligned(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (cell.rjust(w) if right else cell.ljust(w) for cell, w, right in zip(row, widths, numeric, strict=True))
    return "  ".join(padded).rstrip()


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return clean(str(cell)).replace("\n", " ").replace("\t", " ")


def _is_number(cell: str) -> bool:
    return cell == "–" or cell.replace(".", "", 1).replace("%", "").strip().isdigit()


def clean(text: str) -> str:
    """Without control characters: what a message or a file says must not steer the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in text)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Shows on a terminal that a long job goes on, with the seconds it takes."""
    if not on_terminal(sys.stderr):
        yield
        return
    done = threading.Event()

    def tick() -> None:
        seconds = 0
        while not done.wait(1):
            seconds += 1
            sys.stderr.write(f"\r{what} {seconds} s")
            sys.stderr.flush()
        if seconds:
            sys.stderr.write("\r\x1b[K")

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def confirmed(question: str) -> bool:
    """Asks on the terminal; without one there is nobody to ask, so no."""
    if not (sys.stdin.isatty() and on_terminal(sys.stderr)):
        return False
    sys.stderr.write(f"{question} [j/y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("j", "ja", "y", "yes")
