"""HTTP to the services with the token of KEUR_HOME/keys. The standard library's client: it is there in 20 ms."""

from __future__ import annotations

import http.client
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from deploy.cli.errors import CommandFailed, NotReachable, WrongUse
from deploy.cli.words import _, language

PATIENCE = 30.0


class Refused(CommandFailed):
    """The service answered, and said no; `problem` is its problem document, `http_status` its HTTP status."""

    def __init__(self, message: str, http_status: int, problem: dict[str, Any]) -> None:
        super().__init__(message)
        self.http_status, self.problem = http_status, problem


@cache
def home() -> Path:
    """KEUR_HOME, by default `.keur` in the checkout."""
    given = os.environ.get("KEUR_HOME") or str(Path(__file__).resolve().parents[2] / ".keur")
    return Path(given).expanduser().resolve()


def base(service: str) -> str:
    """Where a service answers."""
    from shared.web.sites import base_urls

    return base_urls()[service]


def token() -> str:
    """The CLI's own bearer token, or the one in the file that ``KEUR_TOKEN_FILE`` names: another person's."""
    if given := os.environ.get("KEUR_TOKEN_FILE"):
        try:
            return Path(given).expanduser().read_text("ascii").strip()
        except (OSError, ValueError):
            raise WrongUse(
                _("KEUR_TOKEN_FILE={path} is niet te lezen.").format(path=given),
                _("Maak een toegangsbewijs: keur user token NAAM --scope decide"),
            ) from None
    path = home() / "keys" / "admin.token"
    try:
        return path.read_text("ascii").strip()
    except OSError:
        raise NotReachable(
            _("Hier draait nog niets: {path} ontbreekt.").format(path=path), _("Start het systeem: keur up --detach")
        ) from None


def ask(
    service: str,
    method: str,
    path: str,
    *,
    query: Mapping[str, object] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    public: bool = False,
) -> tuple[int, bytes]:
    """Status and body of one request. Raises NotReachable when nobody answers in time."""
    url = urlsplit(base(service))
    given = {name: value for name, value in (query or {}).items() if value not in (None, "", False)}
    target = url.path + path + ("?" + urlencode({k: _plain(v) for k, v in given.items()}) if given else "")
    sent = {"Accept": "application/json", "Accept-Language": language(), "User-Agent": "keur-cli", **(headers or {})}
    if not public:
        sent["Authorization"] = f"Bearer {token()}"
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "127.0.0.1", url.port, timeout=patience)
    try:
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NotReachable(
            _("{service} antwoordt niet ({error}).").format(service=service, error=type(error).__name__),
            _("Draait het? Kijk met: keur status"),
        ) from error
    finally:
        connection.close()


def _plain(value: object) -> str:
    return "true" if value is True else str(value)


def get(service: str, path: str, /, *, patience: float = PATIENCE, **query: Any) -> Any:
    """The JSON of a GET. Raises NotReachable, or Refused with the service's own words."""
    return answered(service, *ask(service, "GET", path, query=query, patience=patience))


def post(service: str, path: str, content: Mapping[str, Any], *, patience: float = PATIENCE) -> Any:
    """The JSON of a POST; it carries an Idempotency-Key, so that a repeat by hand of a lost answer is harmless."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    body = json.dumps(content).encode()
    return answered(service, *ask(service, "POST", path, body=body, headers=headers, patience=patience))


def send_file(service: str, path: str, file: Path, /, *, public: bool = False, **query: object) -> tuple[int, Any]:
    """Posts a file as multipart `file`; status and JSON, also when the service took nothing (422)."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise WrongUse(_("{file} is niet te lezen: {why}").format(file=file, why=error.strerror)) from None
    boundary = uuid.uuid4().hex
    name = file.name.replace('"', "_").encode("ascii", "replace").decode()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = b"".join((head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", content, b"\r\n"))
    body += f"--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    status, answer = ask(service, "POST", path, query=query, body=body, headers=headers, patience=600, public=public)
    told = _json(answer)
    if status == 422 and isinstance(told, dict) and "errors" in told and "rows" in told:
        return status, told
    return status, answered(service, status, answer)


@contextmanager
def unless_known(remedy: str) -> Iterator[None]:
    """A 404 from within says what to do next."""
    try:
        yield
    except Refused as refused:
        if refused.http_status == 404:
            refused.remedy = remedy
        raise


def all_items(service: str, path: str, /, **query: object) -> Iterator[dict[str, Any]]:
    """Every item of a list, page after page."""
    after: object = query.pop("after", "")
    while True:
        page = answered(service, *ask(service, "GET", path, query={**query, "after": after, "limit": 1000}))
        yield from page["items"]
        after = page.get("next")
        if after is None:
            return


def answered(service: str, status: int, body: bytes) -> Any:
    """The JSON of an answer; raises NotReachable or Refused, with the words of the problem document."""
    told = _json(body)
    if 200 <= status < 300:
        return told
    problem = told if isinstance(told, dict) else {}
    words = str(problem.get("detail") or problem.get("title") or http.client.responses.get(status, status))
    errors = [error for error in problem.get("errors") or [] if isinstance(error, dict)]
    for error in errors:
        right = f" ({error['allowed']})" if error.get("allowed") else ""
        if len(errors) == 1 and error.get("message") == words:
            words += right  # said already: only the remedy is new
        else:
            words += f"\n  {error.get('field') or ''}: {error.get('message') or ''}{right}"
    if status == 503:
        raise NotReachable(f"{service}: {words}", _("Wat is er weg? Kijk met: keur status"))
    if status == 401:
        raise NotReachable(f"{service}: {words}", _("Hoort KEUR_HOME bij dit systeem? Kijk met: keur doctor"))
    raise Refused(f"{service}: {words}", status, problem)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
