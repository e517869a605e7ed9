"""JSON Schema of each event, and what may change about one that others already rely on."""

from collections.abc import Iterator
from typing import Any

from shared.events import Event

_WORDS = ("title", "description", "default", "examples")


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The body of an event as JSON Schema 2020-12; listeners take fields that they do not know for nothing."""
    schema = event.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:keur:event:{event.TYPE}",
        "title": event.TYPE,
        "description": meaning(event),
        "x-subject": event.SUBJECT,
        "x-private": event.PRIVATE,
        **{key: value for key, value in schema.items() if key not in ("title", "description")},
        "additionalProperties": True,
    }


def meaning(event: type[Event]) -> str:
    """What happened, in the trade's words: the docstring of the contract on one line."""
    return " ".join((event.__doc__ or "").split()).replace("``", "`")


def not_additive(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What about ``new`` would break who relies on ``old``: nothing when fields were only added, with defaults."""
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{name} was taken away"
        elif _meant(before[name]) != _meant(after[name]):
            yield f"{name} takes other values than before"
    for name in new.get("required", []):
        if name not in old.get("required", []):
            yield f"{name} is required and was not"
    for name, definition in old.get("$defs", {}).items():
        if _meant(definition) != _meant(new.get("$defs", {}).get(name, {})):
            yield f"{name} is defined otherwise than before"
    for key in ("x-subject", "x-private"):
        if old.get(key) != new.get(key):
            yield f"{key[2:]} is not what it was"


def _meant(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _meant(value) for key, value in schema.items() if key not in _WORDS}
    return [_meant(value) for value in schema] if isinstance(schema, list) else schema
