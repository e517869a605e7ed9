"""Counts of those who began, by cohort: what the figures of completion and drop-out are worked out from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from shared.db import Tx

MEMBERS = """
    members as (
        select * from figure_member
        where ($1::text is null or scheme = $1) and ($2::int is null or cohort = $2) and $3::date is not null
    )
"""
"""Who began up to $3, of scheme $1 and cohort $2 (null: all). Only within ``of_one_moment``."""


@asynccontextmanager
async def of_one_moment(tx: Tx, scheme: str | None, as_of: date) -> AsyncIterator[None]:
    """Everything counted inside is of one moment. Who began, got the certificate and dropped out is looked up once:
    every figure asks for it, and with 100,000 trainees it is most of the work."""
    async with tx.transaction(isolation="repeatable_read"):
        await tx.execute("set local enable_seqscan = on")  # whole tables are read: by an index that takes longer
        await tx.execute(
            """
            create temporary table figure_member (
                trainee_id text, scheme text, scheme_version text, programme text, starts_on date, planned_end date,
                cohort int, certified_on date, dropped_on date, cause text, reason text, phase text
            ) on commit drop
            """
        )
        await tx.execute(
            """
            insert into figure_member
            select e.trainee_id, e.scheme, e.scheme_version, e.programme, e.starts_on, e.planned_end,
                   extract(year from e.starts_on - interval '7 months')::int, c.issued_on,
                   case when e.state = 'dropped out' and coalesce(d.dropped_out_on, e.ended_on) <= $2
                        then coalesce(d.dropped_out_on, e.ended_on) end,
                   d.cause, d.reason, d.phase
            from enrolment e
            left join enrolment_ending d using (trainee_id)
            left join (select trainee_id, min(issued_on) as issued_on from certificate_heard
                       where issued_on <= $2 group by trainee_id) c using (trainee_id)
            where e.state not in ('applied', 'accepted') and e.starts_on <= $2 and ($1::text is null or e.scheme = $1)
            """,  # the school year begins in August
            scheme,
            as_of,
        )
        await tx.execute("analyze figure_member")
        yield


async def by_cohort(tx: Tx, scheme: str | None, cohort: int | None, as_of: date) -> list[dict[str, Any]]:
    """Each cohort: how many began, hold a certificate, dropped out, were kept a year, and its last planned day."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS}
        select cohort, count(*)::int as began, count(certified_on)::int as certified,
               count(*) filter (where dropped_on is not null and certified_on is null)::int as dropped,
               count(*) filter (where starts_on + 365 <= $3)::int as a_year_ago,
               count(*) filter (where starts_on + 365 <= $3 and (dropped_on is null or dropped_on > starts_on + 365
                                                                 or certified_on is not null))::int as kept,
               max(planned_end) as last_planned_end
        from members group by cohort order by cohort
        """,  # noqa: S608 - no input
        scheme,
        cohort,
        as_of,
    )
    return [dict(row) for row in rows]


async def by_programme(tx: Tx, scheme: str | None, as_of: date, *, cohorts: list[int]) -> list[dict[str, Any]]:
    """Of these cohorts together: by programme how many began, and how many hold a certificate."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS}
        select programme, count(*)::int as began, count(certified_on)::int as certified
        from members where cohort = any($4::int[]) group by programme order by programme
        """,  # noqa: S608 - no input
        scheme,
        None,
        as_of,
        cohorts,
    )
    return [dict(row) for row in rows]


async def leavers(tx: Tx, scheme: str | None, cohort: int | None, as_of: date, since: date | None) -> tuple[int, int]:
    """How many left with the certificate, and how many left at all, after ``since`` (None: ever)."""
    row = await tx.fetchrow(
        f"""
        with {MEMBERS}
        select count(*) filter (where certified_on > coalesce($4, '-infinity'::date))::int as certified,
               count(*) filter (where coalesce(certified_on, dropped_on) > coalesce($4, '-infinity'::date))::int as left
        from members
        """,  # noqa: S608 - no input
        scheme,
        cohort,
        as_of,
        since,
    )
    return (row["certified"], row["left"]) if row else (0, 0)


async def days_to_certificate(tx: Tx, scheme: str | None, cohort: int | None, as_of: date) -> list[int]:
    """Days from the first day to the certificate, in rising order."""
    found = await tx.fetchval(
        f"""
        with {MEMBERS}
        select array_agg(certified_on - starts_on order by certified_on - starts_on)
        from members where certified_on is not null
        """,  # noqa: S608 - no input
        scheme,
        cohort,
        as_of,
    )
    return list(found or [])


async def drop_outs(tx: Tx, scheme: str | None, cohort: int | None, as_of: date) -> list[dict[str, Any]]:
    """Those who dropped out, counted by cause and phase: ``other`` has a reason beside the six, ``unknown`` none."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS}
        select coalesce(cause, case when reason <> 'unknown' then 'other' else 'unknown' end) as cause,
               coalesce(phase, 'unknown') as phase, count(*)::int as trainees
        from members where dropped_on is not null and certified_on is null group by 1, 2 order by 1, 2
        """,  # noqa: S608 - no input
        scheme,
        cohort,
        as_of,
    )
    return [dict(row) for row in rows]


async def course(tx: Tx, scheme: str | None, cohort: int, as_of: date) -> list[dict[str, Any]]:
    """By month since the cohort's 1 August: how many got the certificate and how many dropped out in it."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS},
        ends as (
            select least(certified_on, case when certified_on is null then dropped_on end) as day,
                   certified_on is not null as certified
            from members where certified_on is not null or dropped_on is not null
        )
        select ((extract(year from day)::int - $2::int) * 12 + extract(month from day)::int - 8) as month,
               count(*) filter (where certified)::int as certified,
               count(*) filter (where not certified)::int as dropped
        from ends group by 1 order by 1
        """,  # noqa: S608 - no input
        scheme,
        cohort,
        as_of,
    )
    return [dict(row) for row in rows]


async def basis(tx: Tx, scheme: str | None, as_of: date, *, cohorts: list[int], age_days: int) -> tuple[int, int]:
    """Of those of ``cohorts`` who still learned when their cohort was this old: how many finished, and of how many."""
    row = await tx.fetchrow(
        f"""
        with {MEMBERS},
        at_that_age as (
            select certified_on, dropped_on, make_date(cohort, 8, 1) + $5::int as day, starts_on
            from members where cohort = any($4::int[])
        )
        select count(certified_on)::int as certified, count(*)::int as learning
        from at_that_age where starts_on <= day and (certified_on is null or certified_on > day)
          and (dropped_on is null or dropped_on > day)
        """,  # noqa: S608 - no input
        scheme,
        None,
        as_of,
        cohorts,
        age_days,
    )
    return (row["certified"], row["learning"]) if row else (0, 0)


async def schemes(tx: Tx) -> list[dict[str, Any]]:
    """Each mark with the goals and words of its newest version; those with most trainees first."""
    rows = await tx.fetch(
        """
        select distinct on (v.scheme) v.scheme, v.version, g.title, g.baseline, g.target, g.stretch, g.exams,
               (select count(*) from enrolment e where e.scheme = v.scheme)::int as trainees
        from scheme_version v left join scheme_goal g using (scheme, version)
        order by v.scheme, v.valid_from desc, v.version desc
        """
    )
    return sorted((dict(row) for row in rows), key=lambda one: (-one["trainees"], one["scheme"]))
