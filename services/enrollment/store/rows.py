"""Between sets of domain objects and the arrays that PostgreSQL's ``unnest`` takes: one statement for any number."""

from collections.abc import Iterable, Sequence
from typing import Any


def columns(items: Sequence[Any], *names: str) -> list[list[Any]]:
    """One list per name, in the order of the items."""
    return [[getattr(item, name) for item in items] for name in names]


def codes(items: Sequence[Any], name: str) -> list[str]:
    """Lists of codes as ``a;b``: ``unnest`` would flatten an array of arrays."""
    return [";".join(getattr(item, name)) for item in items]


def distinct(keys: Iterable[str]) -> list[str]:
    """Each key once, in order: rows are always locked in the same order."""
    return sorted(set(keys))
