"""A change of keys: one person proposes, another approves, and then it is carried out, however often it is begun again.

The approval is recorded first; in that transaction the old keys end, so that nobody signs between the two. The new key
is a file before it is a row, made under a name that follows from the change: after a crash at any moment whoever comes
next finds what is there and goes on.
"""

from datetime import datetime
from pathlib import Path

from shared.bus import crashpoints, outbox
from shared.clock import Clock
from shared.db import Database, Tx
from shared.events.certification import SigningKeyReplaced
from shared.ids import new_id

from ..credential import keys as issuing_files
from ..domain import key_change as domain
from ..domain.key_change import KeyChange, Kind, Reason, State
from ..domain.key_rules import ChangeNotKnown, KeyIsBeingReplaced
from ..paper import keys as paper_files
from ..settings import CertificationSettings
from ..store import audit
from ..store import keys as store
from ..store.audit import By
from ..store.keys import Key
from .keyring import as_entry, take_over


async def propose(
    tx: Tx,
    settings: CertificationSettings,
    *,
    keys: list[str],
    reason: str,
    words: str,
    since: datetime | None,
    clock: Clock,
    by: By,
    change_id: str | None = None,
) -> KeyChange:
    """Nothing changes yet. Raises the rule that refuses it, IssuingKeyMissing."""
    await store.lock_changes(tx)
    began = await _active(tx, settings)
    waiting = await store.in_state(tx, State.PROPOSED)
    made = domain.propose(
        change_id or new_id(),
        keys,
        reason,
        words,
        since=since,
        began={kind: key.began_at for kind, key in began.items()},
        waiting=waiting[0].change_id if waiting else None,
        in_token=bool(settings.paper_pkcs11_module),
        by=by.actor,
        now=clock.now(),
    )
    await store.add_change(tx, made)
    await audit.note(tx, [(by, f"keys/{made.change_id}", f"proposed {made.reason}")])
    return made


async def approve(tx: Tx, settings: CertificationSettings, change_id: str, *, clock: Clock, by: By) -> KeyChange:
    """From the commit on the old keys sign no more; what is to be made out again is noted with it."""
    change = await _locked(tx, change_id)
    domain.approve(change, by=by.actor, now=clock.now())  # a refusal holds up nobody who signs
    active = await _active(tx, settings)
    for kind in change.keys:
        if kind not in active:
            raise KeyIsBeingReplaced(kind.value)
    ending = [active[kind] for kind in change.keys]
    for key in ending:
        # Waits for whoever signs now; only then it is known when the last signature was made.
        await tx.execute("select from signing_key where key_id = $1 for update", key.id)
    now = clock.now()
    approved = domain.approve(change, by=by.actor, now=now)
    await store.keep_change(tx, approved, by=by.actor, now=now)
    for key in ending:
        await store.end(tx, key.id, at=now, revoked_since=change.since, change_id=change_id)
    if change.since is not None:
        await store.note_reissues(tx, change_id, [key.id for key in ending], change.since, now=now)
    await audit.note(tx, [(by, f"keys/{change_id}", f"approved {change.reason}")])
    return approved


async def withdraw(tx: Tx, change_id: str, *, clock: Clock, by: By) -> KeyChange:
    """A proposal that was not approved is taken off the table."""
    change = domain.withdraw(await _locked(tx, change_id))
    await store.keep_change(tx, change, by=by.actor, now=clock.now())
    await audit.note(tx, [(by, f"keys/{change_id}", "withdrawn")])
    return change


async def make_new_keys(db: Database, settings: CertificationSettings, *, clock: Clock) -> int:
    """The new keys that approved changes do not have yet; how many were made. Of two at once, one makes them."""
    async with db.read() as tx:
        waiting = await store.in_state(tx, State.APPROVED)
        wanting = [change for change in waiting if await _without_key(tx, change)]
    made = 0
    for change in wanting:
        crashpoints.reach("rotation.after-approval")
        async with db.transaction() as tx:
            await store.lock_changes(tx)
            missing = await _without_key(tx, change)
            for kind in missing:
                await _make(tx, settings.home, change, kind, clock=clock)
            crashpoints.reach("rotation.after-key-file")
        crashpoints.reach("rotation.after-new-key")
        made += len(missing)
        await settle_files(db, settings.home, change)
    return made


async def settle_files(db: Database, home: Path, change: KeyChange) -> None:
    """The index says what the rows say, and the private halves that the change ended are taken away."""
    async with db.transaction() as tx:
        await store.lock_changes(tx)
        rows = await store.all_of(tx)
        ended = [row for row in rows if row.ended_by == change.change_id]
        if Kind.CREDENTIAL in change.keys:
            entries = [as_entry(row) for row in rows if row.kind is Kind.CREDENTIAL]
            gone = [row.id for row in ended if row.kind is Kind.CREDENTIAL]
            issuing_files.settle(home, change.change_id, entries, gone)
        for row in ended:
            if row.kind is Kind.PAPER:
                paper_files.take_away(home, row.files[0])


async def _make(tx: Tx, home: Path, change: KeyChange, kind: Kind, *, clock: Clock) -> None:
    (before,) = [row for row in await store.all_of(tx, kind) if row.ended_by == change.change_id]
    files: tuple[str, ...] = ()
    if kind is Kind.CREDENTIAL:
        id = issuing_files.make_replacement(home, change.change_id)
    else:
        authority = None if change.reason is Reason.COMPROMISED else before.files[1]
        files = paper_files.make_replacement(home, change.change_id, authority)
        id = paper_files.fingerprint(home, files[0])
    await store.add(tx, Key(id, kind, files, "active", clock.now(), made_by=change.change_id))
    told = SigningKeyReplaced(
        change_id=change.change_id,
        kind=kind.value,
        reason=change.reason.value,
        old_key=before.id,
        new_key=id,
        revoked_since=change.since,
    )
    await outbox.put(tx, told)


async def _without_key(tx: Tx, change: KeyChange) -> list[Kind]:
    rows = await store.all_of(tx)
    ended = {row.kind for row in rows if row.ended_by == change.change_id}
    made = {row.kind for row in rows if row.made_by == change.change_id}
    return [kind for kind in change.keys if kind in ended - made]


async def _locked(tx: Tx, change_id: str) -> KeyChange:
    await store.lock_changes(tx)
    change = await store.change(tx, change_id)
    if change is None:
        raise ChangeNotKnown(change_id)
    return change


async def _active(tx: Tx, settings: CertificationSettings) -> dict[Kind, Key]:
    """The keys that sign now; what stands in files only is taken over first."""
    await take_over(tx, settings.home)
    return {row.kind: row for row in await store.all_of(tx) if row.state == "active"}
