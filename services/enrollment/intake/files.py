"""A file of one kind: all its errors at once, and all of it taken or none (``partial``: the good rows)."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any, BinaryIO

from shared.bus import crashpoints, outbox
from shared.db import Database
from shared.taking import Taking

from ..commands.outcome import Outcome
from ..commands.watch import watch_all
from ..store.audit import By
from ..store.turns import take_turns
from .kinds import Kind

CHUNK = 2500
"""Rows that go to the database together. Their events are written too, so that a large file needs little memory."""


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
    taking = Taking(file, kind.row, filename=filename, language=language, check=check, partial=partial)
    notes: list[dict[str, Any]] = []
    to_watch: set[str] = set()
    async with taking.transaction(db, plans="anew") as tx:
        chunks = taking.reading.chunks(CHUNK)
        while rows := await asyncio.to_thread(next, chunks, None):  # checking rows must not hold up other requests
            numbers = {getattr(row.value, kind.key): row.number for row in rows}
            await take_turns(tx, kind.name, numbers)
            outcome = await kind.take(tx, [row.value.made() for row in rows], today, by)
            for key, rule in outcome.refused.items():
                taking.refuse(numbers[key], rule)
            to_watch |= outcome.to_watch
            notes += _notes(outcome, numbers, language)
            taking.new += len(outcome.new)
            taking.changed += len(outcome.changed)
            taking.unchanged += len(outcome.unchanged)
            crashpoints.reach("import.after-rows")
            if len(rows) == CHUNK:
                await outbox.flush(tx)
        if partial or not taking.reading.errors:
            await watch_all(tx, to_watch, today=today, by=by)
    told = sorted(notes, key=lambda note: note["row"]) if taking.taken else []
    return taking.taken, {**taking.answer(kind.name), "notes": told}


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
