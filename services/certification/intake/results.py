"""Results as others give them: a row of a file and a JSON body are one model, and a file is taken whole or not."""

import asyncio
from datetime import datetime
from decimal import Decimal
from sys import intern
from typing import Annotated, Any, BinaryIO, ClassVar

from pydantic import Field

from shared.bus import crashpoints, outbox
from shared.db import Database
from shared.tabular import NUMBER, WHOLE, ClientKey, Day, RowModel, YesNo
from shared.taking import Taking

from ..commands.results import record_results
from ..domain.results import Entry
from ..store.audit import By

CHUNK = 500
"""Rows that go to the database together, with their events: so a large file needs little memory, and others get their
turn in between."""


class ResultRow(RowModel):
    """The columns of results.csv; the fields of a JSON body."""

    KEY: ClassVar[tuple[str, ...]] = ("result_id",)

    result_id: ClientKey
    trainee_id: ClientKey
    exam: ClientKey
    attempt: Annotated[int, Field(ge=1, le=100), WHOLE]
    taken_on: Day
    score: Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000, decimal_places=2, allow_inf_nan=False), NUMBER]
    knocked_out: YesNo = False
    examiner: ClientKey

    def made(self) -> Entry:
        return Entry(
            self.result_id,
            intern(self.trainee_id),
            intern(self.exam),
            self.attempt,
            self.taken_on,
            self.score,
            self.knocked_out,
            intern(self.examiner),
        )


async def take_results(
    db: Database,
    file: BinaryIO,
    *,
    filename: str,
    language: str,
    now: datetime,
    by: By,
    check: bool = False,
    partial: bool = False,
) -> tuple[bool, dict[str, Any]]:
    """Whether the file was taken (with ``check``: would be), and what to answer.

    Rows are entered by trainee and attempt, whatever their order in the file: a resit may stand above the first
    attempt. It keeps one entry per row in memory, some 60 MB for 100,000 rows.
    """
    taking = Taking(file, ResultRow, filename=filename, language=language, check=check, partial=partial)
    rows: list[tuple[int, Entry]] = []
    for chunk in taking.reading.chunks(CHUNK):
        rows.extend((row.number, row.value.made()) for row in chunk)
        await asyncio.sleep(0)  # a large file lets others go first between its chunks
    rows.sort(key=lambda row: row[1].stands_for)
    async with taking.transaction(db, plans="anew") as tx:
        for chunk_of_rows in (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)):
            entered = await record_results(tx, [entry for _, entry in chunk_of_rows], now=now, by=by)
            for place, rule in entered.refused.items():
                taking.refuse(chunk_of_rows[place][0], rule)
            taking.new += len(entered.new)
            taking.changed += len(entered.corrected)
            taking.unchanged += entered.unchanged
            await outbox.flush(tx)
            crashpoints.reach("import.after-rows")
    return taking.taken, taking.answer("results")
