"""Who signs the paper: a document signer (ECDSA P-256) under a small certificate authority of its own.

``paper-ca.pem`` is what checkers trust, ``paper-signer.pem`` the signer; the keys beside them are for the owner only
(mode 600). A new signer under the same authority replaces the two signer files; what was signed stays good.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.errors import DependencyAway

CA, SIGNER = "paper-ca", "paper-signer"
CA_YEARS, SIGNER_YEARS = 30, 10
DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"
"""Extended key usage of RFC 9336."""


class PaperKeyMissing(DependencyAway):
    """Paper cannot be signed without the document signer; ``keur up`` makes it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"document signer {name}", retry_after_s=60)


def make_paper_keys(home: Path, *, name: str = "Keur") -> None:
    """Makes authority and signer (mode 600); does nothing when there is a signer. Of two at once, one wins."""
    folder = home / "keys"
    if (folder / f"{SIGNER}.pem").exists():
        return
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID, ObjectIdentifier

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    from_day = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)

    def named(common: str) -> x509.Name:
        return x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.COMMON_NAME, common)]
        )

    def usage(*, signs_certificates: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=not signs_certificates,
            content_commitment=not signs_certificates,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=signs_certificates,
            crl_sign=signs_certificates,
            encipher_only=False,
            decipher_only=False,
        )

    ca_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, signer_name = named(f"{name}: documenten"), named(f"{name}: certificaten")

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey, years: int) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(from_day)
            .not_valid_after(from_day + timedelta(days=round(365.25 * years)))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        )

    ca = (
        begun(ca_name, ca_key.public_key(), CA_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    signer = (
        begun(signer_name, signer_key.public_key(), SIGNER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ObjectIdentifier(DOCUMENT_SIGNING)]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )

    def private(key: ec.EllipticCurvePrivateKey) -> bytes:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    pem = serialization.Encoding.PEM
    files = {
        f"{CA}.key": private(ca_key),
        f"{CA}.pem": ca.public_bytes(pem),
        f"{SIGNER}.key": private(signer_key),
        f"{SIGNER}.pem": signer.public_bytes(pem),
    }
    lock = folder / f"{CA}.lock"
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return  # another makes them now
    try:
        if (folder / f"{SIGNER}.pem").exists():
            return
        for file, content in files.items():  # the signer's certificate last: where it is, all are
            beside = folder / f"{file}.new"
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
                written.write(content)
            beside.rename(folder / file)
    finally:
        lock.unlink()


def authority(home: Path) -> bytes:
    """The authority's certificate, PEM. Raises PaperKeyMissing."""
    return _read(home, f"{CA}.pem")


def signer(home: Path) -> bytes:
    """The signer's certificate, PEM. Raises PaperKeyMissing."""
    return _read(home, f"{SIGNER}.pem")


def _read(home: Path, name: str) -> bytes:
    try:
        return (home / "keys" / name).read_bytes()
    except FileNotFoundError:
        raise PaperKeyMissing(name) from None
