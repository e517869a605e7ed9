"""What the code of a service refuses with, read from the code: each refusal with its wordings, and whether a test
quotes them. Nothing here is a list that somebody keeps by hand."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from babel.messages.pofile import read_po

from shared.errors import RuleBroken

ROOT = Path(__file__).resolve().parents[2]
ANY = "\N{HORIZONTAL ELLIPSIS}"
"""Stands for what is filled in when the sentence is made."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A Dutch and an English sentence, with ``ANY`` for what is filled in."""

    nl: str
    en: str


@cache
def trees(service: str) -> dict[str, ast.Module]:
    """Every module of a service, by its dotted name."""
    files = sorted((ROOT / "services" / service).rglob("*.py"))
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}
    return {name: ast.parse(file.read_text("utf-8")) for name, file in names.items() if not name.endswith("__main__")}


@cache
def refusals(service: str) -> dict[str, list[type[RuleBroken]]]:
    """By name: every rule that a module of the service defines. Bases that only others build on are not in it."""
    found: dict[str, list[type[RuleBroken]]] = {}
    for name in trees(service):
        for one in vars(import_module(name)).values():
            if isinstance(one, type) and issubclass(one, RuleBroken) and one.__module__ == name:
                found.setdefault(one.__name__, []).append(one)
    bases = {base.__name__ for many in found.values() for one in many for base in one.__mro__[1:]}
    return {name: many for name, many in sorted(found.items()) if name not in bases or wordings(service).get(name)}


@cache
def catalogue(service: str) -> dict[str, str]:
    """English by Dutch, shared and of the service; empty for what is not in it."""
    found: defaultdict[str, str] = defaultdict(str)
    for folder in (ROOT / "shared" / "web", ROOT / "services" / service):
        with (folder / "locale" / "en.po").open("rb") as po:
            found.update({str(one.id): str(one.string) for one in read_po(po) if isinstance(one.id, str)})
    return found


def wordings(service: str) -> dict[str, list[Wording]]:
    """By class name: the pairs of sentences that it is made with, wherever in the service that is."""
    return {name: said for name, all_said in made(service).items() if (said := [one for one in all_said if one])}


@cache
def made(service: str) -> dict[str, list[Wording | None]]:
    """By class name: what it is made with, each time; None where that is not in both languages right there."""
    found: dict[str, list[Wording | None]] = {}
    translated = catalogue(service).__getitem__
    for tree in trees(service).values():
        for name, call in _made(tree, ""):
            found.setdefault(name, []).append(_pair(call, translated))
    return found


def _made(node: ast.AST, within: str) -> Iterator[tuple[str, ast.Call]]:
    """Each call that makes a refusal, with the class that it makes: by its name, or from within the class."""
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.ClassDef) else within
        if isinstance(child, ast.Call):
            made = child.func
            if isinstance(made, ast.Name | ast.Attribute):
                name = made.id if isinstance(made, ast.Name) else made.attr
                yield (within if name in ("cls", "__init__") else name), child
        yield from _made(child, inside)


def _pair(call: ast.Call, translated: Callable[[str], str]) -> Wording | None:
    """The sentences, when both are written down right there and differ; or one that the service's catalogue has."""
    if call.args and isinstance(call.args[0], ast.Call) and ast.unparse(call.args[0].func) in ("_", "N_"):
        nl = _text(call.args[0].args[0]) or ""
        return Wording(*(re.sub(r"%\(\w+\)s|{\w+}", ANY, one) for one in (nl, en))) if (en := translated(nl)) else None
    given = [*call.args[:2]]
    given += [one.value for name in ("nl", "en") for one in call.keywords if one.arg == name]
    texts = [_text(one) for one in given[:2]]
    if len(texts) < 2 or not texts[0] or not texts[1] or texts[0] == texts[1]:
        return None
    return Wording(texts[0], texts[1])


def _text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            before, after = _text(left), _text(right)
            return None if before is None and after is None else (before or ANY) + (after or ANY)
        case _:
            return None


@cache
def quoted() -> str:
    """Everything that the tests quote, each on a line of its own."""
    texts: list[str] = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
                texts.append((_text(node) or "").replace("\n", " "))
    return "\n".join(texts)


def is_quoted(sentence: str) -> bool:
    """Whether a test has this sentence, from its first word to its last."""
    parts = sentence.split(ANY)
    if max(parts, key=len) not in quoted():
        return False
    return re.search("[^\n]+?".join(map(re.escape, parts)), quoted()) is not None
