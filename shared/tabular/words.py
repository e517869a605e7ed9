"""What is wrong with a value, in words of the trade, Dutch and English side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

DATE_FORM = "JJJJ-MM-DD / YYYY-MM-DD, 2026-09-01"

WORDS: dict[str, tuple[str, str]] = {
    # of the file
    "empty_file": ("het bestand is leeg", "the file is empty"),
    "no_rows": ("het bestand heeft een kopregel maar geen rijen", "the file has a header but no rows"),
    "file_too_large": ("het bestand is te groot", "the file is too large"),
    "too_many_rows": ("het bestand heeft te veel rijen", "the file has too many rows"),
    "not_a_workbook": ("het bestand is geen leesbaar XLSX-bestand", "the file is not a readable XLSX file"),
    "utf16": ("het bestand is UTF-16; bewaar het als CSV UTF-8", "the file is UTF-16; save it as CSV UTF-8"),
    "not_text": ("het bestand is geen tekst", "the file is not text"),
    "tabs": ("de kolommen zijn gescheiden door tabs in plaats van ,", "the columns are divided by tabs and not by ,"),
    "semicolons": ("de kolommen zijn gescheiden door ; in plaats van ,", "the columns are divided by ; and not by ,"),
    "missing_column": ("deze kolom ontbreekt", "this column is missing"),
    "unknown_column": ("deze kolom is onbekend", "this column is not known"),
    "doubled_column": ("deze kolom staat er dubbel in", "this column is there twice"),
    "more_errors": ("er zijn meer fouten dan hier staan: {n}", "there are more errors than are shown: {n}"),
    # of a row or a cell
    "cell_count": ("heeft {n} cellen in plaats van {expected}", "has {n} cells instead of {expected}"),
    "bad_quotes": ("heeft aanhalingstekens die niet kloppen", "has quotes that do not match"),
    "cell_too_large": ("heeft een cel die te lang is", "has a cell that is too long"),
    "sheet_error": ("is een foutmelding van het rekenblad", "is an error of the spreadsheet"),
    "encoding": ("is niet in UTF-8 geschreven", "is not written in UTF-8"),
    "control": ("bevat een stuurteken", "holds a control character"),
    "newline": ("bevat een regeleinde", "holds a line break"),
    "formula": ("begint als een formule", "starts like a formula"),
    "doubled_key": ("komt dubbel voor, ook in rij {row}", "is there twice, also in row {row}"),
    # of a value that the model refuses: the names are pydantic's
    "missing": ("is verplicht en mag niet leeg zijn", "is required and may not be empty"),
    "extra_forbidden": ("is onbekend", "is not known"),
    "int": ("is geen heel getal", "is not a whole number"),
    "float": ("is geen getal", "is not a number"),
    "decimal": ("is geen getal", "is not a number"),
    "date": ("is geen bestaande datum", "is not an existing date"),
    "bool": ("is geen ja of nee", "is not yes or no"),
    "string_type": ("is geen tekst", "is not text"),
    "list": ("is geen lijst", "is not a list"),
    "tuple": ("is geen lijst", "is not a list"),
    "string_too_long": ("is te lang", "is too long"),
    "string_too_short": ("is te kort", "is too short"),
    "too_long": ("heeft te veel waarden", "has too many values"),
    "too_short": ("heeft te weinig waarden", "has too few values"),
    "string_pattern_mismatch": ("heeft niet de juiste vorm", "does not have the right form"),
    "greater_than": ("is te klein", "is too small"),
    "greater_than_equal": ("is te klein", "is too small"),
    "less_than": ("is te groot", "is too large"),
    "less_than_equal": ("is te groot", "is too large"),
    "finite_number": ("is geen getal", "is not a number"),
    "literal_error": ("is geen van de toegestane waarden", "is not one of the allowed values"),
    "enum": ("is geen van de toegestane waarden", "is not one of the allowed values"),
    "refused": ("wordt niet aanvaard", "is not accepted"),
}

ALLOWED: dict[str, tuple[str, str]] = {
    "encoding": ("UTF-8", "UTF-8"),
    "formula": (
        "geen = + - @ aan het begin; zet er een ' voor als het tekst is",
        "no = + - @ at the start; put a ' before it when it is text",
    ),
    "control": ("alleen leesbare tekens", "readable characters only"),
    "newline": ("tekst op één regel", "text on one line"),
    "bad_quotes": ('"tekst met ""aanhaling"""', '"text with ""quotes"""'),
    "sheet_error": ("de waarde zelf", "the value itself"),
    "cell_too_large": ("hoogstens 131072 tekens", "131072 characters at most"),
    "tabs": ("komma's, UTF-8, een kopregel", "commas, UTF-8, a header"),
    "semicolons": ("komma's, UTF-8, een kopregel", "commas, UTF-8, a header"),
    "string_pattern_mismatch": (
        "letters, cijfers, punt, streepje (hoogstens 64)",
        "letters, digits, dot, dash (64 at most)",
    ),
    "int": ("een heel getal, zoals 12", "a whole number, such as 12"),
    "float": ("een getal met een punt, zoals 8.3", "a number with a point, such as 8.3"),
    "decimal": ("een getal met een punt, zoals 8.3", "a number with a point, such as 8.3"),
    "date": (DATE_FORM, DATE_FORM),
}

_FAMILIES = ("int", "float", "decimal", "date", "bool", "list", "tuple")


def say(kind: str, language: str, **values: object) -> str:
    """The sentence for `kind`; Dutch unless `language` starts with `en`."""
    return WORDS[kind][_column(language)].format(**values)


def allowed(kind: str, language: str) -> str | None:
    """What would have been right, where that does not depend on the field."""
    return ALLOWED[kind][_column(language)] if kind in ALLOWED else None


def explain(error: ErrorDetails, language: str) -> tuple[str, str | None]:
    """A refusal of pydantic as (message, allowed), for files and for JSON bodies alike."""
    kind, context = error["type"], error.get("ctx") or {}
    if own := context.get("en" if _column(language) else "nl"):
        return str(own), context.get("allowed")
    family = kind if kind in WORDS else kind.split("_")[0]
    if family not in _FAMILIES and family not in WORDS:
        family = "refused"
    return say(family, language), _bounds(context) or allowed(family, language)


def _bounds(context: Mapping[str, Any]) -> str | None:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "≥", "max_length": "≤", "decimal_places": "0.…"}
    for name, sign in signs.items():
        if name in context:
            return f"{sign} {context[name]}"
    if "expected" in context:
        return str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return None


def _column(language: str) -> int:
    return 1 if language.lower().startswith("en") else 0
