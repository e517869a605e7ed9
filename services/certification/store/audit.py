"""Who changed what, and because of what: one row for each change of state, with keys and states only."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class By:
    """Who does something (``office/coordinator``, a token's name, ``rules``) and what made them."""

    actor: str
    cause: str | None = None


async def note(tx: Tx, changes: Sequence[tuple[By, str, str]]) -> None:
    """``changes``: by whom, the subject (``trainee/T1``), what became of it (``eligible``)."""
    if changes:
        await tx.execute(
            """
            insert into audit (actor, cause, subject, change)
            select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
            """,
            [by.actor for by, _, _ in changes],
            [by.cause for by, _, _ in changes],
            [subject for _, subject, _ in changes],
            [change for _, _, change in changes],
        )
