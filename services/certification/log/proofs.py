"""That a certificate is in the log: its leaves, each with its path to the root of a signed head (RFC 9162, 2.1.3)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared.db import Tx

from . import merkle, tree
from .entries import leaf_of
from .heads import Head
from .merkle import Node

# All that a proof is made of in one answer of the database: each question more is a wait more on a busy machine. Beside
# a leaf's path there is at each level the one other child of its parent, or at the edge of the tree a part of the
# whole subtrees that the log falls into.
_KNOWN = """
with head as materialized (
    select size, root, made_at, method, signed, signature from log_head order by head_id desc limit 1
), leaf as materialized (
    select l.position, l.kind, l.at, l.document_sha256, l.leaf_sha256
    from head join log_entry l on l.number = $1 and l.position < head.size
), wanted as materialized (
    select level, (position >> level) # 1::bigint as place
    from leaf, head, generate_series(0, 61) level where 1::bigint << level < size
    union select level, (size >> level) - 1 from head, generate_series(0, 61) level where size >> level & 1 = 1
), known as (
    select w.level, w.place, l.leaf_sha256 as sha256
    from wanted w cross join lateral (select * from log_entry l where w.level = 0 and l.position = w.place) l
    union all select w.level, w.place, n.sha256
    from wanted w cross join lateral (select * from log_node n where (n.level, n.place) = (w.level, w.place)) n
)
select head.*, of_leaf.*, of_node.* from head
cross join (
    select array_agg(position order by position) as positions, array_agg(kind order by position) as kinds,
           array_agg(at order by position) as ats, array_agg(document_sha256 order by position) as documents,
           array_agg(leaf_sha256 order by position) as leaves from leaf
) of_leaf
cross join (
    select array_agg(level) as levels, array_agg(place) as places, array_agg(sha256) as hashes from known
) of_node
where positions is not null
"""


async def known_proof(tx: Tx, number: str) -> dict[str, Any] | None:
    """What is logged of a certificate, as far as it can be said without signing anything; None while no
    head holds it."""
    row = await tx.fetchrow(_KNOWN, number)
    if row is None:
        return None
    head = Head(*(row[name] for name in Head.__dataclass_fields__))
    names = ("position", "kind", "at", "document_sha256", "leaf_sha256")
    columns = (row[name] for name in ("positions", "kinds", "ats", "documents", "leaves"))
    leaves = [dict(zip(names, one, strict=True)) for one in zip(*columns, strict=True)]
    nodes = zip(row["levels"], row["places"], row["hashes"], strict=True)
    return _told(number, leaves, head, {(level, place): sha256 for level, place, sha256 in nodes})


async def proofs(tx: Tx, number: str, leaves: Sequence[dict[str, Any]], head: Head) -> dict[str, Any]:
    """Each leaf with its path to the root of ``head``, as JSON."""
    wanted = {
        node
        for leaf in leaves
        for span in merkle.inclusion_ranges(leaf["position"], head.size)
        for node in merkle.subtrees(*span)
    }
    return _told(number, leaves, head, await tree.nodes(tx, wanted))


def _told(number: str, leaves: Sequence[Mapping[str, Any]], head: Head, known: Mapping[Node, bytes]) -> dict[str, Any]:
    return {
        "number": number,
        "leaves": [
            {
                "position": leaf["position"],
                "kind": leaf["kind"],
                "leaf": leaf_of(number, leaf["kind"], leaf["at"], leaf["document_sha256"]).decode(),
                "leaf_sha256": leaf["leaf_sha256"].hex(),
                "path": [
                    merkle.range_hash(span, known).hex()
                    for span in merkle.inclusion_ranges(leaf["position"], head.size)
                ],
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
