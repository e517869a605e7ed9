"""Who issues, as did:web: an identifier that follows from the public address, and the document found there."""

from typing import Any
from urllib.parse import quote, urlsplit

from .keys import IssuingKeys

CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")


def did_of(base_url: str) -> str:
    """``https://register.example:8443`` is ``did:web:register.example%3A8443`` (did:web method, 3.1)."""
    return f"did:web:{quote(urlsplit(base_url).netloc, safe='')}"


def method_of(base_url: str, key_id: str) -> str:
    """The URL of one key in the document."""
    return f"{did_of(base_url)}#{key_id}"


def did_document(base_url: str, keys: IssuingKeys) -> dict[str, Any]:
    """Every key there ever was: old credentials are checked with retired ones, which say since when they are."""
    did = did_of(base_url)
    methods = [
        {
            "id": method_of(base_url, key.id),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key.id,
            **({"expires": key.retired_at} if key.retired_at else {}),
        }
        for key in keys.all
    ]
    return {
        "@context": list(CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
