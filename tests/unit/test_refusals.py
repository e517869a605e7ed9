"""Every refusal speaks Dutch and English, and some test meets it and quotes both.

What is still to be mended stands in ``STILL_TO_DO``, per service. The list may only shrink: a name that no longer
belongs in it fails as well.
"""

import ast

import pytest

from shared.errors import Refused
from tests.unit.refusals import is_quoted, made, refusals, trees, wordings

STILL_TO_DO: dict[str, str] = {}


def lacking(service: str) -> dict[str, str]:
    """By name: what a refusal of the service lacks."""
    found = {}
    for name, classes in refusals(service).items():
        said = wordings(service).get(name, [])
        by_type = all(issubclass(one, Refused) for one in classes)
        if not said or not (by_type or all(made(service)[name])):
            found[name] = "is not said in Dutch and in English"
        elif not any(is_quoted(one.nl) and is_quoted(one.en) for one in said):
            found[name] = "is quoted by no test in both languages"
    return found


@pytest.mark.parametrize("service", ["certification", "enrollment", "notifications", "ops"])
def test_every_refusal_is_said_in_dutch_and_english_and_a_test_meets_it(service: str) -> None:
    found = lacking(service)
    still = set(STILL_TO_DO.get(service, "").split())

    assert {name: why for name, why in found.items() if name not in still} == {}
    assert sorted(still - found.keys()) == [], "mended: take these off the list"


def test_the_walk_sees_refusals_their_sentences_and_what_tests_quote() -> None:
    assert "AppealTooLate" in refusals("certification")
    assert "RefusedAsKnown" not in refusals("certification")
    (said,) = wordings("certification")["AppealDecidedAlready"]
    assert (said.nl, said.en) == ("Op dit beroep is al beslist.", "This appeal was decided already.")
    assert is_quoted("Op dit beroep is al beslist.")
    assert not is_quoted("".join(["Deze zin ", "staat nergens."]))


@pytest.mark.parametrize("service", ["certification", "enrollment", "notifications", "ops"])
def test_no_sentence_of_the_rules_writes_a_day_as_machines_do(service: str) -> None:
    found = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in trees(service).items()
        if ".domain" in name
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and _is_sentence(node) and ".isoformat(" in ast.unparse(node)
    ]

    assert found == []


def _is_sentence(text: ast.JoinedStr) -> bool:
    words = "".join(str(part.value) for part in text.values if isinstance(part, ast.Constant))
    return " " in words and any(letter.isalpha() for letter in words)
