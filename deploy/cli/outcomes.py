"""What became of messages that were sent back: asked until each has ended, or the time is over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from deploy.cli import client, show
from deploy.cli.words import _

LOOK_EVERY = 0.3
CHUNK = 500
WORDS = {
    "handled": "verwerkt",
    "parked again": "weer geparkeerd",
    "waiting": "wacht nog (wachtrij of nieuwe poging)",
    "unknown": "onbekend: de dienst antwoordt niet",
}


def awaited(ids: Sequence[str], *, seconds: float, quiet: bool) -> list[dict[str, Any]]:
    """The messages with their `outcome`; those that still wait when the time is over say so."""
    deadline = time.monotonic() + seconds
    while True:
        found = _asked(ids)
        ended = sum(message["outcome"] in ("handled", "parked again") for message in found)
        if not quiet and show.on_terminal():
            words = _("{n} van {total} geëindigd").format(n=ended, total=len(found))
            print(f"\r\x1b[K{words}", end="", flush=True)
        if ended == len(found) or time.monotonic() > deadline:
            if not quiet and show.on_terminal():
                print("\r\x1b[K", end="", flush=True)
            return found
        time.sleep(LOOK_EVERY)


def _asked(ids: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), CHUNK):
        found += client.post("ops", "/ops/api/failed/outcomes", {"ids": list(ids[start : start + CHUNK])})["items"]
    return found


def counted(found: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many ended how; every outcome is named, also with none."""
    counts = Counter(message["outcome"] for message in found)
    return {name: counts[name] for name in WORDS}


def printed(found: Sequence[dict[str, Any]]) -> None:
    """Counts, and each message that did not end well."""
    for name, count in counted(found).items():
        if count:
            show.line(f"{count:>6}  {_(WORDS[name])}", show.GREEN if name == "handled" else show.YELLOW)
    bad = [message for message in found if message["outcome"] != "handled"]
    names = ("id", "service", "event_type", "subject")
    rows = [
        (*(message[name] for name in names), _(WORDS.get(message["outcome"], message["outcome"]))) for message in bad
    ]
    if rows:
        show.table((_("nummer"), _("dienst"), _("soort"), _("over"), _("uitkomst")), rows[:50])
