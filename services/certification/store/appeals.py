"""Appeals: lodged with a frozen dossier, decided once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Appeal:
    """``dossier`` is how everything stood on the day of the appeal. Against a step of a certificate, or against the
    decision that refused one (``decision_id``); ``decide_by`` is the last day to decide on it."""

    appeal_id: str
    number: str | None
    step: int | None
    against: str
    lodged_by: str
    lodged_on: date
    late: bool
    dossier: dict[str, Any]
    dossier_sha256: str
    decision_id: str | None = None
    decide_by: date | None = None


async def dossier(tx: Tx, number: str) -> dict[str, Any]:
    """All that was known: the document, every step, the decision with its dossier, every result. Dates as text."""
    found: dict[str, Any] = await tx.fetchval(
        """
        select jsonb_build_object(
            'certificate', coalesce(v.document, c.document),
            'stands', s.state,
            'steps', coalesce((
                select jsonb_agg(to_jsonb(p) order by p.position) from certificate_step p where p.number = c.number
            ), '[]'),
            'decision', (select to_jsonb(d) from decision d where d.decision_id = c.decision_id),
            'results', coalesce((
                select jsonb_agg(to_jsonb(r) order by r.exam, r.attempt, r.revision)
                from result r where r.trainee_id = c.trainee_id
            ), '[]'))
        from certificate c join certificate_status s using (number)
        left join certificate_version v on (v.number, v.version) = (c.number, s.version)
        where c.number = $1
        """,
        number,
    )
    return found


async def dossier_of_refusal(tx: Tx, decision_id: str) -> dict[str, Any]:
    """The decision with its rule version, evidence and hash, how the candidate stood, and every result."""
    found: dict[str, Any] = await tx.fetchval(
        """
        select jsonb_build_object(
            'decision', to_jsonb(d),
            'stands', c.state,
            'missing', to_jsonb(c.missing),
            'results', coalesce((
                select jsonb_agg(to_jsonb(r) order by r.exam, r.attempt, r.revision)
                from result r where r.trainee_id = d.trainee_id
            ), '[]'))
        from decision d join candidate c using (trainee_id) where d.decision_id = $1::uuid
        """,
        decision_id,
    )
    return found


async def last_refusal(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    """The newest decision that refused this candidate a certificate."""
    row = await tx.fetchrow(
        """
        select decision_id::text, scheme, scheme_version, appeal_until from decision
        where trainee_id = $1 and outcome = 'refused' order by decided_at desc limit 1
        """,
        trainee_id,
    )
    return None if row is None else dict(row)


async def trainee(tx: Tx, appeal_id: str) -> dict[str, str]:
    """Whom an appeal is about: trainee_id, scheme, scheme_version."""
    rows = await tx.fetch(
        "select trainee_id, scheme, scheme_version from appeal_of_trainee where appeal_id = $1", appeal_id
    )
    return dict(rows[0])


async def add(tx: Tx, one: Appeal, *, grounds: str, late_reason: str, entered_by: str, now: datetime) -> bool:
    """Whether there was none against this step yet."""
    new = await tx.fetchval(
        """
        insert into appeal (appeal_id, number, step, against, lodged_by, lodged_on, late, dossier, dossier_sha256,
                            entered_by, entered_at, decision_id, decide_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::uuid, $13) on conflict do nothing returning true
        """,
        one.appeal_id,
        one.number,
        one.step,
        one.against,
        one.lodged_by,
        one.lodged_on,
        one.late,
        one.dossier,
        one.dossier_sha256,
        entered_by,
        now,
        one.decision_id,
        one.decide_by,
    )
    if new:
        await tx.execute(
            "insert into appeal_words (appeal_id, grounds, late_reason) values ($1, $2, $3)",
            one.appeal_id,
            grounds,
            late_reason or None,
        )
    return bool(new)


async def lock(tx: Tx, appeal_id: str) -> Appeal | None:
    row = await tx.fetchrow(
        """
        select appeal_id, number, step, against, lodged_by, lodged_on, late, dossier, dossier_sha256,
               decision_id::text, decide_by from appeal
        where appeal_id = $1 for update
        """,
        appeal_id,
    )
    return None if row is None else Appeal(**row)


async def is_decided(tx: Tx, appeal_id: str) -> bool:
    found: bool = await tx.fetchval("select exists (select from appeal_decision where appeal_id = $1)", appeal_id)
    return found


async def had_part(tx: Tx, appeal_id: str) -> list[tuple[str, str]]:
    rows = await tx.fetch("select who, part from appeal_had_part where appeal_id = $1 and who is not null", appeal_id)
    return [(row["who"], row["part"]) for row in rows]


async def decide(
    tx: Tx, appeal_id: str, *, outcome: str, by: str, on: date, now: datetime, words: str, new_number: str | None
) -> None:
    """Kept once. The database refuses somebody who had a part."""
    await tx.execute(
        """
        insert into appeal_decision (appeal_id, outcome, decided_by, decided_on, decided_at, new_number)
        values ($1, $2, $3, $4, $5, $6)
        """,
        appeal_id,
        outcome,
        by,
        on,
        now,
        new_number,
    )
    await tx.execute("update appeal_words set decision = $2 where appeal_id = $1", appeal_id, words)


_SHOWN = """
    select a.appeal_id, a.number, a.step, a.decision_id::text, t.trainee_id, a.against, a.lodged_by, a.lodged_on,
           a.late, a.decide_by, a.dossier_sha256, a.entered_by, w.grounds, w.late_reason, d.outcome, d.decided_by,
           d.decided_on, d.new_number, w.decision
    from appeal a join appeal_of_trainee t using (appeal_id)
    left join appeal_words w using (appeal_id) left join appeal_decision d using (appeal_id)
