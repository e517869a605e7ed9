"""Edit and send back: the old message stays as it was, a new one with an id of its own takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.ops.commands import FORGED
from services.ops.domain import editing
from services.ops.domain.editing import NothingChanged, SealedCannotBeEdited
from services.ops.domain.failures import AlreadyDecided, ForgedStays, MessageNotKnown, NoInboxKnown, ReasonNeeded
from shared.db import Tx
from shared.ids import new_id

_COPY = """
insert into failed (id, message_id, service, event_type, subject, correlationid, error, reason, frame, handler,
                    fingerprint, attempt, exchange, routing_key, sealed, headers, properties, body, parked_at,
                    state, decided_at, decided_by, decided_reason, edited_from)
select $2, $3, service, event_type, subject, correlationid, error, reason, frame, handler,
       fingerprint, 0, exchange, routing_key, false, $4, $5, $6, parked_at, 'redriving', now(), $7, $8, id
from failed where id = $1
"""


async def edit(
    tx: Tx, id: str, data: Mapping[str, Any], *, actor: str, reason: str, dry_run: bool = False
) -> dict[str, Any]:
    """Sends a parked message back changed: what would go or went, its new id, and the diff.

    The body is held against the contract of its type first. Sealed messages cannot be edited,
    nor can one that was published by who may not tell it: changing it does not make it true.
    """
    row = await tx.fetchrow(
        "select id::text, message_id, service, event_type, state, error, sealed, headers, properties, body from failed"
        " where id::text = $1 or message_id = $1 order by position desc limit 1 for update",
        id,
    )
    if row is None:
        raise MessageNotKnown(id)
    if row["sealed"]:
        raise SealedCannotBeEdited(
            "Een verzegeld bericht is niet te veranderen: niemand kan het hier lezen.",
            "A sealed message cannot be edited: nobody here can read it.",
            field="id",
            value=id,
        )
    if row["state"] != "parked":
        raise AlreadyDecided(
            "Over dit bericht is al beslist.",
            "This message was decided about before.",
            field="id",
            value=id,
            allowed="parked",
        )
    if row["error"] == FORGED:
        raise ForgedStays(
            "Dit is gepubliceerd door wie het niet mag vertellen.",
            "This was published by who may not tell it.",
            field="id",
            value=id,
            allowed=("wegleggen", "discard"),
        )
    if not row["service"]:
        raise NoInboxKnown(
            "Niemand weet welke dienst dit bericht opgaf.",
            "Nobody knows which service gave up on this message.",
            field="id",
            value=id,
            allowed=("wegleggen", "discard"),
        )
    body = editing.checked_body(row["event_type"], data)
    diff = editing.difference(row["body"], body)
    if not diff:
        raise NothingChanged(
            "Er is niets veranderd.", "Nothing was changed.", field="data", allowed=("opnieuw aanbieden", "retry")
        )
    told = {"id": None, "message_id": None, "edited_from": row["id"], "service": row["service"], "diff": diff}
    if dry_run:
        return told
    reason = reason.strip()
    if len(reason) < 3:
        raise ReasonNeeded(
            "Een bericht veranderen kan alleen met een reden.",
            "A reason is needed to edit a message.",
            field="reason",
            allowed=("drie tekens of meer", "three characters or more"),
        )
    own, message_id = new_id(), new_id()
    headers = editing.edited_headers(row["headers"], id=message_id, of=row["message_id"])
    properties = {**row["properties"], "message_id": message_id, "type": row["event_type"]}
    properties |= {"content_type": editing.JSON, "content_encoding": None}
    await tx.execute(_COPY, row["id"], own, message_id, headers, properties, body, actor, reason)
    await tx.execute(
        "update failed set state = 'edited', decided_at = now(), decided_by = $2, decided_reason = $3 where id = $1",
        row["id"], actor, reason,
    )  # fmt: skip
    await tx.execute(
        "insert into operator_action (actor, action, reason, failed_id) values ($1, 'edit', $2, $3)",
        actor, reason, row["id"],
    )  # fmt: skip
    return told | {"id": own, "message_id": message_id}


async def outcome_rows(tx: Tx, ids: list[str]) -> list[dict[str, Any]]:
    """What the desk itself knows of messages that were sent back: waiting, parked again, or sent."""
    rows = await tx.fetch(
        """select id::text, message_id, service, event_type, subject, state, edited_from::text,
                  exists (select from failed later where later.message_id = failed.message_id
                          and later.service = failed.service and later.position > failed.position) as parked_again
           from failed where id = any($1::uuid[]) order by position""",
        ids,
    )
    return [dict(row) for row in rows]


async def edited_into(tx: Tx, id: str) -> dict[str, Any] | None:
    """The message that took the place of an edited one, with what was changed."""
    row = await tx.fetchrow(
        "select new.id::text, new.message_id, new.state, new.body as after, old.body as before"
        " from failed new join failed old on old.id = new.edited_from where old.id::text = $1 or new.id::text = $1",
        id,
    )
    if row is None:
        return None
    told = dict(row)
    return told | {"diff": editing.difference(told.pop("before"), told.pop("after"))}
