"""Dutch and English of what is said on a terminal, by LANG: the Dutch sentence is the key, a .po has the English."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from deploy.cli.words import language, read_po


def translator(catalogue: Path) -> Callable[[str], str]:
    """The function ``_`` of a package: the message in the language of the terminal."""

    @cache
    def english() -> dict[str, str]:
        return read_po(catalogue.read_text("utf-8"))

    def translated(message: str) -> str:
        return message if language() == "nl" else english().get(message, message)

    return translated
