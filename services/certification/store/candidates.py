"""Candidates and the names of holders. Whoever changes what belongs to a trainee locks the candidate's row first."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import asyncpg

from shared.db import Tx

from ..domain.candidates import Admission, Candidate, State, each_once

_COLUMNS = """
    select c.trainee_id, c.state, c.scheme, c.scheme_version, c.programme, c.school_id, c.instructor_id, c.company_id,
           c.mentor_id, c.starts_on, c.missing, c.doubt, h.name
    from candidate c left join holder h using (trainee_id)
"""


async def lock_or_add(tx: Tx, trainee_ids: Collection[str], *, now: datetime) -> dict[str, Candidate]:
    """All of these, locked until commit; one not heard of before is added as awaited."""
    await tx.execute(
        """
        insert into candidate (trainee_id, since) select id, $2 from unnest($1::text[]) as id
        on conflict (trainee_id) do nothing
        """,
        each_once(trainee_ids),
        now,
    )
    return await lock(tx, trainee_ids)


async def lock(tx: Tx, trainee_ids: Collection[str]) -> dict[str, Candidate]:
    """Those of these that are known, locked until commit, always in the same order: two transactions never wait for
    each other."""
    ids = each_once(trainee_ids)
    # A statement of its own: only the next one sees what was committed while this one waited for a lock.
    await tx.execute(
        "select from candidate where trainee_id = any($1::text[]) order by trainee_id for no key update", ids
    )
    return await some(tx, ids)


async def some(tx: Tx, trainee_ids: Collection[str]) -> dict[str, Candidate]:
    """Those of these that are known, as they stand, without a lock."""
    rows = await tx.fetch(f"{_COLUMNS} where c.trainee_id = any($1::text[])", list(trainee_ids))
    return {row["trainee_id"]: _candidate(row) for row in rows}


def _candidate(row: asyncpg.Record) -> Candidate:
    admission = None
    if row["scheme_version"] is not None:
        admission = Admission(
            row["scheme"],
            row["scheme_version"],
            row["programme"],
            row["school_id"],
            row["instructor_id"],
            row["company_id"],
            row["mentor_id"],
            row["starts_on"],
        )
    state, missing = State(row["state"]), tuple(row["missing"])
    return Candidate(row["trainee_id"], state, admission, row["name"], missing, row["doubt"])


async def admit(tx: Tx, candidates: Sequence[Candidate], *, now: datetime) -> None:
    admitted = [(one.trainee_id, one.admission) for one in candidates if one.admission is not None]
    await tx.execute(
        """
        update candidate c
        set state = 'admitted', since = $10, scheme = t.scheme, scheme_version = t.scheme_version,
            programme = t.programme, school_id = t.school_id, instructor_id = t.instructor_id,
            company_id = t.company_id, mentor_id = t.mentor_id, starts_on = t.starts_on
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::date[])
             as t(trainee_id, scheme, scheme_version, programme, school_id, instructor_id, company_id, mentor_id,
                  starts_on)
        where c.trainee_id = t.trainee_id
        """,
        [trainee_id for trainee_id, _ in admitted],
        *([getattr(admission, name) for _, admission in admitted] for name in Admission.__dataclass_fields__),
        now,
    )


async def save(tx: Tx, candidates: Sequence[Candidate], *, now: datetime) -> None:
    """States, open requirements and doubts. ``since`` moves only when the state does."""
    await tx.execute(
        """
        update candidate c
        set since = case when c.state = t.state then c.since else $5 end, state = t.state,
            missing = coalesce(string_to_array(nullif(t.missing, ''), ' '), '{}'), doubt = t.doubt,
            doubt_since = case when t.doubt is null then null else coalesce(c.doubt_since, $5) end
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t(trainee_id, state, missing, doubt)
        where c.trainee_id = t.trainee_id
        """,
        [one.trainee_id for one in candidates],
        [one.state for one in candidates],
        [" ".join(one.missing) for one in candidates],  # unnest would flatten an array of arrays
        [one.doubt for one in candidates],
        now,
    )


async def name_holders(tx: Tx, holders: Sequence[tuple[str, str | None, date | None, int]]) -> set[str]:
    """Keeps name and birth date by trainee id with the sequence they were told in; older news than what is kept is
    passed over. Gives the trainees that were named anew. A name of None forgets both."""
    rows = await tx.fetch(
        """
        insert into holder as h (trainee_id, name, birth_date, sequence)
        select distinct on (trainee_id) *
        from unnest($1::text[], $2::text[], $3::date[], $4::bigint[]) as t(trainee_id, name, birth_date, sequence)
        order by trainee_id, sequence desc
        on conflict (trainee_id) do update
        set name = excluded.name, birth_date = excluded.birth_date, sequence = excluded.sequence
        where h.sequence < excluded.sequence
        returning trainee_id
        """,
        [trainee_id for trainee_id, _, _, _ in holders],
        [name for _, name, _, _ in holders],
        [birth_date for _, _, birth_date, _ in holders],
        [sequence for _, _, _, sequence in holders],
    )
    return {row["trainee_id"] for row in rows}
