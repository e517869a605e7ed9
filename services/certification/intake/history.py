"""Certificates of before, as a file has them: taken whole or not, like results."""

import asyncio
import secrets
from datetime import date, datetime
from typing import Annotated, Any, BinaryIO, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.db import Database
from shared.tabular import Day, RowModel
from shared.taking import Taking

from ..domain.history import Imported, may_be_imported, taken
from ..domain.numbers import new_check_code, tidy_number
from ..domain.rules import Refused
from ..store import audit, history, schemes
from ..store.audit import By

CHUNK = 500
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class HistoryRow(RowModel):
    """The columns of history.csv. ``scheme`` is what the rules were called; empty ``valid_until`` never expires."""

    KEY: ClassVar[tuple[str, ...]] = ("number",)

    number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .-]{0,59}$")]
    holder: Name
    birth_date: Day | None = None
    programme: Name
    scheme: Name
    issued_on: Day
    valid_until: Day | None = None
    status: Annotated[Literal["valid", "expired", "withdrawn"], Field()] = "valid"

    def made(self) -> Imported:
        return Imported(
            tidy_number(self.number),
            self.holder,
            self.birth_date,
            self.programme,
            self.scheme,
            self.issued_on,
            self.valid_until,
            self.status,
        )


async def take_history(
    db: Database,
    file: BinaryIO,
    *,
    filename: str,
    language: str,
    now: datetime,
    today: date,
    by: By,
    check: bool = False,
    partial: bool = False,
) -> tuple[bool, dict[str, Any]]:
    """Whether the file was taken (with ``check``: would be), and what to answer. The same file again changes nothing;
    another row under a number that stands is refused."""
    taking = Taking(file, HistoryRow, filename=filename, language=language, check=check, partial=partial)
    async with taking.transaction(db) as tx:
        published = [one.scheme for one in (await schemes.all_versions(tx)).values()]
        for chunk in taking.reading.chunks(CHUNK):
            rows = [(row.number, row.value.made()) for row in chunk]
            known = await history.known(tx, [one.number for _, one in rows])
            fresh: dict[str, Imported] = {}
            for place, one in rows:
                try:
                    if one.number in known and known[one.number] == one.sha256:
                        taking.unchanged += 1
                        continue
                    if one.number in known or one.number in fresh:
                        raise taken(one)
                    may_be_imported(one, published, today=today)
                except Refused as rule:
                    taking.refuse(place, rule)
                    continue
                fresh[one.number] = one
            if fresh:
                coded = [(one, new_check_code(secrets.choice)) for one in fresh.values()]
                await history.add(tx, coded, now=now, by=by.actor)
                await audit.note(tx, [(by, f"certificate/{number}", "imported") for number in fresh])
                taking.new += len(fresh)
            await asyncio.sleep(0)
    return taking.taken, taking.answer("history")
