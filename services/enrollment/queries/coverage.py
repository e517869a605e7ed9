"""Rows of gaps and plans, for lists and pages."""

from typing import Any

from shared.db import Tx


async def gaps(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """Open gaps in the order of their ids."""
    rows = await tx.fetch(
        """
        select gap_id, trainee_id, placement_id, company_id, target, equipment, opened_on
        from coverage_gap where closed_on is null and gap_id > $1 order by gap_id limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def plan(tx: Tx, trainee_id: str, target: str) -> dict[str, Any] | None:
    """The plan that holds for a target of somebody's placement of now."""
    row = await tx.fetchrow(
        """
        select g.plan_id, g.trainee_id, g.placement_id, g.target, g.place_kind, g.place_id, g.starts_on, g.ends_on,
               g.chosen_by, g.chosen_at
        from gap_plan g join placement p using (placement_id)
        where g.trainee_id = $1 and g.target = $2 and g.replaced_at is null and p.state <> 'ended'
        """,
        trainee_id,
        target,
    )
    return None if row is None else dict(row)


async def by_target(tx: Tx) -> list[dict[str, Any]]:
    """Open gaps counted by target, the most first."""
    rows = await tx.fetch(
        """
        select e.scheme, e.scheme_version, g.target, count(*)::int as gaps,
               count(distinct g.company_id)::int as companies
        from coverage_gap g join enrolment e using (trainee_id)
        where g.closed_on is null group by 1, 2, 3 order by gaps desc, g.target
        """
    )
    return [dict(row) for row in rows]


async def by_company(tx: Tx, *, after: str, limit: int) -> list[dict[str, Any]]:
    """Companies where targets are open, in the order of their keys: which (scheme, version and code of each), and of
    how many trainees."""
    rows = await tx.fetch(
        """
        select c.company_id, c.name, c.city, count(*)::int as gaps, count(distinct g.trainee_id)::int as trainees,
               array_agg(distinct array[e.scheme, e.scheme_version, g.target]) as targets
        from coverage_gap g join company c using (company_id) join enrolment e using (trainee_id)
        where g.closed_on is null and c.company_id > $1 group by c.company_id order by c.company_id limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def at_company(tx: Tx, company_id: str) -> list[dict[str, Any]]:
    """Open gaps of those who learn at a company."""
    rows = await tx.fetch(
        """
        select g.trainee_id, t.name, e.scheme, e.scheme_version, min(g.opened_on) as opened_on,
               array_agg(g.target order by g.target) as targets
        from coverage_gap g join trainee t using (trainee_id) join enrolment e using (trainee_id)
        where g.company_id = $1 and g.closed_on is null group by g.trainee_id, t.name, e.scheme, e.scheme_version
        order by g.trainee_id limit 200
        """,
        company_id,
    )
    return [dict(row) for row in rows]


async def guests_at(tx: Tx, company_id: str) -> list[dict[str, Any]]:
    """Who comes to a company by plan, for which targets and when."""
    rows = await tx.fetch(
        """
        select g.trainee_id, t.name, c.name as company, g.starts_on, g.ends_on,
               array_agg(g.target order by g.target) as targets
        from gap_plan g join placement p using (placement_id) join trainee t on t.trainee_id = g.trainee_id
        join company c on c.company_id = p.company_id
        where g.place_kind = 'company' and g.place_id = $1 and g.replaced_at is null and p.state <> 'ended'
        group by g.trainee_id, t.name, c.name, g.starts_on, g.ends_on order by g.starts_on, g.trainee_id limit 200
        """,
        company_id,
    )
    return [dict(row) for row in rows]


async def titles(tx: Tx, language: str) -> dict[tuple[str, str, str], str]:
    """The words of each target in a language, by scheme, version and code; Dutch where the scheme has no other."""
    rows = await tx.fetch(
        """
        select scheme, version, target.key as code,
               coalesce(target.value -> 'title' ->> $1, target.value -> 'title' ->> 'nl', target.key) as title
        from scheme_curriculum, jsonb_each(content -> 'targets') as target
        """,
        language,
    )
    return {(row["scheme"], row["version"], row["code"]): row["title"] for row in rows}
