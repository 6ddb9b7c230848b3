#!/usr/bin/env python3
"""Writes the cross-check tables for common/crypto with Python's own hashes and ciphers:

    tests/golden/ident/vectors.py          (needs the package cryptography)

tokens.tsv, contact_keys.tsv and seal.tsv stand beside this file and are committed, so that
the tests need no Python. Published vectors are not made here: see token_published.tsv.
"""
import base64
import hashlib
import hmac
import os
import random

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"email": 1, "phone": 2, "postal": 3}
CONTACTS = [
    ("email", "user@example.com"),
    ("email", "ana.silva@example.com"),
    ("email", "josé.müller@xn--bcher-kva.example"),
    ("email", "j.a.n.e+news+more@gmail.com"),
    ("email", "j.a.n.e+news@googlemail.com"),
    ("email", "a+b.c@mail.gmail.com"),
    ("email", '"a b"@example.com'),
    ("phone", "+14155559317"),
    ("phone", "+49301234567"),
    ("phone", "+29023456"),
    ("postal", "calle mayor 1, 28013 madrid"),
]


def uid2(kind, text):
    local, at, domain = text.rpartition("@")
    if kind == "email" and domain == "gmail.com":
        local = local.split("+")[0].replace(".", "")
    return base64.b64encode(hashlib.sha256((local + at + domain).encode()).digest()).decode()


def drop(kind, text):
    if kind == "phone":
        text = text.lstrip("+")[-10:]
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def google(kind, text):
    local, at, domain = text.rpartition("@")
    if kind == "email" and domain in ("gmail.com", "googlemail.com"):
        local = local.replace(".", "")
    return hashlib.sha256((local + at + domain).encode()).hexdigest()


def meta(kind, text):
    return hashlib.sha256((text.lstrip("+") if kind == "phone" else text).encode()).hexdigest()


PROFILES = {
    "sha256-hex": lambda k, t, key: hashlib.sha256(t.encode()).hexdigest(),
    "md5-hex": lambda k, t, key: hashlib.md5(t.encode()).hexdigest(),
    "sha1-hex": lambda k, t, key: hashlib.sha1(t.encode()).hexdigest(),
    "sha512-hex": lambda k, t, key: hashlib.sha512(t.encode()).hexdigest(),
    "uid2-b64": lambda k, t, key: uid2(k, t),
    "drop-b64": lambda k, t, key: drop(k, t),
    "plain": lambda k, t, key: t,
    "hmac-sha256": lambda k, t, key: hmac.new(key, t.encode(), "sha256").hexdigest(),
    "google-sha256": lambda k, t, key: google(k, t),
    "meta-sha256": lambda k, t, key: meta(k, t),
}


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w") as f:
        f.write(f"# Written by vectors.py. {head}\n")
        for row in rows:
            f.write("\t".join(row) + "\n")


def seal_rows(rnd):
    for version, (kind, text) in enumerate(CONTACTS, start=1):
        kek, data_key, contact = rnd.randbytes(32), rnd.randbytes(32), rnd.randbytes(16)
        n1, n2 = rnd.randbytes(12), rnd.randbytes(12)
        wrapped = (bytes([1, version]) + n1
                   + AESGCM(kek).encrypt(n1, data_key, b"k" + bytes([version]) + contact))
        sealed = (b"\x01" + n2
                  + AESGCM(data_key).encrypt(n2, text.encode(), b"t\x00" + contact))
        yield kek.hex(), str(version), contact.hex(), wrapped.hex(), sealed.hex(), text


def main():
    rnd = random.Random(27560)
    keys = [rnd.randbytes(n) for n in (16, 32, 64, 100)]
    write("tokens.tsv", "profile, kind, canonical, recipient's key (hex), token",
          [(p, kind, text, key.hex(), make(kind, text, key))
           for p, make in PROFILES.items() for kind, text in CONTACTS
           for key in (keys if p == "hmac-sha256" else keys[:1])])
    write("contact_keys.tsv", "secret (hex), kind, canonical, contact key (hex)",
          [(key.hex(), kind, text,
            hmac.new(key, bytes([KINDS[kind], 0]) + text.encode(), "sha256").hexdigest()[:32])
           for key in keys[1:] for kind, text in CONTACTS])
    write("seal.tsv", "key (hex), its version, contact key, wrapped, sealed (hex), text",
          seal_rows(rnd))


main()
