"""A stand-in for the four services: says what a test gives it, on a port base of its own."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


@dataclass
class Asked:
    """What the command line asked: method, path with query, body."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass
class Services:
    """`answers` is path (without query) → (status, JSON or what makes it)."""

    home: Path
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def keur(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs the command line against this stand-in, in English."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEUR_", "LC_", "LANG"))}
        told = {"KEUR_HOME": str(self.home), "KEUR_BASE_URL": self.url, "LANG": "en_GB.UTF-8"}
        command = [sys.executable, "-m", "deploy.cli", *argv]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=kept | told | environ,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )


@contextmanager
def serving(home: Path) -> Iterator[Services]:
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "admin.token").write_text("a-token\n")
    services = Services(home)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            services.asked.append(Asked(self.command, self.path, body, dict(self.headers)))
            status, content = services.answers.get(self.path.partition("?")[0], (404, {"detail": "not known"}))
            encoded = json.dumps(content() if callable(content) else content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    services.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()


def nobody_there() -> str:
    """A URL on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
