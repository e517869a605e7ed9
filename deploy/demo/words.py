"""Dutch and English of the demo, by LANG: the Dutch sentence is the key, the English stands in locale/en.po."""

from functools import cache
from pathlib import Path

from deploy.cli.words import language, read_po


@cache
def _english() -> dict[str, str]:
    return read_po((Path(__file__).parent / "locale" / "en.po").read_text("utf-8"))


def _(message: str) -> str:
    """The message in the language of the terminal."""
    return message if language() == "nl" else _english().get(message, message)
