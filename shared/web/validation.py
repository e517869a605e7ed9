"""What is accepted as input, and how a refusal is told: which field, what is allowed, and never the value itself."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.web.i18n import N_, language
from shared.web.i18n import translate as _


class MultiLine:
    """Marks a text field in which line breaks and tabs are allowed."""


Text = Annotated[str, MultiLine()]
"""A text of more than one line; plain ``str`` fields refuse line breaks."""

DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def clean_text(value: str, *, multi_line: bool = False) -> str:
    """The text in NFC. Raises PydanticCustomError for control characters, direction marks and broken Unicode."""
    for character in value:
        if character in "\n\t" and multi_line:
            continue
        if character == "\r" and multi_line:
            continue
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in DIRECTION_MARKS:
            raise PydanticCustomError("control_characters", "Control characters are not allowed")
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n") if multi_line else value)


def _cleaned(value: Any, multi_line: bool) -> Any:
    if isinstance(value, str):
        return clean_text(value, multi_line=multi_line)
    if isinstance(value, list):
        return [_cleaned(item, multi_line) for item in value]
    if isinstance(value, Mapping):
        return {_cleaned(key, False): _cleaned(item, multi_line) for key, item in value.items()}
    return value


class StrictModel(BaseModel):
    """Base of every request body: unknown fields refused, text in NFC without control characters, no NaN."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields.get(info.field_name or "")
        marks = field.metadata if field is not None else []
        return _cleaned(value, any(isinstance(mark, MultiLine) for mark in marks))


MESSAGES = {
    "missing": N_("Dit veld ontbreekt."),
    "extra_forbidden": N_("Dit veld is niet bekend."),
    "control_characters": N_("Stuurtekens zijn niet toegestaan."),
    "string_too_short": N_("Deze tekst is te kort."),
    "string_too_long": N_("Deze tekst is te lang."),
    "string_pattern_mismatch": N_("Dit heeft niet de juiste vorm."),
    "date_from_datetime_parsing": N_("Dit is geen datum."),
    "date_parsing": N_("Dit is geen datum."),
    "date_type": N_("Dit is geen datum."),
    "int_parsing": N_("Dit is geen geheel getal."),
    "int_type": N_("Dit is geen geheel getal."),
    "int_from_float": N_("Dit is geen geheel getal."),
    "float_parsing": N_("Dit is geen getal."),
    "float_type": N_("Dit is geen getal."),
    "decimal_parsing": N_("Dit is geen getal."),
    "finite_number": N_("Dit is geen getal."),
    "bool_parsing": N_("Dit is geen ja of nee."),
    "bool_type": N_("Dit is geen ja of nee."),
    "string_type": N_("Dit is geen tekst."),
    "list_type": N_("Dit is geen lijst."),
    "tuple_type": N_("Dit is geen lijst."),
    "set_type": N_("Dit is geen lijst."),
    "too_long": N_("Dit zijn er te veel."),
    "too_short": N_("Dit zijn er te weinig."),
    "string_unicode": N_("Deze tekst bevat tekens die niet bestaan."),
    "decimal_type": N_("Dit is geen getal."),
    "decimal_max_places": N_("Dit getal heeft te veel cijfers achter de punt."),
    "decimal_max_digits": N_("Dit getal heeft te veel cijfers."),
    "decimal_whole_digits": N_("Dit getal heeft te veel cijfers."),
    "int_parsing_size": N_("Dit getal is te groot."),
    "dict_type": N_("Stuur een JSON-object."),
    "model_type": N_("Stuur een JSON-object."),
    "datetime_type": N_("Dit is geen moment."),
    "datetime_parsing": N_("Dit is geen moment."),
    "datetime_from_date_parsing": N_("Dit is geen moment."),
    "timezone_aware": N_("Bij dit moment hoort een tijdzone."),
    "literal_error": N_("Deze waarde is niet toegestaan."),
    "enum": N_("Deze waarde is niet toegestaan."),
    "greater_than": N_("Dit getal is te klein."),
    "greater_than_equal": N_("Dit getal is te klein."),
    "less_than": N_("Dit getal is te groot."),
    "less_than_equal": N_("Dit getal is te groot."),
    "json_invalid": N_("Dit is geen JSON."),
    "model_attributes_type": N_("Stuur een JSON-object."),
    "uuid_parsing": N_("Dit is geen kenmerk in UUID-vorm."),
}

DATE_FORM = "YYYY-MM-DD"


def described(error: Mapping[str, Any]) -> dict[str, Any]:
    """One pydantic error as ``{"field", "message", "allowed"}``; the value that was given is left out on purpose."""
    loc = [str(part) for part in error.get("loc", ())]
    if error.get("type") == "json_invalid":
        loc = ["body"]  # what follows is the place of a character, not a field
    if loc and loc[0] in {"body", "query", "path", "header", "cookie"} and (len(loc) > 1 or loc[0] == "body"):
        loc = loc[1:]
    field = ".".join(part if part.isprintable() else "?" for part in loc)[:200]
    kind = str(error.get("type", ""))
    ctx = error.get("ctx") or {}
    # A refusal of shared.tabular carries its own words in both languages.
    if kind in MESSAGES:
        message = _(MESSAGES[kind])
    elif "UploadFile" in str(error.get("msg", "")):
        message = _("Stuur hier een bestand.")
    else:
        message = str(ctx.get(language()) or error.get("msg", ""))
    told: dict[str, Any] = {"field": field or "body", "message": message}
    allowed = _allowed(kind, ctx)
    if allowed is not None:
        told["allowed"] = allowed
    return told


def _allowed(kind: str, ctx: Mapping[str, Any]) -> str | None:
    if kind.startswith("date_"):
        return DATE_FORM
    for key, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"), ("max_length", "≤"), ("min_length", "≥")):
        if key in ctx:
            return f"{sign} {ctx[key]}"
    if "decimal_places" in ctx:
        return f"0.{'0' * int(ctx['decimal_places'])}"
    for key in ("expected", "pattern", "allowed"):
        if key in ctx:
            return str(ctx[key])
    return None
