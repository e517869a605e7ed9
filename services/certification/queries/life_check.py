"""Checks the history of every certificate again: the chain, the versions of the document, and how each one stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
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
           s.state as stands, c.document_sha256 as issued, c.issued_at, c.valid_until as issued_until,
           v.valid_until as version_until, c.scheme as own_scheme, c.programme as issued_programme,
           s.since as stands_since, s.until_on as stands_on, s.valid_until as stands_until, s.version as stands_version,
           s.scheme as stands_scheme, s.programme as stands_programme
    from certificate_step p join certificate c using (number) join certificate_status s using (number)
    left join certificate_version v on (v.number, v.version) = (p.number, p.version)
    left join certificate_step_words w on (w.number, w.position) = (p.number, p.position)
    order by p.number, p.position
"""
_STATUS_WITHOUT_STEPS = """
    select s.number from certificate_status s join certificate c using (number)
    where not exists (select from certificate_step p where p.number = s.number) and (
        (s.state, s.version, s.head, s.since, s.scheme, s.programme)
            <> ('valid', 1, c.document_sha256, c.issued_at, c.scheme, c.programme)
        or s.steps <> 0 or s.until_on is not null or s.valid_until is distinct from c.valid_until
    )
"""
_STRAY = """
    select coalesce(c.number, s.number) as number, 'no certificate and status belong together here' as what
    from certificate c full join certificate_status s on s.number = c.number where c.number is null or s.number is null
    union all
    select w.number, 'words are kept about a step that there is not' from certificate_step_words w
    where not exists (select from certificate_step p where (p.number, p.position) = (w.number, w.position))
    union all
    select p.number, 'steps are kept of a certificate that there is not' from certificate_step p
    where not exists (select from certificate c where c.number = p.number)
    union all
    select v.number, 'a version is kept that no step made' from certificate_version v
    where not exists (select from certificate_step p where (p.number, p.version) = (v.number, v.version))
"""
_BITS = """
    select e.number, s.state, e.withdrawn_at is not null as is_set, e.version = s.version as newest, exists (
        select from certificate_step p
        where p.number = e.number and p.version > e.version
          and (p.kind in ('corrected', 'scope_reduced') or p.reason = 'key_compromised')
    ) as replaced, e.withdrawn_at is null or exists (
        select from certificate_step p where p.number = e.number and p.decided_at = e.withdrawn_at
          and (p.kind = 'withdrawn' or p.version > e.version
               and (p.kind in ('corrected', 'scope_reduced') or p.reason = 'key_compromised'))
    ) as by_a_step
    from status_entry e join certificate_status s using (number)
    where e.withdrawn_at is not null or s.steps > 0
"""


async def check(tx: Tx, violations: list[Violation]) -> int:
    """Adds what does not hold; gives how many steps were checked."""
    rows: list[asyncpg.Record] = await tx.fetch(_STEPS)
    for number, steps in groupby(rows, key=lambda row: str(row["number"])):
        violations += _faults(number, list(steps))
    for row in await tx.fetch(_STRAY):
        violations.append(Violation("life", row["number"], row["what"]))
    for row in await tx.fetch(_STATUS_WITHOUT_STEPS):
        violations.append(Violation("life", row["number"], "stands otherwise than issued, and no step says why"))
    for row in await tx.fetch(
        "select coalesce(number, appeal_id) as number, dossier, dossier_sha256 from appeal order by number"
    ):
        if fingerprint(row["dossier"]) != row["dossier_sha256"]:
            violations.append(Violation("life", row["number"], "the dossier of its appeal is not what was frozen"))
    for row in await tx.fetch(_BITS):
        if row["is_set"] != (row["state"] == "withdrawn" or row["replaced"]) or not row["by_a_step"]:
            violations.append(
                Violation("life", row["number"], "its place on the status list does not say how it stands")
            )
    return len(rows)


def _faults(number: str, rows: list[Any]) -> Iterator[Violation]:
    head, state = rows[0]["issued"], Status.VALID
    stands = _Stands.issued(rows[0])
    for position, row in enumerate(rows, 1):
        try:
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
        except ValueError:
            yield Violation("life", number, f"step {position} is of no kind or state that there is")
            return
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
        stands.take(row, same=step.state is state)
        head, state = row["hash"], step.state
    if (rows[-1]["steps"], rows[-1]["head"], rows[-1]["stands"]) != (len(rows), head, state.value):
        yield Violation("life", number, "stands otherwise than its last step says")
    if not stands.is_kept(rows[-1]):
        yield Violation("life", number, "stands since, until or under something else than its steps come to")


@dataclass(slots=True)
class _Stands:
    """What the steps come to, beside the status itself."""

    since: datetime
    until_on: date | None
    valid_until: date | None
    version: int
    programme: str

    @classmethod
    def issued(cls, row: Any) -> "_Stands":
        return cls(row["issued_at"], None, row["issued_until"], 1, row["issued_programme"])

    def take(self, row: Any, *, same: bool) -> None:
        if not same:
            self.since = row["decided_at"]
        self.until_on = (row["until_on"] or self.until_on) if row["state"] == Status.SUSPENDED else None
        if row["document"] is not None:
            self.version, self.valid_until = row["version"], row["version_until"]
            self.programme = row["document"].get("programme") or self.programme

    def is_kept(self, row: Any) -> bool:
        kept = ("stands_since", "stands_on", "stands_until", "stands_version", "stands_programme", "stands_scheme")
        own = (self.since, self.until_on, self.valid_until, self.version, self.programme, row["own_scheme"])
        return own == tuple(row[name] for name in kept)
