"""Who asks: short session tokens in a cookie, bearer tokens for machines; both signed by enrollment, checked by all.

A service verifies with the public key alone and asks nobody. What a token cannot do is be taken back before it ends,
so sessions last fifteen minutes and are renewed at enrollment, where a sign-out does end them.
"""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from fastapi import Depends, Request

from shared.errors import DependencyAway
from shared.ids import new_id

SESSION_COOKIE = "keur_session"
SESSION_SECONDS = 15 * 60
ISSUER = "keur"
LEEWAY_SECONDS = 5

Via = Literal["session", "token"]

IMPLIED: dict[str, frozenset[str]] = {
    "admin": frozenset({"office", "operator", "read", "write", "metrics", "decide", "coordinator", "board"}),
    "coordinator": frozenset({"office", "operator", "read", "write", "board"}),
    "office": frozenset({"operator", "read", "write", "board"}),
}
"""What a scope gives besides itself. The office runs the desk too; complaints and talks are the coordinator's alone."""

SCOPES = frozenset({"admin", "office", "coordinator", "board", "operator", "read", "write", "metrics", "decide"})


class NotSignedIn(Exception):
    """No session and no token, or one that has ended: 401, or for a page a trip to the sign-in page."""


class NotAllowed(Exception):
    """Known, but without the scope that this needs: 403."""


class SessionKeyMissing(DependencyAway):
    """The key that sessions are checked with is not there yet; whoever starts the system makes it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"session key {path.name}")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. ``subject`` is a person reference (``office/coordinator``) or the name of a token."""

    subject: str
    scopes: frozenset[str]
    via: Via
    id: str

    def may(self, *wanted: str) -> bool:
        """True when any of the wanted scopes is held, or implied by one that is."""
        held = self.scopes.union(*(IMPLIED.get(scope, frozenset()) for scope in self.scopes))
        return not held.isdisjoint(wanted)


class SessionKeys:
    """The key pair under ``<home>/keys``: every service reads ``session.pub``, only enrollment ``session.key``."""

    def __init__(self, home: Path) -> None:
        self._public_path = home / "keys" / "session.pub"
        self._private_path = home / "keys" / "session.key"
        self._public: Ed25519PublicKey | None = None
        self._seen: dict[str, tuple[Principal, int]] = {}

    @property
    def public(self) -> Ed25519PublicKey:
        if self._public is None:
            key = load_pem_public_key(self._read(self._public_path))
            if not isinstance(key, Ed25519PublicKey):
                raise SessionKeyMissing(self._public_path)
            self._public = key
        return self._public

    def private(self) -> Ed25519PrivateKey:
        """Read anew each time, so that the secret does not stay in memory longer than a signature takes."""
        key = load_pem_private_key(self._read(self._private_path), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise SessionKeyMissing(self._private_path)
        return key

    def sign(self, *, subject: str, scopes: Iterable[str], via: Via, seconds: int, id: str | None = None) -> str:
        """A token for ``subject`` that ends after ``seconds``. Raises SessionKeyMissing without the private key."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": via,
            "sub": subject,
            "scope": " ".join(sorted(scopes)),
            "iat": now,
            "exp": now + seconds,
            "jti": id or new_id(),
        }
        return jwt.encode(claims, self.private(), algorithm="EdDSA")

    def verify(self, token: str, via: Via) -> Principal:
        """Who the token speaks for. Raises NotSignedIn for anything but an untouched, unexpired token of this kind."""
        cached = self._seen.get(token)
        if cached is not None and cached[0].via == via and cached[1] > time.time():
            return cached[0]
        if len(token) > 4096:
            raise NotSignedIn("not a token")
        try:
            claims = jwt.decode(
                token,
                self.public,
                algorithms=["EdDSA"],
                audience=via,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "aud", "iss", "jti"]},
            )
        except jwt.InvalidTokenError as wrong:
            raise NotSignedIn(type(wrong).__name__) from None
        scope = claims.get("scope")
        if not isinstance(scope, str):
            raise NotSignedIn("no scope")
        principal = Principal(str(claims["sub"]), frozenset(scope.split()), via, str(claims["jti"]))
        if len(self._seen) >= 1000:
            self._seen.clear()
        self._seen[token] = (principal, int(claims["exp"]))
        return principal

    @staticmethod
    def _read(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError:
            raise SessionKeyMissing(path) from None


def make_session_keys(home: Path) -> None:
    """Make ``session.key`` (mode 600) and ``session.pub`` under ``<home>/keys``; does nothing when they are there."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private_path, public_path = folder / "session.key", folder / "session.pub"
    if not private_path.exists():
        made = Ed25519PrivateKey.generate()
        write_secret(private_path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public_path.unlink(missing_ok=True)
    if not public_path.exists():
        key = load_pem_private_key(private_path.read_bytes(), password=None)
        public_path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def write_admin_token(home: Path, *, days: int = 365) -> Path:
    """Write a fresh bearer token with scope ``admin`` to ``<home>/keys/admin.token`` (mode 600): the CLI's own."""
    path = home / "keys" / "admin.token"
    token = SessionKeys(home).sign(subject="office/admin", scopes=["admin"], via="token", seconds=days * 86400)
    write_secret(path, token.encode() + b"\n")
    return path


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def principal_of(request: Request) -> Principal | None:
    """Who asks, or None on a public page visited without a session."""
    found = request.scope.get("keur.principal")
    return found if isinstance(found, Principal) else None


def signed_in(request: Request) -> Principal:
    """Who asks. Raises NotSignedIn (401) for nobody."""
    principal = principal_of(request)
    if principal is None:
        raise NotSignedIn("no session")
    return principal


def coordinates(request: Request) -> bool:
    """Whether who asks is the coordinator, and may see complaints."""
    principal = principal_of(request)
    return principal is not None and principal.may("coordinator")


class Needs:
    """The dependency that ``require`` makes; ``default_access`` looks for it to see whether a route says its scopes."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.scopes = scopes

    async def __call__(self, request: Request) -> Principal:
        principal = signed_in(request)
        if not principal.may(*self.scopes):
            raise NotAllowed("needs the scope " + " or ".join(self.scopes))
        return principal


def require(*scopes: str) -> Any:
    """Route dependency: any one of these scopes is needed.

    ``@router.get("/x", dependencies=[require("read")])`` or ``who: Annotated[Principal, require("admin")]``.
    A route that says nothing needs ``office``.
    """
    unknown = set(scopes) - SCOPES
    if unknown or not scopes:
        raise ValueError(f"no such scope among {', '.join(scopes) or 'none'}; there are {', '.join(sorted(SCOPES))}")
    return Depends(Needs(scopes))
