"""What each scheme version says about talking to each other."""

from datetime import date

from shared.db import Tx

from ..domain.cadences import Cadences


async def keep(tx: Tx, scheme: str, version: str, cadences: Cadences, known_on: date) -> None:
    """The day on which a cadence was first known stays, also when the same version is told again."""
    await tx.execute(
        """
        insert into scheme_cadence as c (scheme, version, programme_review_weeks, visit_after_signal_weeks,
                                         complaint_acknowledge_days, complaint_resolve_days, known_on,
                                         complaint_appeal_days)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (scheme, version) do update set
            known_on = case when c.programme_review_weeks is null and excluded.programme_review_weeks is not null
                            then excluded.known_on else c.known_on end,
            programme_review_weeks = excluded.programme_review_weeks,
            visit_after_signal_weeks = excluded.visit_after_signal_weeks,
            complaint_acknowledge_days = excluded.complaint_acknowledge_days,
            complaint_resolve_days = excluded.complaint_resolve_days,
            complaint_appeal_days = excluded.complaint_appeal_days
        """,
        scheme,
        version,
        cadences.programme_review_weeks,
        cadences.visit_after_signal_weeks,
        cadences.complaint_acknowledge_days,
        cadences.complaint_resolve_days,
        known_on,
        cadences.complaint_appeal_days,
    )
