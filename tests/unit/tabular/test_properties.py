"""Whatever is fed in, reading ends with rows and errors that add up; whatever is written, reading gives it back."""

import csv
import io
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from shared.tabular import CsvWriter, Line, Reading, RowModel, Text, write_rest
from shared.tabular.cells import CONTROL, CONTROL_OR_NEWLINE

from .rows import HEADER, Entry


class Note(RowModel):
    title: Line
    body: Text


LINES = (
    st.text(min_size=1, max_size=60).map(str.strip).filter(lambda text: text and not CONTROL_OR_NEWLINE.search(text))
)
TEXTS = st.text(min_size=1, max_size=60).map(str.strip).filter(lambda text: text and not CONTROL.search(text))
FORMULAS = st.tuples(st.sampled_from(["=", "+", "-", "@", "'", "'=", "''+"]), LINES).map("".join)


@given(st.lists(st.tuples(LINES | FORMULAS, TEXTS | FORMULAS), min_size=1, max_size=8))
def test_what_was_written_is_read_back_and_nothing_in_it_is_a_formula(notes: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    CsvWriter(text, ["title", "body"]).write([{"title": title, "body": body} for title, body in notes])

    reading = Reading(io.BytesIO(text.getvalue().encode()), Note)
    rows = [(row.value.title, row.value.body) for row in reading.all()]

    assert reading.errors == []
    assert rows == [(normalize("NFC", title), normalize("NFC", body)) for title, body in notes]
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for row in csv.reader(io.StringIO(text.getvalue())) for cell in row
    )


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_make_reading_fail_in_another_way_than_by_errors(content: bytes, with_header: bool) -> None:
    reading = Reading(io.BytesIO((HEADER + "\n").encode() * with_header + content), Entry, filename="x.csv")
    good = reading.all()

    assert good or reading.errors
    assert len(good) + reading.refused == reading.rows
    for error in reading.errors:
        (error.value or "").encode()


@given(st.lists(st.lists(st.text(max_size=8), min_size=9, max_size=9), max_size=6))
def test_every_row_is_either_good_or_has_an_error_and_the_rest_has_them_all(table: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER.split(","), *table])
    content = text.getvalue().encode("utf-8", "surrogatepass")

    reading = Reading(io.BytesIO(content), Entry)
    good = reading.all()
    rest = io.BytesIO()
    written = write_rest(io.BytesIO(content), "x.csv", reading.refused_rows, rest)

    assert not {row.number for row in good} & reading.refused_rows
    assert written == reading.refused
    rest.seek(0)
    again = Reading(rest, Entry)
    assert len(again.all()) + again.refused == written
