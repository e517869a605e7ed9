"""Each service's own folder of keys: in containers a service finds there what it needs, and nothing of another.

Everything is made in the administrator's home and handed out; only what signs certificates is made in certification's
own folder and lives nowhere else, so that a key that was replaced for good does not come back from a copy.
"""

import os
import shutil
from pathlib import Path

from shared.settings import SERVICES

SIGNS = ("issuing*", "paper-*")
"""What signs certificates: made, replaced and thrown away by certification."""
HANDED_OUT = {
    "enrollment": ("session.key", "session.pub", "private.key"),
    "certification": ("session.pub", "private.key"),
    "notifications": ("session.pub", "private.key"),
    "ops": ("session.pub", "broker-operator.password"),
}
"""Beside its own passwords: enrollment signs people in, all check that; ops may not read personal data."""


def move_signing_keys(home: Path, folders: Path) -> None:
    """Those that an older installation kept with all others go to certification."""
    to = folders / "certification" / "keys"
    for path in [found for pattern in SIGNS for found in (home / "keys").glob(pattern)]:
        if not (to / path.name).exists():
            shutil.move(path, to / path.name)


def hand_out(home: Path, folders: Path) -> None:
    """``<folders>/<service>/keys`` holds what that service needs, as it is now (mode 600)."""
    for service in SERVICES:
        own = (f"broker-{service}.password", f"database-{service}.password")
        for name in (*own, *HANDED_OUT[service]):
            _copy(home / "keys" / name, folders / service / "keys" / name)


def _copy(path: Path, to: Path) -> None:
    content = path.read_bytes()
    if to.exists() and to.read_bytes() == content:
        return
    beside = to.with_name(f".{to.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    beside.replace(to)
