"""Facts without ingest: contacts and facts straight into the tables, for tests of what comes
after. Facts are written as ingest would write them, in one transaction with the dirty marks.

    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.add("a@example.com", "GRANT", source="sectigo.com", purpose="marketing.promotional")
    world.link("a@example.com", "+442071234567")
    world.commit()
"""
import datetime
import hashlib
import subprocess
import uuid

import psycopg2
from psycopg2.extras import execute_values

from hands import PROGRAMS

TOOL = PROGRAMS.parent / "tools" / "contact_rows"
FLAGS = {"DIRECT": 1, "WARRANTY": 2, "NAMED": 4, "EVIDENCE": 8, "WIDE": 1 << 10}
KINDS = {"GRANT": 1, "REFUSAL": 2, "WITHDRAWAL": 3, "OPTOUT": 4, "OBJECTION": 5}
EMAIL, PHONE, SMS = 1, 2, 4
ALL = 0x3f

psycopg2.extras.register_uuid()


def token(identifier):
    """Of the list promotional-email."""
    return hashlib.sha256(identifier.encode()).hexdigest()


def now(seconds=0):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)


class Facts:
    def __init__(self, stack):
        self.stack = stack
        self.number = {(kind, name): number for kind, name, number in
                       stack.sql("SELECT kind, id, number FROM register_number")}
        self.keys = {}
        self.ledger = 0
        self._clear()

    def _clear(self):
        self.facts, self.links, self.dirty = [], [], set()

    def key(self, identifier):
        """The contact's key; its row is made the first time."""
        if identifier not in self.keys:
            self.make([identifier])
        return self.keys[identifier]

    def make(self, identifiers):
        """Rows of contact, many at once."""
        text = "".join(f"{2 if i.startswith('+') else 1} {i}\n" for i in identifiers)
        done = subprocess.run([TOOL, self.stack.secrets / "contact",
                               self.stack.secrets / "seal"],
                              input=text, capture_output=True, text=True, check=True)
        with psycopg2.connect(self.stack.cluster.url(self.stack.database)) as db:
            db.cursor().copy_expert("COPY contact FROM STDIN", _Lines(done.stdout))
        for identifier, line in zip(identifiers, done.stdout.splitlines()):
            self.keys[identifier] = uuid.UUID(line.split("\t")[0])

    def add(self, identifier, kind, source="sectigo.com", controller="sectigo-limited",
            purpose="*promotional", channels=EMAIL, flags=("DIRECT",), occurred=None,
            expires=None, agreement=None, known=None):
        """A fact, to be committed; returns its ledger id."""
        self.ledger = max(self.ledger, self.stack.value(
            "SELECT coalesce(max(ledger_id), 0) FROM fact")) + 1
        occurred = occurred or now(-60)
        self.facts.append((
            self.key(identifier), self.ledger, known or now(), occurred, occurred, None,
            expires, self.number["source", source],
            self.number["agreement", agreement] if agreement else 0,
            sum(FLAGS[f] for f in flags),
            0 if controller == "*" else self.number["controller", controller],
            {"*": 0, "*promotional": -1}.get(purpose) if purpose.startswith("*")
            else self.number["purpose", purpose],
            channels, channels, KINDS[kind], 10 if source == "leadmart" else 1, 0))
        self.dirty.add(self.key(identifier))
        return self.ledger

    def link(self, a, b):
        self.links += [(self.key(a), self.key(b)), (self.key(b), self.key(a))]
        self.dirty |= {self.key(a), self.key(b)}

    def commit(self, connection=None, end=True):
        """Writes what was added. With a connection and end=False the transaction is left
        open, for tests of who sees what when."""
        db = connection or psycopg2.connect(self.stack.cluster.url(self.stack.database))
        cursor = db.cursor()
        execute_values(cursor, "INSERT INTO fact VALUES %s", self.facts)
        if self.links:
            execute_values(cursor, "INSERT INTO link (contact, other, ledger_id) VALUES %s"
                                   " ON CONFLICT DO NOTHING",
                           [(a, b, self.ledger) for a, b in self.links])
        execute_values(cursor, "INSERT INTO dirty (contact, shard, cause, known) VALUES %s",
                       [(k, k.bytes[0] >> 4, 1, now()) for k in self.dirty])
        if end:
            db.commit()
            if connection is None:
                db.close()
        self._clear()
        return db


class _Lines:
    """psycopg2 wants a file."""
    def __init__(self, text):
        self.data, self.at = text.encode(), 0

    def read(self, size=-1):
        end = len(self.data) if size < 0 else self.at + size
        part, self.at = self.data[self.at:end], end
        return part
