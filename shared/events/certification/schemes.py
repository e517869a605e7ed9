"""Versions of a mark's rules."""

from datetime import date
from typing import Any

from ..base import Event


class SchemeVersionPublished(Event, type="certification.scheme-version-published.v1", subject="scheme/{scheme}"):
    """A version of a certification scheme is in force from a date on; ``content`` is the whole scheme as data."""

    scheme: str
    version: str
    valid_from: date
    content: dict[str, Any]


class SchemeVersionRetired(Event, type="certification.scheme-version-retired.v1", subject="scheme/{scheme}"):
    """Nobody is on the way to a certificate under this version any more, and a later one is in force. Certificates that
    were issued under it stand. ``because`` is ``moved`` (all went over) or ``finished``."""

    scheme: str
    version: str
    retired_on: date
    because: str
