"""That a certificate is in the log: its leaves, each with its path to the root of a signed head (RFC 9162, 2.1.3)."""

import json
from typing import Any

from shared.db import Tx

from . import tree
from .entries import leaf_of
from .heads import Head, latest


async def known_proof(tx: Tx, number: str) -> dict[str, Any] | None:
    """What is logged of a certificate, as far as it can be said without signing anything; None while no
    head holds it."""
    head = await latest(tx)
    if head is None:
        return None
    leaves = [leaf for leaf in await tree.leaves_of(tx, number) if leaf["position"] < head.size]
    return await proofs(tx, number, leaves, head) if leaves else None


async def proofs(tx: Tx, number: str, leaves: list[dict[str, Any]], head: Head) -> dict[str, Any]:
    """Each leaf with its path to the root of ``head``, as JSON."""
    return {
        "number": number,
        "leaves": [
            {
                "position": leaf["position"],
                "kind": leaf["kind"],
                "leaf": leaf_of(number, leaf["kind"], leaf["at"], leaf["document_sha256"]).decode(),
                "leaf_sha256": leaf["leaf_sha256"].hex(),
                "path": [one.hex() for one in await tree.inclusion(tx, leaf["position"], head.size)],
            }
            for leaf in leaves
        ],
        "head": head.as_json(),
    }


def as_line(leaf: dict[str, Any]) -> dict[str, Any]:
    """A leaf for export; ``leaf`` is the text that was hashed."""
    text = leaf_of(leaf["number"], leaf["kind"], leaf["at"], leaf["document_sha256"]).decode()
    said = json.loads(text)
    return {
        "position": leaf["position"],
        **{name: said[name] for name in ("kind", "number", "at", "document_sha256")},
        "leaf": text,
        "leaf_sha256": leaf["leaf_sha256"].hex(),
    }
