"""Hands on the logs: sealing by a keeper with a key, and verify.py, which is not ours."""
import json
import os
import pathlib
import subprocess
import sys

from hands import ROOT, wait_until

VERIFY = ROOT / "schemas" / "proof" / "verify.py"
LOGS = ("events", "lists", "lookups")


class Logs:
    """A stack whose keeper seals, and a directory for what is published."""

    def __init__(self, stack, path):
        self.stack, self.path = stack, pathlib.Path(path)
        self.dir, self.key = self.path / "published", self.path / "log.vkey"
        self.secret = self.path / "log.key"
        self.dir.mkdir()
        self.key.write_text(stack.ctl("proof", "key", "--name", "consent.example",
                                      "--output", str(self.secret)))

    def keeper(self, name="keeper", directory=True, **more):
        more.setdefault("proof_ms", 50)
        return self.stack.start("keeper", name=name, proof_key_file=str(self.secret),
                                proof_dir=str(self.dir) if directory else "", **more)

    def size(self, log="events"):
        number = LOGS.index(log) + 1
        return self.stack.value("SELECT coalesce(max(size), 0) FROM proof_seal"
                                " WHERE log = %s", number)

    def sealed(self):
        """Waits until everything that is there is in the logs, and published."""
        def done():
            return self.stack.value(
                "SELECT (SELECT count(*) FROM ingest_position p WHERE p.next_offset > 0 AND"
                "  p.next_offset <> coalesce((SELECT r.\"to\" FROM proof_range r"
                "   WHERE r.log = 1 AND r.topic = p.topic AND r.partition = p.partition"
                "   AND r.run > 0 ORDER BY r.first_leaf DESC LIMIT 1), 0))"
                " + (SELECT count(*) FROM list_change c LEFT JOIN (SELECT topic, partition,"
                "   max(\"to\") AS stood FROM proof_range WHERE log = 2 GROUP BY 1, 2) r"
                "   ON r.topic = c.list::text AND r.partition = c.shard"
                "   WHERE c.version >= coalesce(r.stood, 0))"
                " + (SELECT count(*) FROM lookup_audit a WHERE a.xact >= coalesce((SELECT"
                "   max(r.\"to\") FROM proof_range r WHERE r.log = 3 AND r.topic = ''), 0))"
                ) == 0
        wait_until(done, what="everything to be sealed")
        wait_until(lambda: all(self.published(log) == self.size(log) for log in LOGS),
                   what="the files")

    def published(self, log):
        path = self.dir / log / "checkpoint"
        return int(path.read_text().split("\n")[1]) if path.exists() else 0

    def verify(self, *argv, key=None):
        """(does it hold, what verify.py says)"""
        done = subprocess.run([sys.executable, "-B", VERIFY, argv[0], "--key",
                               str(key or self.key), *map(str, argv[1:])],
                              capture_output=True, text=True, env={**os.environ})
        assert done.returncode in (0, 1), done.stderr
        return done.returncode == 0, done.stdout

    def entries(self, log, *more):
        path = self.path / f"{log}.entries"
        self.stack.ctl("proof", "entries", log, "--size", str(self.published(log)),
                       "--output", str(path), *more)
        return path

    def whole(self, log, *more):
        """Is every row what its leaf was made of, and every tile what it was?"""
        return self.verify("log", self.dir / log, "--entries", self.entries(log, *more))

    def check(self, *more):
        for log in LOGS:
            if self.published(log) > 0:
                holds, said = self.whole(log, *more)
                assert holds, f"{log}: {said}"

    def proof(self, *argv):
        """A proof that holds, as JSON."""
        path = self.path / "proof.json"
        self.stack.ctl("proof", *map(str, argv), "--output", str(path))
        found = json.loads(path.read_text())
        for one in found if isinstance(found, list) else [found]:
            path.write_text(json.dumps(one))
            holds, said = self.verify("link" if argv[0] == "growth" else "proof", path)
            assert holds, said
        return found
