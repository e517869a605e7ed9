"""A file of one kind: all its errors at once, and all of it taken or none (``partial``: the good rows)."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any, BinaryIO

from shared.bus import crashpoints, outbox
from shared.db import Database
from shared.tabular import Reading

from ..commands.outcome import Outcome
from ..store.audit import By
from ..store.turns import take_turns
from .kinds import Kind

CHUNK = 2500
"""Rows that go to the database together. Their events are written too, so that a large file needs little memory."""


class _TakenBack(Exception):
    """Ends the transaction of a file of which nothing is to be kept."""


async def take_file(
    db: Database,
    kind: Kind,
    file: BinaryIO,
    *,
    filename: str,
    language: str,
    today: date,
    by: By,
    check: bool = False,
    partial: bool = False,
) -> tuple[bool, dict[str, Any]]:
    """Whether the file was taken (with ``check``: would be), and what to answer."""
    reading = Reading(file, kind.row, filename=filename, language=language)
    new = changed = unchanged = 0
    notes: list[dict[str, Any]] = []
    try:
        async with db.transaction(plans="anew") as tx:
            chunks = reading.chunks(CHUNK)
            while rows := await asyncio.to_thread(next, chunks, None):  # checking rows must not hold up other requests
                numbers = {getattr(row.value, kind.key): row.number for row in rows}
                await take_turns(tx, kind.name, numbers)
                outcome = await kind.take(tx, [row.value.made() for row in rows], today, by)
                for key, first in outcome.refused.items():
                    for rule in (first, *first.also):
                        message, allowed = rule.said(language)
                        reading.refuse(numbers[key], rule.field, rule.value, message, allowed)
                notes += _notes(outcome, numbers, language)
                new += len(outcome.new)
                changed += len(outcome.changed)
                unchanged += len(outcome.unchanged)
                crashpoints.reach("import.after-rows")
                if len(rows) == CHUNK:
                    await outbox.flush(tx)
            taken = not reading.errors or (partial and not reading.file_refused and new + changed + unchanged > 0)
            if check or not taken:
                raise _TakenBack
            crashpoints.reach("import.before-commit")
    except _TakenBack:
        pass
    if not taken:
        new = changed = unchanged = 0
        notes = []
    summary = reading.summary(kind.name, new=new, changed=changed, unchanged=unchanged)
    return taken, {**summary, "notes": sorted(notes, key=lambda note: note["row"])}


def _notes(outcome: Outcome, numbers: Mapping[str, int], language: str) -> list[dict[str, Any]]:
    """What was not taken because something newer is recorded here."""
    return [
        {
            "row": numbers[key],
            "column": note.field,
            "value": note.value,
            "message": note.en if language == "en" else note.nl,
        }
        for key, some in outcome.notes.items()
        for note in some
    ]
