"""What a worker process does for credentials: many at once, since handing over costs more than one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .proof import ProofRefused, check_proof, make_proof
from .rdf import UndefinedTerms, UnknownContext

ToSign = tuple[Mapping[str, Any], bytes, str, datetime]
"""The document, the private key, the key's URL, the time in the proof."""


def sign_batch(some: Sequence[ToSign]) -> list[dict[str, Any] | str]:
    """A proof for each, or the words why it cannot be signed whole."""
    return [_signed(*one) for one in some]


def _signed(document: Mapping[str, Any], key: bytes, method: str, at: datetime) -> dict[str, Any] | str:
    try:
        return make_proof(document, key, method=method, created=at)
    except (UndefinedTerms, UnknownContext) as wrong:
        return f"{type(wrong).__name__}: {wrong}"


def check_batch(some: Sequence[Mapping[str, Any]], published: Mapping[str, str]) -> list[str | None]:
    """Of each credential: None when every proof holds, else why not. ``published``: key's URL fragment → Multikey."""
    return [_checked(one, published) for one in some]


def _checked(credential: Mapping[str, Any], published: Mapping[str, str]) -> str | None:
    try:
        check_proof(credential, lambda method: published.get(method.partition("#")[2]))
    except ProofRefused as refused:
        return str(refused)
    return None
