"""A JSON body says each field once. Parsers keep the last of two and drop the first without a word; we refuse."""

import json
from typing import Any

from fastapi import Request

from shared.errors import Refused


class FieldGivenTwice(Refused):
    """The body names one field two times."""


async def each_field_once(request: Request) -> None:
    """Application-wide dependency. Raises FieldGivenTwice; a body that is no JSON is left to whoever reads it."""
    if request.method == "GET" or not _is_json(request.headers.get("content-type", "")):
        return
    body = await request.body()
    try:
        json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("application/") and kind.endswith(("/json", "+json"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        field = "".join(character if character.isprintable() else "?" for character in twice)[:200]
        raise FieldGivenTwice(
            "dit veld staat er twee keer in", "this field is there twice", field=field, allowed=("één keer", "once")
        )
    return found
