"""Who learns and who guides at the places that are visited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.db import Tx

from ..domain.visits import Place


@dataclass(slots=True)
class There:
    """Who learns and who guides at a place on a day."""

    trainees: list[str]
    mentors: list[str]
    instructors: list[str]


async def who_is_there(tx: Tx, places: Iterable[Place], today: date) -> dict[Place, There]:
    found = {place: There([], [], []) for place in places}
    rows = await tx.fetch(
        """
        select 'company' as kind, p.company_id as id, array_agg(distinct p.trainee_id) as trainees,
               array_agg(distinct p.mentor_id) as mentors, '{}'::text[] as instructors
        from placement p where p.company_id = any($1) and p.state <> 'ended' and p.starts_on <= $3 and p.ends_on >= $3
        group by 2
        union all
        select 'school', e.school_id, array_agg(distinct e.trainee_id), '{}'::text[],
               array_agg(distinct e.instructor_id)
        from enrolment e
        where e.school_id = any($2) and e.state in ('enrolled', 'active', 'paused')
          and e.starts_on <= $3 and e.planned_end >= $3
        group by 2
        """,
        [place.id for place in found if place.kind == "company"],
        [place.id for place in found if place.kind == "school"],
        today,
    )
    for row in rows:
        found[Place(row["kind"], row["id"])] = There(row["trainees"], row["mentors"], row["instructors"])
    return found