"""


async def of_certificate(tx: Tx, number: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.fetch(f"{_SHOWN} where a.number = $1 order by a.entered_at", number)]


async def some(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(f"{_SHOWN} where a.appeal_id > $1 order by a.appeal_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def of_refusals(tx: Tx, trainee_id: str) -> list[dict[str, Any]]:
    """Appeals of one candidate against refusals, oldest first."""
    rows = await tx.fetch(
        f"{_SHOWN} where t.trainee_id = $1 and a.decision_id is not null order by a.entered_at", trainee_id
    )
    return [dict(row) for row in rows]


async def for_page(tx: Tx, *, undecided: bool, limit: int) -> list[dict[str, Any]]:
    """Those to be decided, the first due first; or those that were, the newest first."""
    which = (
        "d.appeal_id is null order by a.decide_by nulls last, a.entered_at"
        if undecided
        else "d.appeal_id is not null order by d.decided_at desc"
    )
    return [dict(row) for row in await tx.fetch(f"{_SHOWN} where {which}, a.appeal_id limit $1", limit)]


async def overdue(tx: Tx, today: date, limit: int) -> list[dict[str, Any]]:
    """Undecided after their last day, of which that was not told."""
    rows = await tx.fetch(
        """
        select a.appeal_id, t.trainee_id, t.scheme, a.number, a.against, a.decide_by
        from appeal a join appeal_of_trainee t using (appeal_id)
        where a.decide_by < $1 and not exists (select from appeal_decision d where d.appeal_id = a.appeal_id)
          and not exists (select from appeal_overdue o where o.appeal_id = a.appeal_id)
        order by a.decide_by, a.appeal_id limit $2
        """,
        today,
        limit,
    )
    return [dict(row) for row in rows]


async def note_overdue(tx: Tx, appeal_ids: Sequence[str], *, now: datetime) -> set[str]:
    """Those of which it is noted now for the first time."""
    rows = await tx.fetch(
        """
        insert into appeal_overdue select id, $2 from unnest($1::text[]) as id
        on conflict do nothing returning appeal_id
        """,
        list(appeal_ids),
        now,
    )
    return {row["appeal_id"] for row in rows}
