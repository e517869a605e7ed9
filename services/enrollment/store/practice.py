"""Practice gained elsewhere."""

from datetime import date

from shared.db import Tx

from ..domain.practice import PracticeElsewhere

_COLUMNS = "practice_id, trainee_id, starts_on, ends_on, gained_at, proof, withdrawn_on, withdrawn_reason"


async def one(tx: Tx, key: str) -> PracticeElsewhere | None:
    """Held until commit."""
    row = await tx.fetchrow(f"select {_COLUMNS} from practice_elsewhere where practice_id = $1 for update", key)  # noqa: S608
    return PracticeElsewhere(**row) if row else None


async def add(tx: Tx, given: PracticeElsewhere, on: date, by: str) -> None:
    await tx.execute(
        """
        insert into practice_elsewhere
            (practice_id, trainee_id, starts_on, ends_on, gained_at, proof, recorded_on, recorded_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        given.practice_id,
        given.trainee_id,
        given.starts_on,
        given.ends_on,
        given.gained_at,
        given.proof,
        on,
        by,
    )


async def set_withdrawn(tx: Tx, given: PracticeElsewhere) -> None:
    await tx.execute(
        "update practice_elsewhere set withdrawn_on = $2, withdrawn_reason = $3 where practice_id = $1",
        given.practice_id,
        given.withdrawn_on,
        given.withdrawn_reason,
    )


async def scheme_of(tx: Tx, trainee_id: str) -> tuple[str, str] | None:
    """Scheme and version that a trainee learns under, held until commit; None for somebody not enrolled here."""
    row = await tx.fetchrow(
        "select scheme, scheme_version from enrolment where trainee_id = $1 for no key update", trainee_id
    )
    return (row["scheme"], row["scheme_version"]) if row else None
