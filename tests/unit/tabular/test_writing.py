import io
from datetime import date

from shared.tabular import CsvWriter, Reading, write_rest

from .rows import GOOD, HEADER, Entry, csv_file, xlsx_file


def test_cells_that_start_a_formula_are_escaped_and_numbers_are_not() -> None:
    text = io.StringIO()
    CsvWriter(text, ["a", "b", "c", "d", "e"]).write(
        [{"a": "=1+1", "b": -5, "c": True, "d": ("x", "y"), "e": date(2026, 9, 1)}]
    )

    assert text.getvalue().splitlines()[1] == "'=1+1,-5,yes,x;y,2026-09-01"


def test_the_rest_holds_the_refused_rows_as_they_were_sent() -> None:
    content = csv_file("E0,=cmd,x", GOOD, 'E2,"loose" quotes').getvalue().replace(b"=cmd", b"=cm\xe9")
    reading = Reading(io.BytesIO(content), Entry)
    reading.all()
    rest = io.BytesIO()

    assert write_rest(io.BytesIO(content), "x.csv", reading.refused_rows, rest) == 2
    assert rest.getvalue() == f"{HEADER}\r\nE0,'=cm".encode() + b'\xe9,x\r\nE2,"loose" quotes\r\n'


def test_the_rest_of_an_xlsx_is_a_csv() -> None:
    rest = io.BytesIO()
    write_rest(xlsx_file(["E1", "Fleur"], ["E2", "Sem"]), "x.xlsx", {3}, rest)

    assert rest.getvalue().decode().splitlines() == [HEADER, "E2,Sem"]
