"""What somebody could make of a credential or of a certificate on paper. Nothing of this is made by the product."""

import copy
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from services.certification.credential import status_list
from services.certification.credential.did import method_of
from services.certification.credential.keys import IssuingKeys, make_issuing_key
from services.certification.credential.proof import make_proof
from services.certification.paper.keys import make_paper_keys
from services.certification.paper.seal import Seal, seal_paper

from .conftest import SUMMER, Published

BASE = "http://127.0.0.1:8402"
LIST = f"{BASE}/certification/status/1"
SUBJECT = "credentialSubject"


def altered(credential: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    made = copy.deepcopy(credential)
    node: Any = made
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = to
    return made


class Issuer:
    """Signs what the product would not: credentials that are rightly signed and wrong otherwise."""

    def __init__(self, home: Path, base: str = BASE) -> None:
        self.keys, self.base = IssuingKeys.of(home), base

    def sign(self, unsigned: dict[str, Any], at: datetime = SUMMER, method: str = "") -> dict[str, Any]:
        bare = {name: value for name, value in unsigned.items() if name != "proof"}
        active = self.keys.active.id
        method = method or method_of(self.base, active)
        return {**bare, "proof": make_proof(bare, self.keys.private(active), method=method, created=at)}


ALTERED = {
    "altered name": ((SUBJECT, "identifier", 0, "identityHash"), "Somebody Else"),
    "altered grade": ((SUBJECT, "result", 0, "value"), "10"),
    "altered date": (("awardedDate",), "2020-01-01T00:00:00Z"),
    "altered last day": (("validUntil",), "2099-01-01T00:00:00Z"),
    "altered number": ((SUBJECT, "licenseNumber"), "SM-2026-00009"),
    "altered status index": (("credentialStatus", "statusListIndex"), "5"),
    "added undefined term": ((SUBJECT, "salary"), "10"),
    "wrong issuer": (("issuer", "id"), "did:web:other.example"),
}
"""Where, and what stands there instead."""
RESIGNED = (
    "proof of another",
    "no proof",
    "foreign key",
    "issuer and key of its own",
    "expired",
    "not valid yet",
)
BY_THE_LIST = (
    "revoked",
    "status list altered",
    "status list of another issuer",
    "status list out of date",
    "status list unreachable",
)
BAD = (*ALTERED, *RESIGNED, *BY_THE_LIST)
"""Each bad credential by its name."""


def bad_credentials(published: Published) -> dict[str, Any]:
    """By name; ``documents`` replaces what is loaded."""
    one, other, home = published.one.credential, published.other.credential, published.home
    issuer = Issuer(home)
    place = int(one["credentialStatus"]["statusListIndex"])
    revoked = status_list.unsigned_list(BASE, 1, status_list.bits([place]), now=SUMMER)
    old = status_list.unsigned_list(BASE, 1, status_list.bits([]), now=datetime(2026, 6, 1, tzinfo=UTC))
    away = home / "stranger"
    make_issuing_key(away)
    stranger = Issuer(away, "https://other.example")
    elsewhere = status_list.unsigned_list("https://other.example", 1, status_list.bits([]), now=SUMMER)
    packed = revoked[SUBJECT]["encodedList"]
    return {
        **{name: {"credential": altered(one, *path, to=to)} for name, (path, to) in ALTERED.items()},
        "proof of another": {"credential": {**one, "proof": other["proof"]}},
        "no proof": {"credential": {name: value for name, value in one.items() if name != "proof"}},
        "foreign key": {"credential": stranger.sign(one, method=method_of(BASE, issuer.keys.active.id))},
        "issuer and key of its own": {"credential": stranger.sign(one)},
        "expired": {"credential": issuer.sign({**one, "validUntil": "2026-07-01T00:00:00Z"})},
        "not valid yet": {"credential": issuer.sign({**one, "validFrom": "2027-07-01T00:00:00Z"})},
        "revoked": {"credential": one, "documents": {LIST: issuer.sign(revoked)}},
        "status list altered": {
            "credential": one, "documents": {LIST: altered(published.listed, SUBJECT, "encodedList", to=packed)},
        },
        "status list of another issuer": {"credential": one, "documents": {LIST: stranger.sign(elsewhere)}},
        "status list out of date": {"credential": one, "documents": {LIST: issuer.sign(old)}},
        "status list unreachable": {"credential": one, "documents": {LIST: None}},
    }  # fmt: skip


def one_other_byte(pdf: bytes) -> bytes:
    place = len(pdf) // 3
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def another_language(pdf: bytes) -> bytes:
    """Another language of the document, behind the signature, which leaves every signed byte as it was."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root[pdf_name("/Lang")] = pdf_string("xx")
    writer.update_root()
    return _written(writer)


def other_credential_behind_it(pdf: bytes, credential: bytes) -> bytes:
    """The attached file is replaced by an addition behind the signature, which leaves every signed byte as it was."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    stream = writer.root["/AF"][0]["/EF"]["/F"]
    stream._data, stream._encoded_data = credential, None
    writer.mark_update(writer.root["/AF"][0]["/EF"].raw_get("/F"))
    return _written(writer)


def other_credential_unsigned(pdf: bytes, credential: bytes) -> bytes:
    """Written anew with the other credential attached and no signature at all."""
    import pypdf

    reader, writer = pypdf.PdfReader(io.BytesIO(pdf)), pypdf.PdfWriter()
    for page in reader.pages:
        page.pop("/Annots", None)
        writer.add_page(page)
    writer.add_attachment("credential.json", credential)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def other_credential_signed_by_a_stranger(pdf: bytes, credential: bytes, home: Path) -> bytes:
    """As before, and then certified by a signer of the forger's own, who gives himself the same name."""
    make_paper_keys(home)
    return seal_paper(other_credential_unsigned(pdf, credential), Seal(str(home)))


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
