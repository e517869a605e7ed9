"""Every sentence of the command line that stands in Dutch in its source."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy import cli
from deploy.cli.desk import STAGES
from deploy.cli.grammar import Verb
from deploy.cli.verbs import VERBS

FOLDER = Path(cli.__file__).parent


def all_texts() -> set[str]:
    """What `_()` is called with, the words of all verbs and arguments, and the stages of a trace."""
    return {*_marked(), *_helps(VERBS), *STAGES.values()}


def _marked() -> Iterator[str]:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                yield from _constants(node.args[0])


def _constants(given: ast.expr) -> Iterator[str]:
    if isinstance(given, ast.IfExp):
        yield from _constants(given.body)
        yield from _constants(given.orelse)
    elif isinstance(given, ast.Constant) and isinstance(given.value, str):
        yield given.value


def _helps(verbs: Sequence[Verb]) -> Iterator[str]:
    for verb in verbs:
        yield verb.help
        yield from (text for each in verb.arguments for text in (each.help, each.metavar) if text)
        yield from _helps(verb.below)
