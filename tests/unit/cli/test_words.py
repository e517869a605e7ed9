import os
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read_po

from deploy.cli import words

from .texts import all_texts

ROOT = Path(__file__).parents[3]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_has_its_english_and_every_english_its_sentence() -> None:
    assert all_texts() - set(words.english()) == set()
    assert set(words.english()) - all_texts() == set()


def test_both_languages_name_the_same_values() -> None:
    for dutch, english in words.english().items():
        assert placeholders(dutch) == placeholders(english), dutch


def test_the_small_reader_reads_the_catalogue_as_babel_does() -> None:
    with words.CATALOGUE.open("rb") as file:
        expected = {entry.id: entry.string for entry in babel_read_po(file) if entry.id and entry.string}

    assert words.english() == expected


def test_a_text_over_several_lines_is_one_text() -> None:
    assert words.read_po('msgid ""\n"een "\n"twee"\nmsgstr "one "\n"two"\n') == {"een twee": "one two"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "nl_NL.UTF-8"}, "werkwoord"),
        ({"LANG": "en_GB.UTF-8"}, "verb"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "nl_BE.UTF-8"}, "werkwoord"),
        ({}, "verb"),
    ],
)
def test_the_language_follows_the_terminal(environment: dict[str, str], expected: str) -> None:
    base = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    answer = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "--help"], cwd=ROOT, env=base | environment, capture_output=True, text=True
    )

    assert answer.stdout.lower().startswith(f"keur {expected}")
