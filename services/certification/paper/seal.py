"""Signs the paper: PAdES with ECDSA P-256, certified, no changes allowed (ISO 32000-2, 12.8.2.2: P = 1)."""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import keys

FIELD = "Keur"
RESERVED = 4096
"""Bytes kept for the signature. Told beforehand, so that nothing is signed twice to learn its size."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Who signs: the folder with the keys, or a token by PKCS#11; a time stamp authority where one is set."""

    home: str
    pkcs11_module: str = ""
    pkcs11_token: str = ""
    pkcs11_key: str = ""
    pkcs11_pin: str = ""
    tsa_url: str = ""
    signer_file: str = keys.SIGNER
    """Base names of the files of the signer that is active, and of the authority above it."""
    authority_file: str = keys.CA

    @property
    def signer(self) -> str:
        """SHA-256 of the signer's certificate. Raises PaperKeyMissing."""
        return keys.fingerprint(Path(self.home), self.signer_file)


def seal_paper(pdf: bytes, seal: Seal) -> bytes:
    """The PDF with its signature, as an addition behind what was there. Raises PaperKeyMissing."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    time_stamps = _time_stamps(seal.tsa_url) if seal.tsa_url else None
    made = signers.PdfSigner(meta, _signer(seal, seal.signer), timestamper=time_stamps).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=None if time_stamps else 2 * RESERVED
    )
    return bytes(made.getbuffer())


@cache
def _signer(seal: Seal, _fingerprint: str) -> Any:
    """Kept until the signer's certificate is another."""
    from asn1crypto import keys as asn1_keys
    from asn1crypto import pem, x509
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from .signer import QuickSigner

    home = Path(seal.home)
    authority = x509.Certificate.load(pem.unarmor(keys.authority(home, seal.authority_file))[2])
    certificate = x509.Certificate.load(pem.unarmor(keys.signer(home, seal.signer_file))[2])
    chain: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    chain.register(authority)
    if seal.pkcs11_module:
        return _token(seal, certificate, authority)
    try:
        private = (home / "keys" / f"{seal.signer_file}.key").read_bytes()
    except FileNotFoundError:
        raise keys.PaperKeyMissing(f"{seal.signer_file}.key") from None
    key = asn1_keys.PrivateKeyInfo.load(pem.unarmor(private)[2])
    return QuickSigner(certificate, key, chain)


def _token(seal: Seal, certificate: Any, authority: Any) -> Any:
    """The signer whose key never leaves a token; needs the package ``pyHanko[pkcs11]``."""
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError:
        raise keys.PaperKeyMissing("by PKCS#11 (the package pyHanko[pkcs11] is not installed)") from None
    session = open_pkcs11_session(
        seal.pkcs11_module,
        token_criteria=TokenCriteria(label=seal.pkcs11_token) if seal.pkcs11_token else None,
        user_pin=seal.pkcs11_pin or None,
    )
    return PKCS11Signer(
        session,
        key_label=seal.pkcs11_key or None,
        signing_cert=certificate,
        ca_chain=[authority],
        use_raw_mechanism=True,  # the hash is made here: not every token knows ECDSA with a hash in one
    )


def _time_stamps(url: str) -> Any:
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(url)
