"""Links that let somebody without an account do one thing, once: look at it (GET), and do it (POST).

``make`` gives the secret away once, inside a private event that only those who write mails can open; here its hash
stays. A link ends on a day of the office's calendar. Of any number that use it at once, one does.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Path

from services.enrollment.store.audit import By, note
from shared.bus import outbox
from shared.db import Tx
from shared.errors import Refused
from shared.events.enrollment import ActionLinkMade
from shared.web.sites import base_urls

PUBLIC = ("/enrollment/answer",)
"""Below it, each purpose has its page: ``/enrollment/answer/<purpose>/<secret>``."""

DAYS = 21
"""How long a link can be used, unless whoever makes it says otherwise: three weeks also reach who is on holiday."""

Secret = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class ActionLinkNotUsable(Refused):
    """Unknown, used before, withdrawn or too old: told apart by nobody outside."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            "Deze link kan niet (meer) worden gebruikt.", "This link cannot be used (any more).", field="link"
        )


@dataclass(frozen=True, slots=True)
class Action:
    """What a link is for: ``about`` what (``mentor/M1``), used by ``person`` (``mentor/M1``)."""

    purpose: str
    about: str
    person: str
    ends_on: date

    @property
    def key(self) -> str:
        """The key in ``about``."""
        return self.about.partition("/")[2]


async def make(
    tx: Tx,
    *,
    purpose: str,
    about: str,
    person: str,
    today: date,
    by: By,
    place: str = "",
    trainee: str = "",
    days: int = DAYS,
) -> str:
    """Makes a link, withdraws earlier ones for the same thing and person, and has it sent; gives its path.

    ``purpose`` is also the name of the mail (with ``_`` for ``-``); ``place`` a company or school and
    ``trainee`` somebody the mail may name.
    """
    secret = secrets.token_urlsafe(32)
    ends_on = today + timedelta(days=days)
    await tx.execute(
        "update action_link set used_on = $4 where purpose = $1 and about = $2 and person = $3 and used_on is null",
        purpose,
        about,
        person,
        today,
    )
    await tx.execute(
        """
        insert into action_link (secret_hash, purpose, about, person, made_by, made_on, ends_on)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        hashed(secret),
        purpose,
        about,
        person,
        by.actor,
        today,
        ends_on,
    )
    await note(tx, by, [(about, f"link made for {person}: {purpose}")])
    path = f"{PUBLIC[0]}/{purpose}/{secret}"
    await outbox.put(
        tx,
        ActionLinkMade(
            person=person,
            purpose=purpose,
            about=about,
            place=place,
            url=base_urls()["enrollment"] + path,
            ends_on=ends_on,
            trainee=trainee,
        ),
    )
    return path


async def look(tx: Tx, purpose: str, secret: str, today: date) -> Action:
    """What the link is for, without using it up; ``ActionLinkNotUsable`` when it cannot be used."""
    row = await tx.fetchrow(
        """
        select purpose, about, person, ends_on from action_link
        where secret_hash = $1 and purpose = $2 and used_on is null and ends_on >= $3
        """,
        hashed(secret),
        purpose,
        today,
    )
    if row is None:
        raise ActionLinkNotUsable
    return Action(**row)


async def consume(tx: Tx, purpose: str, secret: str, today: date) -> Action:
    """Uses the link up. What is refused afterwards in the same transaction gives it back."""
    row = await tx.fetchrow(
        """
        update action_link set used_on = $3
        where secret_hash = $1 and purpose = $2 and used_on is null and ends_on >= $3
        returning purpose, about, person, ends_on
        """,
        hashed(secret),
        purpose,
        today,
    )
    if row is None:
        raise ActionLinkNotUsable
    return Action(**row)


async def withdraw(tx: Tx, purpose: str, about: str, today: date) -> None:
    """What was asked is answered in another way, or no longer asked."""
    await tx.execute(
        "update action_link set used_on = $3 where purpose = $1 and about = $2 and used_on is null",
        purpose,
        about,
        today,
    )


async def withdraw_of(tx: Tx, purpose: str, about: str, person: str, today: date) -> None:
    """The same for one of several persons who were asked."""
    await tx.execute(
        "update action_link set used_on = $4 where purpose = $1 and about = $2 and person = $3 and used_on is null",
        purpose,
        about,
        person,
        today,
    )


def hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
