"""The arithmetic of the log: proofs hold, and only they do."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from services.certification.log import Kind, LogEntry, merkle


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + root_by_definition(leaves[:k]) + root_by_definition(leaves[k:])).digest()


class Tree:
    def __init__(self, size: int) -> None:
        self.leaves = [str(n).encode() for n in range(size)]
        self.hashes = [merkle.leaf_hash(one) for one in self.leaves]
        self.known = {(0, n): one for n, one in enumerate(self.hashes)}
        growth = merkle.Growth()
        self.known |= {(level, place): found for level, place, found in growth.take(self.hashes)}
        self.root = growth.root

    def hashes_of(self, ranges: list[merkle.Range]) -> list[bytes]:
        return [merkle.range_hash(one, self.known) for one in ranges]


sizes = st.integers(1, 70)


@given(sizes)
@settings(max_examples=40)
def test_a_tree_that_grows_has_the_root_of_the_definition(size: int) -> None:
    tree = Tree(size)

    assert tree.root == root_by_definition(tree.leaves) == merkle.range_hash((0, size), tree.known)


@given(sizes, st.data())
@settings(max_examples=60)
def test_a_leaf_is_proved_and_no_other_leaf_place_or_size_is(size: int, data: st.DataObject) -> None:
    tree, position = Tree(size), data.draw(st.integers(0, size - 1))
    path = tree.hashes_of(merkle.inclusion_ranges(position, size))

    assert merkle.root_of_inclusion(tree.hashes[position], position, size, path) == tree.root
    assert merkle.root_of_inclusion(merkle.leaf_hash(b"other"), position, size, path) != tree.root
    for other in {position - 1, position + 1, size} - {position}:
        assert merkle.root_of_inclusion(tree.hashes[position], other, size, path) != tree.root
    assert merkle.root_of_inclusion(tree.hashes[position], position, size, [*path, tree.root]) != tree.root
    if path:
        assert merkle.root_of_inclusion(tree.hashes[position], position, size, path[:-1]) != tree.root


@given(sizes, st.data())
@settings(max_examples=60)
def test_an_earlier_tree_is_proved_to_be_the_beginning_and_a_rewritten_one_is_not(
    size: int, data: st.DataObject
) -> None:
    tree, first = Tree(size), data.draw(st.integers(0, size))
    before = root_by_definition(tree.leaves[:first])
    path = tree.hashes_of(merkle.consistency_ranges(first, size))

    assert merkle.is_consistent(first, size, before, tree.root, path)
    if first:
        rewritten = root_by_definition([b"rewritten", *tree.leaves[1:first]])
        assert not merkle.is_consistent(first, size, rewritten, tree.root, path)
    if path:
        assert not merkle.is_consistent(first, size, before, tree.root, path[:-1])
        assert not merkle.is_consistent(first, size, before, tree.root, [sha256().digest(), *path[1:]])
    assert not merkle.is_consistent(first, size, before, tree.root, [*path, tree.root])


def test_what_a_leaf_says_is_spelled_one_way_whatever_the_zone_of_the_time() -> None:
    moment = datetime(2026, 7, 3, 9, 0, 0, 120, tzinfo=UTC)
    here = moment.astimezone(timezone(timedelta(hours=2)))

    said = LogEntry("SMO-2026-00001", Kind.SCOPE_REDUCED, here, "ab").leaf

    assert said == (
        b'{"at":"2026-07-03T09:00:00.000120Z","document_sha256":"ab","form":"keur-log/1","kind":"scope-reduced",'
        b'"number":"SMO-2026-00001"}'
    )
