"""Who changed what, and because of what: one row for each change of state, with keys and states only."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class By:
    """Who does something (``office/coordinator``, a token's name, ``schedule``, ``event``) and what made them."""

    actor: str
    cause: str | None = None


async def note(tx: Tx, by: By, changes: Sequence[tuple[str, str]]) -> None:
    """``changes`` are pairs of a subject (``trainee/T1``) and what became of it (``enrolled``)."""
    if changes:
        await tx.execute(
            """
            insert into audit (actor, cause, subject, change)
            select $1, $2, * from unnest($3::text[], $4::text[])
            """,
            by.actor,
            by.cause,
            [subject for subject, _ in changes],
            [change for _, change in changes],
        )
