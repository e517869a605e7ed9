"""The own copy of the schemes."""

from shared.db import Tx

from ..domain.schemes import Schemes, SchemeVersion


async def schemes(tx: Tx) -> Schemes:
    """Every version known: a handful of rows."""
    rows = await tx.fetch("select * from scheme_version")
    return Schemes(
        SchemeVersion(**{**row, "programmes": frozenset(row["programmes"]), "targets": frozenset(row["targets"])})
        for row in rows
    )


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
