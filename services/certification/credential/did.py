"""Who issues, as did:web: an identifier that follows from the public address, and the document found there."""

from typing import Any
from urllib.parse import quote, urlsplit

from .keys import IssuingKeys

CONTEXTS: tuple[Any, ...] = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    {"validFrom": "https://schema.org/validFrom", "validThrough": "https://schema.org/validThrough"},
)
"""The last two terms say in which period a key signed. ``expires`` would say something else: who reads Controlled
Identifiers 1.0 (2.2) strictly verifies nothing any more after it, also not what was signed before."""


def did_of(base_url: str) -> str:
    """``https://register.example:8443`` is ``did:web:register.example%3A8443`` (did:web method, 3.1)."""
    return f"did:web:{quote(urlsplit(base_url).netloc, safe='')}"


def method_of(base_url: str, key_id: str) -> str:
    """The URL of one key in the document."""
    return f"{did_of(base_url)}#{key_id}"


def did_document(base_url: str, keys: IssuingKeys) -> dict[str, Any]:
    """Every key there ever was, with the period in which it signed: old credentials are checked with retired ones.

    One that somebody else may have is ``revoked`` and vouches for nothing any more: whoever holds it can write any date
    into a proof, so for a stranger there is no safe "before".
    """
    did = did_of(base_url)
    methods = [
        {
            "id": method_of(base_url, key.id),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key.id,
            "validFrom": key.made_at,
            **({"validThrough": key.retired_at} if key.retired_at else {}),
            **({"revoked": key.revoked_since} if key.revoked_since else {}),
        }
        for key in keys.all
    ]
    vouching = [method_of(base_url, key.id) for key in keys.all if key.revoked_since is None]
    return {"@context": list(CONTEXTS), "id": did, "verificationMethod": methods, "assertionMethod": vouching}
