"""Rows for the pages of companies and of visits."""

from datetime import date
from typing import Any

from shared.db import Tx


async def companies(tx: Tx, *, words: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Companies in the order of their keys; ``words`` is a part of the name or town."""
    rows = await tx.fetch(
        """
        select c.company_id, c.name, c.city, c.places, c.accredited_until, cardinality(c.equipment) as machines,
               (select count(*) from mentor m where m.company_id = c.company_id) as mentors,
               (select count(*) from placement p where p.company_id = c.company_id and p.state = 'active') as trainees
        from company c
        where c.company_id > $2 and ($1 = '' or strpos(lower(c.name || ' ' || c.city), lower($1)) > 0)
        order by c.company_id limit $3
        """,
        words,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def company(tx: Tx, company_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(
        "select c.*, g.last_day from company c left join company_left g using (company_id) where c.company_id = $1",
        company_id,
    )
    return None if row is None else dict(row)


async def mentors_of(tx: Tx, company_id: str, today: date) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        """
        select m.mentor_id, m.name, m.course_valid_until, m.max_trainees, m.hours_per_week::float8 as hours_per_week,
               count(p.placement_id)::int as trainees, coalesce(s.state, 'approved') as state
        from mentor m left join mentor_standing s using (mentor_id)
        left join placement p on p.mentor_id = m.mentor_id and p.state <> 'ended' and p.ends_on >= $2
        where m.company_id = $1 group by m.mentor_id, s.state order by m.mentor_id
        """,
        company_id,
        today,
    )
    return [dict(row) for row in rows]


_PLACE_NAME = """
    left join company c on v.place_kind = 'company' and c.company_id = v.place_id
    left join school s on v.place_kind = 'school' and s.school_id = v.place_id
"""


async def open_visits(tx: Tx, state: str, *, limit: int = 200) -> list[dict[str, Any]]:
    """Visits in one state, the earliest due first."""
    rows = await tx.fetch(
        f"""
        select v.visit_id, v.place_kind, v.place_id, coalesce(v.moved_to, v.due_on) as due_on, v.reason, v.state,
               v.told_on, coalesce(c.name, s.name) as place, coalesce(c.city, s.city) as city
        from planned_visit v {_PLACE_NAME}
        where v.state = $1 order by v.due_on, v.visit_id limit $2
        """,  # noqa: S608 - no input
        state,
        limit,
    )
    return [dict(row) for row in rows]


async def held_visits(tx: Tx, *, place: tuple[str, str] | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The last visits held, of all places or of one."""
    kind, key = place or ("", "")
    rows = await tx.fetch(
        f"""
        select v.visit_id, v.place_kind, v.place_id, v.held_on, v.findings, v.next_in_weeks,
               coalesce(c.name, s.name) as place, coalesce(c.city, s.city) as city
        from held_visit v {_PLACE_NAME}
        where $1 = '' or (v.place_kind, v.place_id) = ($1, $2)
        order by v.held_on desc, v.visit_id desc limit $3
        """,  # noqa: S608 - no input
        kind,
        key,
        limit,
    )
    return [dict(row) for row in rows]


async def place_name(tx: Tx, kind: str, key: str) -> str | None:
    name: str | None = await tx.fetchval(
        """
        select name from company where $1 = 'company' and company_id = $2
        union all select name from school where $1 = 'school' and school_id = $2
        """,
        kind,
        key,
    )
    return name


async def names(tx: Tx, refs: set[str]) -> dict[str, str]:
    """Names of companies and schools, by ``kind/id``."""
    rows = await tx.fetch(
        """
        select 'company/' || company_id as ref, name from company where company_id = any($1)
        union all select 'school/' || school_id, name from school where school_id = any($2)
        """,
        [ref.removeprefix("company/") for ref in refs if ref.startswith("company/")],
        [ref.removeprefix("school/") for ref in refs if ref.startswith("school/")],
    )
    return {row["ref"]: row["name"] for row in rows}


async def school_names(tx: Tx) -> list[tuple[str, str]]:
    """Every school, by key."""
    return [(row["school_id"], row["name"]) for row in await tx.fetch("select school_id, name from school order by 1")]
