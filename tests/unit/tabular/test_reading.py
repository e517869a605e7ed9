import io
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from shared.tabular import Limits, Reading

from .rows import GOOD, HEADER, Entry, csv_file, places, read, xlsx_file


def replaced(column: str, cell: str) -> str:
    cells = GOOD.split(",")
    cells[HEADER.split(",").index(column)] = cell
    return ",".join(cells)


def test_a_good_row_comes_back_as_its_model() -> None:
    rows, reading = read(csv_file(GOOD))

    assert reading.errors == []
    assert rows[0] == Entry(
        entry_id="E1",
        name="Fleur van Visser",
        taken_on=date(2026, 4, 7),
        score=8.3,
        attempt=1,
        confirmed=True,
        equipment=("lathe", "tig"),
        email="fleur@leerling.example",
        remark="Gaat goed",
    )


def test_the_same_model_reads_json_with_arrays_and_booleans() -> None:
    (from_file,), _ = read(csv_file(GOOD))

    assert Entry.model_validate_json(from_file.model_dump_json()) == from_file
    with pytest.raises(ValueError, match="confirmed"):
        Entry.model_validate(from_file.model_dump() | {"confirmed": "yes"})


def test_a_byte_order_mark_is_tolerated() -> None:
    rows, reading = read(io.BytesIO(b"\xef\xbb\xbf" + csv_file(GOOD).getvalue()))

    assert (len(rows), reading.errors) == (1, [])


def test_every_error_of_a_file_is_told_at_once_with_its_place_and_what_is_allowed() -> None:
    rows, reading = read(
        csv_file(
            GOOD,
            replaced("taken_on", "2026-02-30").replace("E1", "E2"),
            replaced("confirmed", "ja").replace("8.3", "8;3").replace("E1", "E3"),
            replaced("attempt", "0").replace("E1", "E4"),
        )
    )

    assert [row.entry_id for row in rows] == ["E1"]
    assert places(reading) == [(3, "taken_on"), (4, "confirmed"), (4, "score"), (5, "attempt")]
    by_column = {error.column: error for error in reading.errors}
    assert by_column["taken_on"].value == "2026-02-30"
    assert by_column["confirmed"].allowed == "yes, no"
    assert by_column["attempt"].allowed == "≥ 1"
    assert (reading.rows, reading.refused) == (4, 3)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("name", "=HYPERLINK(1)", "formula"),
        ("name", "+31 6 1234", "formula"),
        ("name", "-5", "formula"),
        ("name", "@SUM", "formula"),
        ("score", "-cmd", "formula"),
        ("name", "a\x07b", "control"),
        ("name", "a\x00b", "control"),
        ("name", '"a\nb"', "line break"),
        ("name", "a\u202eb", "control"),
        ("name", "", "required"),
        ("entry_id", "a/b", "form"),
        ("score", "acht", "number"),
        ("score", "nan", "number"),
        ("score", "inf", "number"),
        ("attempt", "1.5", "whole number"),
        ("taken_on", "7-4-2026", "date"),
        ("taken_on", "20260407", "date"),
        ("email", "fleur.example", "address"),
        ("email", "fleur@leerling..example", "address"),
        ("equipment", "tig;tig", "twice"),
        ("confirmed", "true", "yes or no"),
        ("name", "x" * 201, "too long"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_reason(column: str, cell: str, says: str) -> None:
    rows, reading = read(csv_file(replaced(column, cell)))

    assert rows == []
    assert places(reading) == [(2, column)]
    assert says in reading.errors[0].message


def test_a_negative_number_in_a_numeric_column_is_no_formula() -> None:
    rows, reading = read(csv_file(replaced("score", "-5")))

    assert (rows[0].score, reading.errors) == (-5.0, [])


def test_text_behind_an_apostrophe_may_start_as_it_likes() -> None:
    rows, _ = read(csv_file(replaced("name", "'-A- Metaal"), replaced("name", "'t Hart").replace("E1", "E2")))

    assert [row.name for row in rows] == ["-A- Metaal", "'t Hart"]


def test_free_text_may_have_lines_and_row_numbers_stay_those_of_a_spreadsheet() -> None:
    rows, reading = read(csv_file(replaced("remark", '"een\r\ntwee"'), "", replaced("score", "x").replace("E1", "E2")))

    assert rows[0].remark == "een\ntwee"
    assert places(reading) == [(4, "score")]


def test_bytes_that_are_no_utf8_are_named_by_row_and_column() -> None:
    rows, reading = read(io.BytesIO(csv_file(GOOD, "E2" + GOOD[2:]).getvalue().replace(b"E2,Fleur", b"E2,Fl\xe9ur")))

    assert len(rows) == 1
    assert places(reading) == [(3, "name")]
    assert reading.errors[0].allowed == "UTF-8"
    reading.errors[0].value.encode()  # type: ignore[union-attr]


def test_a_utf16_file_is_refused_as_a_whole() -> None:
    rows, reading = read(io.BytesIO(csv_file(GOOD).getvalue().decode().encode("utf-16")))

    assert rows == []
    assert "UTF-16" in reading.errors[0].message
    assert reading.file_refused


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (HEADER.replace("score,", ""), (1, "score")),
        (HEADER + ",colour", (1, "colour")),
        (HEADER.replace("score", "name"), (1, "name")),
        (HEADER.replace(",", ";"), (1, None)),
    ],
)
def test_a_wrong_header_is_refused_before_any_row(header: str, place: tuple[int, str | None]) -> None:
    rows, reading = read(csv_file(GOOD, header=header))

    assert rows == []
    assert place in places(reading)
    assert reading.file_refused


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    _, reading = read(io.BytesIO(content))

    assert places(reading) == [(0, None)]
    assert "empty" in reading.errors[0].message


