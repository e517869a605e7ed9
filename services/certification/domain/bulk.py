"""A list of certificates that an employer wants checked: a CSV file with numbers and check codes or birth dates."""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from .numbers import tidy_number
from .rules import Refused

MOST_ROWS = 500
COLUMNS = ("number", "check_code", "birth_date")


class ListNotReadable(Refused):
    """The file has no column of numbers, is not UTF-8, or has too many rows."""

    def __init__(self, nl: str, en: str) -> None:
        super().__init__(
            nl,
            en,
            field="file",
            allowed=(
                f"CSV met de kolommen {', '.join(COLUMNS)}; hoogstens {MOST_ROWS} rijen",
                f"CSV with the columns {', '.join(COLUMNS)}; at most {MOST_ROWS} rows",
            ),
        )


class Asked(NamedTuple):
    """A row: ``typed`` is the number as it was typed, given back so that the employer finds the row again."""

    typed: str
    number: str
    check_code: str
    birth_date: str


def read_list(data: bytes) -> list[Asked]:
    """The rows of the file. Raises ListNotReadable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListNotReadable("Het bestand is geen UTF-8.", "The file is not UTF-8.") from None
    first = text.partition("\n")[0]
    try:
        rows = list(_rows(text, ";" if first.count(";") > first.count(",") else ","))
    except csv.Error:
        raise ListNotReadable("Dit is geen CSV.", "This is not CSV.") from None
    if len(rows) > MOST_ROWS:
        raise ListNotReadable("Dit zijn te veel rijen.", "These are too many rows.")
    return rows


def _rows(text: str, divider: str) -> Iterator[Asked]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=divider)
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if "number" not in names:
        raise ListNotReadable("De kolom number ontbreekt.", "The column number is missing.")

    def cell(row: dict[str | None, str | None], *known: str) -> str:
        return next((str(row[names[one]] or "").strip()[:80] for one in known if one in names), "")

    for count, row in enumerate(reader):
        if count > MOST_ROWS:
            raise ListNotReadable("Dit zijn te veel rijen.", "These are too many rows.")
        typed = cell(row, "number")
        if typed:
            code, born = cell(row, "check_code", "code"), cell(row, "birth_date")
            yield Asked(typed, tidy_number(typed), code, born)
