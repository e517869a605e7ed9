"""What a mark's logo may be: a plain drawing in SVG that needs nothing from elsewhere and does nothing by itself."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from pydantic_core import PydanticCustomError

MOST_CHARACTERS = 60_000
DRAWN_WITH = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient",
    "radialGradient", "stop", "clipPath", "title", "desc",
})  # fmt: skip
"""Letters are drawn as paths, so that the drawing looks the same everywhere."""
_ELSEWHERE = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:", re.IGNORECASE)


def plain_drawing(logo: str) -> str:
    """The drawing as it is; a ValueError of pydantic when it is not plain."""
    if any(_faults(logo)):
        raise PydanticCustomError("logo", "is no plain drawing")
    return logo


def _faults(logo: str) -> Iterator[str]:
    if "<!" in logo.replace("<!--", ""):  # neither DOCTYPE nor entities nor CDATA
        yield "declaration"
        return
    try:
        root = ElementTree.fromstring(logo)  # noqa: S314 - without declarations there is nothing to expand
    except ElementTree.ParseError:
        yield "not XML"
        return
    if _name(root.tag) != "svg" or not ("viewBox" in root.attrib or {"width", "height"} <= set(root.attrib)):
        yield "no drawing with a size"
    for element in root.iter():
        if _name(element.tag) not in DRAWN_WITH:
            yield _name(element.tag)
        for name, value in element.items():
            here = _name(name).lower()
            if here.startswith("on") or (here == "href" and not value.startswith("#")) or _ELSEWHERE.search(value):
                yield here


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]
