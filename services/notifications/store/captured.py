"""The captured mails, as the sink hands them over."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db import Tx


@dataclass(frozen=True)
class Captured:
    """One message as it stood on the wire. ``recipients`` are those of the envelope, separated by commas."""

    id: str
    sender: str
    recipients: str
    subject: str
    message_id: str | None
    raw: bytes


async def add(tx: Tx, mails: Sequence[Captured]) -> None:
    await tx.execute(
        """
        insert into captured_mail (id, sender, recipients, subject, message_id, raw)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
        """,
        [mail.id for mail in mails],
        [mail.sender for mail in mails],
        [mail.recipients for mail in mails],
        [mail.subject.replace("\x00", "") for mail in mails],
        [mail.message_id for mail in mails],
        [mail.raw for mail in mails],
    )
