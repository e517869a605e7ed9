"""Leaves: what happened to which certificate, when, and the hash of what it says. No personal data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from shared.db import Tx

from .merkle import leaf_hash

LEAF_FORM = "keur-log/1"


class Kind(StrEnum):
    """What can happen to a certificate."""

    ISSUED = "issued"
    IMPORTED = "imported"
    CORRECTED = "corrected"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    SCOPE_REDUCED = "scope-reduced"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REISSUED = "reissued"
    RECERTIFIED = "recertified"


ENTERS = (Kind.ISSUED, Kind.IMPORTED, Kind.CORRECTED)
"""The kinds that bring a number into the register."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A leaf to be: ``at`` is aware; ``document_sha256`` is the hash of what the certificate says."""

    number: str
    kind: Kind
    at: datetime
    document_sha256: str

    @property
    def leaf(self) -> bytes:
        """The bytes that are hashed: a JSON object with sorted names and no spaces."""
        return leaf_of(self.number, self.kind, self.at, self.document_sha256)


def leaf_of(number: str, kind: str, at: datetime, document_sha256: str) -> bytes:
    """The bytes of a leaf; the time is in UTC, to the microsecond."""
    said: dict[str, Any] = {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "document_sha256": document_sha256,
        "form": LEAF_FORM,
        "kind": str(kind),
        "number": number,
    }
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


async def append(tx: Tx, entries: Sequence[LogEntry]) -> None:
    """Writes leaves in the order given, in the transaction of what they tell.

    The counter stays locked until commit, so that positions have no gaps and come in the order of commit: append last,
    when all other rows are locked. The tree above is worked out when a head is signed, so this costs one statement.
    """
    if not entries:
        return
    await tx.execute(
        """
        with taken as (update log_counter set size = size + $1 returning size - $1 as first)
        insert into log_entry (position, kind, number, at, document_sha256, leaf_sha256)
        select taken.first + t.nth - 1, t.kind, t.number, t.at, t.document_sha256, t.leaf_sha256
        from taken, unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bytea[])
             with ordinality as t(kind, number, at, document_sha256, leaf_sha256, nth)
        """,
        len(entries),
        [str(one.kind) for one in entries],
        [one.number for one in entries],
        [one.at for one in entries],
        [one.document_sha256 for one in entries],
        [leaf_hash(one.leaf) for one in entries],
    )
