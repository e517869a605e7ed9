"""The keys that sign: private keys in files of their own, and ``issuing.json``, which names every key there ever was.

A key is known by its public key as Multikey. One is active; retired ones stay in the index, and so in the DID document,
because what they signed must still be checked after their private half is gone.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from shared.errors import DependencyAway

from . import multibase

INDEX = "issuing.json"


class IssuingKeyMissing(DependencyAway):
    """Nothing can be signed or published without the issuing key; ``keur up`` makes it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"issuing key {name}", retry_after_s=60)


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """``id`` is the public key as Multikey; times are ISO 8601 in UTC. ``revoked_since``: somebody else may have had it
    from then on."""

    id: str
    made_at: str
    retired_at: str | None = None
    revoked_since: str | None = None


@dataclass(frozen=True, slots=True)
class IssuingKeys:
    """What ``issuing.json`` says, and where the private keys are."""

    folder: Path
    all: Sequence[IssuingKey]

    @classmethod
    def of(cls, home: Path) -> "IssuingKeys":
        """Raises IssuingKeyMissing when no key was ever made."""
        folder = home / "keys"
        try:
            entries = json.loads((folder / INDEX).read_text("utf-8"))["keys"]
        except FileNotFoundError:
            raise IssuingKeyMissing(INDEX) from None
        return cls(folder, [IssuingKey(**entry) for entry in entries])

    @property
    def active(self) -> IssuingKey:
        """The one that signs now: the newest that is not retired."""
        for key in reversed(self.all):
            if key.retired_at is None:
                return key
        raise IssuingKeyMissing("(all are retired)")

    def private(self, id: str) -> bytes:
        """The private key of an active key, 32 bytes. Raises IssuingKeyMissing for one that is retired or not there."""
        if not any(key.id == id and key.retired_at is None for key in self.all):
            raise IssuingKeyMissing(file_name(id))
        try:
            return multibase.decode((self.folder / file_name(id)).read_text("ascii").strip())
        except FileNotFoundError:
            raise IssuingKeyMissing(file_name(id)) from None


def file_name(id: str) -> str:
    """The private key's file: 32 bytes as base58btc multibase."""
    return f"issuing-{id}.key"


def make_replacement(home: Path, change_id: str) -> str:
    """The private key that a change of keys asked for (mode 600); gives its id. Begun again after a crash it gives the
    same one: the first file that stands whole is the one that counts."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    folder = home / "keys"
    waiting = folder / f"issuing-change-{change_id}.new"
    if not waiting.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = folder / f"{waiting.name}.{os.getpid()}-{time.monotonic_ns()}"
        _write(beside, multibase.encode(Ed25519PrivateKey.generate().private_bytes_raw()))
        try:
            os.link(beside, waiting)
        except FileExistsError:
            pass  # another made it at the same moment
        finally:
            beside.unlink()
    text = waiting.read_text("ascii")
    public = Ed25519PrivateKey.from_private_bytes(multibase.decode(text.strip())).public_key().public_bytes_raw()
    id = multibase.multikey(public)
    try:
        os.link(waiting, folder / file_name(id))
    except FileExistsError:
        pass
    return id


def settle(home: Path, change_id: str, keys: Sequence[IssuingKey], gone: Sequence[str]) -> None:
    """The index names ``keys``; what was needed to make the new one is cleared away, and so are the private halves of
    ``gone``: nothing will need them, and somebody could."""
    folder = home / "keys"
    write_index(home, keys)
    (folder / f"issuing-change-{change_id}.new").unlink(missing_ok=True)
    for id in gone:
        (folder / file_name(id)).unlink(missing_ok=True)


def write_index(home: Path, keys: Sequence[IssuingKey]) -> None:
    """Whole or not at all."""
    folder = home / "keys"
    beside = folder / f"{INDEX}.{os.getpid()}.{time.monotonic_ns()}.new"
    _write(beside, json.dumps({"keys": [asdict(key) for key in keys]}, indent=2) + "\n")
    beside.rename(folder / INDEX)


def make_issuing_key(home: Path) -> None:
    """Makes the first key (mode 600) and the index; does nothing when there is one. Of two at once, one wins."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    folder = home / "keys"
    if (folder / INDEX).exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    id = multibase.multikey(key.public_key().public_bytes_raw())
    private = folder / file_name(id)
    _write(private, multibase.encode(key.private_bytes_raw()))
    beside = folder / f"{INDEX}.{os.getpid()}.new"
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    _write(beside, json.dumps({"keys": [asdict(IssuingKey(id, made_at))]}, indent=2) + "\n")
    try:
        os.link(beside, folder / INDEX)
    except FileExistsError:
        private.unlink()
    finally:
        beside.unlink()


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # a row will name it, and that one is durable
