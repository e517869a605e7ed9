#!/usr/bin/env python3
"""Checks an export of the log by itself: Python's standard library, no network, nothing of Keur.

    keur export log > log.jsonl                                            (or GET /certification/api/log, page by page)
    curl -s https://register.example/certification/log/head > head.json
    curl -s https://register.example/.well-known/did.json > did.json
    python3 check_export.py log.jsonl head.json did.json [--earlier OLD-HEAD.json ...] [--proof PROOF.json ...]

It works out every leaf from its fields, the root from the leaves, compares it with the head, and checks the head's
signature against the published keys. An earlier head must be what the log was at its size: so nothing was rewritten
since. A proof (GET /certification/log/proof/NUMBER?code=CODE) must lead to its own head, and that head must be what
the log was too. Status 1 when something does not hold; each failure is one line.

Keys are replaced now and then. What the one before signed until its ``validThrough`` counts. A ``revoked`` one may be
in other hands, so the newest head must not be signed by it: take a new head and export. A head by such a key that you
kept yourself goes on binding the log (``--earlier``), by its root; its signature says nothing any more, and a line
tells so.

The signature is checked with the arithmetic of RFC 8032 below, since the standard library has no Ed25519. To check it
with other software, ``--openssl FOLDER`` writes the text, the signature and the key there, and prints the command.
"""

import argparse
import base64
import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

# --- RFC 9162, 2.1: leaves and nodes


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(entry):
    """The bytes of a leaf: five fields, sorted, no spaces."""
    said = {name: entry[name] for name in ("at", "document_sha256", "kind", "number")} | {"form": "keur-log/1"}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def roots(leaves, sizes):
    """The root at each of ``sizes``, going through the leaves once."""
    edge, found = [], {}
    for count in range(len(leaves) + 1):
        if count in sizes:
            found[count] = fold([one for _, one in edge])
        if count == len(leaves):
            break
        level, one = 0, leaves[count]
        while edge and edge[-1][0] == level:
            one, level = node_hash(edge.pop()[1], one), level + 1
        edge.append((level, one))
    return found


def fold(hashes):
    if not hashes:
        return hashlib.sha256().digest()
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def root_of_path(leaf, position, size, path):
    """RFC 9162, 2.1.3.2."""
    place, last, found = position, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


