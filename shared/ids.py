"""Identifiers: new ones that sort by time, and stable ones that come out the same each time they are made."""

import os
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("9a1c8f5e-6d0b-5f0a-9b53-6b1f0b7a5e11")


def new_id() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, the rest random, so that new rows land side by side in an index."""
    text = (time.time_ns() // 1_000_000).to_bytes(6, "big").hex() + os.urandom(10).hex()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-7{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def stable_id(*parts: str) -> str:
    """The same parts give the same id: for what must be told once, such as a visit (thing + due date)."""
    return str(uuid5(_NAMESPACE, "\x1f".join(parts)))
