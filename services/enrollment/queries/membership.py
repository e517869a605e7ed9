"""Memberships of a company as pages and JSON show them."""

from typing import Any

from shared.db import Tx


async def of(tx: Tx, company_id: str) -> list[dict[str, Any]]:
    """The newest first."""
    rows = await tx.fetch(
        """
        select membership_id, company_id, began_on, ended_on, reason from membership where company_id = $1
        order by began_on desc, membership_id
        """,
        company_id,
    )
    return [dict(row) for row in rows]
