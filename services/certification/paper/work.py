"""What a worker process does for the paper: set it, sign it."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from .seal import Seal, seal_paper
from .typeset import set_paper


class Paper(NamedTuple):
    """A signed PDF; its first ``unsigned_size`` bytes are what was there before the signature."""

    pdf: bytes
    sha256: str
    unsigned_sha256: str
    unsigned_size: int


def make_paper(content: Mapping[str, Any], credential: str, at: datetime, fonts: Path | None, seal: Seal) -> Paper:
    """Sets it and signs it. Raises PaperCannotBeSet, PaperKeyMissing."""
    pdf = set_paper(content, credential, at=at, fonts=fonts)
    signed = seal_paper(pdf, seal)
    return Paper(signed, sha256(signed).hexdigest(), sha256(pdf).hexdigest(), len(pdf))
