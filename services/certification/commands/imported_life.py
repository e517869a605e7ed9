"""What a decider does with a certificate of an older register: suspended, reinstated, withdrawn, and nothing else."""

import secrets
from datetime import date, datetime
from typing import Any

from shared.db import Tx

from .. import log
from ..domain.history import status_of
from ..domain.life import Kind, Standing, Step, Words, take_step
from ..domain.life_rules import CertificateNotKnown, ImportedStaysAsItIs
from ..store import audit, history
from ..store.audit import By
from ..store.log_of_steps import KINDS

POSSIBLE = (Kind.SUSPENDED, Kind.REINSTATED, Kind.WITHDRAWN)


async def decide_imported(
    tx: Tx, number: str, kind: Kind, reason: str, words: str, until: date | None, *, now: datetime, today: date, by: By
) -> Step:
    """The step, chained to the document as the older register had it, with its leaf in the log. There is no credential
    and no trainee here, so there is no status list to set and nobody to tell by the bus."""
    found = await history.lock(tx, number)
    if found is None:
        raise CertificateNotKnown(number)
    if kind not in POSSIBLE:
        raise ImportedStaysAsItIs(number)
    said = Words(words.strip(), (), secrets.token_hex(16))
    standing = _standing(found, today)
    step = take_step(
        standing, kind, reason=reason, words=said, decided_by=by.actor, now=now, today=today, appeal_days=None,
        until_on=until,
    )  # fmt: skip
    await history.add_step(tx, step, said)
    await log.append(tx, [log.LogEntry(number, KINDS[kind], now, standing.document_sha256)])
    await audit.note(tx, [(by, f"certificate/{number}", f"certificate {kind.value} {number} {step.position}")])
    return step


def _standing(found: dict[str, Any], today: date) -> Standing:
    return Standing(
        number=found["number"],
        certificate_id="",
        trainee_id="",
        scheme=found["scheme"],
        scheme_version="",
        programme=found["programme"],
        issued_on=found["issued_on"],
        state=status_of(found["stands"], found["valid_until"], today),
        steps=found["steps"],
        head=found["head"],
        version=1,
        valid_until=found["valid_until"],
        until_on=None,
        document=found["document"],
        document_sha256=found["document_sha256"],
    )
