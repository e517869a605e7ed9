"""Credentials are signed after the certificate was issued, so that issuing never waits for it: in turn, or on demand.

Three steps, each of which may be the last one before a crash: what is signed is recorded, the signature is made, the
proof is kept. Whoever comes next finishes it; with the recorded key and time it comes to the same proof.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import structlog

from shared.bus import crashpoints
from shared.db import Database, Tx

from ..credential import document, status_list
from ..credential.did import did_of, method_of
from ..credential.keys import IssuingKeyMissing, IssuingKeys
from ..credential.proof import PublicKey, make_proof
from ..credential.rdf import UndefinedTerms, UnknownContext
from ..settings import CertificationSettings
from ..store import signing, status_lists
from ..store.signing import Begun
from ..store.status_lists import Kept
from .keyring import issuing_keys

log = structlog.get_logger(__name__)

WAITS = 20
RENEWED_AFTER = status_list.STANDS_FOR / 2


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the public address of the issuer, and the folder with its keys."""

    base_url: str
    settings: CertificationSettings

    @classmethod
    def of(cls, settings: CertificationSettings) -> "Signer":
        return cls(settings.issuer, settings)

    async def keys(self, tx: Tx, *, hold: bool = True) -> IssuingKeys:
        """Read anew each time: keys are replaced while services run. With ``hold`` nobody replaces the active one until
        the transaction ends. Raises IssuingKeyMissing."""
        return await issuing_keys(tx, self.settings.home, hold=hold)

    async def proof(self, keys: IssuingKeys, one: dict[str, Any], key_id: str, method: str, at: datetime) -> Any:
        """In a thread, since others want their answers. Raises what ``make_proof`` and ``IssuingKeys.private`` do."""
        return await asyncio.to_thread(make_proof, one, keys.private(key_id), method=method, created=at)

    async def proofs(self, keys: IssuingKeys, some: Sequence[Begun]) -> list[dict[str, Any] | Exception]:
        """The proof of each, or why there is none; a millisecond each, in one thread for all."""
        return await asyncio.to_thread(lambda: [_proof(keys, one) for one in some])


def _proof(keys: IssuingKeys, one: Begun) -> dict[str, Any] | Exception:
    try:
        return make_proof(one.credential, keys.private(one.key_id), method=one.method, created=one.begun_at)
    except (IssuingKeyMissing, UndefinedTerms, UnknownContext) as wrong:
        return wrong


async def published_key(db: Database, signer: Signer) -> PublicKey:
    """What the DID document gives for a key's URL, also of a revoked one: whether that still counts is asked apart.
    The host may have another name now; the keys are the same."""
    try:
        async with db.read() as tx:
            known = {key.id for key in (await signer.keys(tx, hold=False)).all}
    except IssuingKeyMissing:
        known = set()
    return lambda method: key if (key := method.partition("#")[2]) in known else None


async def sign_some(db: Database, signer: Signer, *, now: datetime, limit: int, number: str | None = None) -> int:
    """Signs up to ``limit`` credentials that are owed (or the one of ``number``); how many.

    One that would not be signed whole is voided for good; ``keur verify`` names it. Raises IssuingKeyMissing.
    """
    async with db.transaction() as tx:
        keys = await signer.keys(tx)
        await _begin(tx, signer, keys, now=now, limit=limit, number=number)
        waiting = await signing.begun(tx, limit, number)
    if not waiting:
        return 0
    crashpoints.reach("signer.after-begin")
    proofs: list[tuple[int, dict[str, Any]]] = []
    lost: list[int] = []
    refused: list[int] = []
    async with db.transaction() as tx:
        keys = await signer.keys(tx)  # held: a key that is replaced meanwhile signs nothing of this any more
        for one, made in zip(waiting, await signer.proofs(keys, waiting), strict=True):
            if isinstance(made, IssuingKeyMissing):
                lost.append(one.signing_id)
            elif isinstance(made, Exception):
                log.error("credential cannot be signed whole", number=one.number, error=made)
                refused.append(one.signing_id)
            else:
                proofs.append((one.signing_id, made))
        crashpoints.reach("signer.before-finish")
        await signing.finish(tx, proofs, now=now)
        if lost:
            await signing.void(tx, lost, "its key was retired before it was signed", now=now, again=True)
        if refused:
            await signing.void(tx, refused, "it has terms that no context defines", now=now, again=False)
    return len(waiting)


async def _begin(tx: Tx, signer: Signer, keys: IssuingKeys, *, now: datetime, limit: int, number: str | None) -> None:
    created, key = _to_the_second(now), keys.active
    owed = await signing.take_owed(tx, limit, number, now=now)
    begun = [
        Begun(
            one.signing_id,
            one.number,
            key.id,
            method_of(signer.base_url, key.id),
            created,
            document.unsigned(
                one.document, one.scheme, issued_at=one.issued_at, base_url=signer.base_url, status=one.status
            ),
        )
        for one in owed
    ]
    await signing.begin(tx, begun)


async def credential_of(db: Database, signer: Signer, number: str, *, now: datetime) -> dict[str, Any] | None:
    """The signed credential of a certificate, signed now when it was still owed. None for an unknown number, or when
    somebody else has been signing it for two seconds."""
    for _ in range(WAITS):
        async with db.read() as tx:
            found = await signing.signed(tx, number)
            waits = found is None and await signing.waits_for(tx, number)
        if found is not None or not waits:
            return found
        if not await sign_some(db, signer, now=now, limit=1, number=number):
            await asyncio.sleep(2 / WAITS)  # another signs it now, and tells nobody when it is done
    return None


async def status_list_of(db: Database, signer: Signer, list_number: int, *, now: datetime) -> dict[str, Any] | None:
    """A status list as it stands now, signed anew when it changed or grew old. None when there is no such list."""
    async with db.read() as tx:
        before = await status_lists.kept(tx, list_number)
        places = await status_lists.withdrawn_places(tx, list_number)
        keys = await signer.keys(tx, hold=False) if before else None
    if before is None or keys is None:
        return None
    if before.credential and _still_says(before, signer, keys, places, now):
        return before.credential
    async with db.transaction() as tx:
        latest = await status_lists.kept(tx, list_number, lock=True)
        keys = await signer.keys(tx)
        places = await status_lists.withdrawn_places(tx, list_number)
        if latest and latest.credential and _still_says(latest, signer, keys, places, now):
            return latest.credential
        bits, at, key = status_list.bits(places), _to_the_second(now), keys.active
        unsigned = status_list.unsigned_list(signer.base_url, list_number, bits, now=at)
        proof = await signer.proof(keys, unsigned, key.id, method_of(signer.base_url, key.id), at)
        signed = {**unsigned, "proof": proof}
        await status_lists.keep(tx, list_number, Kept(sha256(bits).hexdigest(), at, signed))
    return signed


def _still_says(kept: Kept, signer: Signer, keys: IssuingKeys, places: Sequence[int], now: datetime) -> bool:
    if kept.credential is None or kept.signed_at is None or now >= kept.signed_at + RENEWED_AFTER:
        return False
    bits = sha256(status_list.bits(places)).hexdigest()
    signed_with = kept.credential["proof"]["verificationMethod"].partition("#")[2]
    return (
        kept.bits_sha256 == bits
        and kept.credential["issuer"] == did_of(signer.base_url)
        and signed_with == keys.active.id
    )


def _to_the_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
