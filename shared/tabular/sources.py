"""A file as numbered rows of text cells: CSV or XLSX, streamed, with limits held while reading."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

FORMULA_START = ("=", "+", "-", "@")
PLAIN_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
ANY_FORM = "XLSX, CSV (UTF-8)"
UNPACKED_ANYHOW, UNPACKED_TIMES = 8 * 1024 * 1024, 40
LONGEST_TEXT = 1024 * 1024
"""Bytes of XML without a tag: a cell of a workbook holds 32,767 characters."""
ESCAPED = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True, slots=True)
class Limits:
    """`size` in bytes of the file as sent, `rows` without the header, `errors` shown (all are counted)."""

    size: int = 64 * 1024 * 1024
    rows: int = 200_000
    errors: int = 10_000


class FileRefused(Exception):
    """The file as a whole cannot be read; `kind` is a name of `words.WORDS`."""

    def __init__(self, kind: str, allowed: str | None = None) -> None:
        super().__init__(kind)
        self.kind, self.allowed = kind, allowed


@dataclass(frozen=True, slots=True)
class RawRow:
    """Row `number` as a spreadsheet shows it (the header is 1). With a `problem` there are no cells, only `text`."""

    number: int
    cells: Sequence[str]
    problem: str | None = None
    text: str = ""


def rows_of(file: BinaryIO, filename: str, limits: Limits) -> Iterator[RawRow]:
    """All rows that hold anything, header first. Raises FileRefused. Bytes that are no UTF-8 come as surrogates."""
    start = file.read(1024)
    file.seek(0)
    if start.startswith(b"PK") or filename.lower().endswith((".xlsx", ".xlsm")):
        return _xlsx_rows(file, limits)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("utf16", "UTF-8")
    if b"\0" in start.partition(b"\n")[0]:
        fewer, more = sorted((start[::2].count(0), start[1::2].count(0)))
        two_bytes_each = more > 3 * len(start) // 8 and fewer < len(start) // 8
        raise FileRefused("utf16" if two_bytes_each else "not_text", "UTF-8" if two_bytes_each else ANY_FORM)
    return _csv_rows(file, limits)


class _Measured(io.RawIOBase):
    """Counts what is read and stops at the limit, so that a stream without an end cannot fill the disk or memory."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file, self._left, self._limit = file, limit, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise FileRefused("file_too_large", f"≤ {self._limit} bytes")
        buffer[: len(data)] = data
        return len(data)


def _csv_rows(file: BinaryIO, limits: Limits) -> Iterator[RawRow]:
    raw = io.BufferedReader(_Measured(file, limits.size), 65536)
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
    taken: list[str] = []  # the lines of the row being read: all that is left of one whose quotes do not match
    reader = csv.reader((taken.append(line) or line for line in text), strict=True)  # type: ignore[func-returns-value]
    number = 0
    try:
        while True:
            number += 1
            taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                kind = "cell_too_large" if "field limit" in str(error) else "bad_quotes"
                yield RawRow(number, (), kind, "".join(taken))
                continue
            if any(cells):
                yield RawRow(number, cells)
    finally:
        text.detach()  # the caller's file stays open
        raw.detach()


def _xlsx_rows(file: BinaryIO, limits: Limits) -> Iterator[RawRow]:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > limits.size:
        raise FileRefused("file_too_large", f"≤ {limits.size} bytes")
    if size == 0:
        return
    from openpyxl import load_workbook  # a third of a second to import, and most files are CSV

    try:
        with zipfile.ZipFile(file) as archive:
            _unpacks_sanely(archive, size, limits)
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises what its XML parser and the archive happen to raise
        raise FileRefused("not_a_workbook", ANY_FORM) from error
    try:
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            try:
                number, values = next(rows)
            except StopIteration:
                return
            except Exception as error:
                raise FileRefused("not_a_workbook", ANY_FORM) from error
            cells = [_cell_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield RawRow(number, cells)
    finally:
        book.close()


def _unpacks_sanely(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    """Refuses what grows beyond any sheet of rows when it is unpacked, and XML that makes itself larger.

    A sheet of rows packs some ten times; one whose packed size lies says so while it is read, by its checksum.
    """
    unpacked = sum(entry.file_size for entry in archive.infolist())
    most = min(5 * limits.size, max(UNPACKED_ANYHOW, UNPACKED_TIMES * size))
    if unpacked > most:
        raise FileRefused("file_too_large", f"≤ {most} bytes")
    for entry in archive.infolist():
        with archive.open(entry) as part:
            start = part.read(4096)
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise FileRefused("not_a_workbook", ANY_FORM)
            run = len(start)
            while piece := part.read(65536):
                first = piece.find(b"<")
                run = run + len(piece) if first < 0 else len(piece) - piece.rfind(b"<")
                if run > LONGEST_TEXT:
                    raise FileRefused("cell_too_large", f"≤ {csv.field_size_limit()}")


def _cell_text(value: object) -> str:
    """A cell of a workbook as it would stand in a CSV file."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
        case _:
            return str(value).replace("\r\n", "\n").replace("_x000D_\n", "\n")
