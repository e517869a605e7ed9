"""Complaints for the coordinator's pages, with their text; and figures without anybody in them."""

from datetime import date
from typing import Any

from shared.db import Tx

from .followup import actions_from

_ROW = """
    select c.complaint_id, c.trainee_id, c.received_on, c.category, c.confidential, c.by, c.state, c.place_kind,
           c.place_id, c.text, c.received_on < t.birth_date + interval '18 years' as minor, c.acknowledge_by,
           c.resolve_by, c.acknowledged_on, c.in_hand_on, c.agenda_words, c.on_agenda_on, c.discussed_on,
           c.waived_reason, c.resolution, c.resolved_on, c.closed_on, c.appeal_until
    from complaint c join trainee t using (trainee_id)
"""


async def one(tx: Tx, key: str) -> dict[str, Any] | None:
    """A complaint with its text, its appeals and the actions that follow from it."""
    row = await tx.fetchrow(_ROW + " where c.complaint_id = $1", key)
    if row is None:
        return None
    appeals = await tx.fetch(
        "select lodged_on, text from complaint_appeal where complaint_id = $1 order by appeal_id", key
    )
    return {**row, "appeals": [dict(one) for one in appeals], "actions": await actions_from(tx, "complaint", key)}


async def some(tx: Tx, *, still_open: bool, limit: int = 200) -> list[dict[str, Any]]:
    """Complaints for the list, without their text: those that are open, or the last that are not."""
    rows = await tx.fetch(
        """
        select c.complaint_id, c.trainee_id, t.name, c.received_on, c.category, c.confidential, c.by, c.state,
               c.acknowledge_by, c.resolve_by, coalesce(p.name, s.name) as place
        from complaint c join trainee t using (trainee_id)
        left join company p on c.place_kind = 'company' and p.company_id = c.place_id
        left join school s on c.place_kind = 'school' and s.school_id = c.place_id
        where (c.state not in ('resolved', 'closed')) = $1
        order by case when $1 then c.received_on end, c.received_on desc, c.complaint_id limit $2
        """,
        still_open,
        limit,
    )
    return [dict(row) for row in rows]


async def figures(tx: Tx, today: date) -> dict[str, Any]:
    """Counts by category and state, and how long things took in days (the median). Nobody is in it."""
    by_category = await tx.fetch("select category, count(*)::int as n from complaint group by 1 order by 2 desc, 1")
    by_state = await tx.fetch("select state, count(*)::int as n from complaint group by 1 order by 1")
    row = await tx.fetchrow(
        """
        select count(*)::int as received,
               percentile_cont(0.5) within group (order by acknowledged_on - received_on) as days_to_acknowledge,
               percentile_cont(0.5) within group (order by resolved_on - received_on) as days_to_resolve,
               count(*) filter (where coalesce(acknowledged_on, $1) > acknowledge_by)::int as late_acknowledged,
               count(*) filter (where waived_reason <> '')::int as waived,
               (select count(distinct complaint_id)::int from complaint_appeal) as appealed
        from complaint
        """,
        today,
    )
    return {
        **dict(row or {}),
        "by_category": {one["category"]: one["n"] for one in by_category},
        "by_state": {one["state"]: one["n"] for one in by_state},
    }
