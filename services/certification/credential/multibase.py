"""Base58btc as multibase, and Ed25519 public keys as Multikey (W3C Controlled Identifiers 1.0, 2.2.2 and 2.4)."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PUBLIC = b"\xed\x01"
"""The multicodec prefix of an Ed25519 public key."""
PUBLIC_KEY_BYTES = 32


class NotMultibase(ValueError):
    """The text is no base58btc multibase value."""


def encode(data: bytes) -> str:
    """``z`` and the base58btc digits; each leading zero byte is a ``1``."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def decode(text: str) -> bytes:
    """Raises NotMultibase for anything but ``z`` and base58btc digits."""
    if not text.startswith("z"):
        raise NotMultibase("base58btc begins with z")
    number = 0
    for digit in text[1:]:
        place = ALPHABET.find(digit)
        if place < 0:
            raise NotMultibase(f"{digit!r} is no base58btc digit")
        number = number * 58 + place
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(public_key: bytes) -> str:
    """An Ed25519 public key of 32 bytes as Multikey: ``z6Mk…``."""
    return encode(ED25519_PUBLIC + public_key)


def public_key_of(multikey: str) -> bytes:
    """The 32 bytes of an Ed25519 Multikey. Raises NotMultibase for another kind of key."""
    data = decode(multikey)
    if not data.startswith(ED25519_PUBLIC) or len(data) != len(ED25519_PUBLIC) + PUBLIC_KEY_BYTES:
        raise NotMultibase("not an Ed25519 Multikey")
    return data[len(ED25519_PUBLIC) :]
