#!/usr/bin/env python3
"""verify.py - checks proofs, logs and evidence packs of consentmq; README.md describes them.

Needs Python 3 and "cryptography"; shares no code with the programs that make the proofs.

  verify.py proof --key KEY FILE...           verify.py log  --key KEY DIR [--entries FILE]
  verify.py link  --key KEY FILE...           verify.py pack --key KEY FILE...
Options: --witness KEY (more than once): a co-signature that must be there, too. KEY is a file or the key.
--pack-key KEY: the key that the pack is signed with, where it is not the log's.
Exit code 0: all holds; 1: something does not; 2: wrong usage.
"""
import argparse
import base64
import hashlib
import json
import os
import sys
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

class Wrong(Exception):
    """What does not hold."""

def need(holds, what):
    if not holds:
        raise Wrong(what)

def read(path, size=-1):
    with open(path, "rb") as file:
        return file.read(size)

def unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise Wrong("what should be base64 is not") from None

# --- the tree: RFC 6962, 2.1; RFC 9162, 2.1.3.2 and 2.1.4.2 ---
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

class Tree:
    """The root after every leaf, from a stack of complete subtrees."""

    def __init__(self):
        self.n, self.stack = 0, []

    def add(self, leaf):
        at, self.n = self.n, self.n + 1
        while at & 1:
            leaf = sha(b"\1", self.stack.pop(), leaf)
            at >>= 1
        self.stack.append(leaf)

    def root(self):
        root = self.stack[-1] if self.stack else sha()
        for left in reversed(self.stack[:-1]):
            root = sha(b"\1", left, root)
        return root

