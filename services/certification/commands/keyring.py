"""Which keys there are and which one signs: rows decide, files under ``KEUR_HOME/keys`` hold the private halves.

What was made when the system was set up, or put there or retired by hand, stands in files only; it is taken over into
the rows when somebody looks. A key that a change of keys ended never comes back from a file.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from shared import clock
from shared.db import Tx

from ..credential.keys import IssuingKey, IssuingKeyMissing, IssuingKeys
from ..domain.key_change import Kind, State
from ..paper import keys as paper_keys
from ..paper.keys import PaperKeyMissing
from ..paper.seal import Seal
from ..store import keys as store
from ..store.keys import Key


async def issuing_keys(tx: Tx, home: Path, *, hold: bool = True) -> IssuingKeys:
    """Every issuing key; with ``hold`` the active one signs on until this transaction ends, whoever approves a change.
    Raises IssuingKeyMissing when there never was one."""
    if hold:
        await store.hold_active(tx, Kind.CREDENTIAL)
    rows: Sequence[Key] = await store.all_of(tx, Kind.CREDENTIAL)
    try:
        files: Sequence[IssuingKey] = IssuingKeys.of(home).all
    except IssuingKeyMissing:
        if not rows:
            raise
        files = []
    rows = await _taken_over(tx, Kind.CREDENTIAL, rows, [_row(one) for one in files])
    return IssuingKeys(home / "keys", [as_entry(row) for row in rows])


async def active_seal(tx: Tx, seal: Seal) -> Seal:
    """The seal with the signer that is active; a token's is what the settings say. Raises PaperKeyMissing when there is
    none, or none now."""
    if seal.pkcs11_module:
        return seal
    rows: Sequence[Key] = await store.all_of(tx, Kind.PAPER)
    rows = await _taken_over(tx, Kind.PAPER, rows, _paper_in_files(Path(seal.home)))
    for row in reversed(rows):
        if row.state == "active":
            return replace(seal, signer_file=row.files[0], authority_file=row.files[1])
    raise PaperKeyMissing("(being replaced)" if rows else f"{paper_keys.SIGNER}.pem")


async def take_over(tx: Tx, home: Path) -> None:
    """What stands in files only becomes rows too, where there is something."""
    for look in (issuing_keys(tx, home, hold=False), active_seal(tx, Seal(str(home)))):
        try:
            await look
        except (IssuingKeyMissing, PaperKeyMissing):
            pass


async def may_still_sign(tx: Tx, signer: str) -> bool:
    """Whether this signer of papers was not replaced; it will not be before this transaction ends."""
    await store.hold_active(tx, Kind.PAPER)
    ended: bool = await tx.fetchval(
        "select exists (select from signing_key where key_id = $1 and state <> 'active')", signer
    )
    return not ended


async def authorities(tx: Tx, home: Path) -> bytes:
    """The certificates (PEM) of every authority that still vouches for papers, the newest first."""
    rows = await store.all_of(tx, Kind.PAPER)
    revoked = {row.files[1] for row in rows if row.state == "revoked"}
    names = dict.fromkeys(row.files[1] for row in reversed(rows) if row.files[1] not in revoked)
    return b"".join(paper_keys.authority(home, name) for name in names or [paper_keys.CA])


def as_entry(key: Key) -> IssuingKey:
    """As the index and the DID document have it."""
    return IssuingKey(key.id, _said(key.began_at), _said_or_none(key.ended_at), _said_or_none(key.revoked_since))


async def _taken_over(tx: Tx, kind: Kind, rows: Sequence[Key], files: Sequence[Key]) -> Sequence[Key]:
    """The rows, with what the files say and they did not know yet: keys, and the end of those that no change made."""
    known, there = {row.id: row for row in rows}, {one.id: one for one in files}
    ended = [
        (row.id, there[row.id].ended_at if row.id in there else None)
        for row in rows
        if row.state == "active" and row.made_by is None and (row.id not in there or there[row.id].state != "active")
    ]
    new = [one for one in files if one.id not in known]
    if not ended and not new:
        return rows
    active = {row.id for row in rows if row.state == "active"} - {id for id, _ in ended}
    signs = None
    if not active and not await store.in_state(tx, State.APPROVED):
        signs = next((one.id for one in reversed(new) if one.state == "active"), None)
    for id, at in ended:
        await store.end(tx, id, at=at or clock.now())
    for one in new:
        if one.state != "active" or one.id == signs:
            await store.add(tx, one)  # of two who take it over at once, the second finds it there
    return await store.all_of(tx, kind)


def _row(entry: IssuingKey) -> Key:
    ended = datetime.fromisoformat(entry.retired_at) if entry.retired_at else None
    since = datetime.fromisoformat(entry.revoked_since) if entry.revoked_since else None
    state = "active" if ended is None else "retired" if since is None else "revoked"
    return Key(entry.id, Kind.CREDENTIAL, (), state, datetime.fromisoformat(entry.made_at), ended, since)


def _paper_in_files(home: Path) -> list[Key]:
    try:
        fingerprint = paper_keys.fingerprint(home)
    except PaperKeyMissing:
        return []
    made = datetime.fromtimestamp((home / "keys" / f"{paper_keys.SIGNER}.pem").stat().st_mtime, UTC)
    files = (paper_keys.SIGNER, paper_keys.CA)
    return [Key(fingerprint, Kind.PAPER, files, "active", made.replace(microsecond=0))]


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _said_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _said(moment)
