"""Rows for the API, the pages and ``status``: straight from SQL."""

from typing import Any

from shared.db import Tx

_PENDING = ("due", "sending", "in_doubt", "failed", "held")


async def status(tx: Tx) -> dict[str, Any]:
    """How many mails are in each state that somebody may have to look at."""
    rows = await tx.fetch(
        "select state, count(*) as count from mail where state not in ('sent', 'delivered', 'bundled') group by state"
    )
    counts = {row["state"]: row["count"] for row in rows}
    return {"mail": {state: counts.get(state, 0) for state in _PENDING}}


async def mails(tx: Tx, *, after: int, limit: int) -> list[dict[str, Any]]:
    """All mails in the order in which they were made; ``to`` is where it went, or would go now.

    Of one that went in a digest, what became of it is what became of the digest.
    """
    rows = await tx.fetch(
        """
        select v.number, v.id, v.message_id, v.template, coalesce(v.language, p.language) as language, v.recipient,
               coalesce(d.sent_to, m.sent_to, p.email) as "to", v.state, v.reason, v.cause, v.subject_ref, v.scheme,
               v.created_at, v.sent_at, v.attempts, v.doubts, v.bundled_in
        from v_mail v join mail m using (number) left join mail d on d.id = m.bundled_in
        left join person p on p.ref = m.recipient and p.erased_at is null
        where v.number > $1 order by v.number limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def summary(tx: Tx) -> list[dict[str, Any]]:
    """Counts by template and state."""
    rows = await tx.fetch(
        "select template, state, count(*) as count from v_mail group by template, state order by template, state"
    )
    return [dict(row) for row in rows]


async def messages(tx: Tx, *, state: str, about: str, before: int, limit: int) -> list[dict[str, Any]]:
    """The newest mails first; empty ``state`` and ``about`` mean all. ``about`` is a recipient or a subject."""
    rows = await tx.fetch(
        """
        select number, id, template, recipient, subject_ref, cause, state, reason, attempts, due_at, created_at, sent_at
        from mail
        where ($1 = '' or state = $1) and ($2 = '' or recipient = $2 or subject_ref = $2) and number < $3
        order by number desc limit $4
        """,
        state,
        about,
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def message(tx: Tx, mail_id: str) -> dict[str, Any] | None:
    """One mail with its history; None when there is none."""
    row = await tx.fetchrow(
        """
        select m.number, m.id, m.message_id, m.template, m.recipient, m.cause, m.subject_ref, m.scheme, m.state,
               m.reason, m.attempts, m.doubts, m.due_at, m.created_at, m.sent_at, m.language, m.bundled_in,
               (select c.id from captured_mail c where c.message_id = m.message_id limit 1) as captured_id
        from mail m where m.id = $1
        """,
        mail_id,
    )
    if row is None:
        return None
    history = await tx.fetch(
        "select at, state, attempt, reason, actor from mail_history where mail_id = $1 order by id", mail_id
    )
    return dict(row) | {"history": [dict(step) for step in history]}


async def inbox(tx: Tx, *, search: str, before: str, limit: int) -> list[dict[str, Any]]:
    """Captured mail, the newest first; ``search`` is part of an address or of a subject."""
    rows = await tx.fetch(
        """
        select c.id, c.received_at, c.recipients, c.subject, c.message_id, m.id as mail_id, m.template, m.cause,
               m.language
        from captured_mail c left join mail m using (message_id)
        where ($1 = '' or c.recipients ilike $2 or c.subject ilike $2) and ($3 = '' or c.id < $3)
        order by c.id desc limit $4
        """,
        search,
        f"%{_literally(search)}%",
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def captured(tx: Tx, captured_id: str) -> dict[str, Any] | None:
    """One captured mail with its bytes, and the mail it is a copy of."""
    row = await tx.fetchrow(
        """
        select c.id, c.received_at, c.sender, c.recipients, c.subject, c.message_id, c.raw, m.id as mail_id, m.template,
               m.cause, m.subject_ref, m.state,
               (select count(*) from captured_mail o where o.message_id = c.message_id) as copies
        from captured_mail c left join mail m using (message_id) where c.id = $1
        """,
        captured_id,
    )
    return None if row is None else dict(row)


def _literally(search: str) -> str:
    """The text without its meaning in LIKE."""
    return search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
