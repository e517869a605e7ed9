"""Named points at which a test can kill the process: ``KEUR_CRASH_AT=point[:n]`` at its n-th pass (1 when not said)."""

import os
import signal

POINTS = {
    "relay.before-publish": "rows were claimed, nothing is published yet",
    "relay.after-publish": "the broker confirmed, the rows are not marked yet",
    "consumer.before-commit": "the handlers ran, the transaction is not committed yet",
    "consumer.after-commit": "the transaction is committed, the message is not acknowledged yet",
    "consumer.after-retry-published": "a copy went to a retry tier or was parked, the original is not acknowledged yet",
    "postman.before-send": "a mail is marked as being sent, the mail server has not heard of it",
    "postman.after-send": "the mail server answered, what it said is not written down yet",
    "issuing.after-number": "numbers were taken, no certificate is written yet",
    "issuing.after-certificate": "certificates are written, nothing of them is told or committed yet",
    "import.after-rows": "some rows of a file are written, nothing is committed yet",
    "import.before-commit": "all rows of a file are written, nothing is committed yet",
    "schedule.before-commit": "what fell due is told, nothing is committed yet",
    "schedule.after-commit": "what fell due is told and committed, the run is not noted yet",
    "signer.after-begin": "what will be signed is recorded, no credential is signed yet",
    "signer.before-finish": "the signatures are made, they are not kept yet",
    "rotation.after-approval": "a change of keys is approved and the old key ended, there is no new one yet",
    "rotation.after-key-file": "the new key is a file, nothing of it is committed yet",
    "rotation.after-new-key": "the new key is committed, the index of keys does not name it yet",
    "rotation.before-reissue-commit": "some certificates are made out again, nothing of it is committed yet",
    "rotation.before-complete": "everything is made out and signed again, the change is not noted as completed yet",
}


class NoCrashInProduction(ValueError):
    """KEUR_CRASH_AT is for tests only."""


class UnknownCrashPoint(ValueError):
    """KEUR_CRASH_AT names a point that does not exist."""


_passes = 0
_armed: tuple[str, int] | None = None


def arm(setting: str | None = None, *, production: bool = False) -> None:
    """Reads the setting at start-up; raises when the point is unknown or when this is production."""
    global _armed, _passes
    setting = os.environ.get("KEUR_CRASH_AT", "") if setting is None else setting
    _armed, _passes = None, 0
    if not setting:
        return
    if production:
        raise NoCrashInProduction("KEUR_CRASH_AT is for tests only: take it away, or do not set KEUR_ENV=production")
    name, _, nth = setting.partition(":")
    if name not in POINTS:
        raise UnknownCrashPoint(f"KEUR_CRASH_AT={setting!r}: the points are {', '.join(sorted(POINTS))}")
    _armed = (name, int(nth or 1))


def reach(name: str) -> None:
    """The process passes this point; it ends here, as by kill -9, when it was armed for this pass."""
    global _passes
    if _armed is None or _armed[0] != name:
        return
    _passes += 1
    if _passes == _armed[1]:
        os.kill(os.getpid(), signal.SIGKILL)
