"""The office's own people."""

from shared.db import Tx

from ..domain.people import Contact


async def keep(tx: Tx, contact: Contact) -> bool:
    """True when this is not what was kept before."""
    kept = await tx.fetchval(
        """
        insert into office_contact (role, name, email, language) values ($1, $2, $3, $4)
        on conflict (role) do update set name = excluded.name, email = excluded.email, language = excluded.language
        where (office_contact.name, office_contact.email, office_contact.language)
              is distinct from (excluded.name, excluded.email, excluded.language)
        returning true
        """,
        contact.person,
        contact.name,
        contact.email,
        contact.language,
    )
    return kept is not None
