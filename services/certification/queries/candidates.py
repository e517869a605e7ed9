"""Candidates for lists and pages: who is waiting for what, and one candidate with all that is known."""

from typing import Any

from shared.db import Tx

from ..store import signing

# The mode is taken out of each scheme once: done for each candidate, it was what a page of a hundred waited for.
_CANDIDATE = """
    with s as materialized (select scheme, version, content->>'decision_mode' as mode from scheme_version)
    select c.trainee_id, h.name as holder, c.state, c.scheme, c.scheme_version, c.programme, c.missing, c.doubt,
           c.since, c.starts_on, v.number, s.mode
    from candidate c
    left join holder h using (trainee_id)
    left join lateral (
        select number from certificate where certificate.trainee_id = c.trainee_id order by issued_at desc limit 1
    ) v on true
    left join s on (s.scheme, s.version) = (c.scheme, c.scheme_version)
"""
VIEWS = {
    "all": "c.state <> 'awaited'",
    "open": "c.state in ('admitted', 'assessing')",
    "eligible": "c.state = 'eligible'",
    "doubt": "c.doubt is not null",
    "awaited": "c.state = 'awaited' and exists (select from result r where r.trainee_id = c.trainee_id)",
}
"""Which candidates: still open requirements; all met and no certificate yet; in doubt; not enrolled as far as known."""


async def some(tx: Tx, view: str, after: str, limit: int) -> list[dict[str, Any]]:
    """By key. ``view`` is one of ``VIEWS``."""
    sql = f"{_CANDIDATE} where {VIEWS[view]} and c.trainee_id > $1 order by c.trainee_id limit $2"
    return [dict(row) for row in await tx.fetch(sql, after, limit)]


async def one(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(f"{_CANDIDATE} where c.trainee_id = $1", trainee_id)
    return None if row is None else dict(row)


async def results_of(tx: Tx, trainee_id: str) -> list[dict[str, Any]]:
    """Every result entered for one candidate, corrections after what they correct."""
    rows = await tx.fetch(
        """
        select result_id, revision, corrects, exam, attempt, taken_on, score, knocked_out, examiner, state, passed,
               refusal, recorded_at, recorded_by
        from result where trainee_id = $1 order by exam, attempt, result_id, revision
        """,
        trainee_id,
    )
    return [dict(row) for row in rows]


async def results(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """What stands under each result id."""
    rows = await tx.fetch(
        """
        select result_id, trainee_id, exam, attempt, taken_on, score::float8 as score, knocked_out, examiner, revision,
               state, passed, refusal
        from result where state <> 'replaced' and result_id > $1 order by result_id limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def result(tx: Tx, result_id: str) -> dict[str, Any] | None:
    """What stands under one result id."""
    row = await tx.fetchrow(
        """
        select result_id, trainee_id, exam, attempt, taken_on, score::float8 as score, knocked_out, examiner, revision,
               state, passed, refusal
        from result where state <> 'replaced' and result_id = $1
        """,
        result_id,
    )
    return None if row is None else dict(row)


async def results_to_look_at(tx: Tx, limit: int) -> list[dict[str, Any]]:
    """Results that wait for an enrolment or were refused when it arrived, oldest first."""
    rows = await tx.fetch(
        """
        select result_id, trainee_id, exam, attempt, taken_on, score, state, refusal, recorded_at
        from result where state in ('waiting', 'refused') order by state, recorded_at, result_id limit $1
        """,
        limit,
    )
    return [dict(row) for row in rows]


async def decision_of(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(
        """
        select decision_id::text, outcome, mode, evidence, dossier, dossier_sha256, decided_on, decided_by
        from decision where trainee_id = $1
        """,
        trainee_id,
    )
    return None if row is None else dict(row)


async def audit_of(tx: Tx, trainee_id: str) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        "select at, actor, cause, change from audit where subject = 'trainee/' || $1 order by position", trainee_id
    )
    return [dict(row) for row in rows]


async def counts(tx: Tx) -> dict[str, int]:
    """What waits for somebody; each counted by an index that holds little else."""
    row = await tx.fetchrow(
        """
        select (select count(*) from result where state = 'waiting') as results_waiting,
               (select count(*) from result where state = 'refused') as results_refused,
               (select count(*) from candidate where state = 'eligible') as eligible,
               (select count(*) from candidate where doubt is not null) as in_doubt
        """
    )
    return dict(row) if row else {}


async def status(tx: Tx) -> dict[str, Any]:
    """For ``/readyz`` and ``keur status``; ``signing`` is what waits for a signature, or to be made out again."""
    return {"certification": await counts(tx), "signing": {"waiting": await signing.waiting(tx)}}
