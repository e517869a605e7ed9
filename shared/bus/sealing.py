"""Personal data on the wire: bodies of the private exchange are sealed (AES-256-GCM) for those who hold the key.

Whatever then carries them, a retry tier, the parked messages, the operators' desk, carries what it cannot read.
"""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import GiveUp

CONTENT_TYPE = "application/vnd.keur.sealed"
_NONCE = 12


class SealBroken(GiveUp):
    """A private message that cannot be opened: made with another key, or changed on its way."""


class Seal:
    """Seals and opens bodies; the message's id is bound in, so a body cannot be moved to another message."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> "Seal | None":
        """The seal of KEUR_HOME/keys/private.key (32 bytes, base64); none for a service that may not have it."""
        try:
            return cls(base64.b64decode(path.read_text("ascii")))
        except (FileNotFoundError, PermissionError):
            return None

    def close(self, body: bytes, message_id: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, body, message_id.encode())

    def open(self, body: bytes, message_id: str) -> bytes:
        try:
            return self._cipher.decrypt(body[:_NONCE], body[_NONCE:], message_id.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the private message cannot be opened: another key, or changed on its way") from error