def test_a_file_with_only_a_header_is_refused() -> None:
    _, reading = read(csv_file())

    assert "no rows" in reading.errors[0].message


def test_too_few_cells_too_many_and_loose_quotes_do_not_hide_the_rows_after_them() -> None:
    rows, reading = read(csv_file("E2,too few", GOOD + ",more", 'E3,"loose" quotes,x', GOOD))

    assert [row.entry_id for row in rows] == ["E1"]
    assert places(reading) == [(2, None), (3, None), (4, None)]


def test_a_key_that_is_there_twice_names_the_first_row() -> None:
    rows, reading = read(csv_file(GOOD, GOOD))

    assert len(rows) == 1
    assert places(reading) == [(3, "entry_id")]
    assert "row 2" in reading.errors[0].message


def test_messages_are_dutch_unless_english_is_asked() -> None:
    _, reading = read(csv_file(replaced("score", "x")), language="nl")

    assert reading.errors[0].message == "is geen getal"


def test_an_xlsx_gives_the_same_rows_as_the_csv() -> None:
    cells = [
        "E1",
        "Fleur van Visser",
        datetime(2026, 4, 7),  # noqa: DTZ001 (a workbook knows no time zones)
        8.3,
        1.0,
        True,
        "lathe;tig",
        "fleur@leerling.example",
        None,
    ]
    rows, reading = read(xlsx_file(cells, []), "entries.xlsx")

    assert reading.errors == []
    assert rows == read(csv_file(replaced("remark", "")))[0]


def test_a_formula_in_an_xlsx_is_refused() -> None:
    rows, reading = read(xlsx_file(["E1", "=1+1", "2026-04-07", 8, 1, "yes", "", "", ""]), "entries.xlsx")

    assert rows == []
    assert places(reading) == [(2, "name")]


def test_what_is_called_xlsx_and_is_none_is_refused() -> None:
    for content in (b"PK\x03\x04 no zip", b"plain text"):
        _, reading = read(io.BytesIO(content), "entries.xlsx")

        assert "XLSX" in reading.errors[0].message


def test_limits_of_size_and_rows_are_held_while_reading() -> None:
    many = csv_file(*[GOOD.replace("E1", f"E{n}") for n in range(50)])

    too_long = Reading(many, Entry, language="en", limits=Limits(rows=10))
    list(too_long.chunks(5))
    many.seek(0)
    too_large = Reading(many, Entry, language="en", limits=Limits(size=1000))
    list(too_large.chunks(5))

    assert "too many rows" in too_long.errors[0].message
    assert "too large" in too_large.errors[0].message
    assert too_long.file_refused
    assert too_large.file_refused


def test_errors_past_the_limit_are_counted_and_said() -> None:
    bad = csv_file(*[replaced("score", "x").replace("E1", f"E{n}") for n in range(30)])
    reading = Reading(bad, Entry, language="en", limits=Limits(errors=10))
    reading.all()

    assert len(reading.errors) == 11
    assert "20" in reading.errors[-1].message
    assert reading.refused == 30


def test_the_callers_file_stays_open() -> None:
    file = csv_file(GOOD)
    read(file)

    file.seek(0)


def test_100_000_rows_are_read_in_little_memory() -> None:
    program = """
import io, resource
from tests.unit.tabular.rows import GOOD, HEADER, Entry
from shared.tabular import Reading
rows = (GOOD.replace("E1", f"E{n}", 1) for n in range(100_000))
file = io.BytesIO((HEADER + chr(10) + chr(10).join(rows)).encode())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
taken = sum(len(chunk) for chunk in Reading(file, Entry).chunks())
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    root = Path(__file__).parents[3]
    answer = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    taken, kilobytes = map(int, answer.stdout.split())

    assert taken == 100_000
    assert kilobytes < 50 * 1024
