"""Checks the history of every certificate again: the chain, the versions of the document, and how each one stands."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.canonical import fingerprint
from ..domain.certificates import Status
from ..domain.life import MOVES, Kind, Step, Words
from ..domain.verification import Violation

_STEPS = """
    select p.*, v.document_sha256, v.document, w.salt, w.reason as said, w.obligations, s.steps, s.head,
           s.state as stands, c.document_sha256 as issued
    from certificate_step p join certificate c using (number) join certificate_status s using (number)
    left join certificate_version v on (v.number, v.version) = (p.number, p.version)
    left join certificate_step_words w on (w.number, w.position) = (p.number, p.position)
    order by p.number, p.position
"""
_STATUS_WITHOUT_STEPS = """
    select s.number from certificate_status s join certificate c using (number)
    where s.steps = 0 and (s.state <> 'valid' or s.version <> 1 or s.head <> c.document_sha256)
"""
_BITS = """
    select e.number, s.state, e.withdrawn_at is not null as is_set, e.version = s.version as newest, exists (
        select from certificate_step p
        where p.number = e.number and p.version > e.version
          and (p.kind in ('corrected', 'scope_reduced') or p.reason = 'key_compromised')
    ) as replaced
    from status_entry e join certificate_status s using (number)
    where e.withdrawn_at is not null or s.steps > 0
"""


async def check(tx: Tx, violations: list[Violation]) -> int:
    """Adds what does not hold; gives how many steps were checked."""
    rows: list[asyncpg.Record] = await tx.fetch(_STEPS)
    for number, steps in groupby(rows, key=lambda row: str(row["number"])):
        violations += _faults(number, list(steps))
    for row in await tx.fetch(_STATUS_WITHOUT_STEPS):
        violations.append(Violation("life", row["number"], "stands otherwise than issued, and no step says why"))
    for row in await tx.fetch(
        "select coalesce(number, appeal_id) as number, dossier, dossier_sha256 from appeal order by number"
    ):
        if fingerprint(row["dossier"]) != row["dossier_sha256"]:
            violations.append(Violation("life", row["number"], "the dossier of its appeal is not what was frozen"))
    for row in await tx.fetch(_BITS):
        if row["is_set"] != (row["state"] == "withdrawn" or row["replaced"]):
            violations.append(
                Violation("life", row["number"], "its place on the status list does not say how it stands")
            )
    return len(rows)


def _faults(number: str, rows: list[Any]) -> Iterator[Violation]:
    head, state = rows[0]["issued"], Status.VALID
    for position, row in enumerate(rows, 1):
        step = Step(
            number=number,
            position=row["position"],
            kind=Kind(row["kind"]),
            state=Status(row["state"]),
            reason=row["reason"],
            words_sha256=row["words_sha256"],
            decided_by=row["decided_by"],
            decided_at=row["decided_at"],
            from_on=row["from_on"],
            until_on=row["until_on"],
            version=row["version"],
            document_sha256=row["document_sha256"],
            appeal_until=row["appeal_until"],
            previous=row["previous"],
        )
        if step.position != position or step.previous != head or step.hash != row["hash"]:
            yield Violation("life", number, f"step {position} does not chain to the one before")
        if MOVES[step.kind].get(state) is not step.state:
            yield Violation("life", number, f"step {position} does not follow on {state.value}")
        if row["document"] is not None and fingerprint(row["document"]) != row["document_sha256"]:
            yield Violation("life", number, f"version {row['version']} does not have the hash that was kept")
        if row["said"] is not None:
            words = Words(row["said"], tuple(row["obligations"]), row["salt"])
            if words.sha256 != step.words_sha256:
                yield Violation("life", number, f"what was said about step {position} is not what was kept")
        head, state = row["hash"], step.state
    if (rows[-1]["steps"], rows[-1]["head"], rows[-1]["stands"]) != (len(rows), head, state.value):
        yield Violation("life", number, "stands otherwise than its last step says")
