"""Checks every credential and status list again: the proof, and that it says what the certificate says."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg

from shared.db import Tx

from ..credential.document import unsigned
from ..credential.proof import ProofRefused, PublicKey, check_proof, instant
from ..domain.verification import Violation

CHUNK = 50

_CREDENTIALS = """
    select c.number, d.document, c.issued_at, v.content, s.state, s.credential, s.proof, s.key_id, s.method,
           s.begun_at, e.list, e.place
    from certificate c
    join certificate_edition d using (number)
    left join scheme_version v on (v.scheme, v.version) = (c.scheme, c.scheme_version)
    left join signing s on (s.number, s.version) = (d.number, d.version) and s.state <> 'voided'
    left join status_entry e on (e.number, e.version) = (d.number, d.version)
    order by c.number, d.version
"""


async def check(tx: Tx, public_key: PublicKey, violations: list[Violation]) -> int:
    """Adds what does not hold; gives how many credentials hold a proof. Some 15 ms each, in a thread."""
    signed = 0
    rows: list[asyncpg.Record] = []
    async for row in tx.cursor(_CREDENTIALS, prefetch=CHUNK):
        signed += row["state"] == "signed"
        rows.append(row)
        if len(rows) == CHUNK:
            violations += await asyncio.to_thread(_faults, rows, public_key)
            rows = []
    violations += await asyncio.to_thread(_faults, rows, public_key)
    lists = await tx.fetch("select list, credential from status_list where credential is not null order by list")
    for row in lists:
        about = f"status list {row['list']}"
        violations += _proof_faults(about, row["credential"], public_key)
        if not str(row["credential"].get("id")).endswith(f"/status/{row['list']}"):
            violations.append(Violation("credential", about, "what was signed is another list"))
    return signed


def _faults(rows: Sequence[asyncpg.Record], public_key: PublicKey) -> list[Violation]:
    return [fault for row in rows for fault in _faults_of(row, public_key)]


def _faults_of(row: asyncpg.Record, public_key: PublicKey) -> Iterator[Violation]:
    number, credential = row["number"], row["credential"]
    if row["state"] is None:
        yield Violation("credential", number, "no credential is owed or signed for it")
    if row["state"] is not None and (row["proof"] is not None) != (row["state"] == "signed"):
        yield Violation("credential", number, "whether its credential was signed is not as its proof says")
    if credential is None:
        return
    try:
        says = unsigned(
            row["document"],
            row["content"],
            issued_at=row["issued_at"],
            base_url=credential["issuer"]["url"],
            status=(row["list"], row["place"]),
        )
    except (KeyError, TypeError, ValueError):
        says = {}
    if says != credential:
        yield Violation("credential", number, "its credential says something else than the certificate")
    if row["state"] == "signed":
        proof = row["proof"] if isinstance(row["proof"], dict) else {}
        recorded = (row["method"], instant(row["begun_at"]), row["key_id"])
        if recorded != (proof.get("verificationMethod"), proof.get("created"), row["method"].partition("#")[2]):
            yield Violation(
                "credential-proof", number, "the proof is not by the key and of the time that were recorded"
            )
        yield from _proof_faults(number, {**credential, "proof": [row["proof"]]}, public_key)


def _proof_faults(about: str, credential: dict[str, Any], public_key: PublicKey) -> Iterator[Violation]:
    try:
        check_proof(credential, public_key)
    except ProofRefused as refused:
        yield Violation("credential-proof", about, str(refused))
