"""Data Integrity proofs ``eddsa-rdfc-2022`` (W3C Data Integrity EdDSA Cryptosuites 1.0, 3.2)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from . import multibase
from .rdf import canonical

SUITE = "eddsa-rdfc-2022"
FIXED = {"type": "DataIntegrityProof", "cryptosuite": SUITE, "proofPurpose": "assertionMethod"}
PublicKey = Callable[[str], str | None]
"""The Multikey of a verification method, or None when its issuer does not publish it."""


class ProofRefused(ValueError):
    """The proof does not hold; the message says why."""


def make_proof(document: Mapping[str, Any], private_key: bytes, *, method: str, created: datetime) -> dict[str, Any]:
    """The proof to put beside ``document``; the same input gives the same proof. ``created`` is aware, to the second.

    Raises UndefinedTerms when something in the document would not be signed.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    proof = {**FIXED, "created": instant(created), "verificationMethod": method}
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(_signed(document, proof))
    return {**proof, "proofValue": multibase.encode(signature)}


def check_proof(credential: Mapping[str, Any], public_key: PublicKey) -> None:
    """Every proof of a credential, by keys that its issuer publishes. Raises ProofRefused; unsigned is refused too."""
    proofs = credential.get("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs] if proofs else []
    if not proofs:
        raise ProofRefused("there is no proof")
    document = {name: value for name, value in credential.items() if name != "proof"}
    issuer = document.get("issuer")
    did = issuer.get("id") if isinstance(issuer, dict) else issuer
    for proof in proofs:
        _check(document, proof, did, public_key)


def _check(document: Mapping[str, Any], proof: Any, did: object, public_key: PublicKey) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from pyld.jsonld import JsonLdError

    if not isinstance(proof, dict) or any(proof.get(name) != value for name, value in FIXED.items()):
        raise ProofRefused(f"the proof is no {SUITE} assertion")
    method = str(proof.get("verificationMethod"))
    if method.partition("#")[0] != did:
        raise ProofRefused("the key is not the issuer's")
    if (multikey := public_key(method)) is None:
        raise ProofRefused("the issuer publishes no such key")
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        signature = multibase.decode(str(proof.get("proofValue")))
        key = Ed25519PublicKey.from_public_bytes(multibase.public_key_of(multikey))
        key.verify(signature, _signed(document, config))
    except InvalidSignature:
        raise ProofRefused("the signature is over something else") from None
    except (JsonLdError, ValueError) as wrong:
        raise ProofRefused(f"{type(wrong).__name__}: it cannot be read as it was signed") from wrong


def _signed(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    config = _hash_of_options(json.dumps({"@context": document["@context"], **proof}))
    return config + sha256(canonical(dict(document))).digest()


@lru_cache(maxsize=256)
def _hash_of_options(config: str) -> bytes:
    """The same for all that are signed in one second by one key: a fifth of the work of a signature."""
    return sha256(canonical(json.loads(config))).digest()


def instant(moment: datetime) -> str:
    """UTC to the second, as credentials spell it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
