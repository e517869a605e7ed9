"""Checks imported certificates again: each against its document, its leaf in the log, and the chain of its steps."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from shared.db import Tx

from ..domain.canonical import fingerprint
from ..domain.certificates import Status
from ..domain.history import status_of
from ..domain.life import MOVES, Kind, Step, Words
from ..domain.verification import Violation
from ..store.history import FIELDS

_IMPORTED = """
    select i.*, exists (select from log_entry l where l.number = i.number and l.kind = 'imported'
                        and l.document_sha256 = i.document_sha256) as logged
    from imported_certificate i order by i.number
"""
_STEPS = """
    select s.*, i.document_sha256 as first, i.status as imported_as, i.valid_until, exists (
        select from log_entry l where (l.number, l.kind, l.at, l.document_sha256)
                                    = (s.number, replace(s.kind, '_', '-'), s.decided_at, i.document_sha256)
    ) as logged
    from imported_step s join imported_certificate i using (number) order by s.number, s.position
"""
_STRAY = "select distinct number from imported_step where number not in (select number from imported_certificate)"


async def check(tx: Tx, violations: list[Violation]) -> dict[str, int]:
    """Adds what does not hold; gives how many certificates and steps were checked."""
    count = 0
    async for row in tx.cursor(_IMPORTED, prefetch=1000):
        count += 1
        if fingerprint(row["document"]) != row["document_sha256"]:
            violations.append(Violation("imported", row["number"], "the document does not have the hash that was kept"))
        for name in FIELDS:
            said = row[name].isoformat() if hasattr(row[name], "isoformat") else row[name]
            if row["document"].get(name) != said:
                violations.append(Violation("imported", row["number"], f"the document has another {name}"))
        if not row["logged"]:
            violations.append(Violation("imported", row["number"], "the log does not have it"))
    rows = await tx.fetch(_STEPS)  # few: each was a decision about a certificate of before
    for number, steps in groupby(rows, key=lambda row: str(row["number"])):
        violations += [Violation("imported", number, said) for said in _faults(number, list(steps))]
    for row in await tx.fetch(_STRAY):
        violations.append(Violation("imported", row["number"], "steps are kept of a certificate that there is not"))
    return {"imported": count, "imported_steps": len(rows)}


def _faults(number: str, rows: list[Any]) -> Iterator[str]:
    """Each step chains to the one before, the first to the document, and follows on how the certificate stood."""
    head, stood = rows[0]["first"], rows[0]["imported_as"]
    for position, row in enumerate(rows, 1):
        try:
            step = _step(number, row)
            before = status_of(stood, row["valid_until"], step.from_on)
        except ValueError:
            yield f"step {position} is of no kind or state that there is"
            return
        if step.position != position or step.previous != head or step.hash != row["hash"]:
            yield f"step {position} does not chain to the one before"
        if MOVES[step.kind].get(before) is not step.state:
            yield f"step {position} does not follow on {before.value}"
        if not row["logged"]:
            yield f"the log does not have step {position} as it is"
        head, stood = row["hash"], row["state"]


def _step(number: str, row: Any) -> Step:
    """The words are kept with it, so that what was said is part of the hash. ValueError for no kind or state."""
    return Step(
        number=number,
        position=row["position"],
        kind=Kind(row["kind"]),
        state=Status(row["state"]),
        reason=row["reason"],
        words_sha256=Words(row["words"], (), row["words_salt"]).sha256,
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        from_on=row["from_on"],
        until_on=row["until_on"],
        version=None,
        document_sha256=None,
        appeal_until=None,
        previous=row["previous"],
    )
