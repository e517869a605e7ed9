"""Taking a file: all of it or nothing, or with ``partial`` its good rows; ``check`` only looks.

taking = Taking(file, TraineeRow, filename=…, language="nl")
async with taking.transaction(db) as tx:
    for rows in taking.reading.chunks(1000):
        ...                       # taking.refuse(row.number, rule); taking.new += 1
return taking.taken, taking.answer("trainees")
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, BinaryIO, Generic, Literal, TypeVar

from shared.bus import crashpoints
from shared.db import Database, Tx
from shared.errors import Refused
from shared.tabular import Reading, RowModel

M = TypeVar("M", bound=RowModel)


class _TakenBack(Exception):
    """Ends the transaction of a file of which nothing is to be kept."""


class Taking(Generic[M]):
    """One file on its way in. ``taken`` says, once the transaction is over, whether it was taken (with ``check``: would
    be); ``new``, ``changed`` and ``unchanged`` count its rows."""

    def __init__(
        self,
        file: BinaryIO,
        model: type[M],
        *,
        filename: str,
        language: str,
        check: bool = False,
        partial: bool = False,
    ) -> None:
        self.reading: Reading[M] = Reading(file, model, filename=filename, language=language)
        self.language, self.check, self.partial = language, check, partial
        self.new = self.changed = self.unchanged = 0
        self.taken = False

    def refuse(self, row: int, rule: Refused) -> None:
        """A row breaks a rule, or several."""
        for one in (rule, *rule.also):
            message, allowed = one.said(self.language)
            self.reading.refuse(row, one.field, one.value, message, allowed)

    @asynccontextmanager
    async def transaction(self, db: Database, *, plans: Literal["", "anew", "kept"] = "") -> AsyncIterator[Tx]:
        """Commits what was written in it when the file is taken, and takes it back otherwise."""
        try:
            async with db.transaction(plans=plans) as tx:
                yield tx
                self.taken = self._may_be_taken()
                if self.check or not self.taken:
                    raise _TakenBack
                crashpoints.reach("import.before-commit")
        except _TakenBack:
            pass

    def _may_be_taken(self) -> bool:
        if not self.reading.errors:
            return True
        good = self.new + self.changed + self.unchanged
        return self.partial and not self.reading.file_refused and good > 0

    def answer(self, kind: str) -> dict[str, Any]:
        """The answer to who gave the file: what became of its rows, and every error."""
        if not self.taken:
            return self.reading.summary(kind)
        return self.reading.summary(kind, new=self.new, changed=self.changed, unchanged=self.unchanged)
