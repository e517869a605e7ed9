"""CSV out: cells that a spreadsheet would run are escaped, so that `Reading` gives back the same text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, BinaryIO

from shared.tabular.sources import FORMULA_START, PLAIN_NUMBER, Limits, rows_of

_TO_ESCAPE = re.compile(r"'*[=+\-@]")


def cell_text(value: object) -> str:
    """A value as a cell: yes/no, lists by `;`, days as ISO 8601, text that looks like a formula behind a `'`."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return cell_text(";".join(str(item) for item in value))
        case date():
            return value.isoformat()
        case str():
            return f"'{value}" if _TO_ESCAPE.match(value) else value
        case _:
            return str(value)


class CsvWriter:
    """Rows of the given columns to a text file; the header is written at once."""

    def __init__(self, target: Any, columns: Collection[str]) -> None:
        self._writer = csv.writer(target, lineterminator="\r\n")
        self._columns = tuple(columns)
        self._writer.writerow(self._columns)

    def write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Each row by its columns; what a row does not have stays empty."""
        self._writer.writerows([cell_text(row.get(name)) for name in self._columns] for row in rows)


def write_rest(source: BinaryIO, filename: str, rows: Collection[int], target: BinaryIO) -> int:
    """The header and the refused `rows` of a file as they were sent, formulas escaped; how many were written.

    Bytes that were no UTF-8 come out as they went in. Raises sources.FileRefused.
    """
    text = io.TextIOWrapper(target, encoding="utf-8", errors="surrogateescape", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    written = 0
    for index, raw in enumerate(rows_of(source, filename, Limits())):
        if index == 0 or raw.number in rows:
            if raw.problem:
                text.write(raw.text.rstrip("\r\n") + "\r\n")
            else:
                writer.writerow([_harmless(cell) for cell in raw.cells])
            written += index > 0
    text.flush()
    text.detach()
    return written


def _harmless(cell: str) -> str:
    runs = cell.lstrip().startswith(FORMULA_START) and not PLAIN_NUMBER.fullmatch(cell.strip())
    return f"'{cell}" if runs else cell
