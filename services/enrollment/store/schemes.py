"""The own copy of the schemes."""

from collections.abc import Mapping
from typing import Any

from shared.db import Tx

from ..domain.curriculum import Curriculum
from ..domain.schemes import Schemes, SchemeVersion

READ = ("targets", "programmes", "equipment", "norms", "week_pattern", "risk", "eligibility")
"""Parts that are there when they are empty, too."""


async def contents(tx: Tx) -> list[tuple[SchemeVersion, Mapping[str, Any]]]:
    """Every version read anew from what was told of it; versions of which only a part is kept are left out."""
    rows = await tx.fetch(
        """
        select v.scheme, v.version, v.valid_from, c.content
        from scheme_version v join scheme_curriculum c using (scheme, version)
        where c.content ? 'cadence' order by 1, 2
        """
    )
    return [
        (SchemeVersion.from_content(row["scheme"], row["version"], row["valid_from"], row["content"]), row["content"])
        for row in rows
    ]


async def schemes(tx: Tx) -> Schemes:
    """Every version known: a handful of rows."""
    rows = await tx.fetch(
        """
        select v.scheme, v.version, v.valid_from, v.programmes, v.targets, v.visit_company_weeks, v.visit_school_weeks,
               v.visit_after_complaint_weeks, v.mentor_max_trainees, c.content
        from scheme_version v left join scheme_curriculum c using (scheme, version)
        """
    )
    return Schemes(
        SchemeVersion(
            row["scheme"],
            row["version"],
            row["valid_from"],
            frozenset(row["programmes"]),
            frozenset(row["targets"]),
            row["visit_company_weeks"],
            row["visit_school_weeks"],
            row["visit_after_complaint_weeks"],
            row["mentor_max_trainees"],
            Curriculum.from_content(row["content"] or {}),
        )
        for row in rows
    )


async def targets(tx: Tx) -> frozenset[str]:
    """The codes of all targets, of every version known."""
    return frozenset(await tx.fetchval("select array(select distinct unnest(targets) from scheme_version)"))


async def keep_content(tx: Tx, scheme: str, version: str, content: Mapping[str, Any]) -> bool:
    """The whole of it as certification told it, so that a part that is read only later is there; true for news."""
    changed = await tx.fetchval(
        """
        insert into scheme_curriculum as known (scheme, version, content) values ($1, $2, $3)
        on conflict (scheme, version) do update set content = excluded.content
        where known.content is distinct from excluded.content
        returning true
        """,
        scheme,
        version,
        {**{part: {} for part in READ}, **{part: value for part, value in content.items() if value is not None}},
    )
    return bool(changed)


async def keep(tx: Tx, version: SchemeVersion) -> bool:
    """True when this was news."""
    changed = await tx.fetchval(
        """
        insert into scheme_version as known (scheme, version, valid_from, programmes, targets, visit_company_weeks,
                                    visit_school_weeks, visit_after_complaint_weeks, mentor_max_trainees)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (scheme, version) do update set
            valid_from = excluded.valid_from, programmes = excluded.programmes, targets = excluded.targets,
            visit_company_weeks = excluded.visit_company_weeks, visit_school_weeks = excluded.visit_school_weeks,
            visit_after_complaint_weeks = excluded.visit_after_complaint_weeks,
            mentor_max_trainees = excluded.mentor_max_trainees
        where (known.valid_from, known.programmes, known.targets, known.visit_company_weeks, known.visit_school_weeks,
               known.visit_after_complaint_weeks, known.mentor_max_trainees)
              is distinct from
              (excluded.valid_from, excluded.programmes, excluded.targets, excluded.visit_company_weeks,
               excluded.visit_school_weeks, excluded.visit_after_complaint_weeks, excluded.mentor_max_trainees)
        returning true
        """,
        version.scheme,
        version.version,
        version.valid_from,
        sorted(version.programmes),
        sorted(version.targets),
        version.visit_company_weeks,
        version.visit_school_weeks,
        version.visit_after_complaint_weeks,
        version.mentor_max_trainees,
    )
    return bool(changed)
