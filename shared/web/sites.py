"""Where each service lives, as a browser sees it, and which addresses a redirect may lead to."""

import os
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

SERVICES = ("enrollment", "certification", "notifications", "ops")
DEFAULT_PORT_BASE = 8400


def base_urls(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Base URL of each service, without a trailing slash.

    ``KEUR_BASE_URL_<SERVICE>`` wins, then ``KEUR_BASE_URL`` (one front door for all), then the port on loopback that
    follows from ``KEUR_PORT_BASE``.
    """
    env = os.environ if environ is None else environ
    port_base = int(env.get("KEUR_PORT_BASE", "") or DEFAULT_PORT_BASE)
    front_door = env.get("KEUR_BASE_URL", "")
    found = {}
    for number, service in enumerate(SERVICES, start=1):
        url = env.get(f"KEUR_BASE_URL_{service.upper()}", "") or front_door or f"http://127.0.0.1:{port_base + number}"
        found[service] = url.rstrip("/")
    return found


def origins(bases: Mapping[str, str]) -> frozenset[str]:
    """``scheme://host:port`` of each base URL, as browsers write it in ``Origin``."""
    return frozenset(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, bases.values()))


def safe_return(target: str | None, bases: Mapping[str, str]) -> str | None:
    """The absolute URL to go back to, or None when ``target`` leads anywhere but to one of our own services."""
    if not target or len(target) > 2000 or "\\" in target or any(c.isspace() or not c.isprintable() for c in target):
        return None
    try:
        parts = urlsplit(target)
        if parts.username or parts.password:
            return None
    except ValueError:
        return None
    if not parts.scheme and not parts.netloc:
        service = parts.path.split("/")[1] if parts.path.startswith("/") else ""
        base = bases.get(service)
        if base is None or target.startswith("//"):
            return None
        return base + urlunsplit(("", "", parts.path, parts.query, ""))
    for base in bases.values():
        own = urlsplit(base)
        same_site = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        if same_site and (parts.path == own.path or parts.path.startswith(own.path.rstrip("/") + "/")):
            return urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, ""))
    return None


def under(path: str, prefixes: Sequence[str]) -> bool:
    """True when the path is one of the prefixes or lies below one; ``/register`` does not open ``/registers``."""
    return any(path == prefix or path.startswith(prefix.rstrip("/") + "/") for prefix in prefixes)
