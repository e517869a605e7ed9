"""What an operator does with failed messages: send back, discard, take back what was discarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from services.ops import store
from services.ops.domain.failures import AlreadyDecided, ForgedStays, MessageNotKnown, NoInboxKnown, ReasonNeeded
from shared.bus import outbox
from shared.bus.tellers import ForgedTeller
from shared.db import Tx
from shared.events.ops import MessageDiscarded

MOST = 10_000
"""Messages decided about in one transaction; the answer says when there were more."""

FORGED = ForgedTeller.__name__


@dataclass(frozen=True, slots=True)
class Choice:
    """Which messages: by their ids, or all of a group that pass the filters (service, type, subject, error)."""

    ids: Sequence[str] | None = None
    group: str | None = None
    filters: dict[str, str] = field(default_factory=dict)


async def retry(tx: Tx, choice: Choice, *, actor: str, reason: str = "", dry_run: bool = False) -> int:
    """Sends parked messages back to the inbox queue of the service that gave up on them; how many.

    They leave when the redriving loop has the broker's confirm: a crash in between delays them and loses none.
    """
    rows = await _chosen(tx, choice, "parked")
    for row in rows:
        if row["error"] == FORGED and choice.ids:
            raise ForgedStays(
                "Dit is gepubliceerd door wie het niet mag vertellen.",
                "This was published by who may not tell it.",
                field="id",
                value=row["id"],
                allowed=("wegleggen", "discard"),
            )
        if not row["service"] and choice.ids:
            raise NoInboxKnown(
                "Niemand weet welke dienst dit bericht opgaf.",
                "Nobody knows which service gave up on this message.",
                field="id",
                value=row["id"],
                allowed=("wegleggen", "discard"),
            )
    ids = [row["id"] for row in rows if row["service"] and row["error"] != FORGED]
    if ids and not dry_run:
        await store.decide(tx, ids, state="redriving", action="retry", actor=actor, reason=reason)
    return len(ids)


async def discard(tx: Tx, choice: Choice, *, actor: str, reason: str, dry_run: bool = False) -> int:
    """Decides that parked messages need no handling any more, with a reason; how many. `restore` undoes it."""
    reason = reason.strip()
    if len(reason) < 3:
        raise ReasonNeeded(
            "Wegleggen kan alleen met een reden.",
            "A reason is needed to discard a message.",
            field="reason",
            allowed=("drie tekens of meer", "three characters or more"),
        )
    rows = await _chosen(tx, choice, "parked")
    if rows and not dry_run:
        ids = [row["id"] for row in rows]
        await store.decide(tx, ids, state="discarded", action="discard", actor=actor, reason=reason)
        for row in rows:
            told = {name: row[name] for name in ("message_id", "service", "event_type")}
            await outbox.put(tx, MessageDiscarded(**told, reason=reason))
    return len(rows)


async def restore(tx: Tx, choice: Choice, *, actor: str, reason: str = "", dry_run: bool = False) -> int:
    """Puts discarded messages back on the desk as parked; how many."""
    rows = await _chosen(tx, choice, "discarded")
    if rows and not dry_run:
        ids = [row["id"] for row in rows]
        await store.decide(tx, ids, state="parked", action="restore", actor=actor, reason=reason)
    return len(rows)


async def _chosen(tx: Tx, choice: Choice, state: str) -> list[asyncpg.Record]:
    rows = await store.parked_for_decision(
        tx, state=state, ids=choice.ids, group=choice.group, filters=choice.filters, limit=MOST
    )
    if choice.ids and len(rows) < len(set(choice.ids)):
        found = {row["id"] for row in rows}
        missing = next(id for id in choice.ids if id not in found)
        if await tx.fetchval("select state from failed where id = $1", missing) is None:
            raise MessageNotKnown(missing)
        raise AlreadyDecided(
            "Over dit bericht is al beslist.",
            "This message was decided about before.",
            field="id",
            value=missing,
            allowed=state,
        )
    return rows
