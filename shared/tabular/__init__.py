"""Files of rows: what a client sends as CSV or XLSX, checked as a whole, and what Keur writes as CSV.

One pydantic model says what a row is; `cells` has the types that read the same value from a cell ("yes", "a;b")
and from JSON (true, ["a", "b"]). `Reading` streams a file through that model and collects every error with its
row, column, value and what is allowed. `writing` escapes what a spreadsheet would run as a formula.
"""

from shared.tabular.cells import (
    NUMBER,
    WHOLE,
    ClientKey,
    Codes,
    Day,
    Email,
    LanguageCode,
    Line,
    Moment,
    RowModel,
    Text,
    Week,
    YesNo,
    refusal,
    typed_day,
)
from shared.tabular.reading import Limits, Reading, Row, RowError
from shared.tabular.words import explain
from shared.tabular.writing import CsvWriter, write_rest

__all__ = [
    "NUMBER",
    "WHOLE",
    "ClientKey",
    "Codes",
    "CsvWriter",
    "Day",
    "Email",
    "LanguageCode",
    "Limits",
    "Line",
    "Moment",
    "Reading",
    "Row",
    "RowError",
    "RowModel",
    "Text",
    "Week",
    "YesNo",
    "explain",
    "refusal",
    "typed_day",
    "write_rest",
]
