"""Rows of training agreements with the names that a page shows."""

from typing import Any

from shared.db import Tx

from ..domain.agreements import State
from ..store import agreements


async def to_sign(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    """The sheet that waits for signatures, with the names of what it is about."""
    sheet = next((one for one in await agreements.of(tx, trainee_id) if one.state is State.SENT), None)
    if sheet is None:
        return None
    names = await tx.fetchrow(
        """
        select (select name from trainee where trainee_id = $1) as trainee,
               (select name from company where company_id = $2) as company,
               (select city from company where company_id = $2) as city,
               (select name from school where school_id = $3) as school,
               (select name from mentor where mentor_id = $4) as mentor,
               (select name from instructor where instructor_id = $5) as instructor
        """,
        trainee_id,
        *(sheet.content[name] for name in ("company_id", "school_id", "mentor_id", "instructor_id")),
    )
    return {**dict(names or {}), **sheet.content, "number": sheet.agreement_id, "parties": sheet.parties}
