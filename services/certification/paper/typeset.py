"""Sets the paper with typst: the same input gives the same bytes. One compiler is kept, since it is quick when warm."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TEMPLATE = HERE / "certificate.typ"
STANDARD = "a-4f"
"""PDF/A-4f is the archive form that may hold attachments."""


class PaperCannotBeSet(ValueError):
    """The typesetter refuses; mostly since no font has a sign of the name. The message is its own."""


@cache
def layout() -> str:
    """A short name of how paper is set now: another template, words or typesetter give another one."""
    parts = [TEMPLATE.read_bytes(), (HERE / "content.py").read_bytes(), version("typst").encode()]
    return sha256(b"\0".join(parts)).hexdigest()[:12]


def qr(url: str) -> str:
    """The code as an SVG drawing, error correction M. The mask is fixed: weighing all eight takes longer than
    setting the whole page, and is for print of lower quality."""
    import segno

    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False, boost_error=False, mask=3).save(
        drawn, kind="svg", border=2, xmldecl=False, svgclass=None
    )
    return drawn.getvalue().decode()


def set_paper(content: Mapping[str, Any], credential: str, *, at: datetime, fonts: Path | None = None) -> bytes:
    """The PDF before its signature. ``at`` is the time it says it was made; ``fonts`` is a folder with more fonts.

    Raises PaperCannotBeSet.
    """
    import typst

    inputs = {
        "content": json.dumps(content, ensure_ascii=False),
        "credential": credential,
        "qr": qr(content["url"]),
    }
    try:
        made = _compiler(fonts).compile(
            format="pdf", pdf_standards=[STANDARD], timestamp=at.replace(microsecond=0), sys_inputs=inputs
        )
    except typst.TypstError as wrong:
        raise PaperCannotBeSet(wrong.message) from wrong
    if not isinstance(made, bytes):
        raise TypeError("one document is one PDF")
    return made


@cache
def _compiler(fonts: Path | None) -> Any:
    import typst

    folders = [HERE / "fonts", *([fonts] if fonts is not None and fonts.is_dir() else [])]
    found = typst.Fonts(include_system_fonts=False, font_paths=folders)
    return typst.Compiler(TEMPLATE, root=HERE, font_paths=found)
