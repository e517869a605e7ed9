"""Signs one paper after another without working out again what is the same in every signature.

Two signatures by one signer differ in two things: the digest of what is signed, and the signature's own value. The
first is made by pyHanko whole (CMS, RFC 5652; signed attributes as ETSI EN 319 142-1 asks). For the next ones its
encoded parts are kept, the digest is put in its place, and the signature is made anew over the attributes that came
of it.
"""

from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.sign import signers

SEQUENCE, SET, OCTETS, TAGGED = 0x30, 0x31, 0x04, 0xA0


def der(tag: int, *parts: bytes) -> bytes:
    """Parts under one tag, with the length as DER spells it (ITU-T X.690, 8.1.3)."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    spelled = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(spelled)]) + spelled + content


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a signature that stay, encoded; ``attributes`` with the place of the digest between them."""

    before_digest: bytes
    after_digest: bytes
    before_signers: bytes
    before_attributes: bytes
    signature_algorithm: bytes

    @classmethod
    def of(cls, made: cms.ContentInfo, digest: bytes) -> "Form | None":
        """Of a signature that was made whole; None when it has a shape that this does not know."""
        signed = made["content"]
        (signer,) = signed["signer_infos"]
        before, found, after = signer["signed_attrs"].untag().contents.partition(digest)
        form = cls(
            before,
            after,
            b"".join(
                signed[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")
            ),
            b"".join(signer[name].dump() for name in ("version", "sid", "digest_algorithm")),
            signer["signature_algorithm"].dump(),
        )
        same = form.whole(digest, signer["signature"].native) == made.dump()
        return form if found and digest not in after and same else None

    def attributes(self, digest: bytes) -> bytes:
        return self.before_digest + digest + self.after_digest

    def whole(self, digest: bytes, signature: bytes) -> bytes:
        """The signature as CMS."""
        signer = der(
            SEQUENCE,
            self.before_attributes,
            der(TAGGED, self.attributes(digest)),
            self.signature_algorithm,
            der(OCTETS, signature),
        )
        signed = der(SEQUENCE, self.before_signers, der(SET, signer))
        return der(SEQUENCE, cms.ContentType("signed_data").dump(), der(TAGGED, signed))


class QuickSigner(signers.SimpleSigner):
    """A signer with a P-256 key of its own; one at a time."""

    def __init__(self, certificate: Any, key: asn1_keys.PrivateKeyInfo, chain: Any) -> None:
        super().__init__(signing_cert=certificate, signing_key=key, cert_registry=chain)
        loaded = load_der_private_key(key.dump(), password=None)
        self._key = loaded if isinstance(loaded, ec.EllipticCurvePrivateKey) else None
        self._form: Form | None = None

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *rest: Any, **more: Any) -> Any:
        """As pyHanko's; a time stamp, or anything else that is asked for, is left to it."""
        if rest or self._key is None or digest_algorithm != "sha256" or not _is_plain(more):
            return await super().async_sign(data_digest, digest_algorithm, *rest, **more)
        if self._form is None:
            made = await super().async_sign(data_digest, digest_algorithm, **more)
            self._form = Form.of(made, data_digest)
            return made
        signature = self._key.sign(der(SET, self._form.attributes(data_digest)), ec.ECDSA(hashes.SHA256()))
        return cms.ContentInfo.load(self._form.whole(data_digest, signature))


def _is_plain(asked: dict[str, Any]) -> bool:
    """Whether nothing is asked for beside what every signature has. By PAdES the time of signing is no attribute: it
    stands in the document (ETSI EN 319 142-1, 6.3)."""
    others = {name for name, value in asked.items() if value and name not in ("use_pades", "signed_attr_settings")}
    wanted = asked.get("signed_attr_settings")
    more = wanted is not None and any(value for name, value in vars(wanted).items() if name != "signing_time")
    return asked.get("use_pades") is True and not others and not more
