"""Training agreements, their signatures, and which placements go without."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from shared.db import Tx

from ..domain.agreements import MOST_ASKED, Agreement, AgreementRule, State
from .rows import distinct

_AGREEMENT = """
    select a.agreement_id, a.placement_id, a.trainee_id, a.version, a.content, a.parties, a.state, a.amends,
           a.completed_on,
           coalesce((select jsonb_object_agg(s.party, s.signed_on) from agreement_signature s
                     where s.agreement_id = a.agreement_id), '{}') as signed
    from agreement a
"""


def _agreement(row: asyncpg.Record) -> Agreement:
    return Agreement(
        row["agreement_id"],
        row["placement_id"],
        row["trainee_id"],
        row["version"],
        row["content"],
        tuple(row["parties"]),
        State(row["state"]),
        {party: date.fromisoformat(day) for party, day in row["signed"].items()},
        row["amends"],
        row["completed_on"],
    )


async def of(tx: Tx, trainee_id: str) -> list[Agreement]:
    """Every sheet, the newest first."""
    query = f"{_AGREEMENT} where a.trainee_id = $1 order by a.made_on desc, a.placement_id desc, a.version desc"
    return [_agreement(row) for row in await tx.fetch(query, trainee_id)]


async def keep(tx: Tx, one: Agreement, *, on: date) -> None:
    await tx.execute(
        """
        insert into agreement (agreement_id, placement_id, trainee_id, version, content, parties, state, amends,
                               made_on, asked_on, completed_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
        """,
        one.agreement_id,
        one.placement_id,
        one.trainee_id,
        one.version,
        one.content,
        list(one.parties),
        one.state,
        one.amends,
        on,
        one.completed_on,
    )


async def sign(tx: Tx, agreement_id: str, party: str, on: date, how: str) -> bool:
    """False when that party had signed it already."""
    done = await tx.fetchval(
        """
        insert into agreement_signature (agreement_id, party, signed_on, how) values ($1, $2, $3, $4)
        on conflict do nothing returning true
        """,
        agreement_id,
        party,
        on,
        how,
    )
    return bool(done)


async def complete(tx: Tx, agreement_id: str, on: date) -> None:
    await tx.execute(
        "update agreement set state = 'completed', completed_on = $2 where agreement_id = $1", agreement_id, on
    )


async def withdraw(tx: Tx, trainees: Iterable[str]) -> list[str]:
    """Sheets that wait for signatures no longer do; whose they were."""
    rows = await tx.fetch(
        "update agreement set state = 'withdrawn' where trainee_id = any($1) and state = 'sent' returning trainee_id",
        distinct(trainees),
    )
    return [row["trainee_id"] for row in rows]


async def to_remind(tx: Tx, today: date) -> list[Agreement]:
    """Sheets whose parties were asked long enough ago, by the scheme's norm; noted as asked again today."""
    rows = await tx.fetch(
        f"""
        with late as (
            update agreement a set asked_on = $1, asked = asked + 1
            from enrolment e join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
            where e.trainee_id = a.trainee_id and a.state = 'sent' and a.asked < $2
              and a.asked_on + (c.content #>> '{{norms,agreement_reminder_days}}')::int <= $1
            returning a.agreement_id
        )
        {_AGREEMENT} where a.agreement_id in (select agreement_id from late) order by a.agreement_id
        """,  # noqa: S608
        today,
        MOST_ASKED,
    )
    return [_agreement(row) for row in rows]


async def rule_of(tx: Tx, trainee_id: str) -> AgreementRule | None:
    content = await tx.fetchval(
        """
        select jsonb_build_object('norms', c.content -> 'norms')
        from enrolment e join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
        where e.trainee_id = $1
        """,
        trainee_id,
    )
    return AgreementRule.from_content(content or {})


async def rules(tx: Tx) -> dict[tuple[str, str], AgreementRule]:
    """By scheme and version, those that have the rule."""
    rows = await tx.fetch(
        "select scheme, version, jsonb_build_object('norms', content -> 'norms') as content from scheme_curriculum"
    )
    found = {(row["scheme"], row["version"]): AgreementRule.from_content(row["content"]) for row in rows}
    return {key: rule for key, rule in found.items() if rule is not None}


@dataclass(frozen=True, slots=True)
class Lacking:
    """A placement under a scheme with the rule, and no complete agreement. ``missing`` have not signed."""

    trainee_id: str
    starts_on: date
    rule: AgreementRule
    begun: bool
    sent: bool
    missing: Sequence[str]


async def lacking(tx: Tx) -> list[Lacking]:
    """Placements that are planned or run without a complete agreement, where the scheme has the rule."""
    rows = await tx.fetch(
        """
        select p.trainee_id, p.starts_on, p.state = 'active' as begun,
               jsonb_build_object('norms', c.content -> 'norms') as content,
               a.agreement_id is not null as sent,
               array(select x from unnest(a.parties) with ordinality as u(x, n)
                     where not exists (select from agreement_signature s
                                       where (s.agreement_id, s.party) = (a.agreement_id, x)) order by n) as missing
        from placement p join enrolment e using (trainee_id)
        join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
        left join agreement a on a.placement_id = p.placement_id and a.state = 'sent'
        where p.state <> 'ended' and e.state in ('enrolled', 'active', 'paused')
          and c.content #> '{norms,agreement_grace_days}' is not null
          and not exists (select from agreement d where d.placement_id = p.placement_id and d.state = 'completed')
        order by p.trainee_id
        """
    )
    found = []
    for row in rows:
        rule = AgreementRule.from_content(row["content"])
        if rule is not None:
            found.append(Lacking(row["trainee_id"], row["starts_on"], rule, row["begun"], row["sent"], row["missing"]))
    return found


async def with_signal(tx: Tx) -> list[str]:
    """Who has the signal now."""
    rows = await tx.fetch("select trainee_id from signal where kind = 'agreement' and closed_on is null")
    return [row["trainee_id"] for row in rows]


async def new_day(tx: Tx, today: date) -> bool:
    """True once for each day."""
    fresh = await tx.fetchval(
        """
        insert into agreement_run (day) values ($1)
        on conflict (one) do update set day = excluded.day where agreement_run.day < excluded.day returning true
        """,
        today,
    )
    return bool(fresh)


async def some(tx: Tx, after: str, limit: int) -> list[Agreement]:
    """In the order of their numbers."""
    rows = await tx.fetch(
        f"{_AGREEMENT} where a.agreement_id > $1 order by a.agreement_id limit $2",
        after,
        limit,
    )
    return [_agreement(row) for row in rows]


async def mark_signed(tx: Tx, placement_id: str) -> None:
    """A placement that has not begun is signed for; one that runs goes on running."""
    await tx.execute(
        "update placement set state = 'signed' where placement_id = $1 and state in ('proposed', 'covered')",
        placement_id,
    )
