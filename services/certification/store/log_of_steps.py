"""Where a step becomes a leaf of the transparency log: the one place that knows both."""

from shared.db import Tx

from .. import log
from ..domain.life import Kind, Standing, Step

KINDS = {
    Kind.SUSPENDED: log.Kind.SUSPENDED,
    Kind.REINSTATED: log.Kind.REINSTATED,
    Kind.WITHDRAWN: log.Kind.WITHDRAWN,
    Kind.EXPIRED: log.Kind.EXPIRED,
    Kind.CORRECTED: log.Kind.CORRECTED,
    Kind.SCOPE_REDUCED: log.Kind.SCOPE_REDUCED,
    Kind.REISSUED: log.Kind.REISSUED,
    Kind.RECERTIFIED: log.Kind.RECERTIFIED,
}


async def append(tx: Tx, standing: Standing, step: Step) -> None:
    """The step with the hash of what the certificate says from then on, in the transaction that took it."""
    says = step.document_sha256 or standing.document_sha256
    await log.append(tx, [log.LogEntry(step.number, KINDS[step.kind], step.decided_at, says)])
