"""Mails as they are added, held, released, withheld, and tried again by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.notifications.domain import RETRYABLE
from shared.db import Tx
from shared.events.base import Event
from shared.ids import stable_id

BUNDLE_PAUSE = timedelta(seconds=2)
"""How long a mail that can go with others waits for them."""
CHANNEL = "mail_due"
"""PostgreSQL's NOTIFY on it wakes the postman."""


@dataclass(frozen=True)
class Draft:
    """A mail to be. ``needs`` are the references whose names or facts its text cannot do without."""

    template: str
    recipient: str
    about: str
    event: Event
    needs: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    bundle: str | None = None
    """What it can go together with in one digest, when more of the same are due for the same reader."""

    def row(self) -> dict[str, Any]:
        around = self.event.envelope
        return {
            "id": stable_id("mail", self.template, self.recipient, around.id),
            "template": self.template,
            "recipient": self.recipient,
            "cause": around.id,
            "subject_ref": self.about,
            "scheme": getattr(self.event, "scheme", None),
            "correlation": around.correlationid,
            "trace": around.traceparent,
            "needs": self.needs,
            "data": self.data,
            "bundle": self.bundle,
        }


@dataclass(frozen=True)
class Fate:
    """What became of a mail, with what is told about it."""

    id: str
    template: str
    recipient: str
    cause: str
    subject_ref: str
    scheme: str | None
    correlation: str | None
    trace: str | None
    attempts: int
    reason: str | None
    state: str


async def add(tx: Tx, drafts: Sequence[Draft]) -> list[Fate]:
    """Keeps new mails, one per (recipient, template, cause); gives those that are suppressed from the start."""
    if not drafts:
        return []
    rows = await tx.fetch(
        """
        with given as (
            select t.*, first_state(t.recipient, t.needs) as state
            from rows from (jsonb_to_recordset($1) as (id text, template text, recipient text, cause text,
                subject_ref text, scheme text, correlation text, trace text, needs text[], data jsonb, bundle text))
                with ordinality
                as t(id, template, recipient, cause, subject_ref, scheme, correlation, trace, needs, data, bundle, n)
        ), added as (
            insert into mail (id, template, recipient, cause, subject_ref, scheme, correlation, trace, needs, data,
                              bundle, due_at, state, reason)
            select id, template, recipient, cause, subject_ref, scheme, correlation, trace, needs, data,
                   bundle, case when bundle is null then now() else now() + $2 end, state,
                   case state when 'suppressed' then 'erased' when 'held' then 'contact not known yet' end
            from given order by n
            on conflict do nothing
            returning id, template, recipient, cause, subject_ref, scheme, correlation, trace, attempts, reason, state
        )
        select * from added
        """,
        [draft.row() for draft in drafts],
        BUNDLE_PAUSE,
    )
    if any(row["state"] == "due" for row in rows):
        await ring(tx)
    return [Fate(**row) for row in rows if row["state"] == "suppressed"]


async def ring(tx: Tx) -> None:
    """Wakes the postman when this transaction commits."""
    await tx.execute("select pg_notify($1, '')", CHANNEL)


# Whom it is about is asked by two indexes. With "or everybody" in the same statement neither would serve, and each
# event that makes somebody known would read every mail that is held.
_RELEASE = """
with ready as (
    update mail set state = 'due', due_at = now(), reason = null {who}
    returning mail.id, mail.attempts
), written as (
    insert into mail_history (mail_id, state, attempt, reason, actor)
    select id, 'due', attempts, 'what was missing has arrived', 'event' from ready returning 1
)
select count(*) from written
"""
RELEASE_OF = _RELEASE.format(
    who="""
    where state = 'held' and (recipient = any($1::text[]) or needs && $1::text[])
      and first_state(recipient, needs) = 'due'
    """
)
# Only those whose recipient has an address are asked the rest: the function is given the person's key, not the mail's,
# so that it waits for the join. Asked of 100,000 mails without an address it took longer than a statement may.
RELEASE_ALL = _RELEASE.format(
    who="""
    from person where mail.state = 'held' and person.ref = mail.recipient and person.email <> ''
      and first_state(person.ref, mail.needs) = 'due'
    """
)


async def release(tx: Tx, refs: Sequence[str] | None = None) -> int:
    """Held mails whose last missing contact or fact has arrived become due; gives how many.

    ``refs`` are what has just become known; without it all held mails are looked at.
    """
    released = await (tx.fetchval(RELEASE_ALL) if refs is None else tx.fetchval(RELEASE_OF, list(refs)))
    if released:
        await ring(tx)
    return int(released)


async def withhold(tx: Tx, refs: Sequence[str]) -> list[Fate]:
    """Nothing more goes to or about the erased: what has not been sent is suppressed, and given back."""
    rows = await tx.fetch(
        """
        with stopped as (
            update mail set state = 'suppressed', reason = 'erased'
            where state in ('held', 'due', 'in_doubt', 'failed')
              and (recipient = any($1) or needs && $1 or subject_ref = any($1))
            returning id, template, recipient, cause, subject_ref, scheme, correlation, trace, attempts, reason, state
        ), written as (
            insert into mail_history (mail_id, state, attempt, reason, actor)
            select id, 'suppressed', attempts, reason, 'event' from stopped
        )
        select * from stopped
        """,
        list(refs),
    )
    return [Fate(**row) for row in rows]


async def retry(tx: Tx, mail_id: str, *, actor: str, reason: str) -> bool:
    """A person asks to send it again now; False when it is not in a state that allows that."""
    done = await tx.fetchval(
        """
        with again as (
            update mail set state = case state when 'in_doubt' then 'in_doubt' else 'due' end, due_at = now(),
                            attempts = 0, reason = null
            where id = $1 and state = any($2) returning id, state
        ), written as (
            insert into mail_history (mail_id, state, attempt, reason, actor)
            select id, state, 0, $4, $3 from again returning 1
        )
        select count(*) from written
        """,
        mail_id,
        sorted(RETRYABLE),
        actor,
        reason,
    )
    if done:
        await ring(tx)
    return bool(done)


async def state(tx: Tx, mail_id: str) -> str | None:
    """The state a mail is in; None when there is no such mail."""
    found: str | None = await tx.fetchval("select state from mail where id = $1", mail_id)
    return found
