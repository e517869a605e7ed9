"""Deciders and their ties, who decides on whom, and conflicts. What may not be, the database refuses by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.deciding import involved, not_a_decider
from ..domain.decisions import Dossier
from ..domain.rules import Refused
from ..domain.schemes import SchemeVersion

NO_DECIDER, INVOLVED = "KEUR1", "KEUR2"
"""The database's own names for the two refusals (SQLSTATE), raised by ``refuse_involved``."""


@dataclass(frozen=True, slots=True)
class Made:
    """A person's decision as it is kept."""

    decision_id: str
    version: SchemeVersion
    dossier: Dossier
    outcome: str
    evidence: tuple[str, ...]
    dossier_sha256: str
    decided_on: date
    decided_at: datetime
    decided_by: str
    reason: str | None = None
    explanation: str | None = None
    appeal_until: date | None = None


def said_by_database(error: asyncpg.PostgresError, person: str, trainee_id: str) -> Refused | None:
    """The rule behind a refusal of the database; None when it is about something else."""
    match error.sqlstate:
        case "KEUR1":
            return not_a_decider(person)
        case "KEUR2":
            return involved(person, trainee_id, str(getattr(error, "detail", "") or "").split())
    return None


async def add_decision(tx: Tx, made: Made) -> None:
    """Raises the rule when the decider is involved: a trigger looks, in this same statement."""
    try:
        await tx.execute(
            """
            insert into decision (decision_id, trainee_id, scheme, scheme_version, scheme_sha256, outcome, mode,
                                  evidence, dossier, dossier_sha256, decided_on, decided_at, decided_by, reason,
                                  explanation, appeal_until)
            values ($1::uuid, $2, $3, $4, $5, $6, 'reviewed', $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            made.decision_id,
            made.dossier.trainee_id,
            made.version.scheme.scheme,
            made.version.scheme.version,
            made.version.sha256,
            made.outcome,
            list(made.evidence),
            made.dossier.as_data(),
            made.dossier_sha256,
            made.decided_on,
            made.decided_at,
            made.decided_by,
            made.reason,
            made.explanation,
            made.appeal_until,
        )
    except asyncpg.PostgresError as error:
        raise said_by_database(error, made.decided_by, made.dossier.trainee_id) or error from error


async def assignee(tx: Tx, trainee_id: str) -> str | None:
    """Who is to decide on this candidate."""
    found: str | None = await tx.fetchval(
        "select decider from assignment where trainee_id = $1 and ended_at is null", trainee_id
    )
    return found


async def assign(tx: Tx, trainee_id: str, person: str, *, now: datetime, by: str) -> None:
    """Raises the rule when the person is no decider or involved."""
    try:
        await tx.execute(
            "insert into assignment (trainee_id, decider, assigned_at, assigned_by) values ($1, $2, $3, $4)",
            trainee_id,
            person,
            now,
            by,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise not_a_decider(person) from error
    except asyncpg.PostgresError as error:
        raise said_by_database(error, person, trainee_id) or error from error


async def end_assignment(tx: Tx, trainee_id: str, why: str, *, now: datetime) -> None:
    await tx.execute(
        "update assignment set ended_at = $2, ended_why = $3 where trainee_id = $1 and ended_at is null",
        trainee_id,
        now,
        why,
    )


async def ties(tx: Tx, person: str, trainee_id: str) -> list[str]:
    """Why this person may not decide on this candidate; empty when uninvolved."""
    rows = await tx.fetch(
        "select tie from ties_between($1, $2) union select tie from refused_before($1, $2) order by tie",
        person,
        trainee_id,
    )
    return [row["tie"] for row in rows]


async def uninvolved(tx: Tx, trainee_id: str) -> list[str]:
    """Deciders who may decide on this candidate, the least busy first."""
    rows = await tx.fetch(
        """
        select d.person from decider d
        where d.ended_on is null and not exists (select from ties_between(d.person, $1))
          and not exists (select from refused_before(d.person, $1))
        order by (select count(*) from assignment a where a.decider = d.person and a.ended_at is null), d.person
        """,
        trainee_id,
    )
    return [row["person"] for row in rows]


async def is_decider(tx: Tx, person: str) -> bool:
    found: bool = await tx.fetchval(
        "select exists (select from decider where person = $1 and ended_on is null)", person
    )
    return found


async def note_decider(tx: Tx, person: str, *, active: bool, today: date, by: str) -> None:
    """Names a decider, or ends it. Locks the row: a decision that is being taken waits for it, or it for that."""
    await tx.execute(
        """
        insert into decider as d (person, since, ended_on, noted_by)
        values ($1, $2::date, case when $3 then null else $2::date end, $4)
        on conflict (person) do update
        set ended_on = case when $3 then null else coalesce(d.ended_on, $2::date) end, noted_by = $4
        """,
        person,
        today,
        active,
        by,
    )


async def note_ties(tx: Tx, person: str, ties: Collection[tuple[str, str]], *, today: date, by: str) -> None:
    """The ties are these from now on: new ones are added, others end today and are kept."""
    kinds, keys = [kind for kind, _ in ties], [key for _, key in ties]
    await tx.execute(
        """
        insert into decider_tie as t (person, kind, key, noted_by)
        select distinct $1, kind, key, $4 from unnest($2::text[], $3::text[]) as given(kind, key)
        on conflict (person, kind, key) do update set ended_on = null where t.ended_on is not null
        """,
        person,
        kinds,
        keys,
        by,
    )
    await tx.execute(
        """
        update decider_tie t set ended_on = $4
        where t.person = $1 and t.ended_on is null
          and not exists (select from unnest($2::text[], $3::text[]) as given(kind, key)
                          where (given.kind, given.key) = (t.kind, t.key))
        """,
        person,
        kinds,
        keys,
        today,
    )


async def add_conflicts(tx: Tx, found: Sequence[tuple[str, str, str, str]], *, now: datetime) -> list[dict[str, Any]]:
    """``found``: trainee, role, person, tie. Gives those that were not known."""
    rows = await tx.fetch(
        """
        insert into conflict (trainee_id, role, person, tie, found_at)
        select distinct trainee_id, role, person, tie, $5::timestamptz
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t(trainee_id, role, person, tie)
        on conflict do nothing returning trainee_id, role, person, tie
        """,
        [one[0] for one in found],
        [one[1] for one in found],
        [one[2] for one in found],
        [one[3] for one in found],
        now,
    )
    return [dict(row) for row in rows]


async def examiners_tied(tx: Tx, person: str | None = None) -> list[tuple[str, str, str, str]]:
    """Results of examiners who also trained, mentored or work with the candidate, as far as the ties of deciders and
    examiners say so: trainee, role, person, tie. Of one person, or of all."""
    rows = await tx.fetch(
        """
        with own as materialized (
            select e.key as examiner, t.kind, t.key, t.ended_on
            from decider_tie e join decider_tie t using (person)
            where e.kind = 'examiner' and t.kind <> 'examiner' and ($1::text is null or person = $1)
        )
        select distinct r.trainee_id, 'examiner' as role, 'examiner/' || r.examiner as person,
               o.kind || '/' || o.key as tie
        from own o
        join result r on r.examiner = o.examiner
        join involved i on i.trainee_id = r.trainee_id and (i.role, i.key) = (o.kind, o.key)
        where o.ended_on is null or o.ended_on >= r.taken_on
        """,
        person,
    )
    return [(row["trainee_id"], row["role"], row["person"], row["tie"]) for row in rows]
