"""The file that a backup is: one tar, mode 600, with a manifest that knows the checksum of every part."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20


class NotABackup(ValueError):
    """The file is no backup of Keur, or not whole: the message says what is wrong with it."""


@dataclass
class Manifest:
    """What a backup holds. ``parts`` maps names in the tar to size (bytes) and SHA-256; ``services`` tells per service
    how far its outbox was at the moment of the backup."""

    made_at: str
    version: str
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT


def write(file: Path, parts: Mapping[str, Path], manifest: Manifest) -> None:
    """Packs ``parts`` (name → file) with their checksums; the file is there whole or not at all."""
    manifest.parts = {
        name: {"size": path.stat().st_size, "sha256": checksum(path)} for name, path in sorted(parts.items())
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            with tarfile.open(fileobj=handle, mode="w", format=tarfile.PAX_FORMAT) as tar:
                content = json.dumps(asdict(manifest), indent=1).encode()
                tar.addfile(_entry(MANIFEST, len(content)), io.BytesIO(content))
                for name, path in sorted(parts.items()):
                    with path.open("rb") as part:
                        tar.addfile(_entry(name, path.stat().st_size), part)
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def read(file: Path, into: Path) -> Manifest:
    """Unpacks into an empty folder and holds every part against the manifest. Raises ``NotABackup``."""
    try:
        with tarfile.open(file) as tar:
            names = tar.getnames()
            if not names or names[0] != MANIFEST:
                raise NotABackup(f"{file} has no {MANIFEST}: it was not made by keur backup")
            tar.extractall(into, filter="data")
        told = json.loads((into / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**told)
    except (tarfile.TarError, OSError, EOFError, ValueError, TypeError) as error:
        if isinstance(error, NotABackup):
            raise
        raise NotABackup(f"{file} cannot be read: {type(error).__name__}: {error}") from error
    if manifest.format != FORMAT:
        raise NotABackup(f"{file} has format {manifest.format}; this version reads {FORMAT}")
    for name, part in manifest.parts.items():
        path = into / name
        if not path.is_file() or checksum(path) != part["sha256"]:
            raise NotABackup(f"{file}: {name} is damaged or missing")
    return manifest


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
