"""Decisions and who takes them: for lists and pages, and checked again with what they rest on."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.decisions import Dossier, Granted, decide, dossier_hash
from ..domain.evidence import Attendance, Elsewhere, Practice, SignedOff
from ..domain.schemes import SchemeVersion
from ..domain.verification import Violation

CHUNK = 1000

_PEOPLE = """
    select d.decision_id::text, d.trainee_id, d.scheme, d.scheme_version, d.outcome, d.dossier, d.dossier_sha256,
           coalesce(d.evidence, '{}') as evidence, d.decided_by, d.mode,
           (select string_agg(tie, ', ' order by tie) from ties_between(d.decided_by, d.trainee_id)) as ties
    from decision d where d.mode = 'reviewed' or d.dossier ? 'facts' order by d.trainee_id, d.decided_at
"""


async def check(tx: Tx, versions: Mapping[tuple[str, str], SchemeVersion]) -> list[Violation]:
    """Decisions of persons, and those that rest on more than exam results: taken again over the kept dossier they must
    come out the same, their evidence must be what was told, and the decider must not be involved."""
    violations: list[Violation] = []
    rows: list[asyncpg.Record] = []
    async for row in tx.cursor(_PEOPLE, prefetch=CHUNK):
        rows.append(row)
        if len(rows) == CHUNK:
            violations += await _faults(tx, rows, versions)
            rows.clear()
    return violations + await _faults(tx, rows, versions)


async def _faults(
    tx: Tx, rows: list[asyncpg.Record], versions: Mapping[tuple[str, str], SchemeVersion]
) -> list[Violation]:
    told = await _told(tx, list({row["trainee_id"] for row in rows})) if rows else {}
    return [
        Violation(check, row["trainee_id"], message)
        for row in rows
        for check, message in _faults_of(row, versions.get((row["scheme"], row["scheme_version"])), told)
    ]


def _faults_of(
    row: asyncpg.Record, version: SchemeVersion | None, told: Mapping[tuple[str, str], object]
) -> list[tuple[str, str]]:
    if version is None:
        return [("decision", "it was decided under a scheme version that is not published")]
    found: list[tuple[str, str]] = []
    try:
        dossier = Dossier.from_data(row["dossier"])
    except (KeyError, ValueError, TypeError, ArithmeticError):
        return [("dossier-hash", "the dossier of its decision cannot be read")]
    if dossier_hash(version, dossier) != row["dossier_sha256"]:
        found.append(("dossier-hash", "the dossier does not have the hash that was kept"))
    again = decide(version, dossier)
    evidence = tuple(id for finding in again.findings for id in finding.evidence)
    if row["outcome"] == "granted" and not isinstance(again, Granted):
        found.append(("decision-again", "decided again it is not granted"))
    if evidence != tuple(row["evidence"]):
        found.append(("decision-again", "decided again it rests on other evidence"))
    if row["mode"] == "reviewed" and row["ties"]:
        found.append(("decider", f"its decider turned out to be involved: {row['ties']}"))
    if dossier.facts is None:
        return found
    programme = version.scheme.programmes.get(dossier.programme)
    again_of = Dossier.of(
        dossier.trainee_id, dossier.programme, (), dossier.facts, programme.targets if programme else ()
    )
    for name in ("targets_signed_off", "school_attendance", "practice_months"):
        if getattr(again_of, name) != getattr(dossier, name):
            found.append(("evidence", f"{name} is not what its evidence comes to"))
    facts = dossier.facts
    for one in (*facts.signed_off, *((facts.attendance,) if facts.attendance else ())):
        if told.get((dossier.trainee_id, one.id)) != one:
            found.append(("evidence", f"{one.id} is not what the decision rests on"))
    for placement in facts.practice:
        if told.get((dossier.trainee_id, placement.id)) != placement.starts_on:
            found.append(("evidence", f"{placement.id} is not what the decision rests on"))
    for gained in facts.elsewhere:
        if told.get((dossier.trainee_id, gained.id)) != gained:
            found.append(("evidence", f"{gained.id} is not what the decision rests on"))
    return found


async def _told(tx: Tx, trainee_ids: list[str]) -> dict[tuple[str, str], object]:
    """Everything that the training told of these, by trainee and evidence id."""
    found: dict[tuple[str, str], object] = {}
    for row in await tx.fetch(
        "select trainee_id, target, signed_on from target_signed_off where trainee_id = any($1)", trainee_ids
    ):
        signed = SignedOff(row["target"], row["signed_on"])
        found[row["trainee_id"], signed.id] = signed
    for row in await tx.fetch(
        "select trainee_id, up_to, expected_days, attended_days from attendance_measured where trainee_id = any($1)",
        trainee_ids,
    ):
        measured = Attendance(row["up_to"], row["expected_days"], row["attended_days"])
        found[row["trainee_id"], measured.id] = measured
    for row in await tx.fetch(
        "select trainee_id, placement_id, starts_on from practice_period where trainee_id = any($1)", trainee_ids
    ):
        found[row["trainee_id"], Practice(row["placement_id"], row["starts_on"]).id] = row["starts_on"]
    for row in await tx.fetch(
        "select trainee_id, practice_id, starts_on, ends_on from practice_elsewhere where trainee_id = any($1)",
        trainee_ids,
    ):
        gained = Elsewhere(row["practice_id"], row["starts_on"], row["ends_on"])
        found[row["trainee_id"], gained.id] = gained
    return found


async def waiting(
    tx: Tx, after: str, limit: int, *, decider: str = "", state: str = "eligible"
) -> list[dict[str, Any]]:
    """Candidates by key: ``eligible`` under a scheme in which a person decides, or those with open requirements
    (``assessing``). With ``decider`` only those assigned to that person."""
    rows = await tx.fetch(
        """
        select c.trainee_id, h.name as holder, c.state, c.scheme, c.scheme_version, c.programme, c.since, c.missing,
               s.decision_mode as mode, a.decider, a.assigned_at
        from candidate c
        join scheme_version s on (s.scheme, s.version) = (c.scheme, c.scheme_version)
        left join holder h using (trainee_id)
        left join assignment a on a.trainee_id = c.trainee_id and a.ended_at is null
        where c.state = $3 and (c.state <> 'eligible' or s.decision_mode = 'reviewed')
          and ($4 = '' or a.decider = $4) and c.trainee_id > $1
        order by c.trainee_id limit $2
        """,
        after,
        limit,
        state,
        decider,
    )
    return [dict(row) for row in rows]


async def of(tx: Tx, trainee_id: str) -> list[dict[str, Any]]:
    """Every decision on one candidate, oldest first, without the dossier."""
    rows = await tx.fetch(
        """
        select decision_id::text, outcome, mode, scheme, scheme_version, scheme_sha256, evidence, dossier_sha256,
               decided_on, decided_by, reason, explanation, appeal_until
        from decision where trainee_id = $1 order by decided_at
        """,
        trainee_id,
    )
    return [dict(row) for row in rows]


async def deciders(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """Every decider with the ties that hold, and how many candidates wait for him or her."""
    rows = await tx.fetch(
        """
        select d.person, d.since, d.ended_on, d.noted_by,
               (select count(*) from assignment a where a.decider = d.person and a.ended_at is null) as waiting,
               coalesce((select jsonb_agg(jsonb_build_object('kind', t.kind, 'key', t.key) order by t.kind, t.key)
                         from decider_tie t where t.person = d.person and t.ended_on is null), '[]') as ties
        from decider d where d.person > $1 order by d.person limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def conflicts(tx: Tx, trainee_id: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Conflicts that were found, the newest first; of one candidate, or of all."""
    rows = await tx.fetch(
        """
        select trainee_id, role, person, tie, found_at from conflict
        where $1 = '' or trainee_id = $1 order by found_at desc, trainee_id, person, tie limit $2
        """,
        trainee_id,
        limit,
    )
    return [dict(row) for row in rows]
