"""A credential out of a file that a stranger sends: JSON, or a PDF with the JSON inside. Nothing is run or fetched.

A stream of a PDF always stands in the open, so the attached file is found without reading the rest of the PDF; what is
packed is unpacked no further than a credential can be long.
"""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

MOST_BYTES = 2 * 1024 * 1024
MOST_CREDENTIAL = 128 * 1024
MOST_ATTACHED = 10
_ATTACHED = re.compile(rb"/Type\s*/EmbeddedFile\b[^\0]{0,2000}?>>\s*stream\r?\n", re.DOTALL)


class NoCredentialInFile(ValueError):
    """The file is neither a credential nor a PDF with one inside."""


def read_credential(data: bytes) -> dict[str, Any]:
    """The one credential that the file holds. Raises NoCredentialInFile, also for more than one."""
    if len(data) > MOST_BYTES:
        raise NoCredentialInFile("the file is too large")
    texts = list(_attached(data)) if data[:1024].lstrip().startswith(b"%PDF-") else [data]
    found = [one for text in texts if (one := _credential(text)) is not None]
    if len(found) != 1:
        raise NoCredentialInFile("there is no credential in it" if not found else "there is more than one in it")
    return found[0]


def _attached(data: bytes) -> Iterator[bytes]:
    for count, begins in enumerate(_ATTACHED.finditer(data)):
        if count == MOST_ATTACHED:
            return
        ends = data.find(b"endstream", begins.end())
        packed = data[begins.end() : ends if ends >= 0 else len(data)]
        if (
            b"/FlateDecode" not in begins[0]
            and b"/FlateDecode" not in data[max(0, begins.start() - 300) : begins.end()]
        ):
            yield packed.rstrip(b"\r\n")
            continue
        try:
            yield zlib.decompressobj().decompress(packed, MOST_CREDENTIAL + 1)
        except zlib.error:
            continue


def _credential(text: bytes) -> dict[str, Any] | None:
    if len(text) > MOST_CREDENTIAL:
        return None
    try:
        found = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and isinstance(found.get("credentialSubject"), dict) and "proof" in found:
        return found
    return None


def number_in(credential: dict[str, Any]) -> str:
    """The number that the credential says it is of; empty when it says none."""
    number = credential["credentialSubject"].get("licenseNumber")
    return number if isinstance(number, str) and len(number) <= 80 else ""
