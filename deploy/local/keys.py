"""Passwords and keys, each made once into ``KEUR_HOME/keys`` and readable by its owner only (mode 600).

``broker-<user>.password`` and ``database-<user>.password`` · ``session.key`` and ``session.pub`` (Ed25519, PEM) that
sign and check sessions and tokens · ``private.key`` (32 bytes, base64) that seals personal data on the bus ·
``admin.token``, the bearer token of the command line · ``issuing-<public key>.key`` (Ed25519) that signs credentials,
and ``issuing.json``, which names every such key there ever was · ``paper-signer.key`` (ECDSA P-256) that signs
certificates on paper, its certificate, and the small authority ``paper-ca`` above it.
"""

import base64
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

TOKEN_RENEWED_AFTER_DAYS = 300


def make(home: Path, *, signing: Path | None = None) -> None:
    """Makes the keys that are missing; a token that nears its end is written anew. The keys that sign certificates go
    into ``keys`` of another home when ``signing`` names one."""
    signing = signing or home
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _once(folder / "private.key", lambda: base64.b64encode(secrets.token_bytes(32)))
    if not (signing / "keys" / "issuing.json").exists():
        from services.certification.credential.keys import make_issuing_key

        make_issuing_key(signing)
    if not (signing / "keys" / "paper-signer.pem").exists():
        from services.certification.paper.keys import make_paper_keys

        make_paper_keys(signing)
    token = folder / "admin.token"
    pair_is_there = (folder / "session.key").exists() and (folder / "session.pub").exists()
    renewed = token.exists() and time.time() - token.stat().st_mtime < TOKEN_RENEWED_AFTER_DAYS * 86400
    if not (pair_is_there and renewed):
        from shared.web.session import make_session_keys, write_admin_token  # slow to import, and needed once

        make_session_keys(home)
        write_admin_token(home)


def password(home: Path, server: str, user: str) -> str:
    """The password of ``user`` at the ``broker`` or the ``database``; made when it is not there."""
    (home / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
    return _once(home / "keys" / f"{server}-{user}.password", lambda: secrets.token_urlsafe(24).encode()).decode()


def _once(path: Path, make_secret: Callable[[], bytes]) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(make_secret())
    try:
        os.link(beside, path)  # of two who make it at once, one wins and both read the same
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    return path.read_bytes()
