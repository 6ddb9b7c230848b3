"""Sealed events opened without any of our code: schemas/proof/EVENTS.md and
common/crypto/event_seal.h in Python."""
import hashlib
import hmac
import pathlib
import struct
import subprocess
import tempfile

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DICTIONARY = pathlib.Path(__file__).parents[2] / "schemas" / "events" / "dict-40001.zstd"


def unpack(frame):
    with tempfile.NamedTemporaryFile() as file:
        file.write(frame)
        file.flush()
        return subprocess.run(["zstd", "-qdc", "-D", DICTIONARY, file.name], check=True,
                              capture_output=True).stdout


def key_of(stack, name="seal"):
    return bytes.fromhex((stack.secrets / name).read_text().strip())


def unseal(key, salt, part, source, partition, offset, sealed):
    """None for what is not there."""
    if sealed is None:
        return None
    sealed = bytes(sealed)
    aad = part + sealed[:1] + struct.pack(">iiq", source, partition, offset)
    event = hmac.new(key, b"event" + bytes(salt), hashlib.sha256).digest()
    return unpack(AESGCM(event).decrypt(part + bytes(11), sealed[1:], aad))


def headers_of(packed):
    """[(name, value)]"""
    if packed is None:
        return []
    def number():
        nonlocal packed
        (n,), packed = struct.unpack(">I", packed[:4]), packed[4:]
        return n

    def text():
        nonlocal packed
        n = number()
        if n == 0xffffffff:
            return None
        value, packed = packed[:n], packed[n:]
        return value.decode()
    found = [(text(), text()) for _ in range(number())]
    assert packed == b""
    return found


def commitment(salt, raw, packed):
    size = 2**64 - 1 if raw is None else len(raw)
    return hashlib.sha256(b"consentmq event" + bytes(salt) + struct.pack(">Q", size)
                          + (raw or b"") + (packed or bytes(4))).digest()


def opened(stack, table="ledger", where="true"):
    """[(raw, headers)] of the rows, in their order; each proved by its commitment."""
    number = "ledger_id" if table == "ledger" else "quarantine_id"
    salts = "event_salt" if table == "ledger" else "quarantine_salt"
    found = []
    for source, partition, offset, raw, headers, salt, said in stack.sql(
            f'SELECT t.source, t.partition, t."offset", t.raw, t.headers, s.salt, t.commitment'
            f" FROM {table} t LEFT JOIN {salts} s USING ({number}) WHERE {where}"
            f" ORDER BY {number}"):
        if raw is None and headers is None:
            found.append((None, []))
            continue
        place = (source, partition, offset)
        raw = unseal(key_of(stack), salt, b"r", *place, raw)
        packed = unseal(key_of(stack), salt, b"h", *place, headers)
        assert commitment(salt, raw, packed) == bytes(said)
        found.append((raw, headers_of(packed)))
    return found
