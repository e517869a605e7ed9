"""A key that never leaves a token signs the paper, and a time stamp authority's stamp lands in it: both for real.

SoftHSM is Debian's software token (softhsm2); it is spoken to by python-pkcs11, which ``pip install pyHanko[pkcs11]``
brings and Keur does not need otherwise. The authority is ``openssl ts`` behind a server on the loopback.
"""

import asyncio
import io
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from services.certification.commands.papers import Press, paper_of
from services.certification.credential.keys import make_issuing_key
from services.certification.paper.keys import CA, SIGNER, issue_signer, make_paper_keys
from services.certification.settings import CertificationSettings
from services.certification.workers import WORKERS
from tests.service.certification.conftest import SUMMER, Certification, Web

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
TOKEN, KEY, PIN = "keur", "paper-signer", "271828"


def run(*command: str, **more: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def workers() -> Iterator[None]:
    """Workers of this test: they read the environment when they start."""
    WORKERS.close()
    yield
    WORKERS.close()


async def paper(certification: Certification, home: Path, **settings: str) -> bytes:
    """The certificate of one trainee as PDF, signed as these settings say."""
    own = CertificationSettings(
        service="certification", home=home, amqp_url="amqp://x", database_url=certification.db.url, **settings
    )
    (row,) = await certification.certify("T1", name="Ngọc O'Brien")
    made = await paper_of(certification.db, Press.of(own), row["number"], language="nl", now=SUMMER)
    assert made is not None
    return made[0]


def token_with_a_key(home: Path, module: str, monkeypatch: pytest.MonkeyPatch) -> ec.EllipticCurvePublicKey:
    """A new token in which a key was made; its public half."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not there: pip install 'pyHanko[pkcs11]'")
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))
    run("softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "314159")
    with pkcs11.lib(module).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        public, _private = parameters.generate_keypair(store=True, label=KEY, id=b"\x01")
        read = serialization.load_der_public_key(encode_ec_public_key(public))
    assert isinstance(read, ec.EllipticCurvePublicKey)
    return read


async def test_a_key_in_a_token_signs_the_paper(
    certification: Certification, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: None
) -> None:
    module = next(filter(os.path.exists, MODULES), None)
    assert module, "apt-get install softhsm2"
    make_issuing_key(tmp_path)
    make_paper_keys(tmp_path)
    keys = tmp_path / "keys"
    public = token_with_a_key(tmp_path, module, monkeypatch)
    ca_key = serialization.load_pem_private_key((keys / f"{CA}.key").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    ca = x509.load_pem_x509_certificate((keys / f"{CA}.pem").read_bytes())
    (keys / f"{SIGNER}.pem").write_bytes(issue_signer(ca_key, ca, public))
    (keys / f"{SIGNER}.key").unlink()

    pdf = await paper(
        certification, tmp_path, paper_pkcs11_module=module, paper_pkcs11_token=TOKEN, paper_pkcs11_key=KEY,
        paper_pkcs11_pin=PIN,
    )  # fmt: skip

    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [load_cert_from_pemder(str(keys / f"{CA}.pem"))]
    status = await asyncio.to_thread(validate_pdf_signature, signature, ValidationContext(trust_roots=roots))
    assert status.bottom_line
    (tmp_path / "paper.pdf").write_bytes(pdf)
    assert "Signature is Valid" in run("pdfsig", str(tmp_path / "paper.pdf"))


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a time stamp authority, and its certificate."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time of the test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "tsa.pem").write_bytes(made.public_bytes(pem))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "serial").write_text("01\n")
    (folder / "tsa.conf").write_text(
        "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256, sha384, sha512\naccuracy = secs:1\n"
        "ordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n"
    )

    class Stamps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "ask.tsq").write_bytes(self.rfile.read(int(self.headers["content-length"])))
            run(
                "openssl",
                "ts",
                "-reply",
                "-config",
                "tsa.conf",
                "-queryfile",
                "ask.tsq",
                "-out",
                "told.tsr",
                cwd=folder,
            )
            told = (folder / "told.tsr").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Stamps)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder / "tsa.pem"
    server.shutdown()
    server.server_close()


async def test_the_stamp_of_a_time_stamp_authority_lands_in_the_paper(
    certification: Certification, web: Web, tmp_path: Path, authority: tuple[str, Path], workers: None
) -> None:
    assert shutil.which("openssl")
    assert shutil.which("pdfsig"), "apt-get install poppler-utils"
    make_issuing_key(tmp_path)
    make_paper_keys(tmp_path)
    url, certificate = authority

    pdf = await paper(certification, tmp_path, paper_tsa_url=url)

    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [load_cert_from_pemder(str(tmp_path / "keys" / f"{CA}.pem"))]
    stamps = ValidationContext(trust_roots=[load_cert_from_pemder(str(certificate))])
    trusted = ValidationContext(trust_roots=roots)
    status = await asyncio.to_thread(validate_pdf_signature, signature, trusted, ts_validation_context=stamps)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert abs(status.timestamp_validity.timestamp - datetime.now(UTC)) < timedelta(minutes=5)
    (tmp_path / "paper.pdf").write_bytes(pdf)
    assert "Signature is Valid" in run("pdfsig", str(tmp_path / "paper.pdf"))
