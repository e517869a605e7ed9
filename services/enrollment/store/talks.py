"""Evaluation talks."""

from collections.abc import Sequence
from datetime import date

from shared.db import Tx

from ..domain.visits import Place


async def keep_talk(
    tx: Tx,
    talk_id: str,
    held_on: date,
    place: Place,
    trainee_id: str | None,
    participants: Sequence[str],
    summary: str,
    recorded_by: str,
) -> bool:
    """True when it is new; a talk that is there stays as it was recorded."""
    kept = await tx.fetchval(
        """
        insert into evaluation_talk (talk_id, held_on, place_kind, place_id, trainee_id, participants, summary,
                                     recorded_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning 1
        """,
        talk_id,
        held_on,
        place.kind,
        place.id,
        trainee_id,
        list(participants),
        summary,
        recorded_by,
    )
    return kept is not None
