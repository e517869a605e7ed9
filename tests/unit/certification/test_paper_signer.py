"""What is kept from one signature to the next changes nothing about it: each stands by itself, as pyHanko finds."""

import io
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.certification.paper import signer as signing
from services.certification.paper.keys import make_paper_keys
from services.certification.paper.seal import Seal, seal_paper

from .test_paper import paper


def signature(pdf: bytes) -> Any:
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return found


def attributes(pdf: bytes) -> dict[str, Any]:
    (one,) = signature(pdf).signed_data["signer_infos"]
    return {attribute["type"].native: attribute["values"].native for attribute in one["signed_attrs"]}


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What pyHanko was left to make whole."""
    made: list[bytes] = []
    of = signing.Form.of.__func__  # type: ignore[attr-defined]

    def noted(cls: type[signing.Form], content: cms.ContentInfo, digest: bytes) -> signing.Form | None:
        made.append(digest)
        return of(cls, content, digest)  # type: ignore[no-any-return]

    monkeypatch.setattr(signing.Form, "of", classmethod(noted))
    return made


def test_the_second_and_third_signature_hold_and_say_what_the_first_says(tmp_path: Path, whole: list[bytes]) -> None:
    make_paper_keys(tmp_path)
    seal = Seal(str(tmp_path))
    trusted = ValidationContext(trust_roots=[load_cert_from_pemder(str(tmp_path / "keys" / "paper-ca.pem"))])

    first, *later = [seal_paper(paper(holder=name), seal) for name in ("Åsa", "Bram", "Chris")]

    assert len(whole) == 1, "the second and third are made of the parts of the first"
    for pdf in (first, *later):
        status = validate_pdf_signature(signature(pdf), trusted)
        assert status.bottom_line
        assert status.docmdp_ok
        assert status.coverage.name == "ENTIRE_FILE"
    said, *others = [attributes(pdf) for pdf in (first, *later)]
    digests = {one.pop("message_digest")[0] for one in (said, *others)}
    assert len(digests) == 3
    assert others == [said, said]
    assert {"content_type", "signing_certificate_v2"} <= said.keys()


def test_a_signer_with_another_key_begins_anew(tmp_path: Path, whole: list[bytes]) -> None:
    pdf, roots = paper(), {}
    for name in ("one", "two"):
        make_paper_keys(tmp_path / name)
        seal_paper(pdf, Seal(str(tmp_path / name)))
        roots[name] = [load_cert_from_pemder(str(tmp_path / name / "keys" / "paper-ca.pem"))]

    by_two = signature(seal_paper(pdf, Seal(str(tmp_path / "two"))))

    assert len(whole) == 2
    assert validate_pdf_signature(by_two, ValidationContext(trust_roots=roots["two"])).bottom_line
    assert not validate_pdf_signature(by_two, ValidationContext(trust_roots=roots["one"])).bottom_line


def test_a_length_is_spelled_as_der_asks() -> None:
    assert signing.der(0x04, b"a" * 127)[:2] == bytes([0x04, 127])
    assert signing.der(0x04, b"a" * 128)[:3] == bytes([0x04, 0x81, 128])
    assert signing.der(0x04, b"a" * 300)[:4] == bytes([0x04, 0x82, 1, 44])
