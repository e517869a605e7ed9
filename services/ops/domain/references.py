"""What an event is about and what it comes from, read from its envelope and facts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_REFS = 200
"""An event that names more things than this is found by the first of them."""

_PLURALS = {"companies": "company"}


def references(subject: str, data: Mapping[str, Any]) -> list[str]:
    """`kind/id` of all that an event names: its subject, each `*_id` and `*_ids`, and values that are references.

    A `place_id` takes its kind from `place_kind`; a certificate is also known by its `number`.
    """
    return list(dict.fromkeys([subject, *_named(data)]))[:MAX_REFS]


def causes(causationid: str | None, data: Mapping[str, Any]) -> list[str]:
    """Ids of the events behind it: what its teller was handling, and the `cause` that a mail names."""
    named = data.get("cause")
    found = [causationid, named if isinstance(named, str) else None]
    return list(dict.fromkeys(cause for cause in found if cause))


def _named(data: Mapping[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        if name.endswith("_id") and _is_key(value):
            yield f"{_kind(name.removesuffix('_id'), data)}/{value}"
        elif name.endswith("_ids") and isinstance(value, list):
            kind = name.removesuffix("_ids")
            yield from (f"{_PLURALS.get(kind, kind)}/{item}" for item in value if _is_key(item))
        elif name in ("recipient", "about", "person") and isinstance(value, str) and value.count("/") == 1:
            yield value
        elif name == "number" and "certificate_id" in data and _is_key(value):
            yield f"certificate/{value}"


def _kind(name: str, data: Mapping[str, Any]) -> str:
    told = data.get(f"{name}_kind")
    return told if isinstance(told, str) and told else name


def _is_key(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200
