"""What can be wrong with a scheme file, Dutch and English side by side."""

from collections.abc import Mapping
from typing import Any

Said = tuple[str, str]
"""The same in Dutch and in English."""

WORDS: dict[str, Said] = {
    # of the file
    "too_long": ("is langer dan {most} tekens", "is longer than {most} characters"),
    "not_yaml": ("is geen YAML: {said}", "is not YAML: {said}"),
    "encoding": ("is niet in UTF-8 geschreven", "is not written in UTF-8"),
    "no_scheme": ("bevat geen schema", "holds no scheme"),
    "alias": ("bevat een anker of verwijzing", "holds an anchor or alias"),
    "tag": ("bevat het label {said}", "holds the tag {said}"),
    "too_deep": ("is dieper genest dan {most} lagen", "is nested deeper than {most} levels"),
    # of one part beside another
    "off_scale": ("ligt buiten de schaal", "is off the scale"),
    "unknown_name": ("wordt hier genoemd maar staat nergens", "is named here but described nowhere"),
    "named_twice": ("wordt dubbel genoemd", "is named twice"),
    "not_here": ("hoort hier niet", "does not belong here"),
    "too_early": ("ligt vóór de ingangsdatum", "is before the day it takes effect"),
    "below": ("ligt onder {other}", "is below {other}"),
    "above": ("ligt boven {other}", "is above {other}"),
    # of a value that the model refuses: the names are pydantic's or ours
    "missing": ("ontbreekt", "is missing"),
    "extra_forbidden": ("is hier niet bekend", "is not known here"),
    "literal_error": ("is geen van de toegestane waarden", "is none of the allowed values"),
    "union_tag_invalid": ("is geen van de toegestane waarden", "is none of the allowed values"),
    "union_tag_not_found": ("noemt geen regel", "names no rule"),
    "string_pattern_mismatch": ("heeft niet de juiste vorm", "has another form than allowed"),
    "string_type": ("is geen tekst", "is not text"),
    "string_too_short": ("is leeg", "is empty"),
    "string_too_long": ("is te lang", "is too long"),
    "too_short": ("is leeg", "is empty"),
    "is_instance_of": ("is geen getal", "is no number"),
    "int_type": ("is geen heel getal", "is no whole number"),
    "bool_type": ("is geen ja of nee", "is not true or false"),
    "day": ("is geen bestaande datum", "is no existing date"),
    "bounds": ("ligt buiten de grenzen", "is out of bounds"),
    "finite_number": ("is geen getal", "is no number"),
    "tuple_type": ("is geen lijst", "is no list"),
    "dict_type": ("is geen groep van velden", "is no group of fields"),
    "model_type": ("is geen groep van velden", "is no group of fields"),
    "scale": ("loopt niet op", "does not rise"),
    "number_format": ("kan geen nummers maken", "cannot make numbers"),
    "logo": ("is geen eenvoudige tekening in SVG", "is no plain drawing in SVG"),
    "other": ("wordt niet aanvaard", "is not accepted"),
}
ALLOWED: dict[str, Said | str] = {
    "alias": ("schrijf de waarde uit", "write the value out"),
    "tag": ("gewone waarden", "plain values"),
    "encoding": "UTF-8",
    "no_scheme": ("velden zoals scheme, title, version", "fields such as scheme, title, version"),
    "named_twice": ("elk één keer", "each once"),
    "string_type": (
        'tekst; zet een getal tussen aanhalingstekens, zoals "2024.1"',
        'text; write a number in quotes, such as "2024.1"',
    ),
    "is_instance_of": ("een getal zoals 5.5", "a number such as 5.5"),
    "int_type": ("een heel getal zoals 12", "a whole number such as 12"),
    "bool_type": "true, false",
    "day": ("een datum zoals 2024-08-01", "a date such as 2024-08-01"),
    "tuple_type": "[a, b]",
    "scale": ("[laagste score, hoogste score]", "[lowest score, highest score]"),
    "logo": (
        "SVG met viewBox, van lijnen en vlakken: zonder letters, plaatjes, script, stijlblad of verwijzing naar buiten",
        "SVG with a viewBox, of lines and shapes: no letters, pictures, script, style sheet or link to elsewhere",
    ),
    "number_format": (
        "{year} en daarna {serial:05d}, elk één keer, met hoofdletters, cijfers en streepjes eromheen",
        "{year} and then {serial:05d}, each once, with capitals, digits and hyphens around them",
    ),
}
_BOUNDS: dict[str, Said] = {
    "ge": ("minstens {}", "at least {}"),
    "le": ("hoogstens {}", "at most {}"),
    "gt": ("meer dan {}", "more than {}"),
    "lt": ("minder dan {}", "less than {}"),
    "min_length": ("minstens {}", "at least {}"),
    "max_length": ("hoogstens {}", "at most {}"),
}


def bounds(context: Mapping[str, Any]) -> Said | None:
    """The bounds that pydantic names, in words."""
    found = [(_BOUNDS[key], context[key]) for key in _BOUNDS if key in context]
    if not found:
        return None
    nl, en = (", ".join(words[column].format(limit) for words, limit in found) for column in (0, 1))
    return nl, en


def say(said: Said | str | None, language: str) -> str | None:
    """Dutch unless the language starts with ``en``."""
    return said[1 if language.lower().startswith("en") else 0] if isinstance(said, tuple) else said
