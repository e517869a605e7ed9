"""Levels of risk, and whose are to be judged anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.db import Tx

from ..domain.risk import Judgement, Level, RiskRule
from .rows import distinct


@dataclass(frozen=True, slots=True)
class InTraining:
    """A trainee whose training runs, the scheme, its rule (None where it has none), and the level of before."""

    trainee_id: str
    scheme: str
    rule: RiskRule | None
    before: Level | None


async def look_again(tx: Tx, trainees: Collection[str]) -> None:
    """The clock judges these anew, once this transaction is over."""
    if trainees:
        await tx.execute("insert into risk_to_judge (trainee_id) select * from unnest($1::text[])", distinct(trainees))


async def look_again_under(tx: Tx, scheme: str, version: str) -> None:
    """After a version of a scheme was told: its rule may be another."""
    await tx.execute(
        """
        insert into risk_to_judge (trainee_id)
        select distinct e.trainee_id from enrolment e
        where e.scheme = $1 and e.scheme_version = $2 and e.state in ('enrolled', 'active', 'paused')
          and (exists (select from signal s where s.trainee_id = e.trainee_id and s.closed_on is null)
               or exists (select from risk r where r.trainee_id = e.trainee_id))
        """,
        scheme,
        version,
    )


async def take(tx: Tx, limit: int) -> list[str]:
    """Whose signals changed. One judge at a time: else the slower one could keep the older view."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('risk', 0))")
    rows = await tx.fetch(
        """
        delete from risk_to_judge where look_id in (select look_id from risk_to_judge order by look_id limit $1)
        returning trainee_id
        """,
        limit,
    )
    return distinct(row["trainee_id"] for row in rows)


async def in_training(tx: Tx, trainees: Sequence[str]) -> list[InTraining]:
    """Those of the trainees whose training runs."""
    rows = await tx.fetch(
        """
        select e.trainee_id, e.scheme, c.content -> 'risk' as rule, r.level
        from enrolment e
        left join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
        left join risk r on r.trainee_id = e.trainee_id
        where e.trainee_id = any($1) and e.state in ('enrolled', 'active', 'paused') order by e.trainee_id
        """,
        trainees,
    )
    return [
        InTraining(
            row["trainee_id"],
            row["scheme"],
            RiskRule.from_content({"risk": row["rule"]}),
            Level(row["level"]) if row["level"] else None,
        )
        for row in rows
    ]


async def keep(tx: Tx, found: Mapping[str, Judgement], today: date) -> None:
    """A level that goes on keeps its first day."""
    if not found:
        return
    await tx.execute(
        """
        insert into risk (trainee_id, level, points, causes, since, judged_on)
        select a, b, c, string_to_array(d, ';'), $5, $5
        from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as given(a, b, c, d)
        on conflict (trainee_id) do update set
            level = excluded.level, points = excluded.points, causes = excluded.causes,
            judged_on = excluded.judged_on,
            since = case when risk.level = excluded.level then risk.since else excluded.since end
        """,
        list(found),
        [str(one.level) for one in found.values()],
        [one.points for one in found.values()],
        [";".join(one.causes) for one in found.values()],
        today,
    )


async def forget(tx: Tx, trainees: Collection[str]) -> None:
    """A training that is over, or one whose scheme has no rule, has no level."""
    if trainees:
        await tx.execute("delete from risk where trainee_id = any($1)", distinct(trainees))
