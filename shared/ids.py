"""Identifiers: new ones that sort by time, and stable ones that come out the same each time they are made."""

import os
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("9a1c8f5e-6d0b-5f0a-9b53-6b1f0b7a5e11")


def new_id() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, the rest random, so that new rows land side by side in an index."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    value |= 0b10 << 62 | random & (1 << 62) - 1
    return str(UUID(int=value))


def stable_id(*parts: str) -> str:
    """The same parts give the same id: for what must be told once, such as a visit (thing + due date)."""
    return str(uuid5(_NAMESPACE, "\x1f".join(parts)))
