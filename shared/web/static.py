"""Style sheet and pictures, from memory, under an address that holds the hash of their contents: cached for a year."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript", ".png": "image/png"}
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def files() -> dict[str, bytes]:
    """Name → contents of each file that may be served."""
    return {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


@cache
def version() -> str:
    """A short hash over all files: changes when any of them does."""
    digest = hashlib.sha256()
    for name, content in files().items():
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:12]


def url(name: str) -> str:
    """The address of a file. Raises KeyError for one that is not there: a template's mistake."""
    if name not in files():
        raise KeyError(name)
    return f"/static/{version()}/{name}"


def install(app: FastAPI) -> None:
    """Serve the files; an old version in the address gets the new file, uncached (a restart while a page was open)."""

    async def file(request: Request) -> Response:
        name = request.path_params.get("name", "keur.svg")
        content = files().get(name)
        if content is None:
            return Response("", 404)
        current = request.path_params.get("version") == version()
        headers = {"Cache-Control": FOR_EVER if current else "no-cache"}
        return Response(content, headers=headers, media_type=TYPES[Path(name).suffix])

    app.router.routes.append(Route("/static/{version}/{name}", file, methods=["GET"], include_in_schema=False))
    app.router.routes.append(Route("/favicon.ico", file, methods=["GET"], include_in_schema=False))
