"""Every text that a person can read stands in Dutch in the source and in English in a catalogue."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from shared.web import i18n

MARKS = {"_", "N_", "translate", "gettext", "ntranslate", "ngettext"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def in_python(source: str) -> Iterator[str]:
    """Texts given to one of MARKS, also where a condition chooses between two."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            for given in node.args[: 2 if name.startswith("n") else 1] if name in MARKS else []:
                for part in [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, text) of all that is marked for translation below ``folder``."""
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(i18n.ROOT))
        if path.suffix == ".py":
            yield from ((where, text) for text in in_python(path.read_text("utf-8")))
        elif path.suffix in {".html", ".txt", ".mjml", ".jinja"}:
            with path.open("rb") as file:
                for _, _, message, _ in babel_extract(file, ["_", "gettext", "ngettext"], [], {}):
                    forms = [message] if isinstance(message, str) else message or ()
                    yield from ((where, text) for text in forms if text)


def folders() -> list[Path]:
    return [i18n.ROOT / "shared" / "web", *sorted(p.parent for p in i18n.ROOT.glob("services/*/__init__.py"))]


def pairs(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """(Dutch forms, English forms) of each entry of a catalogue that counts."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en", abort_invalid=True)
    for message in catalogue:
        if message.id and not message.fuzzy:
            forms: list[Any] = [message.id, message.string]
            dutch, english = (list(form) if isinstance(form, list | tuple) else [form] for form in forms)
            yield dutch, english


@pytest.mark.parametrize("folder", folders(), ids=lambda p: p.name)
def test_every_text_has_its_english(folder: Path) -> None:
    known: set[str] = set()
    for path in i18n.po_files("en"):
        for dutch, english in pairs(path):
            known.update(dutch if all(english) else [])

    missing = sorted({f"{file}: {text}" for file, text in texts(folder) if text not in known})

    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("path", i18n.po_files("en"), ids=lambda p: p.parts[-3])
def test_a_translation_keeps_the_placeholders(path: Path) -> None:
    for dutch, english in pairs(path):
        assert set(PLACEHOLDER.findall(" ".join(english))) == set(PLACEHOLDER.findall(" ".join(dutch))), dutch


def test_an_unknown_text_stays_dutch_and_counts_have_their_form() -> None:
    with i18n.speaking("en"):
        assert i18n.translate("Deze zin kent geen catalogus") == "Deze zin kent geen catalogus"
        assert i18n.translate("Inloggen") == "Sign in"
    with i18n.speaking("xx"):
        assert i18n.translate("Inloggen") == "Inloggen"
        assert i18n.ntranslate("één", "meer", 2) == "meer"


def test_a_dutch_text_has_one_english_in_all_of_the_catalogues() -> None:
    """Whatever catalogue comes first wins for all: two that differ make one of them say the wrong thing."""
    said: defaultdict[tuple[str, ...], dict[tuple[str, ...], str]] = defaultdict(dict)
    for path in i18n.po_files("en"):
        for dutch, english in pairs(path):
            said[tuple(dutch)].setdefault(tuple(english), path.parts[-3])

    assert {text: found for text, found in said.items() if len(found) > 1} == {}
