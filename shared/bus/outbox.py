"""The outbox: what is told is written in the transaction that made it true, all rows in one statement at its commit."""

from datetime import datetime
from typing import NamedTuple

from shared import clock
from shared.bus import context
from shared.db import Tx
from shared.events.base import Event
from shared.ids import new_id


class Telling(NamedTuple):
    """An event on its way into the outbox, with what surrounds it."""

    id: str
    event: Event
    correlationid: str
    causationid: str | None
    traceparent: str | None
    time: datetime


async def put(tx: Tx, *events: Event, cause: Event | None = None, id: str | None = None) -> None:
    """Tells events when ``tx`` commits, never otherwise.

    ``cause`` is the event behind them; inside a handler of one event that event is meant when nothing is given. ``id``
    fixes the id of a single event that must be told once however often it is put (a visit due): a second row with
    that id is not written.
    """
    cause = cause or context.cause.get()
    for event in events:
        own = id if id is not None and len(events) == 1 else new_id()
        if cause is not None and cause.was_heard:
            around = cause.envelope
            correlation, causation, trace = around.correlationid, around.id, context.child_of(around.traceparent)
        else:
            correlation, causation, trace = context.correlation.get() or own, None, context.trace.get()
        tx.outgoing.append(Telling(own, event, correlation, causation, trace, clock.now()))


# The row of each subject is locked (in the order of subjects, against deadlock) until commit, so that a subject's
# positions and sequences rise in the order of its commits.
_STATEMENT = """
with told as (
    select * from unnest($1::uuid[], $2::bool[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::timestamptz[], $10::bytea[]) with ordinality
        as t(id, private, type, subject, scheme, correlationid, causationid, traceparent, time, body, n)
    {unless_told}
), counted as (
    insert into subject_sequence as s (subject, last)
    select subject, count(*) from told group by subject order by subject
    on conflict (subject) do update set last = s.last + excluded.last
    returning subject, last
)
insert into outbox (id, private, type, subject, sequence, scheme, correlationid, causationid, traceparent, time, body)
select id, private, type, subject,
       last - count(*) over (partition by subject) + row_number() over (partition by subject order by n),
       scheme, correlationid, causationid, traceparent, time, body
from told join counted using (subject) order by n
{unless_there}
"""
_WRITE = _STATEMENT.format(unless_told="", unless_there="")
# Told already under the same id: no row, no number used. Looking for conflicts costs a seventh of the statement.
_WRITE_ONCE = _STATEMENT.format(
    unless_told="where not exists (select from outbox where outbox.id = t.id)",
    unless_there="on conflict (id) do nothing",
)


async def flush(tx: Tx) -> bool:
    """Writes what was put since the transaction began; true when there was something. Called at its end."""
    rows: list[Telling] = tx.outgoing
    if not rows:
        return False
    events = [row.event for row in rows]
    fixed = any(row.id[14] == "5" for row in rows)  # a UUIDv5 is a fixed id: it may have been told before
    await tx.execute(
        _WRITE_ONCE if fixed else _WRITE,
        [row.id for row in rows],
        [event.PRIVATE for event in events],
        [event.TYPE for event in events],
        [event.subject for event in events],
        [getattr(event, "scheme", None) for event in events],
        [row.correlationid for row in rows],
        [row.causationid for row in rows],
        [row.traceparent for row in rows],
        [row.time for row in rows],
        [event.model_dump_json().encode() for event in events],
    )
    tx.outgoing.clear()
    return True
