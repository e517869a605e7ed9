"""What a signature is over: the canonical n-quads of a document, by contexts that ship with the product.

PyLD leaves out what no context defines, without a word; that would stand in the credential unsigned. So it is refused.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from .shapes import Shapes

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SHIPPED = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "open-badges-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "open-badges-extensions.json",
}


NOWHERE = "undefined://nowhere/"
"""What is not absolute would be taken to lie below the document's address; below this one it is seen."""


_SHAPES = Shapes()


class UnknownContext(ValueError):
    """A context that does not ship with the product; nothing is fetched."""


class UndefinedTerms(ValueError):
    """Terms or types that no context defines, or identifiers that are no URI: a signature would not cover them."""


def canonical(document: dict[str, Any]) -> bytes:
    """The n-quads of ``document`` by RDFC-1.0. Raises UndefinedTerms, UnknownContext, or PyLD's JsonLdError."""
    return _SHAPES.canonical(document, _lines, lambda: canonical_by_pyld(document))


def canonical_by_pyld(document: dict[str, Any]) -> bytes:
    """The same the long way, some 20 ms: what ``canonical`` learns from."""
    from pyld import jsonld

    dropped: list[str] = []
    expanded = jsonld.expand(document, _OPTIONS, on_property_dropped=dropped.append)
    undefined = sorted({*dropped, *_relative(expanded)})
    if undefined:
        raise UndefinedTerms(", ".join(undefined))
    quads: str = jsonld.normalize(
        expanded, {**_OPTIONS, "algorithm": "URDNA2015", "format": "application/n-quads"}
    )  # URDNA2015 is PyLD's name for what became RDFC-1.0
    return quads.encode()


def _lines(document: dict[str, Any]) -> list[str] | None:
    """The dataset of a document as n-quads, one a line with its end; None where it has other graphs than one."""
    from pyld import jsonld

    dataset = jsonld.to_rdf(document, _OPTIONS)
    if set(dataset) - {"@default"}:
        return None
    quads: str = jsonld.to_rdf(document, {**_OPTIONS, "format": "application/n-quads"})
    return quads.splitlines(keepends=True)


def _relative(node: Any) -> set[str]:
    """Types and identifiers in an expanded document that are not absolute."""
    if isinstance(node, list):
        return set().union(*map(_relative, node))
    if not isinstance(node, dict):
        return set()
    named = [node["@id"]] if "@id" in node else []
    types = node.get("@type", [])
    named += types if isinstance(types, list) else [types]
    found = {one.removeprefix(NOWHERE) for one in map(str, named) if one.startswith(NOWHERE) or ":" not in one}
    return found.union(*(_relative(value) for name, value in node.items() if name not in ("@id", "@type", "@value")))


def _load(url: str, _options: Any) -> dict[str, Any]:
    # "static" lets PyLD keep the parsed context instead of parsing it for every credential.
    return {"contextUrl": None, "documentUrl": url, "document": _context(url), "tag": "static"}


@cache
def _context(url: str) -> Any:
    if url not in SHIPPED:
        raise UnknownContext(url)
    return json.loads((Path(__file__).parent / "contexts" / SHIPPED[url]).read_text("utf-8"))


_OPTIONS = {"documentLoader": _load, "base": NOWHERE}
