"""What each scheme version says about talking to each other."""

from datetime import date

from shared.db import Tx

from ..domain.cadences import Cadences


async def keep(tx: Tx, scheme: str, version: str, cadences: Cadences, known_on: date) -> bool:
    """True when this was news. The day on which a cadence was first known stays, also when it is told again."""
    changed = await tx.fetchval(
        """
        insert into scheme_cadence as c (scheme, version, programme_review_weeks, visit_after_signal_weeks,
                                         complaint_acknowledge_days, complaint_resolve_days, known_on,
                                         complaint_appeal_days, visit_school_after_signal_weeks,
                                         visit_school_signal_share)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (scheme, version) do update set
            known_on = case when c.programme_review_weeks is null and excluded.programme_review_weeks is not null
                            then excluded.known_on else c.known_on end,
            programme_review_weeks = excluded.programme_review_weeks,
            visit_after_signal_weeks = excluded.visit_after_signal_weeks,
            complaint_acknowledge_days = excluded.complaint_acknowledge_days,
            complaint_resolve_days = excluded.complaint_resolve_days,
            complaint_appeal_days = excluded.complaint_appeal_days,
            visit_school_after_signal_weeks = excluded.visit_school_after_signal_weeks,
            visit_school_signal_share = excluded.visit_school_signal_share
        where (c.programme_review_weeks, c.visit_after_signal_weeks, c.complaint_acknowledge_days,
               c.complaint_resolve_days, c.complaint_appeal_days, c.visit_school_after_signal_weeks,
               c.visit_school_signal_share)
              is distinct from
              (excluded.programme_review_weeks, excluded.visit_after_signal_weeks, excluded.complaint_acknowledge_days,
               excluded.complaint_resolve_days, excluded.complaint_appeal_days,
               excluded.visit_school_after_signal_weeks, excluded.visit_school_signal_share)
        returning true
        """,
        scheme,
        version,
        cadences.programme_review_weeks,
        cadences.visit_after_signal_weeks,
        cadences.complaint_acknowledge_days,
        cadences.complaint_resolve_days,
        known_on,
        cadences.complaint_appeal_days,
        cadences.visit_school_after_signal_weeks,
        cadences.visit_school_signal_share,
    )
    return bool(changed)
