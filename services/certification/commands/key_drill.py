"""What would happen if the issuing key were stolen today: done for some certificates with a key that is thrown away,
by the same code, and rolled back. Nobody is told anything; how long all would take is worked out from it."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from shared.clock import Clock
from shared.db import Database, Tx

from ..credential import document
from ..credential.did import did_document, method_of
from ..credential.keys import IssuingKey, IssuingKeys, make_issuing_key
from ..credential.proof import ProofRefused, PublicKey, check_proof
from ..domain.key_change import Kind as KeyKind
from ..domain.life import KEY_COMPROMISED, Kind
from ..domain.rules import Refused
from ..paper.content import LANGUAGES, content_of
from ..paper.keys import make_paper_keys
from ..paper.work import make_paper
from ..store import keys as store
from ..store import papers, signing
from ..store.audit import By
from ..store.signing import Begun
from ..workers import WORKERS
from .key_reissues import BATCH, WORDS
from .life import Asked, decide_step
from .papers import Press, as_file
from .signing import Signer

PAPERS = 5
"""Made out for the measurement."""
MOST = 1000

_STANDING = """
    select t.number from certificate_status t
    join signing s on (s.number, s.version) = (t.number, t.version) and s.state = 'signed'
    where s.key_id = $1 and t.state in ('valid', 'suspended') order by random()
"""


class _Undone(Exception):
    """Rolls a round of the drill back."""


@dataclass(slots=True)
class Drill:
    """What came of it. ``new_accepted``: credentials by the new key that hold; ``old_refused``: old ones that the DID
    document no longer vouches for; times in seconds."""

    standing: int = 0
    tried: int = 0
    reissued: int = 0
    left: int = 0
    new_accepted: int = 0
    old_refused: int = 0
    seconds: float = 0.0
    papers: int = 0
    paper_seconds: float = 0.0
    failed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        each = self.seconds / self.tried if self.tried else 0.0
        return {
            "standing": self.standing,
            "tried": self.tried,
            "reissued": self.reissued,
            "left": self.left,
            "failed": self.failed,
            "new_accepted": self.new_accepted,
            "old_refused": self.old_refused,
            "holds": not self.failed and self.new_accepted == self.old_refused == self.reissued,
            "seconds": round(self.seconds, 3),
            "per_second": round(1 / each, 1) if each else None,
            "all_would_take_s": round(each * self.standing, 1),
            "papers": self.papers,
            "seconds_per_paper": round(self.paper_seconds / self.papers, 3) if self.papers else None,
            "kept": False,
        }


async def drill(db: Database, press: Press, *, certificates: int, clock: Clock, by: By) -> Drill:
    """Tries it on up to ``certificates`` of those that stand on the active key. Raises IssuingKeyMissing."""
    made = Drill()
    async with db.read() as tx:
        keys = await press.signer.keys(tx, hold=False)
        numbers = [row["number"] for row in await tx.fetch(_STANDING, keys.active.id)]
    made.standing, numbers = len(numbers), sorted(numbers[: min(certificates, MOST)])
    with tempfile.TemporaryDirectory(prefix="keur-drill-") as folder:
        home = Path(folder)
        make_issuing_key(home)
        make_paper_keys(home)
        thrown_away = IssuingKeys.of(home)
        vouched = _vouched(press.signer, keys, thrown_away)
        for first in range(0, len(numbers), BATCH):
            try:
                async with db.transaction() as tx:
                    await _round(tx, press, home, numbers[first : first + BATCH], vouched, made, clock, by)
                    raise _Undone
            except _Undone:
                pass
    return made


def _vouched(signer: Signer, keys: IssuingKeys, new: IssuingKeys) -> PublicKey:
    """What a stranger reads in the DID document after the old key was revoked."""
    stolen = keys.active
    told = [
        replace(one, retired_at=one.made_at, revoked_since=one.made_at) if one == stolen else one for one in keys.all
    ]
    after: Sequence[IssuingKey] = [*told, new.active]
    document = did_document(signer.base_url, IssuingKeys(new.folder, after))
    methods = {one["id"]: one["publicKeyMultibase"] for one in document["verificationMethod"]}
    return {id: methods[id] for id in document["assertionMethod"]}.get


async def _round(
    tx: Tx, press: Press, home: Path, numbers: list[str], vouched: PublicKey, made: Drill, clock: Clock, by: By
) -> None:
    key = IssuingKeys.of(home).active
    began, signed = monotonic(), []
    await store.hold_active(tx, KeyKind.CREDENTIAL)
    await tx.execute("select from certificate_status where number = any($1) order by number for update", numbers)
    for number in numbers:
        made.tried += 1
        before = await signing.signed(tx, number)
        try:
            asked = Asked(Kind.REISSUED, KEY_COMPROMISED, WORDS)
            await decide_step(tx, number, asked, now=clock.now(), today=clock.today(), by=by)
        except Refused:
            made.left += 1
            continue
        made.reissued += 1
        now = clock.now().replace(microsecond=0)
        (owed,) = await signing.take_owed(tx, 1, number, now=now)
        base = press.signer.base_url
        says = document.unsigned(
            owed.document, owed.scheme, issued_at=owed.issued_at, base_url=base, status=owed.status
        )
        one = Begun(owed.signing_id, number, key.id, method_of(base, key.id), now, says)
        await signing.begin(tx, [one])
        proof = await press.signer.proof(IssuingKeys.of(home), says, key.id, one.method, now)
        await signing.finish(tx, [(one.signing_id, proof)], now=now)
        signed.append((number, before, {**says, "proof": [proof]}))
    made.seconds += monotonic() - began
    for number, before, after in signed:
        good = await asyncio.to_thread(_holds, after, vouched)
        bad = before is not None and await asyncio.to_thread(_holds, before, vouched)
        made.new_accepted += good
        made.old_refused += not bad
        if not good or bad:
            made.failed.append(number)
        if made.papers < PAPERS:
            await _paper(tx, press, home, number, after, made)


async def _paper(tx: Tx, press: Press, home: Path, number: str, credential: dict[str, Any], made: Drill) -> None:
    source = await papers.source(tx, number)
    if source is None:
        return
    base, language = press.signer.base_url, LANGUAGES[0]
    content = content_of(
        source["document"], source["content"], check_code=source["check_code"], base_url=base, language=language
    )
    began, seal = monotonic(), replace(press.seal, home=str(home), pkcs11_module="", tsa_url="")
    await WORKERS.run(make_paper, content, as_file(credential).decode(), source["issued_at"], press.fonts, seal)
    made.paper_seconds += monotonic() - began
    made.papers += 1


def _holds(credential: dict[str, Any], vouched: PublicKey) -> bool:
    try:
        check_proof(credential, vouched)
    except ProofRefused:
        return False
    return True
