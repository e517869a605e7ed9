"""Appeals: lodged with a frozen dossier, decided once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Appeal:
    """``dossier`` is how everything stood on the day of the appeal."""

    appeal_id: str
    number: str
    step: int
    against: str
    lodged_by: str
    lodged_on: date
    late: bool
    dossier: dict[str, Any]
    dossier_sha256: str


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


async def add(tx: Tx, one: Appeal, *, grounds: str, late_reason: str, entered_by: str, now: datetime) -> bool:
    """Whether there was none against this step yet."""
    new = await tx.fetchval(
        """
        insert into appeal (appeal_id, number, step, against, lodged_by, lodged_on, late, dossier, dossier_sha256,
                            entered_by, entered_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (number, step) do nothing returning true
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
        select appeal_id, number, step, against, lodged_by, lodged_on, late, dossier, dossier_sha256 from appeal
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
    select a.appeal_id, a.number, a.step, a.against, a.lodged_by, a.lodged_on, a.late, a.dossier_sha256, a.entered_by,
           w.grounds, w.late_reason, d.outcome, d.decided_by, d.decided_on, d.new_number, w.decision
    from appeal a left join appeal_words w using (appeal_id) left join appeal_decision d using (appeal_id)
"""


async def of_certificate(tx: Tx, number: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.fetch(f"{_SHOWN} where a.number = $1 order by a.entered_at", number)]


async def some(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(f"{_SHOWN} where a.appeal_id > $1 order by a.appeal_id limit $2", after, limit)
    return [dict(row) for row in rows]
