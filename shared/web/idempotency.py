"""A POST that is repeated does its work once: the key, the body's hash and the answer are kept with the change itself.

The row is inserted first, in the transaction of the change. Whoever comes second with the same key waits on that row
until the first commits (and then gets the same answer) or rolls back (and then does the work). The relay forgets keys
after a week.
"""

import hashlib
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.db import Database, Tx
from shared.errors import Refused
from shared.web.session import SessionKeys, principal_of


class IdempotencyKeyReused(Refused):
    """The key was used before, for another body."""


class IdempotencyKeyMalformed(Refused):
    """The key is empty, too long, or not plain ASCII."""


Place = tuple[str, str, str]


class Vault:
    """Keeps answers that hold a secret (a sign-in link, a token) readable only with the session key."""

    def __init__(self, keys: SessionKeys) -> None:
        self._keys = keys

    def _cipher(self) -> AESGCM:
        key = self._keys.private().private_bytes_raw()
        return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"keur idempotency").derive(key))

    def close(self, body: bytes, place: Place) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher().encrypt(nonce, body, "\0".join(place).encode())

    def open(self, kept: bytes, place: Place) -> bytes:
        return self._cipher().decrypt(kept[:12], kept[12:], "\0".join(place).encode())


class HasDatabase(Protocol):
    @property
    def db(self) -> Database: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route gives back: status, a model or JSON-ready content (None: no body), and headers such as Location."""

    status: int
    content: BaseModel | Mapping[str, Any] | list[Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


async def once(
    request: Request,
    ctx: HasDatabase,
    body: bytes | BaseModel,
    do: Callable[[Tx], Awaitable[Answer]],
    *,
    vault: Vault | None = None,
) -> Response:
    """Run ``do`` in one transaction and answer; with an ``Idempotency-Key`` run it once for all repeats.

    The first answer keeps its status (201), a repeat with the same body gets 200 with the same bytes. Raises
    IdempotencyKeyReused (422) for another body under the same key. What ``do`` raises rolls back all of it, so a
    refused request may be sent again under the same key. With a ``vault`` the kept answer is encrypted.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        async with ctx.db.transaction() as tx:
            done = await do(tx)
        return _response(done.status, _encoded(done), done.headers)
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyMalformed(
            "deze sleutel is niet bruikbaar",
            "this key is not usable",
            field="Idempotency-Key",
            allowed=("1 tot 200 leesbare ASCII-tekens", "1 to 200 printable ASCII characters"),
        )
    who = principal_of(request)
    place = (key, f"{request.method} {request.url.path}", who.subject if who else "")
    body_hash = hashlib.sha256(_canonical(body)).digest()
    async with ctx.db.transaction() as tx:
        first = await tx.fetchval(
            """
            insert into idempotency (key, route, principal, body_hash) values ($1, $2, $3, $4)
            on conflict do nothing returning 1
            """,
            *place,
            body_hash,
        )
        if first is None:
            return await _again(tx, place, body_hash, vault)
        done = await do(tx)
        encoded = _encoded(done)
        await tx.execute(
            """
            update idempotency set status = $4, body = $5, content_type = 'application/json'
            where key = $1 and route = $2 and principal = $3
            """,
            *place,
            done.status,
            encoded if vault is None else vault.close(encoded, place),
        )
    return _response(done.status, encoded, done.headers)


async def _again(tx: Tx, place: Place, body_hash: bytes, vault: Vault | None) -> Response:
    row = await tx.fetchrow(
        "select body_hash, status, body from idempotency where key = $1 and route = $2 and principal = $3", *place
    )
    if row is None or bytes(row["body_hash"]) != body_hash:
        raise IdempotencyKeyReused(
            "deze sleutel is eerder gebruikt, voor een andere inhoud",
            "this key was used before, for another body",
            field="Idempotency-Key",
            allowed=("een nieuwe sleutel voor een nieuw verzoek", "a new key for a new request"),
        )
    status = 200 if row["status"] == 201 else row["status"]
    kept = bytes(row["body"] or b"")
    return _response(status, kept if vault is None else vault.open(kept, place), {"Idempotency-Replayed": "true"})


def _canonical(body: bytes | BaseModel) -> bytes:
    if isinstance(body, BaseModel):
        return json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode()
    return body


def _encoded(done: Answer) -> bytes:
    if done.content is None:
        return b""
    if isinstance(done.content, BaseModel):
        return done.content.model_dump_json().encode()
    return orjson.dumps(done.content)


def _response(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    return Response(body, status, headers=dict(headers), media_type="application/json" if body else None)
