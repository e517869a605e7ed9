"""One spelling for data that is hashed: sorted keys, no spaces, UTF-8."""

import json
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any


def canonical_json(data: Any) -> bytes:
    """The only spelling of ``data``. Decimals become text without trailing zeros, dates ISO 8601."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_spell
    ).encode()


def fingerprint(data: Any) -> str:
    """SHA-256 over the canonical spelling, 64 hexadecimal digits."""
    return sha256(canonical_json(data)).hexdigest()


def plain_number(value: Decimal) -> str:
    """``5.50`` and ``5.5`` are one number, so one spelling: ``5.5``."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spell(value: object) -> str:
    match value:
        case Decimal():
            return plain_number(value)
        case date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical spelling")
