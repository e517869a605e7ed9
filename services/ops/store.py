"""SQL that keeps the journal, the failed messages and what operators did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from services.ops.domain.failures import Failure
from services.ops.domain.references import causes, references
from shared.bus.wire import Heard
from shared.db import Tx

# A GIN index does not take arrays of arrays through unnest, so refs and causes travel as jsonb and are opened here.
_JOURNAL = """
insert into journal (id, type, source, time, subject, sequence, scheme, correlationid, causationid, traceparent,
                     data, refs, causes)
select e->>'id', e->>'type', e->>'source', (e->>'time')::timestamptz, e->>'subject', (e->>'sequence')::bigint,
       e->>'scheme', e->>'correlationid', e->>'causationid', e->>'traceparent', e->'data',
       array(select jsonb_array_elements_text(e->'refs')), array(select jsonb_array_elements_text(e->'causes'))
from jsonb_array_elements($1) with ordinality as given(e, n) order by n
on conflict (id) do nothing
"""


async def journal(tx: Tx, heard: Sequence[tuple[Heard, dict[str, Any]]]) -> None:
    """Writes events with their facts in one statement; those already there stay as they are."""
    rows = [
        {
            **message.envelope.model_dump(mode="json"),
            "data": data,
            "refs": references(message.envelope.subject, data),
            "causes": causes(message.envelope.causationid, data),
        }
        for message, data in heard
    ]
    await tx.execute(_JOURNAL, rows)


_COLUMNS = (
    "id", "message_id", "service", "event_type", "subject", "correlationid", "error", "reason", "frame", "handler",
    "fingerprint", "attempt", "exchange", "routing_key", "sealed", "headers", "properties", "body", "parked_at",
)  # fmt: skip


async def add_failure(tx: Tx, failure: Failure) -> bool:
    """Keeps one failed message; false when this very copy was kept before."""
    places = ", ".join(f"${n}" for n in range(1, len(_COLUMNS) + 1))
    added = await tx.fetchval(
        f"insert into failed ({', '.join(_COLUMNS)}) values ({places}) on conflict (id) do nothing returning true",  # noqa: S608 (our own column names)
        *(getattr(failure, column) for column in _COLUMNS),
    )
    return bool(added)


async def parked_for_decision(
    tx: Tx, *, state: str, ids: Sequence[str] | None, group: str | None, filters: dict[str, str], limit: int
) -> list[asyncpg.Record]:
    """The messages in `state` that ids, group and filters name, locked until commit, oldest first."""
    return await tx.fetch(
        """select id::text, message_id, service, event_type, fingerprint, error from failed
           where state = $1 and ($2::uuid[] is null or id = any($2)) and ($3::text is null or fingerprint = $3)
             and ($4::text is null or service = $4) and ($5::text is null or event_type = $5)
             and ($6::text is null or subject = $6) and ($7::text is null or error = $7)
             and ($9::text is null or parked_at <= now() - $9::text::interval)
             and ($10::text is null or parked_at >= now() - $10::text::interval)
           order by position limit $8 for update""",
        state,
        ids,
        group,
        filters.get("service"),
        filters.get("type"),
        filters.get("subject"),
        filters.get("error"),
        limit,
        filters.get("older"),
        filters.get("newer"),
    )


async def decide(tx: Tx, ids: Sequence[str], *, state: str, action: str, actor: str, reason: str) -> None:
    """Moves messages to `state` and records who did it and why."""
    await tx.execute(
        """update failed set state = $2, decided_at = now(), decided_by = $3, decided_reason = $4
           where id = any($1::uuid[])""",
        ids,
        state,
        actor,
        reason,
    )
    await tx.execute(
        "insert into operator_action (actor, action, reason, failed_id) select $2, $3, $4, unnest($1::uuid[])",
        ids,
        actor,
        action,
        reason,
    )


async def to_redrive(tx: Tx, limit: int) -> list[asyncpg.Record]:
    """Messages that an operator sent back and that no broker has confirmed yet, locked until commit."""
    return await tx.fetch(
        """select id::text, message_id, service, event_type, headers, properties, body, decided_reason from failed
           where state = 'redriving' order by position limit $1 for update skip locked""",
        limit,
    )


async def redriven(tx: Tx, ids: Sequence[str]) -> None:
    """The broker has confirmed them."""
    await tx.execute("update failed set state = 'redriven' where id = any($1::uuid[])", ids)
