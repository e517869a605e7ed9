"""Every sentence of deploy/local and deploy/demo has its English, and no English is left over."""

import ast
from pathlib import Path

import pytest

from deploy.cli.words import read_po

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def sentences(package: str) -> set[str]:
    found = set()
    for file in (DEPLOY / package).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                found.add(ast.literal_eval(node.args[0]))
    return found


@pytest.mark.parametrize("package", ["local", "demo"])
def test_every_sentence_is_there_in_both_languages(package: str) -> None:
    english = read_po((DEPLOY / package / "locale" / "en.po").read_text("utf-8"))

    assert sentences(package) == set(english)
    assert all(english.values())
