"""Another placement for who lost one: the same path, with the same rules, as an enrolment that names another place."""

from collections.abc import Sequence
from datetime import date

from shared.db import Tx

from ..domain.coverage import Choice
from ..store import coverage
from ..store.audit import By
from .replacements import check_replacement
from .trainees import enrol_trainees


async def place_again(
    tx: Tx, trainee_id: str, company_id: str, mentor_id: str, choices: Sequence[Choice], *, today: date, by: By
) -> bool:
    """Begins the next placement today. False when it is there already; raises the rule that it breaks."""
    await coverage.lock(tx)
    wanted = await check_replacement(tx, trainee_id, company_id, mentor_id, choices)
    outcome = await enrol_trainees(tx, [wanted], today=today, by=by)
    for rule in outcome.refused.values():
        raise rule
    return bool(outcome.changed)
