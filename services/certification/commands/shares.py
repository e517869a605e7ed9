"""A holder shows the certificate to somebody for a while, sees when it was looked at, and can end it."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from shared.db import Tx
from shared.ids import new_id

from ..store import audit, shares
from ..store.audit import By


class Shared(NamedTuple):
    """``token`` opens the certificate, ``manage`` the log of who opened it. Neither is kept: only their hashes are."""

    share_id: str
    token: str
    manage: str
    ends_at: datetime


async def share(tx: Tx, number: str, trainee_id: str, *, days: int, now: datetime, by: By) -> Shared:
    made = Shared(new_id(), secrets.token_urlsafe(24), secrets.token_urlsafe(24), now + timedelta(days=days))
    await shares.add(
        tx,
        made.share_id,
        number,
        hashed(made.token),
        hashed(made.manage),
        by=by.actor,
        now=now,
        ends_at=made.ends_at,
    )
    await audit.note(tx, [(by, f"trainee/{trainee_id}", f"shared {number} {made.share_id}")])
    return made


def hashed(token: str) -> str:
    """What is kept of a token of 192 random bits."""
    return sha256(token.encode()).hexdigest()
