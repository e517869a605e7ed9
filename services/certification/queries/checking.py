"""What the register answers about a file, a list, and everything together."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.db import Tx

from ..domain.key_change import counts
from .register import _ENTRY, _with_status


async def entries(tx: Tx, numbers: Sequence[str], today: date) -> dict[str, dict[str, Any]]:
    """By number; with check codes, which the public is not shown."""
    rows = await tx.fetch(f"{_ENTRY} where c.number = any($1::text[])", list(numbers))
    return {row["number"]: _with_status(dict(row), today) for row in rows}


async def credentials(tx: Tx, number: str) -> list[dict[str, Any]]:
    """Every credential that was ever signed for a certificate, with its version, the newest first; ``counts`` is false
    from when somebody else may have had the key."""
    rows = await tx.fetch(
        """
        select s.version, s.credential, s.proof, s.begun_at, k.revoked_since
        from signing s left join signing_key k using (key_id)
        where s.number = $1 and s.state = 'signed' order by s.signing_id desc
        """,
        number,
    )
    return [
        {
            "version": row["version"],
            "credential": {**row["credential"], "proof": [row["proof"]]},
            "counts": counts(row["begun_at"], row["revoked_since"]),
        }
        for row in rows
    ]


async def made_here(tx: Tx, sha256: str) -> bool:
    """Whether a paper with exactly these bytes was made here."""
    found: bool = await tx.fetchval("select exists (select from paper where sha256 = $1 and state = 'signed')", sha256)
    return found


async def counted(tx: Tx, today: date) -> list[dict[str, Any]]:
    """Per scheme and programme how many are valid, suspended, expired and withdrawn. One pass over a narrow index."""
    rows = await tx.fetch(
        """
        select scheme, programme,
               count(*) filter (where state = 'valid' and coalesce(valid_until >= $1, true)) as valid,
               count(*) filter (where state = 'suspended' and coalesce(valid_until >= $1, true)) as suspended,
               count(*) filter (where state = 'expired' or (state <> 'withdrawn' and valid_until < $1)) as expired,
               count(*) filter (where state = 'withdrawn') as withdrawn,
               count(*) as issued
        from certificate_status group by scheme, programme order by scheme, programme
        """,
        today,
    )
    return [dict(row) for row in rows]
