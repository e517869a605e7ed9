"""Dutch and English on the command line, by LANG: the Dutch sentence is the key, the English stands in locale/en.po.

Babel would take longer to import than a verb takes to run; of a .po file this needs two lines an entry.
"""

from __future__ import annotations

import ast
import os
from datetime import date
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parent / "locale" / "en.po"

ARGPARSE_IN_DUTCH = {
    "usage: ": "gebruik: ",
    "positional arguments": "gegevens",
    "options": "keuzen",
    "show this help message and exit": "toon deze uitleg",
    "the following arguments are required: %s": "dit ontbreekt: %s",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r is niet bekend; kies uit %(choices)s",
    "invalid %(type)s value: %(value)r": "%(value)r is niet van de soort %(type)s",
    "expected one argument": "hier hoort één waarde bij",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "unrecognized arguments: %s": "niet bekend: %s",
}
"""What argparse itself says; its own sentences are English."""


@cache
def language() -> str:
    """`nl` when LC_ALL, LC_MESSAGES or LANG (the first that is set) names Dutch, else `en`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "nl" if value.lower().startswith("nl") else "en"
    return "en"


def long_day(day: str) -> str:
    """An ISO day as people write it in a sentence, in the language of the terminal."""
    from shared import days

    return (days.nl if language() == "nl" else days.en)(date.fromisoformat(day))


def _(message: str) -> str:
    """The message in the language of the terminal."""
    return message if language() == "nl" else english().get(message, message)


@cache
def english() -> dict[str, str]:
    """Dutch → English of the whole command line."""
    return read_po(CATALOGUE.read_text("utf-8"))


def read_po(text: str) -> dict[str, str]:
    """msgid → msgstr of a .po file without plurals or contexts; untranslated entries are left out."""
    found: dict[str, str] = {}
    parts: dict[str, str] = {"msgid": "", "msgstr": ""}
    at = ""
    for line in [*text.splitlines(), 'msgid ""']:
        keyword, _sep, rest = line.partition(" ")
        if keyword in parts:
            if keyword == "msgid":
                if parts["msgid"] and parts["msgstr"]:
                    found[parts["msgid"]] = parts["msgstr"]
                parts = {"msgid": "", "msgstr": ""}
            at = keyword
            parts[at] = ast.literal_eval(rest)
        elif line.startswith('"') and at:
            parts[at] += ast.literal_eval(line)
    return found
