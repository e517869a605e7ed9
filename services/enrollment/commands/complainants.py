"""Who complained is told what becomes of it, and nobody else: the company never is.

No word of the complaint, nor of what came of it, is in a mail or on the bus: the answer is read behind a link that only
the one who complained gets, and that also takes the appeal.
"""

from datetime import date

from services.enrollment import action_links
from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import ComplainantAnswered

from ..domain.complaints import Case, State
from ..store import complaints
from ..store.audit import By

ANSWER, APPEAL_ANSWER = "complaint-answer", "complaint-appeal-answer"
"""The purposes of the links: what came of a complaint, and what came of it after an appeal."""


async def tell(tx: Tx, case: Case, *, appealed: bool = False, today: date, by: By) -> None:
    """After a step of which who complained hears; the others are the office's own. ``appealed``: by that step."""
    if case.complainant is None or not await complaints.reachable(tx, case.complainant):
        return
    if case.state is State.RESOLVED:
        again = await complaints.was_appealed(tx, case.complaint_id)
        await action_links.make(
            tx,
            purpose=APPEAL_ANSWER if again else ANSWER,
            about=f"complaint/{case.complaint_id}",
            person=case.complainant,
            today=today,
            by=by,
            days=(case.appeal_until - today).days if case.appeal_until else action_links.DAYS,
        )
    elif appealed or case.state is State.ACKNOWLEDGED:
        await outbox.put(
            tx,
            ComplainantAnswered(
                person=case.complainant,
                complaint_id=case.complaint_id,
                step="appealed" if appealed else "acknowledged",
                received_on=case.received_on,
                answered_on=today,
                resolve_by=None if appealed else case.resolve_by,
            ),
        )


async def withdraw_links(tx: Tx, key: str, today: date) -> None:
    """The complaint is in hand again: what came of it before is no longer the answer."""
    for purpose in (ANSWER, APPEAL_ANSWER):
        await action_links.withdraw(tx, purpose, f"complaint/{key}", today)
