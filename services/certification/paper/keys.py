"""Who signs the paper: a document signer (ECDSA P-256) under a small certificate authority of its own.

``paper-ca.pem`` is what checkers trust, ``paper-signer.pem`` the signer; the keys beside them are for the owner only
(mode 600). A change of keys makes a new signer with files of its own, under the same authority or a new one; what was
signed stays good.
"""

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import DependencyAway

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

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
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = folder / f"{CA}.lock"
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return  # another makes them now
    try:
        if not (folder / f"{SIGNER}.pem").exists():
            _make(folder, (SIGNER, CA), new_authority=True, name=name)
    finally:
        lock.unlink()


def make_replacement(home: Path, change_id: str, authority: str | None, *, name: str = "Keur") -> tuple[str, str]:
    """The signer that a change of keys asked for, under the authority of this base name or, with None, under a new one;
    gives the base names of both. Whoever calls it is alone; begun again after a crash it makes what is missing."""
    folder = home / "keys"
    files = f"{SIGNER}-{change_id}", authority or f"{CA}-{change_id}"
    if not (folder / f"{files[0]}.pem").exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(folder, files, new_authority=authority is None, name=name)
    return files


def _make(folder: Path, files: tuple[str, str], *, new_authority: bool, name: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def private(key: ec.EllipticCurvePrivateKey) -> bytes:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    made: dict[str, bytes] = {}
    signer_name, authority_name = files
    if new_authority:
        ca_key = ec.generate_private_key(ec.SECP256R1())
        ca = _authority(ca_key, name)
        made |= {
            f"{authority_name}.key": private(ca_key),
            f"{authority_name}.pem": ca.public_bytes(serialization.Encoding.PEM),
        }
    else:
        read = serialization.load_pem_private_key(_bytes(folder / f"{authority_name}.key"), None)
        if not isinstance(read, ec.EllipticCurvePrivateKey):
            raise PaperKeyMissing(f"{authority_name}.key")
        ca_key, ca = read, x509.load_pem_x509_certificate(_bytes(folder / f"{authority_name}.pem"))
    key = ec.generate_private_key(ec.SECP256R1())
    made[f"{signer_name}.key"] = private(key)
    made[f"{signer_name}.pem"] = issue_signer(ca_key, ca, key.public_key(), name)
    for file, content in made.items():  # the signer's certificate last: where it is, all are
        beside = folder / f"{file}.new"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())  # a row will name it, and that one is durable
        beside.rename(folder / file)


def _authority(key: "ec.EllipticCurvePrivateKey", name: str) -> "x509.Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    subject = _named(name, "documenten")
    return (
        _begun(subject, subject, key.public_key(), key.public_key(), CA_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def issue_signer(
    ca_key: "ec.EllipticCurvePrivateKey",
    ca: "x509.Certificate",
    public: "ec.EllipticCurvePublicKey",
    name: str = "Keur",
) -> bytes:
    """The certificate (PEM) of a document signer under an authority; its key may be in a token."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import ObjectIdentifier

    made = (
        _begun(_named(name, "certificaten"), ca.subject, public, ca_key.public_key(), SIGNER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ObjectIdentifier(DOCUMENT_SIGNING)]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _begun(
    subject: "x509.Name",
    issuer: "x509.Name",
    public: "ec.EllipticCurvePublicKey",
    signed_by: "ec.EllipticCurvePublicKey",
    years: int,
) -> "x509.CertificateBuilder":
    from cryptography import x509

    from_day = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(from_day)
        .not_valid_after(from_day + timedelta(days=round(365.25 * years)))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by), critical=False)
    )


def _named(name: str, signs: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{name}: {signs}"),
        ]
    )


def _usage(*, signs_certificates: bool) -> "x509.KeyUsage":
    from cryptography import x509

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


def authority(home: Path, file: str = CA) -> bytes:
    """An authority's certificate, PEM. Raises PaperKeyMissing."""
    return _bytes(home / "keys" / f"{file}.pem")


def signer(home: Path, file: str = SIGNER) -> bytes:
    """A signer's certificate, PEM. Raises PaperKeyMissing."""
    return _bytes(home / "keys" / f"{file}.pem")


def fingerprint(home: Path, file: str = SIGNER) -> str:
    """SHA-256 of a signer's certificate file. Raises PaperKeyMissing."""
    return sha256(signer(home, file)).hexdigest()


def take_away(home: Path, file: str) -> None:
    """The private key of a signer that signs no more: nothing will need it, and somebody could."""
    (home / "keys" / f"{file}.key").unlink(missing_ok=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PaperKeyMissing(path.name) from None
