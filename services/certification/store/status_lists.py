"""Status lists: which places are set, by the status of the certificates that stand there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Kept:
    """A list as it was signed last; nothing yet when ``credential`` is None."""

    bits_sha256: str | None
    signed_at: datetime | None
    credential: dict[str, Any] | None


async def kept(tx: Tx, list_number: int, *, lock: bool = False) -> Kept | None:
    """None when there is no such list."""
    row = await tx.fetchrow(
        f"select bits_sha256, signed_at, credential from status_list where list = $1{' for update' if lock else ''}",  # noqa: S608
        list_number,
    )
    return None if row is None else Kept(**row)


async def keep(tx: Tx, list_number: int, signed: Kept) -> None:
    await tx.execute(
        "update status_list set bits_sha256 = $2, signed_at = $3, credential = $4 where list = $1",
        list_number,
        signed.bits_sha256,
        signed.signed_at,
        signed.credential,
    )


async def withdrawn_places(tx: Tx, list_number: int) -> list[int]:
    """The places whose bit is set."""
    rows = await tx.fetch(
        "select place from status_entry where list = $1 and withdrawn_at is not null order by place", list_number
    )
    return [row["place"] for row in rows]


async def withdraw(tx: Tx, number: str, *, now: datetime, before_version: int | None = None) -> None:
    """Sets the bits of a certificate's credentials, in the transaction that withdraws it; never back. With
    ``before_version`` only those of the versions that a correction took the place of."""
    await tx.execute(
        """
        update status_entry set withdrawn_at = $2
        where number = $1 and withdrawn_at is null and ($3::int is null or version < $3)
        """,
        number,
        now,
        before_version,
    )
