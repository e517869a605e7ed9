"""Whether a certificate's files are handed out now, for pages that offer them."""

from enum import StrEnum

from shared.db import Tx


class Withheld(StrEnum):
    """Why there is no paper: it was withdrawn, or is to be made out again since somebody else may have the key."""

    WITHDRAWN = "withdrawn"
    KEY = "key"


async def withheld(tx: Tx, number: str | None) -> Withheld | None:
    """None when the paper is handed out, as by ``commands.papers.paper_of``, and for no certificate."""
    said: str | None = await tx.fetchval(
        """
        select case when t.state = 'withdrawn' then 'withdrawn' when t.state <> 'expired' and exists (
            select from signing s join signing_key k using (key_id)
            where (s.number, s.version) = (t.number, t.version) and s.state = 'signed' and s.begun_at >= k.revoked_since
        ) then 'key' end
        from certificate_status t where t.number = $1
        """,
        number,
    )
    return None if said is None else Withheld(said)
