"""Checks imported certificates again: each against its document, and its leaf in the log."""

from shared.db import Tx

from ..domain.canonical import fingerprint
from ..domain.verification import Violation
from ..store.history import FIELDS

_IMPORTED = """
    select i.*, exists (select from log_entry l where l.number = i.number and l.kind = 'imported'
                        and l.document_sha256 = i.document_sha256) as logged
    from imported_certificate i order by i.number
"""


async def check(tx: Tx, violations: list[Violation]) -> int:
    """Adds what does not hold; gives how many were checked."""
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
    return count
