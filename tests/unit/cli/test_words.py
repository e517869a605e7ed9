import os
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read_po

from deploy.cli import words
from deploy.cli.run import main
from deploy.local import checks

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


def test_a_verb_that_there_is_not_names_the_one_most_like_it_and_where_all_stand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    words.language.cache_clear()

    assert main(["certificat", "list"]) == 2
    near = capsys.readouterr().err
    assert main(["dead", "xyz"]) == 2
    far = capsys.readouterr().err

    words.language.cache_clear()
    assert near == "keur certificat is no verb of keur.\n→ Do you mean: keur certificate? All verbs: keur --help\n"
    assert far == "keur dead xyz is no verb of keur.\n→ All verbs: keur dead --help\n"


def test_the_verb_test_explains_its_own_options_and_gives_the_others_to_pytest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(checks, "test", lambda args: given.append(list(args)) or 0)

    assert main(["test", "--help"]) == 0
    told = capsys.readouterr().out
    main(["test", "--slow", "tests/unit", "-k", "a or b", "-x", "--se"])
    main(["test", "--chaos", "--seed", "7", "--seconds", "30"])

    assert all(option in told for option in ("--browser", "--slow", "--chaos", "--seed", "--seconds"))
    assert given == [
        ["--slow", "tests/unit", "-k", "a or b", "-x", "--se"],
        ["--chaos", "--seed", "7", "--seconds", "30"],
    ]
