"""The register as a whole: the keys it is signed with, and what its checks found."""

from datetime import date, datetime

from ..base import Event


class SigningKeyReplaced(Event, type="certification.signing-key-replaced.v1", subject="keys/{change_id}"):
    """Two persons agreed on another key, and it signs from now on. ``kind`` is credential or paper; ``revoked_since``:
    somebody else may have had the old one from then on, and what it signed is made out again."""

    change_id: str
    kind: str
    reason: str
    old_key: str
    new_key: str
    revoked_since: datetime | None = None


class RegisterVerified(Event, type="certification.register-verified.v1", subject="verification/{verification_id}"):
    """Everything issued was checked again and holds: numbers, documents, proofs, statuses, the log and its heads."""

    verification_id: str
    day: date
    certificates: int
    log_entries: int
    register_sha256: str


class RegisterVerificationFailed(
    Event, type="certification.register-verification-failed.v1", subject="verification/{verification_id}"
):
    """Something issued no longer holds. ``checks`` names what was checked, ``violations`` counts; which certificates
    they are is told by the check itself."""

    verification_id: str
    day: date
    certificates: int
    log_entries: int
    register_sha256: str
    violations: int
    checks: tuple[str, ...]
