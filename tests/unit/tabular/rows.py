"""The row model and the file builders of these tests."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from pydantic import Field

from shared.tabular import ClientKey, Codes, Day, Email, Line, Reading, RowModel, Text, YesNo

HEADER = "entry_id,name,taken_on,score,attempt,confirmed,equipment,email,remark"
GOOD = "E1,Fleur van Visser,2026-04-07,8.3,1,yes,lathe;tig,fleur@leerling.example,Gaat goed"


class Entry(RowModel):
    KEY = ("entry_id",)

    entry_id: ClientKey
    name: Line
    taken_on: Day
    score: float
    attempt: int = Field(ge=1)
    confirmed: YesNo
    equipment: Codes = ()
    email: Email | None = None
    remark: Text | None = None


def csv_file(*lines: str, header: str = HEADER) -> io.BytesIO:
    return io.BytesIO("\n".join([header, *lines, ""]).encode())


def xlsx_file(*rows: Sequence[object], header: str = HEADER) -> io.BytesIO:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(header.split(","))
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def read(file: io.BytesIO, filename: str = "entries.csv", language: str = "en") -> tuple[list[Entry], Reading[Entry]]:
    reading = Reading(file, Entry, filename=filename, language=language)
    return [row.value for row in reading.all()], reading


def places(reading: Reading[Entry]) -> list[tuple[int, str | None]]:
    return [(error.row, error.column) for error in reading.errors]
