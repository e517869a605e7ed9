"""After a key that somebody else may have: everything that stands on it is made out again, and the change is completed.

Each round does some of what is open and commits; a process that dies leaves the rest waiting, for itself or another.
"""

from dataclasses import dataclass
from datetime import date, datetime

import structlog

from shared.bus import crashpoints
from shared.clock import Clock
from shared.db import Database, Tx

from ..domain import key_change as domain
from ..domain.key_change import KeyChange, State
from ..domain.life import KEY_COMPROMISED, Kind
from ..domain.rules import Refused
from ..log.heads import head_now
from ..store import audit
from ..store import keys as store
from ..store.audit import By
from .key_changes import make_new_keys, settle_files
from .life import Asked, decide_step
from .signing import Signer, sign_some, status_list_of

log = structlog.get_logger(__name__)

BATCH = 25
WORDS = "De sleutel waarmee dit certificaat was ondertekend kan in andere handen zijn."


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: keys made, certificates made out again, changes completed; all 0 when nothing is open."""

    keys: int = 0
    reissued: int = 0
    completed: int = 0


async def go_on(db: Database, signer: Signer, *, clock: Clock) -> Round:
    """One round of every approved change. Raises IssuingKeyMissing, PaperKeyMissing."""
    async with db.read() as tx:
        changes = await store.in_state(tx, State.APPROVED)
    if not changes:
        return Round()
    made = await make_new_keys(db, signer.settings, clock=clock)
    if reissued := await reissue_some(db, clock=clock):
        return Round(made, reissued)
    completed = 0
    for change in changes:
        completed += await _complete(db, signer, change, clock=clock)
    return Round(made, 0, completed)


async def reissue_some(db: Database, *, clock: Clock, limit: int = BATCH) -> int:
    """Makes out some of those that wait; how many were looked at. The outcome of each is kept with it."""
    async with db.transaction() as tx:
        some = await store.take_reissues(tx, limit)
        for one in some:
            await _reissue(tx, one["change_id"], one["number"], one["approved_by"], clock.now(), clock.today())
        if some:
            crashpoints.reach("rotation.before-reissue-commit")
    return len(some)


async def _reissue(tx: Tx, change_id: str, number: str, decided_by: str, now: datetime, today: date) -> None:
    asked = Asked(Kind.REISSUED, KEY_COMPROMISED, WORDS)
    told = len(tx.outgoing)
    try:
        async with tx.transaction():
            by = By(decided_by, f"keys/{change_id}")
            step = await decide_step(tx, number, asked, now=now, today=today, by=by)
    except Refused as rule:  # it ended meanwhile
        del tx.outgoing[told:]
        await store.keep_reissue(tx, change_id, number, "left", why=type(rule).__name__, now=now)
    except Exception as wrong:  # noqa: BLE001 - one that cannot be made out must not hold up the others
        del tx.outgoing[told:]
        log.error("a certificate could not be made out again", number=number, error=type(wrong).__name__)
        await store.keep_reissue(tx, change_id, number, "failed", why=type(wrong).__name__, now=now)
    else:
        await store.keep_reissue(tx, change_id, number, "done", version=step.version, now=now)


async def _complete(db: Database, signer: Signer, change: KeyChange, *, clock: Clock) -> int:
    """Signs what is still owed, the status lists and a head of the log by the new key; then the change is completed."""
    while await sign_some(db, signer, now=clock.now(), limit=BATCH):
        pass
    async with db.read() as tx:
        if await store.open_work(tx, change.change_id):
            return 0  # another process has some of it in hand
        lists = [row["list"] for row in await tx.fetch("select list from status_list order by list")]
    if domain.Kind.CREDENTIAL in change.keys or change.since is not None:
        for number in lists:
            await status_list_of(db, signer, number, now=clock.now())
        await head_now(db, signer.keys, signer.base_url, now=clock.now(), anew=True)
    await settle_files(db, signer.settings.home, change)
    crashpoints.reach("rotation.before-complete")
    async with db.transaction() as tx:
        await store.lock_changes(tx)
        latest = await store.change(tx, change.change_id)
        if latest is None or latest.state is not State.APPROVED:
            return 0
        now = clock.now()
        await store.keep_change(tx, domain.complete(latest), by=None, now=now)
        await audit.note(tx, [(By("rules"), f"keys/{change.change_id}", "completed")])
    return 1
