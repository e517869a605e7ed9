"""Changing a failed message before it is sent back: what may be changed, and what came of it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.ops.domain.failures import headers_to_resend
from shared.errors import Refused
from shared.events import ALL

JSON = "application/json"


class SealedCannotBeEdited(Refused):
    """A private message is sealed: what nobody here can read, nobody here can change."""


class NoContractKnown(Refused):
    """No contract has the message's type, so nobody can say whether the changed one is right."""


class DoesNotFitItsContract(Refused):
    """The changed body breaks the contract of its type; the message says where."""


class NothingChanged(Refused):
    """The body is as it was: send it back as it is."""


def checked_body(event_type: str, data: Mapping[str, Any]) -> bytes:
    """The changed body as it goes over the bus. Raises NoContractKnown or DoesNotFitItsContract."""
    kind = ALL.get(event_type)
    if kind is None:
        raise NoContractKnown(
            "Geen contract heeft deze soort.", "No contract has this type.", field="type", value=event_type
        )
    if kind.PRIVATE:
        raise SealedCannotBeEdited(
            "Persoonsgegevens zijn hier niet te veranderen.", "Personal data cannot be edited here.", field="data"
        )
    try:
        return kind.model_validate(dict(data)).model_dump_json().encode()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "data"
        raise DoesNotFitItsContract(
            f"{where} past niet in het contract: {first['msg']}",
            f"{where} does not fit its contract: {first['msg']}",
            field=where,
        ) from None


def difference(before: bytes, after: bytes) -> list[str]:
    """The lines that went and came, as a unified diff without its heads."""
    lines = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=1)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _lines(body: bytes) -> list[str]:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False, sort_keys=True).splitlines()
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace").splitlines()


def edited_headers(headers: Mapping[str, Any], *, id: str, of: str) -> dict[str, Any]:
    """A message of its own, caused by the one it replaces."""
    return {**headers_to_resend(headers), "cloudEvents:id": id, "cloudEvents:causationid": of}
