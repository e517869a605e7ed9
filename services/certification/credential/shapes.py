"""Canonical n-quads without going through JSON-LD each time.

Credentials of one kind differ in their values only. What PyLD makes of a document is learned once per shape, from a
copy in which every value is a marker: then the same lines are filled with other values, and blank nodes are named by
RDFC-1.0 (W3C RDF Dataset Canonicalization 1.0, 4.4). Wherever that could come to something else than PyLD does, this
says None and PyLD does it: an unknown shape, values that are no plain IRI where one must stand, blank nodes that look
the same.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

MOST_SHAPES = 256
FIXED = frozenset({"type", "proofPurpose", "cryptosuite", "statusPurpose"})
"""Names whose values a context may read as words of its own: they belong to the shape."""
_MARKER = "urn:keur:value:"
_SLOTS = re.compile(rf'<{_MARKER}(\d+)>|"{_MARKER}(\d+)"|(_:b\d+)')
_PLAIN_IRI = re.compile(r"(?:https?|urn|did):[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_TO_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f]')

Learn = Callable[[Any], Sequence[str] | None]
Part = str | tuple[str, int]
"""Text, or what is filled in: ``i`` an IRI, ``v`` a value, ``b`` a blank node."""


class NotPlain(Exception):
    """The short way could come to something else."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The lines of a dataset with places for values; ``of_node``: the lines in which each blank node stands."""

    lines: tuple[tuple[Part, ...], ...]
    of_node: tuple[tuple[int, ...], ...]

    @classmethod
    def learned(cls, lines: Sequence[str]) -> "Shape":
        """From n-quads in which markers stand for values."""
        parsed = [tuple(_parts(line)) for line in dict.fromkeys(lines)]
        nodes = [part[1] for line in parsed for part in line if isinstance(part, tuple) and part[0] == "b"]
        count = 1 + max(nodes, default=-1)
        of_node = [tuple(n for n, line in enumerate(parsed) if ("b", node) in line) for node in range(count)]
        return cls(tuple(parsed), tuple(of_node))

    def filled(self, values: Sequence[str]) -> bytes:
        """The canonical n-quads with these values. Raises NotPlain."""
        lines = [[_filled(part, values) for part in line] for line in self.lines]
        hashes = [self._first_degree(node, lines) for node in range(len(self.of_node))]
        if len(set(hashes)) < len(hashes):
            raise NotPlain
        names = [""] * len(hashes)
        for rank, node in enumerate(sorted(range(len(hashes)), key=hashes.__getitem__)):
            names[node] = f"_:c14n{rank}"
        said = {"".join(part if isinstance(part, str) else names[part] for part in line) for line in lines}
        return "".join(sorted(said)).encode()

    def _first_degree(self, node: int, lines: Sequence[Sequence[str | int]]) -> str:
        """Hash First Degree Quads (4.6): itself as _:a, every other blank node as _:z."""
        # The same quad twice counts once; quads that only look the same once their nodes are hidden count each.
        own = dict.fromkeys(tuple(lines[n]) for n in self.of_node[node])
        said = [
            "".join(part if isinstance(part, str) else "_:a" if part == node else "_:z" for part in line)
            for line in own
        ]
        return sha256("".join(sorted(said)).encode()).hexdigest()


class Shapes:
    """Those learned so far, the latest used kept."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Shape | None] = OrderedDict()

    def canonical(
        self, document: Any, learn: Callable[[Any], Sequence[str] | None], whole: Callable[[], bytes]
    ) -> bytes:
        """The canonical n-quads of ``document``: by its shape where that is sure, else by ``whole``.

        ``learn`` gives the n-quads of a document with markers, with blank nodes as _:b0 and so on; None when it cannot.
        """
        words: list[str] = []
        values: list[str] = []
        try:
            _walk(document, words, values)
        except NotPlain:
            return whole()
        key = "\0".join(words)
        if key not in self._known:
            found = whole()  # raises what is wrong with the document
            self._keep(key, _learned(document, learn, values, found))
            return found
        shape = self._known[key]
        self._known.move_to_end(key)
        if shape is None:
            return whole()
        try:
            return shape.filled(values)
        except NotPlain:
            return whole()

    def _keep(self, key: str, shape: Shape | None) -> None:
        self._known[key] = shape
        while len(self._known) > MOST_SHAPES:
            self._known.popitem(last=False)


def _learned(document: Any, learn: Learn, values: Sequence[str], found: bytes) -> Shape | None:
    """The shape, when it comes to what PyLD came to."""
    lines = learn(_marked(document, iter(range(len(values)))))
    if lines is None:
        return None
    shape = Shape.learned(lines)
    try:
        return shape if shape.filled(values) == found else None
    except NotPlain:
        return shape


def _walk(node: Any, words: list[str], values: list[str]) -> None:
    """Splits a document into what belongs to its shape and its values, in one order."""
    if isinstance(node, dict):
        words.append("{")
        for name, value in node.items():
            if name.startswith("@") and name != "@context":
                raise NotPlain
            words.append(name)
            if name in FIXED or name == "@context":
                words.append(repr(value))
            else:
                _walk(value, words, values)
        words.append("}")
    elif isinstance(node, list):
        words.append("[")
        for value in node:
            _walk(value, words, values)
        words.append("]")
    elif isinstance(node, str):
        words.append("v")
        values.append(node)
    else:
        words.append(repr(node))


def _marked(node: Any, count: Iterator[int]) -> Any:
    """The document with a marker for each value, in the order of ``_walk``."""
    if isinstance(node, dict):
        return {
            name: value if name in FIXED or name == "@context" else _marked(value, count)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [_marked(value, count) for value in node]
    return f"{_MARKER}{next(count)}" if isinstance(node, str) else node


def _parts(line: str) -> Iterator[Part]:
    at = 0
    for found in _SLOTS.finditer(line):
        if found.start() > at:
            yield line[at : found.start()]
        iri, value, node = found.groups()
        yield ("i", int(iri)) if iri else ("v", int(value)) if value else ("b", int(node[3:]))
        at = found.end()
    yield line[at:]


def _filled(part: Part, values: Sequence[str]) -> str | int:
    if isinstance(part, str):
        return part
    kind, n = part
    if kind == "b":
        return n
    value = values[n]
    if kind == "i":
        if not _PLAIN_IRI.fullmatch(value):
            raise NotPlain
        return f"<{value}>"
    if _TO_ESCAPE.search(value):
        raise NotPlain
    return f'"{value}"'