# --- Ed25519 as RFC 8032, 5.1, defines it; nothing here is secret, so it need not be quick

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(data):
    """A point from its 32 bytes; None when there is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor, one):
    found = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = add(found, one)
        one, factor = add(one, one), factor >> 1
    return found


def same(one, other):
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, message, signature):
    if len(signature) != 64 or len(public) != 32:
        return False
    key, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return same(times(s, BASE), add(r, times(challenge, key)))


# --- did.json: Multikey is z, base58btc, 0xed01 and the key

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def method_of(did, url):
    """What the issuer publishes about a key; None when it publishes nothing."""
    return next((one for one in did.get("verificationMethod", []) if one["id"] == url), None)


def is_revoked(did, url):
    """Whether a published key vouches for nothing any more, because somebody else may have it."""
    method = method_of(did, url)
    return method is not None and ("revoked" in method or url not in did.get("assertionMethod", []))


def public_key(did, url):
    """The 32 bytes of a key that the issuer publishes; None when it does not."""
    method, number = method_of(did, url), 0
    if method is None:
        return None
    for digit in method["publicKeyMultibase"][1:]:
        number = number * 58 + DIGITS.index(digit)
    data = number.to_bytes(34, "big")
    return data[2:] if data[:2] == b"\xed\x01" else None


# --- what is checked


def head_faults(name, head, did):
    issuer = head["key"].partition("#")[0]
    text = f"keur-log-head/1\n{issuer}\n{head['size']}\n{head['root_sha256']}\n{head['timestamp']}\n"
    if text != head["signed"]:
        yield f"{name}: the text that is signed says something else than the head"
    if issuer != did.get("id"):
        yield f"{name}: signed by another than the issuer in did.json"
    key = public_key(did, head["key"])
    if key is None:
        yield f"{name}: its key is not in did.json"
    elif not is_signed(key, head["signed"].encode(), base64.b64decode(head["signature"])):
        yield f"{name}: the signature does not hold"
    else:
        ended = method_of(did, head["key"]).get("validThrough")
        if ended and moment(head["timestamp"]) > moment(ended):
            yield f"{name}: signed on {head['timestamp']}, after its key had ended on {ended}"


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def entry_faults(entries):
    for position, entry in enumerate(entries):
        if entry["position"] != position:
            yield f"entry {entry['position']}: position {position} is missing"
            return
        leaf = leaf_of(entry)
        if "leaf" in entry and entry["leaf"].encode() != leaf:
            yield f"entry {position}: its leaf says something else than its fields"
        if "leaf_sha256" in entry and entry["leaf_sha256"] != leaf_hash(leaf).hex():
            yield f"entry {position}: it has another hash"


def proof_faults(name, proof, did):
    yield from head_faults(name, proof["head"], did)
    for leaf in proof["leaves"]:
        if json.loads(leaf["leaf"])["number"] != proof["number"]:
            yield f"{name}: leaf {leaf['position']} is about another certificate"
        path = [bytes.fromhex(one) for one in leaf["path"]]
        root = root_of_path(leaf_hash(leaf["leaf"].encode()), leaf["position"], proof["head"]["size"], path)
        if root is None or root.hex() != proof["head"]["root_sha256"]:
            yield f"{name}: leaf {leaf['position']} does not lead to the root"


def faults(entries, heads, proofs, did):
    """``heads`` and ``proofs`` by the name of their file; the first head is the newest."""
    yield from entry_faults(entries)
    leaves = [leaf_hash(leaf_of(entry)) for entry in entries]
    every = heads | {name: proof["head"] for name, proof in proofs.items()}
    known = roots(leaves, {head["size"] for head in every.values()})
    newest = next(iter(heads))
    for name, head in every.items():
        if name in heads:
            yield from head_faults(name, head, did)
        else:
            yield from proof_faults(name, proofs[name], did)
        beyond = head["size"] > len(leaves)
        if beyond and name in heads:
            yield f"{name}: it has {head['size']} entries, the export {len(leaves)}"
        elif not beyond and known[head["size"]].hex() != head["root_sha256"]:
            yield f"{name}: the first {head['size']} entries of the export come to another root"
        if is_revoked(did, head["key"]) and (name == newest or beyond):
            yield f"{name}: signed by a key that is revoked, so by anybody perhaps: take a new one"


def remarks(entries, heads, proofs, did):
    """What is no fault, and says less than it seems: entries after the newest head, heads by a key that is revoked."""
    beyond = len(entries) - max(head["size"] for head in heads.values())
    if beyond > 0:
        yield f"the last {beyond} entries are in no head yet: nothing vouches for them"
    every = heads | {name: proof["head"] for name, proof in proofs.items()}
    for name, head in every.items():
        if name != next(iter(heads)) and is_revoked(did, head["key"]):
            yield f"{name}: its key is revoked by now: its root counts, because you kept it, its signature does not"


def write_for_openssl(folder, head, did):
    """The key as PEM: 12 bytes say that what follows is an Ed25519 key (RFC 8410)."""
    folder.mkdir(parents=True, exist_ok=True)
    der = bytes.fromhex("302a300506032b6570032100") + (public_key(did, head["key"]) or b"")
    pem = base64.b64encode(der).decode()
    (folder / "key.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n")
    (folder / "head.txt").write_text(head["signed"], newline="")
    (folder / "head.sig").write_bytes(base64.b64decode(head["signature"]))
    where = f"-inkey {folder}/key.pem -in {folder}/head.txt -sigfile {folder}/head.sig"
    print(f"openssl pkeyutl -verify -pubin -rawin {where}")


def main():
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("log", type=Path, help="the export, one JSON object a line")
    about.add_argument("head", type=Path, help="the newest signed head")
    about.add_argument("did", type=Path, help="the issuer's keys: /.well-known/did.json")
    about.add_argument("--earlier", type=Path, action="append", default=[], help="a head that was kept before")
    about.add_argument("--proof", type=Path, action="append", default=[], help="the proof of a certificate")
    about.add_argument("--openssl", type=Path, help="a folder: check the signature with other software too")
    given = about.parse_args()
    entries = [json.loads(line) for line in given.log.read_text("utf-8").splitlines() if line.strip()]
    did = json.loads(given.did.read_text("utf-8"))
    heads = {str(file): json.loads(file.read_text("utf-8")) for file in [given.head, *given.earlier]}
    proofs = {str(file): json.loads(file.read_text("utf-8")) for file in given.proof}
    found = list(faults(entries, heads, proofs, did))
    for line in (*found, *remarks(entries, heads, proofs, did)):
        print(line)
    print(f"{len(entries)} entries, {len(heads)} heads, {len(proofs)} proofs: {len(found) or 'no'} faults")
    if given.openssl:
        write_for_openssl(given.openssl, heads[str(given.head)], did)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
