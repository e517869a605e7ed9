"""Certificate numbers and check codes: what a holder reads out and a stranger types in."""

import re
from collections.abc import Callable, Sequence
from string import Formatter

CHECK_CODE_LENGTH = 10
CHECK_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 O 1 I L U: none is taken for another on paper or by telephone. 30 ** 10 is 49 bits."""

_LITERAL = re.compile(r"[A-Z0-9-]*")
_SERIAL = re.compile(r"0[1-9]d")


def is_number_format(number_format: str) -> bool:
    """Whether it names ``{year}`` and then ``{serial:05d}`` (1 to 9 digits), each once, in a form fit for a URL."""
    try:
        parts = list(Formatter().parse(number_format))
    except ValueError:
        return False
    if [field for _, field, _, _ in parts if field is not None] != ["year", "serial"]:
        return False
    return all(
        _LITERAL.fullmatch(literal)
        and not conversion
        and (field is None or (not spec if field == "year" else bool(_SERIAL.fullmatch(spec or ""))))
        for literal, field, spec, conversion in parts
    )


def certificate_number(number_format: str, *, year: int, serial: int) -> str:
    """The number of the ``serial``-th certificate of a scheme in a calendar year."""
    return number_format.format(year=year, serial=serial)


def new_check_code(choose: Callable[[Sequence[str]], str]) -> str:
    """A check code; ``choose`` picks one of the characters unpredictably (``secrets.choice``)."""
    return "".join(choose(CHECK_CODE_ALPHABET) for _ in range(CHECK_CODE_LENGTH))


def tidy_check_code(typed: str) -> str:
    """A code as people type it: any case, with spaces or hyphens."""
    return re.sub(r"[\s-]+", "", typed).upper()


def tidy_number(typed: str) -> str:
    """A number as people type it: any case, with spaces around or within it."""
    return re.sub(r"\s+", "", typed).upper()
