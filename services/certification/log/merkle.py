"""Merkle trees as RFC 9162 (2.1) has them: hashes of leaves and nodes, proofs of inclusion and of consistency.

A range ``(start, end)`` stands for a subtree over leaves ``start`` up to and without ``end``. What a proof needs is
first named as ranges, then as whole subtrees ``(level, place)`` of 2**level leaves, so that whoever keeps those hashes
can fetch the few of them at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

Range = tuple[int, int]
Node = tuple[int, int]
EMPTY = sha256().digest()
"""The root of a log without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """The subtrees whose hashes lead from the leaf at ``position`` to the root, from below (2.1.3.1)."""
    path: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The subtrees that show the tree of ``first`` leaves to be the beginning of that of ``second`` (2.1.4.1)."""
    if first in (0, second):
        return []
    path: list[Range] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    if not whole:
        path.append((start, end))
    return path[::-1]


def subtrees(start: int, end: int) -> list[Node]:
    """The whole subtrees that make up a range, from the left."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def range_hash(span: Range, known: Mapping[Node, bytes]) -> bytes:
    """The hash of a range out of its whole subtrees."""
    return fold([known[node] for node in subtrees(*span)])


def fold(hashes: Sequence[bytes]) -> bytes:
    """One hash out of those of whole subtrees, which shrink from left to right."""
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


class Growth:
    """A tree that grows by its leaves: keeps only its whole subtrees on the right edge."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        self.size = size
        self._edge = list(edge)

    @property
    def root(self) -> bytes:
        return fold(self._edge)

    def take(self, leaves: Iterable[bytes]) -> list[tuple[int, int, bytes]]:
        """Adds hashes of leaves; gives level, place and hash of each subtree above them that became whole."""
        made = []
        for found in leaves:
            level, place = 0, self.size
            while place & 1:
                found = node_hash(self._edge.pop(), found)
                level, place = level + 1, place >> 1
                made.append((level, place, found))
            self._edge.append(found)
            self.size += 1
        return made


def root_of_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to; None when it cannot be one for this place and size (2.1.3.2)."""
    if not 0 <= position < size:
        return None
    place, last, found = position, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof shows the tree of ``first`` leaves to be the beginning of that of ``second`` (2.1.4.2)."""
    if first > second:
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY
    hashes = list(path) if first & (first - 1) else [first_root, *path]
    if not hashes:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, one)
        place, last = place >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
