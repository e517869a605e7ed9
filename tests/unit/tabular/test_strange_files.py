"""Files that are not what they seem: each gets one clear sentence, and none of them fills the machine."""

import io
import zipfile
from collections.abc import Callable

import pytest

from .rows import GOOD, HEADER, csv_file, read, xlsx_file


def said(file: io.BytesIO, language: str = "en", filename: str = "entries.csv") -> list[tuple[int, str | None, str]]:
    rows, reading = read(file, filename, language)
    assert rows == []
    return [(error.row, error.column, error.message) for error in reading.errors]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named_with_and_without_its_mark(encoding: str) -> None:
    file = csv_file(GOOD).getvalue().decode().encode(encoding)

    assert said(io.BytesIO(file)) == [(0, None, "the file is UTF-16; save it as CSV UTF-8")]
    assert said(io.BytesIO(file), "nl") == [(0, None, "het bestand is UTF-16; bewaar het als CSV UTF-8")]


def test_what_is_no_text_at_all_gets_one_sentence_and_not_one_for_each_column() -> None:
    picture = b"\xd0\xcf\x11\xe0" + bytes(500)

    assert said(io.BytesIO(picture)) == [(0, None, "the file is not text")]
    assert said(io.BytesIO(picture), "nl") == [(0, None, "het bestand is geen tekst")]


def test_columns_divided_by_tabs_are_named() -> None:
    tabs = csv_file(GOOD).getvalue().replace(b",", b"\t")

    assert said(io.BytesIO(tabs)) == [(1, None, "the columns are divided by tabs and not by ,")]
    assert said(io.BytesIO(tabs), "nl") == [(1, None, "de kolommen zijn gescheiden door tabs in plaats van ,")]


def test_a_file_that_begins_with_nothing_is_empty() -> None:
    assert said(io.BytesIO(b"   \n\n")) == [(0, None, "the file is empty")]
    assert said(io.BytesIO(b" , \n"), "nl") == [(0, None, "het bestand is leeg")]


def test_a_cell_without_an_end_is_too_long_and_its_neighbours_are_read() -> None:
    rows, reading = read(csv_file(GOOD.replace("Fleur", "F" * 200_000), GOOD.replace("E1", "E2")))

    assert [row.entry_id for row in rows] == ["E2"]
    assert [(error.row, error.message) for error in reading.errors] == [(2, "has a cell that is too long")]
    assert said(csv_file("F" * 200_000), "nl")[0][2] == "heeft een cel die te lang is"


@pytest.mark.parametrize("cell", ["1.000", "3_0", "1e2", "0x3", "3,5", "\u0663"])
def test_a_whole_number_is_written_in_digits_alone(cell: str) -> None:
    from services.enrollment.intake.rows import VisitRow
    from shared.tabular import Reading

    header = "visit_id,place_kind,place_id,held_on,findings,next_in_weeks"
    file = io.BytesIO(f'{header}\nV1,company,C1,2026-01-01,,"{cell}"\n'.encode())
    reading = Reading(file, VisitRow, language="en")

    assert reading.all() == []
    assert [(error.column, error.message) for error in reading.errors] == [("next_in_weeks", "is not a whole number")]


@pytest.mark.parametrize("cell", ["#N/A", "#VERW!"])
def test_an_error_of_the_spreadsheet_is_no_value(cell: str) -> None:
    assert said(csv_file(GOOD.replace("Fleur van Visser", cell))) == [(2, "name", "is an error of the spreadsheet")]
    told = said(csv_file(GOOD.replace("Fleur van Visser", cell)), "nl")
    assert told == [(2, "name", "is een foutmelding van het rekenblad")]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_refused(day: str) -> None:
    assert said(csv_file(GOOD.replace("2026-04-07", day))) == [(2, "taken_on", "is too far away")]
    _, reading = read(csv_file(GOOD.replace("2026-04-07", day)), language="nl")
    assert [(error.message, error.allowed) for error in reading.errors] == [
        ("ligt te ver weg", "1900-01-01 … 2199-12-31")
    ]


def repacked(change: Callable[[bytes], bytes]) -> io.BytesIO:
    """A good workbook of which the XML of the sheet was changed."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(xlsx_file(GOOD.split(","))) as good,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for entry in good.infolist():
            content = good.read(entry)
            changed.writestr(entry.filename, change(content) if "sheet1.xml" in entry.filename else content)
    made.seek(0)
    return made


def test_a_workbook_that_unpacks_into_far_more_than_it_is_is_refused_before_it_is_read() -> None:
    bomb = repacked(lambda xml: xml.replace(b"</sheetData>", b"<row><c/></row>" * 700_000 + b"</sheetData>"))

    assert said(bomb, filename="entries.xlsx") == [(0, None, "the file is too large")]


def test_a_workbook_with_a_cell_without_an_end_is_refused_before_it_is_read() -> None:
    long = repacked(lambda xml: xml.replace(b"Fleur", b"F" * 2_000_000))

    assert said(long, filename="entries.xlsx") == [(0, None, "has a cell that is too long")]
    long.seek(0)
    assert said(long, "nl", filename="entries.xlsx") == [(0, None, "heeft een cel die te lang is")]


def test_a_workbook_that_defines_words_of_its_own_is_refused() -> None:
    laughs = repacked(lambda xml: b'<!DOCTYPE x [<!ENTITY a "ha">]>' + xml)

    assert said(laughs, filename="entries.xlsx") == [(0, None, "the file is not a readable XLSX file")]


def test_a_large_workbook_of_rows_is_no_bomb() -> None:
    cells: list[object] = [None, "Fleur van Visser", "2026-04-07", 8.3, 1, "yes", "lathe;tig", "", "Gaat goed"]
    file = xlsx_file(*([f"E{n}", *cells[1:]] for n in range(3000)), header=HEADER)

    rows, reading = read(file, "entries.xlsx")

    assert (len(rows), reading.errors) == (3000, [])
