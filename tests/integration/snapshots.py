"""Snapshots in a test's hands: entries written straight into the table, and files read back
with what others wrote (python's csv, json and gzip, zstd, sha256sum)."""
import csv
import gzip
import hashlib
import io
import json
import pathlib
import subprocess

LIST = "promotional-email"
ENDING = {"csv": "csv", "ndjson": "ndjson", "plain": "txt",
          "none": "", "gzip": ".gz", "zstd": ".zst"}
STATUS = {1: "suppressed", 2: "released", 3: "permitted"}


def fill(stack, rows, listed=LIST, token="encode(sha256(n::text::bytea), 'hex')"):
    """So many entries, of which every tenth is released."""
    stack.sql(
        "INSERT INTO list_entry (contact, list, status, rule, reason, version, entry,"
        " effective, known, token) SELECT md5(%s || n)::uuid,"
        " (SELECT number FROM register_number WHERE kind = 'list' AND id = %s),"
        " CASE WHEN n %% 10 = 0 THEN 2 ELSE 1 END, 3, 4,"
        " 65536 * (n %% 977 + 1) + n, n,"
        " '2026-04-01T06:30:00Z'::timestamptz + n * interval '1.5 second',"
        f" '2026-04-01T06:30:02Z'::timestamptz + n * interval '1 second', {token}"
        " FROM generate_series(1, %s) n", listed, listed, rows)


def place(directory, form="csv", packing="none", listed=LIST):
    """Where its manifest lies."""
    return pathlib.Path(directory) / f"{listed}.{ENDING[form]}{ENDING[packing]}.json"


def manifest(directory, *which, **more):
    return json.loads(place(directory, *which, **more).read_text(encoding="utf-8"))


def unpacked(directory, said):
    """The file's bytes: its length and SHA-256 are what the manifest says."""
    path = pathlib.Path(directory) / said["file"]
    summed = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True)
    assert summed.stdout.split()[0] == said["sha256"]
    assert path.stat().st_size == said["bytes"]
    if said["compression"] == "gzip":
        return gzip.decompress(path.read_bytes())
    if said["compression"] == "zstd":
        return subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    return path.read_bytes()


def tokens(directory, said):
    """{token: (status, version)} of the file; a plain one has no versions."""
    text = unpacked(directory, said).decode()
    if said["format"] == "csv":
        read = {r["token"].removeprefix("'"): (r["status"], int(r["version"]))
                for r in csv.DictReader(io.StringIO(text, newline=""))}
    elif said["format"] == "ndjson":
        lines = [json.loads(line) for line in text.splitlines()]
        assert all(line["list"] == said["list"] for line in lines)
        read = {line["token"]: (line["status"], line["version"]) for line in lines}
    else:
        word = "suppressed" if said["polarity"] == "deny" else "permitted"
        read = {token: (word, 0) for token in text.splitlines()}
    assert len(read) == said["rows"], "a token twice, or rows that are not there"
    return read


def digest(on_list):
    """What a recipient computes in any language."""
    total = 0
    for token in on_list:
        total ^= int.from_bytes(hashlib.sha256(token.encode()).digest(), "big")
    return f"{total:064x}"


def cursor(stack, listed=LIST):
    """The highest version of each shard, as it should stand in the manifest."""
    found = dict(stack.sql(
        "SELECT shard_of(contact), max(version) FROM list_entry WHERE list = (SELECT number"
        " FROM register_number WHERE kind = 'list' AND id = %s) GROUP BY 1", listed))
    return ".".join(str(found.get(shard, 0)) for shard in range(16))


def whole(directory, *which, **more):
    """The manifest, after everything in it has been held against the file."""
    said = manifest(directory, *which, **more)
    read = tokens(directory, said)
    word = "suppressed" if said["polarity"] == "deny" else "permitted"
    on_list = [token for token, (status, _) in read.items() if status == word]
    assert said["count"] == len(on_list) == said["entries"][word]
    assert said["digest"] == digest(on_list)
    return said, read


def left(directory):
    """Temporary files."""
    return sorted(p.name for p in pathlib.Path(directory).glob(".*.part"))


def data(directory, ending="csv"):
    return sorted(p.name for p in pathlib.Path(directory).iterdir()
                  if p.name.endswith("Z." + ending))
