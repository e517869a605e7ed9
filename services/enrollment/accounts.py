"""Sign-in links, sessions and bearer tokens: what is kept of them. Secrets are given out once and kept hashed.

Time here is the database's own, not the injectable clock: a demo that plays a year must not sign everybody out.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.enrollment.store.audit import By, note
from shared.db import Tx
from shared.errors import Refused
from shared.ids import new_id

LINK_MINUTES = 15
SESSION_HOURS = 12
OFFICE = "office/coordinator"


class LinkNotUsable(Refused):
    """Unknown, used before or too old: told apart by nobody outside."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            "Deze inloglink kan niet (meer) worden gebruikt.", "This sign-in link cannot be used (any more)."
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """Who came in, with which rights, and where they were going."""

    subject: str
    scopes: tuple[str, ...]
    lands_on: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session: its id, and the secret that renews it (given to the browser, never kept)."""

    session_id: str
    secret: str


def hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def make_login_link(
    tx: Tx, *, subject: str, scopes: Sequence[str], lands_on: str | None, made_by: str
) -> tuple[str, datetime]:
    """A secret of 256 bits that signs ``subject`` in once within fifteen minutes, and the moment that it ends."""
    secret = secrets.token_urlsafe(32)
    ends_at: datetime = await tx.fetchval(
        """
        insert into login_link (secret_hash, subject, scopes, lands_on, made_by, ends_at)
        values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6)) returning ends_at
        """,
        hashed(secret),
        subject,
        list(scopes),
        lands_on,
        made_by,
        LINK_MINUTES,
    )
    await note(tx, By(made_by), [(subject, "login link made")])
    return secret, ends_at


async def redeem(tx: Tx, secret: str) -> Entry:
    """Use the link up. Of any number that try at once one wins; the others get LinkNotUsable."""
    row = await tx.fetchrow(
        """
        update login_link set used_at = now()
        where secret_hash = $1 and used_at is null and ends_at > now()
        returning subject, scopes, lands_on
        """,
        hashed(secret),
    )
    if row is None:
        raise LinkNotUsable
    await note(tx, By(row["subject"]), [(row["subject"], "signed in")])
    return Entry(row["subject"], tuple(row["scopes"]), row["lands_on"])


async def open_session(tx: Tx, entry: Entry) -> Opened:
    """A session of twelve hours at most, for somebody who has just come in."""
    opened = Opened(new_id(), secrets.token_urlsafe(32))
    await tx.execute(
        """
        insert into session (secret_hash, session_id, subject, scopes, ends_at)
        values ($1, $2, $3, $4, now() + make_interval(hours => $5))
        """,
        hashed(opened.secret),
        opened.session_id,
        entry.subject,
        list(entry.scopes),
        SESSION_HOURS,
    )
    return opened


async def renewed(tx: Tx, secret: str) -> tuple[str, Entry] | None:
    """Session id and rights as they are now, or None when the session has ended."""
    row = await tx.fetchrow(
        """
        select session_id, subject, scopes from session
        where secret_hash = $1 and ended_at is null and ends_at > now()
        """,
        hashed(secret),
    )
    return None if row is None else (row["session_id"], Entry(row["subject"], tuple(row["scopes"])))


async def close_session(tx: Tx, secret: str) -> None:
    """End it; one that has ended already stays as it is."""
    subject = await tx.fetchval(
        "update session set ended_at = now() where secret_hash = $1 and ended_at is null returning subject",
        hashed(secret),
    )
    if subject is not None:
        await note(tx, By(subject), [(subject, "signed out")])


async def note_token(tx: Tx, *, token_id: str, name: str, scopes: Sequence[str], days: int, made_by: str) -> datetime:
    """Write down that a bearer token was made; gives the moment that it ends."""
    ends_at: datetime = await tx.fetchval(
        """
        insert into api_token (token_id, name, scopes, made_by, ends_at)
        values ($1, $2, $3, $4, now() + make_interval(days => $5)) returning ends_at
        """,
        token_id,
        name,
        list(scopes),
        made_by,
        days,
    )
    await note(tx, By(made_by), [(f"token/{token_id}", "made")])
    return ends_at


async def forget_old(tx: Tx, *, days: int = 90) -> None:
    """Links and sessions that ended more than ``days`` ago; what the audit says of them stays."""
    await tx.execute("delete from login_link where ends_at < now() - make_interval(days => $1)", days)
    await tx.execute("delete from session where ends_at < now() - make_interval(days => $1)", days)
