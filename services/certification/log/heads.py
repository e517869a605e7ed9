"""Signed heads: how long the log was at a moment, and its root, with the issuer's signature."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.db import Database, Tx

from ..credential import multibase
from ..credential.did import did_of, method_of
from ..credential.keys import IssuingKeys
from . import tree

RENEWED_AFTER = timedelta(hours=1)
AT_MOST_EVERY = timedelta(seconds=1)
ORIGIN = "keur-log-head/1"


@dataclass(frozen=True, slots=True)
class Head:
    """``signed`` is the text that ``signature`` (Ed25519) is over; ``method`` the URL of the key in did.json."""

    size: int
    root: bytes
    made_at: datetime
    method: str
    signed: str
    signature: bytes

    def as_json(self) -> dict[str, Any]:
        """Root in hexadecimal digits, signature in base64."""
        return {
            "size": self.size,
            "root_sha256": self.root.hex(),
            "timestamp": _instant(self.made_at),
            "key": self.method,
            "signed": self.signed,
            "signature": base64.b64encode(self.signature).decode(),
        }

    def holds(self, public_key: Callable[[str], str | None]) -> bool:
        """Whether the text says what the head says, and the signature is by a published key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        multikey = public_key(self.method)
        if multikey is None or self.signed != signed_text(
            self.method.partition("#")[0], self.size, self.root, self.made_at
        ):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(multibase.public_key_of(multikey)).verify(
                self.signature, self.signed.encode()
            )
        except (InvalidSignature, ValueError):
            return False
        return True


def signed_text(did: str, size: int, root: bytes, at: datetime) -> str:
    """Five lines, each ended: form, issuer, number of leaves, root in hexadecimal digits, time in UTC."""
    return f"{ORIGIN}\n{did}\n{size}\n{root.hex()}\n{_instant(at)}\n"


async def latest(tx: Tx) -> Head | None:
    row = await tx.fetchrow(
        "select size, root, made_at, method, signed, signature from log_head order by head_id desc limit 1"
    )
    return None if row is None else Head(**row)


async def head_now(
    db: Database,
    keys: Callable[[Tx], Awaitable[IssuingKeys]],
    base_url: str,
    *,
    now: datetime,
    holding: int | None = None,
    hourly: bool = False,
    anew: bool = False,
) -> Head:
    """A head that is as new as the log and not older than an hour; with ``holding`` one that holds this position; with
    ``hourly`` one of the last hour; with ``anew`` one by the key that is active now.

    A new one is signed when there is none, at most every second. Raises IssuingKeyMissing.
    """
    async with db.read() as tx:
        head, size = await latest(tx), await tree.size(tx)
    if head is not None and not anew and _will_do(head, None if hourly else size, holding, now):
        return head
    async with db.transaction() as tx:
        size, root = await tree.extend(tx)
        head = await latest(tx)  # another may have signed one while this waited
        if head is not None and not anew and _will_do(head, None if hourly else size, holding, now):
            return head
        held = await keys(tx)
        active, at = held.active, now.astimezone(UTC).replace(microsecond=0)
        method = method_of(base_url, active.id)
        if anew and head is not None and (head.method, head.size) == (method, size):
            return head
        text = signed_text(did_of(base_url), size, root, at)
        made = Head(size, root, at, method, text, _signature(held, active.id, text))
        await tx.execute(
            "insert into log_head (size, root, made_at, method, signed, signature) values ($1, $2, $3, $4, $5, $6)",
            made.size,
            made.root,
            made.made_at,
            made.method,
            made.signed,
            made.signature,
        )
    return made


def _will_do(head: Head, size: int | None, holding: int | None, now: datetime) -> bool:
    if holding is not None:
        return head.size > holding
    return now - head.made_at < (RENEWED_AFTER if size in (None, head.size) else AT_MOST_EVERY)


def _signature(keys: IssuingKeys, key_id: str, text: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(keys.private(key_id)).sign(text.encode())


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
