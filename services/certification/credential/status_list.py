"""Bitstring Status List (W3C, 1.0): one bit for each certificate, at a place that says nothing about its number."""

import base64
import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from .did import did_of
from .proof import instant
from .rdf import CREDENTIALS

SIZE = 131_072
"""Bits in a list: fewer than this is refused, because a holder could be told from who asks (4.1)."""
STANDS_FOR = timedelta(hours=24)
"""How long a list may be relied on. An old list that is put back is refused after this."""
KEPT = timedelta(minutes=5)
"""How long whoever fetched it may go on using it."""
PURPOSE = "revocation"


class NotAStatusList(ValueError):
    """The text is no compressed bitstring of the right length."""


def url_of(base_url: str, list_number: int) -> str:
    return f"{base_url}/certification/status/{list_number}"


def entry(base_url: str, list_number: int, index: int) -> dict[str, str]:
    """What a credential says about where its status stands."""
    url = url_of(base_url, list_number)
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": PURPOSE,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def bits(set_at: Iterable[int], size: int = SIZE) -> bytes:
    """A bitstring with ones at these places; place 0 is the leftmost bit."""
    string = bytearray(size // 8)
    for place in set_at:
        string[place // 8] |= 0x80 >> place % 8
    return bytes(string)


def encode(bitstring: bytes) -> str:
    """``u``, then base64url without padding over gzip: the same bits give the same text."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(bitstring, mtime=0)).decode().rstrip("=")


def is_set(encoded: str, place: int) -> bool:
    """Whether the bit is one. Raises NotAStatusList when the list cannot be read, is too short or has no such place."""
    try:
        data = encoded.removeprefix("u") + "=" * (-(len(encoded) - 1) % 4)
        string = gzip.decompress(base64.urlsafe_b64decode(data))
    except (ValueError, OSError, EOFError) as wrong:
        raise NotAStatusList(encoded[:20]) from wrong
    if not encoded.startswith("u") or len(string) * 8 < SIZE or not 0 <= place < len(string) * 8:
        raise NotAStatusList(encoded[:20])
    return bool(string[place // 8] & 0x80 >> place % 8)


def unsigned_list(base_url: str, list_number: int, bitstring: bytes, *, now: datetime) -> dict[str, Any]:
    """The list as a credential, to be signed."""
    url = url_of(base_url, list_number)
    return {
        "@context": [CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(base_url),
        "validFrom": instant(now),
        "validUntil": instant(now + STANDS_FOR),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSE,
            "ttl": KEPT // timedelta(milliseconds=1),
            "encodedList": encode(bitstring),
        },
    }
