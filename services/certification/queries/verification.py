"""Goes through everything that was issued, in one snapshot and without holding it in memory, and checks it again."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.db import Tx

from ..credential.proof import PublicKey
from ..domain.decisions import Evidence
from ..domain.schemes import SchemeVersion
from ..domain.verification import Issued, Numbering, SetHash, Violation, check_certificate
from . import credentials, decisions, history_check, keys, life_check, log_check, seal_check

CHUNK = 1000
MOST_VIOLATIONS = 1000

_ISSUED = """
    select c.number, c.scheme, c.scheme_version, c.year, c.serial, c.trainee_id, c.programme, c.decision_id::text,
           c.issued_on, c.valid_until, c.issued_at, c.document, c.document_sha256, d.trainee_id as decided_for,
           d.scheme_sha256, d.dossier, d.dossier_sha256, coalesce(d.evidence, '{}') as evidence
    from certificate c left join decision d using (decision_id)
    order by c.scheme, c.year, c.serial
"""
_EVIDENCE = """
    select result_id, revision, exam, attempt, taken_on, score, knocked_out
    from result where trainee_id = any($1::text[]) and state in ('counted', 'replaced')
"""
_OWED = """
    select c.trainee_id from candidate c
    join holder h on h.trainee_id = c.trainee_id and h.name is not null
    join scheme_version s on (s.scheme, s.version) = (c.scheme, c.scheme_version)
    where c.state = 'eligible' and s.content->>'decision_mode' = 'automatic'
"""
_WITHOUT_CERTIFICATE = """
    select d.trainee_id from decision d left join certificate c using (decision_id)
    where c.number is null and d.outcome = 'granted'
    union select trainee_id from candidate left join certificate c using (trainee_id)
    where state = 'granted' and c.number is null
"""


async def verify(tx: Tx, public_key: PublicKey) -> dict[str, Any]:
    """The report: ``ok``, what was checked, the register's count and hash, and each violation by name.

    ``public_key`` gives what the issuer publishes, for the proofs of the credentials.
    """
    async with tx.transaction(isolation="repeatable_read", readonly=True):
        return await _verify(tx, public_key)


async def _verify(tx: Tx, public_key: PublicKey) -> dict[str, Any]:
    violations: list[Violation] = []
    versions = await _versions(tx, violations)
    register = SetHash()
    numbering: dict[tuple[str, int], Numbering] = {}
    rows: list[asyncpg.Record] = []
    async for row in tx.cursor(_ISSUED, prefetch=CHUNK):
        rows.append(row)
        if len(rows) == CHUNK:
            await _check(tx, rows, versions, register, numbering, violations)
            rows.clear()
    await _check(tx, rows, versions, register, numbering, violations)
    counters = await tx.fetch("select scheme, year, last from number_counter")
    last = {(row["scheme"], row["year"]): row["last"] for row in counters}
    for key in numbering.keys() | last.keys():
        one = numbering.setdefault(key, Numbering(*key))
        one.end(last.get(key))
        violations += one.violations
    owed = [row["trainee_id"] for row in await tx.fetch(_OWED)]
    violations += [Violation("owed", one, "every requirement is met and there is no certificate") for one in owed]
    without = [row["trainee_id"] for row in await tx.fetch(_WITHOUT_CERTIFICATE)]
    violations += [Violation("register", one, "a granted decision has no certificate") for one in without]
    violations += await decisions.check(tx, versions)
    signed = await credentials.check(tx, public_key, violations)
    steps = await life_check.check(tx, violations)
    imported = await history_check.check(tx, violations)
    sealed = await seal_check.check(tx, violations)
    logged = await log_check.check(tx, public_key, violations)
    signing_keys = await keys.check(tx, violations)
    return {
        "ok": not violations,
        "checked": {
            "certificates": register.count,
            "schemes": len(versions),
            "numberings": len(numbering),
            "credentials": signed,
            "steps": steps,
            "keys": signing_keys,
            "sealed": sealed,
            **imported,
            **logged,
        },
        "register": {"count": register.count, "sha256": register.sha256},
        "violations_found": len(violations),
        "violations": [
            {"check": one.check, "about": one.about, "message": one.message} for one in violations[:MOST_VIOLATIONS]
        ],
    }


async def _versions(tx: Tx, violations: list[Violation]) -> dict[tuple[str, str], SchemeVersion]:
    """Every scheme version read afresh: what is kept in memory cannot show that a row was changed."""
    found: dict[tuple[str, str], SchemeVersion] = {}
    for row in await tx.fetch("select scheme, version, valid_from, sha256, content from scheme_version"):
        about = f"{row['scheme']} {row['version']}"
        try:
            version = SchemeVersion.from_content(row["content"])
        except ValueError:
            violations.append(Violation("scheme", about, "its content is no valid scheme"))
            continue
        scheme = version.scheme
        if (scheme.scheme, scheme.version, scheme.valid_from) != (row["scheme"], row["version"], row["valid_from"]):
            violations.append(Violation("scheme", about, "its content is of another scheme, version or day"))
        if version.sha256 != row["sha256"]:
            violations.append(Violation("scheme", about, "its content does not have the hash that was kept"))
        found[row["scheme"], row["version"]] = version
    return found


async def _check(
    tx: Tx,
    rows: Sequence[asyncpg.Record],
    versions: dict[tuple[str, str], SchemeVersion],
    register: SetHash,
    numbering: dict[tuple[str, int], Numbering],
    violations: list[Violation],
) -> None:
    some = [Issued(**{**row, "evidence": tuple(row["evidence"])}) for row in rows]
    kept = await _evidence(tx, [one.trainee_id for one in some])
    for one in some:
        violations += check_certificate(one, versions.get((one.scheme, one.scheme_version)), kept)
        numbering.setdefault((one.scheme, one.year), Numbering(one.scheme, one.year)).take(one)
        register.take(one.number, one.document_sha256)


async def _evidence(tx: Tx, trainee_ids: Sequence[str]) -> dict[str, Evidence]:
    found = (Evidence(**row) for row in await tx.fetch(_EVIDENCE, list(trainee_ids)))
    return {one.id: one for one in found}
