"""Published schemes for lists and pages."""

from typing import Any

from shared.db import Tx


async def some(tx: Tx) -> list[dict[str, Any]]:
    """Every version without its content, newest first within a scheme. There are a few."""
    rows = await tx.fetch(
        """
        select scheme, version, valid_from, content->'title' as title, content->>'decision_mode' as decision_mode,
               sha256, published_at, published_by, retired_on
        from scheme_version left join scheme_retirement using (scheme, version)
        order by scheme, valid_from desc, published_at desc
        """
    )
    return [dict(row) for row in rows]


async def one(tx: Tx, scheme: str, version: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(
        """
        select scheme, version, valid_from, sha256, published_at, published_by, content
        from scheme_version where scheme = $1 and version = $2
        """,
        scheme,
        version,
    )
    return None if row is None else dict(row)