def climb(fn, sn, path, first, second=None):
    """The hashes that a path leads to; second is what only takes hashes from the left."""
    for p in path:
        need(sn > 0, "the path is too long")
        if fn & 1 or fn == sn:
            first = sha(b"\1", p, first)
            second = second and sha(b"\1", p, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            first = sha(b"\1", first, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the path is too short")
    return first, second

def check_included(leaf, index, size, path, root):
    need(0 <= index < size, "the leaf is beyond the checkpoint")
    need(climb(index, size - 1, path, leaf)[0] == root, "the path does not lead to the root")

def check_consistent(old, old_root, size, root, path):
    need(old <= size, "the log has shrunk")
    if old in (0, size):
        need(not path and (old == 0 or old_root == root), "two roots for one size: a fork")
        return
    fn, sn, path = old - 1, size - 1, list(path)
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    need(path, "the path is too short")
    start = path.pop(0) if fn else old_root
    got, was = climb(fn, sn, path, start, start)
    need(was == old_root and got == root, "the later log does not contain the earlier one: a fork")

# --- notes and checkpoints: C2SP signed-note, tlog-checkpoint, tlog-cosignature ---
class Key:
    def __init__(self, text):
        if os.path.exists(text):
            text = read(text, 1000).decode().split("\n")[0]
        try:
            self.name, key_id, blob = text.strip().split("+", 2)
            blob = unbase64(blob)
            need(sha(self.name.encode() + b"\n", blob)[:4].hex() == key_id, "")
            need(len(blob) == 33 and blob[0] in (1, 4), "")
        except (ValueError, Wrong):
            raise Wrong("this is no key: " + text[:60]) from None
        self.id, self.algorithm = bytes.fromhex(key_id), blob[0]
        self.public = Ed25519PublicKey.from_public_bytes(blob[1:])

    def signed(self, note):
        """The text, if this key has signed it."""
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        for line in lines.splitlines():
            blob = unbase64(line.rsplit(" ", 1)[1]) if line.startswith("— " + self.name + " ") else b""
            if blob[:4] != self.id:
                continue
            blob, said = blob[4:], text
            if self.algorithm == 4:
                said = "cosignature/v1\ntime %d\n" % int.from_bytes(blob[:8], "big") + text
                blob = blob[8:]
            try:
                self.public.verify(blob, said.encode())
                return text
            except InvalidSignature:
                pass
        raise Wrong("%s has not signed the note" % self.name)

def checkpoint(note, log, keys):
    """(size, root) of a checkpoint that all keys have signed; the first is the log's."""
    text = None
    for key in keys:
        text = key.signed(note)
    lines = text.split("\n")
    need(len(lines) >= 4 and lines[1].isdigit(), "this is no checkpoint")
    need(log is None or lines[0] == keys[0].name + "/" + log, "the checkpoint is of another log: " + lines[0])
    root = unbase64(lines[2])
    need(len(root) == 32, "this is no checkpoint")
    return int(lines[1]), root

# --- entries: README.md ---
def check_row(entry, row):
    need(entry[0] in (1, 2), "there is a row where none belongs")
    out = [b"consentmq row", *((row[name] % 2 ** 64).to_bytes(8, "big") for name in
                               ("row", "ledger_id", "occurred_from", "occurred_to")),
           (row["flags"] % 2 ** 32 & ~2).to_bytes(4, "big"), row["variant"].to_bytes(2, "big")]
    for name in ("topic", "event_id", "reason", "pointer", "digest"):
        value = row[name]
        if value is not None:
            value = unbase64(value) if name == "digest" else value.encode()
        out += [b"\xff" * 4] if value is None else [len(value).to_bytes(4, "big"), value]
    need(sha(*out) == entry[61:93], "the row is not what the leaf was made of")

def check_opening(entry, opening):
    raw = None if opening["bytes"] is None else unbase64(opening["bytes"])
    length = (2 ** 64 - 1 if raw is None else len(raw)).to_bytes(8, "big")
    headers = unbase64(opening.get("headers") or "AAAAAA==")
    made = sha(b"consentmq event", unbase64(opening["salt"]), length, raw or b"", headers)
    need(entry[0] in (1, 2) and made == entry[29:61], "the event is not what the commitment was made of")

def describe(entry):
    number = lambda at, size: int.from_bytes(entry[at:at + size], "big")
    place = "source %d, partition %d, offset %d" % (number(1, 4), number(5, 4), number(9, 8))
    return {1: place, 2: place + ", in quarantine", 3: place + " to %d: nothing (%d)" % (number(17, 8) - 1, number(25, 2)),
            4: "the log after a restore", 16: "list %d, version %d" % (number(1, 4), number(7, 8)),
            32: "look-up %d" % number(1, 8)}.get(entry[0], "an entry of format %d" % entry[0])

# --- the four commands ---
def check_proof(data, keys):
    proof = json.loads(data)
    need(proof["format"] == "consentmq-proof/1", "this is no proof")
    size, root = checkpoint(proof["checkpoint"], proof["log"], keys)
    entry = unbase64(proof["entry"])
    check_included(sha(b"\0", entry), proof["index"], size, [unbase64(p) for p in proof["path"]], root)
    for part, check in (("row", check_row), ("opening", check_opening)):
        if proof.get(part):
            check(entry, proof[part])
    return "leaf %d of %d: %s%s" % (proof["index"], size, describe(entry),
                                    "" if proof.get("opening") else "; the event itself is not shown")

def check_link(data, keys):
    link = json.loads(data)
    need(link.get("format") == "consentmq-consistency/1", "this is no proof of consistency")
    old, new = (checkpoint(link[side], link["log"], keys) for side in ("old", "new"))
    check_consistent(*old, *new, [unbase64(p) for p in link["path"]])
    return "from %d to %d leaves, and nothing changed" % (old[0], new[0])

def tile_name(level, index, width):
    name = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        name = "x%03d/%s" % (index % 1000, name)
    return "tile/%s/%s%s" % (level, name, "" if width == 256 else ".p/%d" % width)

def read_tile(folder, level, index, width):
    """A tile; of a partial one any wider file will do, for its beginning is the same."""
    for more in range(width, 257):
        path = os.path.join(folder, tile_name(level, index, more))
        if os.path.exists(path):
            data = read(path)
            need(len(data) == 32 * more, tile_name(level, index, more) + " has another length")
            return data[:32 * width]
    raise Wrong(tile_name(level, index, width) + " is missing")

def read_notes(folder):
    """Every checkpoint of the history, and the last."""
    notes, days = [], os.path.join(folder, "history")
    for day in sorted(os.listdir(days)) if os.path.isdir(days) else []:
        parts = read(os.path.join(days, day)).decode().split("\n\n")
        notes += [body + "\n\n" + signatures + "\n" for body, signatures in zip(parts[::2], parts[1::2])]
    return list(dict.fromkeys(notes + [read(os.path.join(folder, "checkpoint")).decode()]))  # once more the same after a crash

def read_entries(path):
    with open(path, "rb", 1 << 20) as file:
        while head := file.read(2):
            yield file.read(int.from_bytes(head, "big"))

def check_log(folder, keys, entries):
    log = os.path.basename(os.path.abspath(folder))
    notes = read_notes(folder)
    said = [checkpoint(note, log, keys[:1]) for note in notes[:-1]] + [checkpoint(notes[-1], log, keys)]
    need([n for n, _ in said] == sorted(n for n, _ in said), "the log has shrunk")
    size, tree, roots = said[-1][0], Tree(), {}
    for n, root in said:
        need(roots.setdefault(n, root) == root, "two roots for %d leaves: a fork" % n)
    full, source = [], read_entries(entries) if entries else None
    for index in range((size + 255) // 256):
        width = min(256, size - 256 * index)
        tile = read_tile(folder, 0, index, width)
        for at in range(width):
            if tree.n in roots:
                need(tree.root() == roots[tree.n], "the checkpoint of %d leaves is of other leaves" % tree.n)
            leaf = tile[32 * at:32 * at + 32]
            if source:
                entry = next(source, None)
                need(entry is not None, "entry %d is missing" % tree.n)
                need(sha(b"\0", entry) == leaf, "entry %d is not what the log has: %s" % (tree.n, describe(entry)))
            tree.add(leaf)
        if width == 256:
            full.append(fold(tile))
    need(tree.root() == roots[size], "the checkpoint of %d leaves is of other leaves" % size)
    need(not source or next(source, None) is None, "there is an entry that the log has not")
    level = 0
    while full:
        level, row, full = level + 1, b"".join(full), []
        for at in range(0, len(row), 8192):
            part, width = row[at:at + 8192], min(256, (len(row) - at) // 32)
            need(read_tile(folder, level, at // 8192, width) == part,
                 tile_name(level, at // 8192, width) + " does not follow from the tiles below it")
            full += [fold(part)] if width == 256 else []
    return "%d leaves, %d checkpoints%s" % (size, len(said), ", every row as it was" if entries else "")

def fold(tile):
    tree = Tree()
    for at in range(0, len(tile), 32):
        tree.add(tile[at:at + 32])
    return tree.root()

def check_pack(path, keys, signer):
    done = 0
    with zipfile.ZipFile(path) as pack:
        manifest = pack.read("manifest.json")
        text = signer.signed(pack.read("manifest.note").decode())
        need(text == "consentmq evidence\n%s\n" % hashlib.sha256(manifest).hexdigest(), "the manifest is not the signed one")
        listed = {file["name"]: file["sha256"] for file in json.loads(manifest)["files"]}
        others = (set(pack.namelist()) - {"manifest.json", "manifest.note"}) ^ set(listed)
        need(not others, "other files than the manifest has: %s" % ", ".join(sorted(others)))
        for name, digest in listed.items():
            data = pack.read(name)
            need(hashlib.sha256(data).hexdigest() == digest, name + " is not what the manifest says")
            if name.startswith("proofs/") and name.endswith(".json"):
                check_proof(data, keys)
                done += 1
    return "%d files, %d proofs" % (len(listed), done)

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("proof", "link", "log", "pack"))
    parser.add_argument("--key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--entries")
    parser.add_argument("--pack-key")
    parser.add_argument("file", nargs="+")
    args, bad = parser.parse_args(), False
    for path in args.file:
        try:
            keys = [Key(text) for text in [args.key] + args.witness]
            said = {"proof": lambda: check_proof(read(path), keys), "link": lambda: check_link(read(path), keys),
                    "pack": lambda: check_pack(path, keys, Key(args.pack_key or args.key)),
                    "log": lambda: check_log(path, keys, args.entries)}[args.command]()
            print("%s: holds (%s)" % (path, said))
        except (Wrong, LookupError, TypeError, AttributeError, ValueError, OSError, zipfile.BadZipFile) as wrong:
            why = wrong if isinstance(wrong, (Wrong, OSError)) else "not readable: %r" % wrong
            print("%s: DOES NOT HOLD: %s" % (path, why))
            bad = True
    return 1 if bad else 0

if __name__ == "__main__":
    sys.exit(main())
