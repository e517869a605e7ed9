"""Exam results: what stands, new rows, and rows that a correction replaces."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from shared.db import Tx

from ..domain.results import Entry, Result, ResultState

_CURRENT = """
    select result_id, revision, trainee_id, exam, attempt, taken_on, score, knocked_out, examiner, corrects, state,
           passed, refusal
    from result where state <> 'replaced' and
"""


async def current(tx: Tx, trainee_ids: Collection[str]) -> dict[str, list[Result]]:
    """What stands of these trainees, refused rows included, by trainee."""
    rows = await tx.fetch(f"{_CURRENT} trainee_id = any($1::text[])", list(trainee_ids))
    found: dict[str, list[Result]] = {}
    for row in rows:
        found.setdefault(row["trainee_id"], []).append(_result(row))
    return found


async def by_id(tx: Tx, result_ids: Collection[str]) -> dict[str, Result]:
    """What stands under these result ids, of whichever trainee."""
    rows = await tx.fetch(f"{_CURRENT} result_id = any($1::text[])", list(result_ids))
    return {row["result_id"]: _result(row) for row in rows}


def _result(row: asyncpg.Record) -> Result:
    entry = Entry(
        row["result_id"],
        row["trainee_id"],
        row["exam"],
        row["attempt"],
        row["taken_on"],
        row["score"],
        row["knocked_out"],
        row["examiner"],
    )
    state = ResultState(row["state"])
    return Result(entry, state, row["revision"], row["corrects"], row["passed"], row["refusal"])


async def add(tx: Tx, results: Sequence[Result], *, recorded_at: datetime, recorded_by: str) -> None:
    """New rows; the revisions that they correct are marked as replaced first, since one row stands per result."""
    corrections = [one for one in results if one.corrects is not None]
    if corrections:
        await tx.execute(
            """
            update result r set state = 'replaced'
            from unnest($1::text[], $2::int[]) as t(result_id, revision)
            where r.result_id = t.result_id and r.revision = t.revision
            """,
            [one.entry.result_id for one in corrections],
            [one.corrects for one in corrections],
        )
    entries = [one.entry for one in results]
    await tx.execute(
        """
        insert into result (result_id, trainee_id, exam, attempt, taken_on, score, knocked_out, examiner,
                            revision, corrects, state, passed, recorded_at, recorded_by)
        select *, $13, $14 from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::date[], $6::numeric[],
                                       $7::bool[], $8::text[], $9::int[], $10::int[], $11::text[], $12::bool[])
        """,
        *([getattr(entry, name) for entry in entries] for name in Entry.__dataclass_fields__),
        [one.revision for one in results],
        [one.corrects for one in results],
        [one.state for one in results],
        [one.passed for one in results],
        recorded_at,
        recorded_by,
    )


async def settle(tx: Tx, results: Sequence[Result]) -> None:
    """Rows that waited now count or are refused."""
    await tx.execute(
        """
        update result r set state = t.state, passed = t.passed, refusal = t.refusal
        from unnest($1::text[], $2::int[], $3::text[], $4::bool[], $5::text[])
             as t(result_id, revision, state, passed, refusal)
        where r.result_id = t.result_id and r.revision = t.revision
        """,
        [one.entry.result_id for one in results],
        [one.revision for one in results],
        [one.state for one in results],
        [one.passed for one in results],
        [one.refusal for one in results],
    )
