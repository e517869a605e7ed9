"""Checks the seals again: the hash of every row that is written once, beside the one that was kept when it was."""

from shared.db import Tx

from ..domain.verification import Violation

CHUNK = 1000
_ROWS = """
    select r.relation, r.about, s.key is null as unsealed, r.sha256 is distinct from s.sha256 as other
    from sealed_row r left join row_seal s on (s.relation, s.key) = (r.relation, r.key)
"""
_SEALS = "select count(*) from row_seal"
_GONE = """
    select s.relation, s.key from row_seal s
    where not exists (select from sealed_row r where (r.relation, r.key) = (s.relation, s.key)) order by 1, 2
"""


async def check(tx: Tx, violations: list[Violation]) -> int:
    """Adds what does not hold; gives how many rows have a seal."""
    rows = unsealed = 0
    async for row in tx.cursor(_ROWS, prefetch=CHUNK):
        rows += 1
        unsealed += row["unsealed"]
        if row["other"]:
            what = "has no seal" if row["unsealed"] else "is not as it was written"
            violations.append(Violation("seal", row["about"], f"its row of {row['relation']} {what}"))
    seals: int = await tx.fetchval(_SEALS)
    if seals != rows - unsealed:  # only then is it worth looking for those of which the row is gone
        for row in await tx.fetch(_GONE):
            violations.append(Violation("seal", row["key"], f"its row of {row['relation']} is gone"))
    return seals
