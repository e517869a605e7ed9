"""Types for the fields of a row: one meaning, read from a cell of a file and from JSON alike.

A field whose cell looks different from its JSON value carries a `Cell` in its annotation, and the file reader
converts before the model sees the value. So `YesNo` is `yes` in a file and `true` in JSON, never the other way round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

# Every C0/C1 control, line and paragraph separators, what turns the reading direction, and lone surrogates (bytes
# that were no UTF-8). New lines are left to the fields that may have them.
CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
CONTROL_OR_NEWLINE = re.compile(f"\n|{CONTROL.pattern}")

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Days outside these years are slips of the pen; and reckoning from 9999-12-31 leaves the calendar."""


def refusal(kind: str, *, nl: str, en: str, allowed: str | None = None) -> PydanticCustomError:
    """What a validator raises: the reason in both languages of the product, and what would have been right."""
    text = en.replace("{", "{{").replace("}", "}}")
    context = {"nl": nl, "en": en} | ({"allowed": allowed} if allowed else {})
    return PydanticCustomError(kind, text, context)


class RowModel(BaseModel):
    """A row. `KEY` names the columns that make it unique within one file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)
    KEY: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """How a cell becomes the JSON value of its field. `multiline` cells may hold new lines."""

    convert: Callable[[str], Any] | None = None
    multiline: bool = False


def _one_line(value: str) -> str:
    if CONTROL_OR_NEWLINE.search(value):
        raise refusal("control_character", nl="bevat een stuurteken", en="holds a control character")
    return unicodedata.normalize("NFC", value)


def _many_lines(value: str) -> str:
    value = value.replace("\r\n", "\n")
    if CONTROL.search(value):
        raise refusal("control_character", nl="bevat een stuurteken", en="holds a control character")
    return unicodedata.normalize("NFC", value)


def _yes_no(cell: str) -> bool:
    if cell in ("yes", "no"):
        return cell == "yes"
    raise refusal("yes_no", nl="is geen ja of nee", en="is not yes or no", allowed="yes, no")


def _codes(cell: str) -> list[str]:
    return [code.strip() for code in cell.split(";") if code.strip()]


def _no_double_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(codes)) != len(codes):
        raise refusal("doubled_code", nl="noemt een code dubbel", en="names a code twice")
    return codes


def _day(value: object) -> object:
    # Pydantic would also read a number as a moment in 1970; a day in a file is written as a day.
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            try:
                day = date.fromisoformat(text)
            except ValueError:
                pass
            else:
                return _near(day)
    elif isinstance(value, date) and not isinstance(value, datetime):
        return _near(value)
    raise refusal(
        "day", nl="is geen bestaande datum", en="is not an existing date", allowed="JJJJ-MM-DD / YYYY-MM-DD, 2026-09-01"
    )


def typed_day(text: str) -> date:
    """A day as it was typed in a form. Raises ValueError for what is no day, or lies too far away."""
    return _near(date.fromisoformat(text.strip()))


DayOrMoment = TypeVar("DayOrMoment", bound=date)


def _near(day: DayOrMoment) -> DayOrMoment:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise refusal(
        "day_too_far",
        nl="ligt te ver weg",
        en="is too far away",
        allowed=f"{FIRST_YEAR}-01-01 … {LAST_YEAR}-12-31",
    )


def _week(value: str) -> str:
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", value, re.ASCII):
        try:
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        except ValueError:
            pass
        else:
            _near(monday)
            return value
    raise refusal("week", nl="is geen bestaande week", en="is not an existing week", allowed="ISO 8601, 2026-W40")


_WHOLE = re.compile(r"-?\d{1,18}(\.0)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)


def _whole(value: object) -> object:
    # Pydantic reads true as 1, "3_0" as 30 and "1.000", which is a thousand to Dutch eyes, as 1.
    if isinstance(value, bool) or (isinstance(value, str) and not _WHOLE.fullmatch(value.strip())):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


def _number(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value.strip())):
        raise PydanticCustomError("decimal_parsing", "not a number")
    return value


_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_%+-]+(\.[a-z0-9_%+-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.I | re.ASCII
)


def _address(value: str) -> str:
    if len(value) <= 254 and _PLAIN_ADDRESS.fullmatch(value):
        return value  # nearly every address; the library costs 80 microseconds each
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise refusal(
            "address", nl="is geen e-mailadres", en="is not an e-mail address", allowed="naam@domein.nl"
        ) from error


ClientKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""The client's own key of a thing; becomes its id. No `/`, which divides kind and id in a subject."""
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
"""Text of one line, 1 to 200 characters, in Unicode's composed form (NFC)."""
Text = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_many_lines), Cell(multiline=True)]
"""Text that may have new lines, 1 to 4000 characters."""
Day = Annotated[date, BeforeValidator(_day)]
"""A day from 1900 up to and including 2199."""
Moment = Annotated[AwareDatetime, AfterValidator(_near)]
"""A moment with its offset, in the same years."""
WHOLE = BeforeValidator(_whole)
"""For a field of whole numbers: digits, and neither yes/no nor digits divided by something."""
NUMBER = BeforeValidator(_number)
"""For a field of numbers with a point."""
Week = Annotated[str, AfterValidator(_week)]
"""An ISO 8601 week, `2026-W40`."""
Email = Annotated[str, AfterValidator(_address)]
YesNo = Annotated[bool, Strict(), Cell(_yes_no)]
Codes = Annotated[tuple[ClientKey, ...], AfterValidator(_no_double_codes), Cell(_codes)]
"""Codes of one list: `a;b` in a cell, an array in JSON."""
LanguageCode = Literal["nl", "en"]
