"""A file through a row model: the good rows as they come, and every error with its place.

reading = Reading(upload.file, TraineeRow, filename=upload.filename, language="nl")
for rows in reading.chunks(1000):
    ...
reading.errors
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from types import UnionType
from typing import Any, BinaryIO, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from shared.tabular.cells import CONTROL, CONTROL_OR_NEWLINE, Cell, RowModel
from shared.tabular.sources import ESCAPED, FORMULA_START, PLAIN_NUMBER, FileRefused, Limits, RawRow, rows_of
from shared.tabular.words import allowed, explain, say

__all__ = ["Limits", "Reading", "Row", "RowError"]

DIVIDERS = {";": "semicolons", "\t": "tabs"}
SHEET_ERRORS = frozenset({"#N/A", "#N/B", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#DIV/0!", "#DEEL/0!"}) | {
    "#NAME?", "#NAAM?", "#NULL!", "#LEEG!", "#NUM!", "#GETAL!",
}  # fmt: skip
"""What a spreadsheet writes in a cell that it cannot work out, in English and in Dutch."""

M = TypeVar("M", bound=RowModel)


class Row(NamedTuple, Generic[M]):
    """A good row: its number in the file (the header is 1) and what it says."""

    number: int
    value: M


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing to mend. `row` is 0 for the file as a whole and 1 for its header."""

    row: int
    column: str | None
    value: str | None
    message: str
    allowed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The object of the import answer."""
        return asdict(self)


class Reading(Generic[M]):
    """Reads once. After `chunks` or `all` ended, `errors`, `rows` and `refused_rows` are complete."""

    def __init__(
        self, file: BinaryIO, model: type[M], *, filename: str = "", language: str = "nl", limits: Limits | None = None
    ) -> None:
        self.model, self.filename, self.language, self.limits = model, filename, language, limits or Limits()
        self.errors: list[RowError] = []
        self.error_count = 0
        self.rows = 0
        self.refused_rows: set[int] = set()
        self._file = file
        self._columns = {name: _Column.of(name, field) for name, field in model.model_fields.items()}
        self._seen: dict[tuple[str, ...], int] = {}

    @property
    def refused(self) -> int:
        """Rows with at least one error; errors of the file itself are not rows."""
        return len(self.refused_rows)

    @property
    def file_refused(self) -> bool:
        """True when the file as a whole was wrong, so that no row of it may be taken, not even with `--partial`."""
        return any(error.row <= 1 for error in self.errors)

    def all(self) -> list[Row[M]]:
        """Every good row; for files that fit in memory."""
        return [row for chunk in self.chunks() for row in chunk]

    def chunks(self, size: int = 1000) -> Iterator[list[Row[M]]]:
        """Good rows by at most `size`, in the order of the file."""
        chunk: list[Row[M]] = []
        try:
            for raw in self._body():
                if (row := self._check(raw)) is not None:
                    chunk.append(row)
                    if len(chunk) >= size:
                        yield chunk
                        chunk = []
        except FileRefused as refused:
            self._add(RowError(0, None, None, say(refused.kind, self.language), refused.allowed))
            chunk = []
        if self.error_count > len(self.errors):
            more = say("more_errors", self.language, n=self.error_count - len(self.errors))
            self.errors.append(RowError(max(self.refused_rows), None, None, more))
        if chunk:
            yield chunk

    def refuse(self, row: int, column: str | None, value: object, message: str, allowed: str | None = None) -> None:
        """An error that only the service can see, such as a company that it does not know."""
        self._add(RowError(row, column, None if value is None else str(value)[:200], message, allowed))

    def summary(self, kind: str, *, new: int = 0, changed: int = 0, unchanged: int = 0) -> dict[str, Any]:
        """The import answer of every service. Beside the counts: all errors, and the numbers of the refused rows."""
        return {
            "kind": kind,
            "file": self.filename,
            "rows": self.rows,
            "new": new,
            "changed": changed,
            "unchanged": unchanged,
            "refused": self.refused,
            "errors": [error.as_dict() for error in sorted(self.errors, key=lambda error: error.row)],
            "refused_rows": sorted(self.refused_rows),
        }

    def _body(self) -> Iterator[RawRow]:
        rows = rows_of(self._file, self.filename, self.limits)
        header = next(rows, None)
        if header is None:
            raise FileRefused("empty_file", ",".join(self._columns))
        self._header = self._check_header(header)
        if self.errors:
            return
        for raw in rows:
            self.rows += 1
            if self.rows > self.limits.rows:
                raise FileRefused("too_many_rows", f"≤ {self.limits.rows}")
            yield raw
        if not self.rows:
            raise FileRefused("no_rows")

    def _check_header(self, header: RawRow) -> list[str]:
        names = [cell.strip().lower() for cell in header.cells]
        columns = ",".join(self._columns)
        divided = next((kind for mark, kind in DIVIDERS.items() if len(names) == 1 and mark in names[0]), None)
        if not any(names) and not header.problem:
            raise FileRefused("empty_file", columns)
        if kind := header.problem or divided:
            self._file_error(kind, None, ";".join(names) or None, allowed(kind, self.language))
            return names
        for name in dict.fromkeys(names):
            if name not in self._columns:
                kind = "encoding" if _has_surrogate(name) else "unknown_column"
                self._file_error(kind, _shown(name), name, columns)
            elif names.count(name) > 1:
                self._file_error("doubled_column", name, name, columns)
        for name in self._columns:
            if name not in names:
                self._file_error("missing_column", name, None, columns)
        return names

    def _check(self, raw: RawRow) -> Row[M] | None:
        before = self.error_count
        expected = len(self._header)
        if raw.problem:
            self._wrong(raw.number, None, None, raw.problem)
            return None
        cells = raw.cells
        if len(cells) != expected:
            if len(cells) > expected or not self.filename.lower().endswith(".xlsx"):
                self._wrong(raw.number, None, str(len(cells)), "cell_count", n=len(cells), expected=expected)
                return None
            cells = [*cells, *[""] * (expected - len(cells))]
        values: dict[str, Any] = {}
        for name, cell in zip(self._header, cells, strict=True):
            self._check_cell(raw.number, self._columns[name], cell.strip(), values)
        self._check_key(raw.number, values)
        row = self._validate(raw.number, values)
        return row if self.error_count == before else None

    def _check_cell(self, number: int, column: _Column, cell: str, values: dict[str, Any]) -> None:
        if "\r" in cell:
            cell = cell.replace("\r\n", "\n")
        if not cell:
            if column.empty_is_none:
                values[column.name] = None
            return
        if (CONTROL if column.cell.multiline else CONTROL_OR_NEWLINE).search(cell):
            kind = "encoding" if _has_surrogate(cell) else "control" if CONTROL.search(cell) else "newline"
            self._wrong(number, column.name, cell, kind)
        elif cell[0] == "#" and cell in SHEET_ERRORS:
            self._wrong(number, column.name, cell, "sheet_error")
        elif cell[0] in FORMULA_START and not (column.numeric and PLAIN_NUMBER.fullmatch(cell)):
            self._wrong(number, column.name, cell, "formula")
        else:
            if cell[0] == "'" and ESCAPED.match(cell):
                cell = cell[1:]
            try:
                values[column.name] = column.cell.convert(cell) if column.cell.convert else cell
                return
            except PydanticCustomError as error:
                context = error.context or {}
                message = str(context.get("en" if self.language.startswith("en") else "nl"))
                self._add(RowError(number, column.name, _shown(cell), message, context.get("allowed")))
        values[column.name] = _Wrong

    def _check_key(self, number: int, values: Mapping[str, Any]) -> None:
        if not self.model.KEY:
            return
        key = tuple(str(values.get(name)) for name in self.model.KEY if values.get(name) is not _Wrong)
        if len(key) < len(self.model.KEY) or any(values.get(name) is None for name in self.model.KEY):
            return
        first = self._seen.setdefault(key, number)
        if first != number:
            self._wrong(number, self.model.KEY[-1], key[-1], "doubled_key", row=first)

    def _validate(self, number: int, values: dict[str, Any]) -> Row[M] | None:
        try:
            return Row(number, self.model.model_validate(values))
        except ValidationError as refused:
            for error in refused.errors(include_url=False):
                name = str(error["loc"][0]) if error["loc"] else None
                value = values.get(name) if name else None
                if value is _Wrong:
                    continue  # said already
                message, right = explain(error, self.language)
                shown = error["input"] if len(error["loc"]) > 1 else value
                self._add(RowError(number, name, None if shown is None else _shown(str(shown)), message, right))
        return None

    def _wrong(self, number: int, column: str | None, value: str | None, kind: str, **values: object) -> None:
        message = say(kind, self.language, **values)
        self._add(RowError(number, column, None if value is None else _shown(value), message, _allowed(self, kind)))

    def _file_error(self, kind: str, column: str | None, value: str | None, right: str | None) -> None:
        self._add(RowError(1, column, None if value is None else _shown(value), say(kind, self.language), right))

    def _add(self, error: RowError) -> None:
        self.error_count += 1
        if error.row > 1:
            self.refused_rows.add(error.row)
        if len(self.errors) < self.limits.errors or error.row <= 1:
            self.errors.append(error)


class _Wrong:
    """Stands for a value that was refused before the model saw it, so that it is not called missing as well."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    cell: Cell
    numeric: bool
    empty_is_none: bool

    @staticmethod
    def of(name: str, field: FieldInfo) -> _Column:
        kinds, marks = _parts(field.annotation)
        cell = next((mark for mark in (*field.metadata, *marks) if isinstance(mark, Cell)), Cell())
        return _Column(
            name=name,
            cell=cell,
            numeric=bool(kinds & {int, float, Decimal}),
            empty_is_none=type(None) in kinds and field.is_required(),
        )


def _parts(annotation: Any) -> tuple[set[Any], list[Any]]:
    """The types of an annotation and what `Annotated` says about them, through a union: `Text | None`."""
    marks = list(getattr(annotation, "__metadata__", ()))
    if marks or get_origin(annotation) in (Union, UnionType):
        kinds: set[Any] = set()
        for part in (annotation.__origin__,) if marks else get_args(annotation):
            inner, said = _parts(part)
            kinds |= inner
            marks += said
        return kinds, marks
    return {annotation}, marks


def _allowed(reading: Reading[Any], kind: str) -> str | None:
    if kind == "cell_count":
        return ",".join(reading._header)
    return allowed(kind, reading.language)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _shown(text: str) -> str:
    """A refused value, safe to print: cut off, and what cannot be shown made visible."""
    return CONTROL.sub("\ufffd", text)[:200]
