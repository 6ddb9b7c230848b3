"""People who ask to be forgotten are sought everywhere afterwards, and found nowhere.

Each has a word that stands nowhere else in the world, in their address and in all they write.
They come through feeds, letters, imports, scrubs, the quarantine and requests, and are erased
while others go on coming. `make canary` does it with a thousand of them.
"""
import base64
import json
import os
import pathlib
import re
import secrets
import subprocess
import threading

import psycopg2.errors
import pytest

from archiving import age, grow_old, may_leave
from asking import Lookup
from facts import token
from hands import wait_until
from lists import settle
from proving import Logs
from stack import fetch
from test_forget import URN, ago
from test_mail import message, taken
from test_restore import dump, restore

N = int(os.environ.get("CANARY", "20"))
SITE, MAILBOX = "sectigo.com", "privacy-mailbox"
PATIENCE = 120 + N  # in seconds: a thousand take a while


class Canaries:
    def __init__(self, stack, path):
        self.stack, self.path = stack, path
        self.words = [f"kanari{i:04d}x{secrets.token_hex(8)}" for i in range(N)]
        self.emails = [f"{w}@forget.example" for w in self.words]

    # --- in ---
    def send(self, source, kind, i, data, days=20, **more):
        event = {"specversion": "1.0", "id": f"C-{i}-{secrets.token_hex(4)}", "source": URN[source],
                 "type": kind, "time": ago(days), **more,
                 "data": {"contact": {"email": self.emails[i], "country": "GB",
                                      "subscriber": "individual"},
                          "controllers": ["sectigo-limited"], **data}}
        self.stack.produce(f"feed.{source}", event)

    def come(self, lookup):
        offers = {"scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
                  "provenance": {"source_type": "direct", "collection_point": "newsletter"}}
        for i, word in enumerate(self.words):
            self.send(SITE, "consent.granted.v1", i, {
                **offers, "basis": {"art6": "a", "type": "expressed"},
                "consent": {"method": "newsletter_form", "statement": f"I, {word}, agree"}})
            if i % 2:
                self.send(SITE, "optout.recorded.v1", i, {
                    "scope": [{"purpose": "*promotional", "channels": ["email"]}],
                    "optout": {"via": "unsubscribe_link"}, "name": word,
                    "provenance": {"source_type": "direct"}}, days=8)
            # one that can be read by nobody, with its words in headers as well
            self.send(SITE, "consent.granted.v1", i, {**offers, "basis": word, "name": word})
            if i % 5 == 0:
                taken(self.stack, message(f"Please stop writing to me. {word}", self.emails[i],
                                          f"Unsubscribe {word}"), "optout")
        file = self.path / "export.csv"
        file.write_text("".join(f"{e}\n" for e in self.emails[::3]))
        self.stack.ctl("import", file, "--format", "plain", "--source", "mta-eu1")
        file.unlink()  # whoever exported it has it; we keep no copy
        mailing = "email,name\n" + "".join(f"{e},{w}\n" for e, w in zip(self.emails, self.words))
        status, text, _ = lookup.ask("POST", "/v1/lists/promotional-email/scrub",
                                     mailing.encode(), **{"Content-Type": "text/csv"})
        assert status == 200 and self.words[0] in text

    def ask(self):
        for i in range(N):
            self.stack.produce(f"feed.{MAILBOX}", {
                "specversion": "1.0", "id": f"R-{self.words[i][6:10]}-{i}", "time": ago(3),
                "source": URN[MAILBOX], "type": "rights.requested.v1",
                "data": {"contact": {"email": self.emails[i], "country": "GB"},
                         "controllers": ["*"],
                         "rights": {"request_id": f"RC-{i}", "kinds": ["erase"],
                                    "text": f"Forget me. {self.words[i]}"}}})
        wait_until(lambda: self.stack.value("SELECT count(*) FROM ledger WHERE event_id LIKE 'R-%%'")
                   == N, PATIENCE, "the requests")

    # --- sought ---
    NEEDLES = [re.compile(n) for n in (
        rb"(?i)kanari\d{4}x[0-9a-f]{16}",
        rb"k\0a\0n\0a\0r\0i\0\d\0\d\0",                  # UTF-16
        *(re.escape(base64.b64encode(b"." * n + b"kanari")[start:end])
          for n, start, end in ((0, 0, 8), (1, 2, 9), (2, 3, 10))),
        b"kanari".hex().encode(), b"kanari".hex().upper().encode())]

    def in_bytes(self, data):
        return [n.pattern for n in self.NEEDLES if n.search(data)]

    def in_files(self, *folders):
        found = []
        for folder in folders:
            for file in pathlib.Path(folder).rglob("*"):
                if file.is_file() and not file.is_symlink():
                    try:
                        data = file.read_bytes()
                    except FileNotFoundError:
                        continue
                    found += [(str(file), p) for p in self.in_bytes(data)]
        return found


def secrets_of(stack):
    """What opens their events and identifiers: salts, and wrapped keys."""
    return {bytes(b) for b, in stack.sql(
        "WITH who AS (SELECT DISTINCT contact FROM fact JOIN ledger USING (ledger_id)"
        "  WHERE event_id LIKE 'C-%%')"
        " SELECT salt FROM event_salt JOIN fact USING (ledger_id) JOIN who USING (contact)"
        "  WHERE salt IS NOT NULL"
        " UNION SELECT salt FROM quarantine_salt JOIN quarantine USING (quarantine_id)"
        "  JOIN who USING (contact) WHERE salt IS NOT NULL"
        " UNION SELECT wrapped_key FROM contact JOIN who USING (contact)"
        "  WHERE wrapped_key IS NOT NULL")}


def held_by(stack, secret):
    """Files of this database, and of the WAL, that one of these byte strings stands in. Those
    with a zero or a line end in them are left out, for grep takes none."""
    home = stack.cluster.home
    data = next(p for p in (home / "data", home) if (p / "base").exists())
    oid = stack.value("SELECT oid FROM pg_database WHERE datname = %s", stack.database)
    sought = [s for s in secret if b"\0" not in s and b"\n" not in s]
    assert len(sought) > len(secret) // 2
    files = [f for folder in (data / "base" / str(oid), data / "pg_wal")
             for f in folder.rglob("*") if f.is_file()]
    done = subprocess.run(["grep", "-laF", "-f", "-", "--", *files], check=False,
                          input=b"\n".join(sought), capture_output=True, env={"LC_ALL": "C"})
    assert done.returncode in (0, 1) or b"No such file" in done.stderr, done.stderr
    return done.stdout.decode().split()


def settle_disk(stack):
    """What the database frees, it gives back; old WAL is gone."""
    for attempt in range(5):  # it may meet another in the middle of its work, and be the victim
        try:
            stack.sql("VACUUM FULL")
            break
        except psycopg2.errors.DeadlockDetected:
            if attempt == 4:
                raise
    for _ in range(2):
        stack.sql("SELECT pg_switch_wal()")
        stack.sql("CHECKPOINT")


@pytest.fixture
def unrecycled(stack):
    """WAL that has had its day is removed, as an archive's is, and not written over."""
    def say(*what):
        for one in what:
            stack.cluster.psql(one, "postgres")
        stack.cluster.psql("SELECT pg_reload_conf()", "postgres")
    say("ALTER SYSTEM SET wal_recycle = off")
    yield
    say("ALTER SYSTEM RESET wal_recycle")


@pytest.fixture
def others(stack):
    """Somebody else says no, all the time; call it to stop."""
    over, hands = threading.Event(), type(stack)(stack.dir, stack.programs, stack.cluster,
                                                 stack.broker, stack.database)

    def come():
        n = 0
        while not over.wait(0.01):
            n += 1
            hands.produce(f"feed.{SITE}", {
                "specversion": "1.0", "id": f"L-{n}", "source": URN[SITE],
                "type": "optout.recorded.v1", "time": ago(1), "data": {
                    "contact": {"email": f"other{n}@load.example"},
                    "controllers": ["sectigo-limited"],
                    "scope": [{"purpose": "*promotional", "channels": ["email"]}],
                    "optout": {"via": "unsubscribe_link"},
                    "provenance": {"source_type": "direct"}}})
    thread = threading.Thread(target=come)

    def stop():
        over.set()
        thread.join()
    thread.start()
    yield stop
    stop()


def archived(logs, birds, directory):
    """What was said so far leaves the database; the files have it, for whoever may read them."""
    stack = logs.stack
    age(stack)
    grow_old(stack, "quarantine_id % 2 = 0")
    logs.sealed()
    may_leave(stack, logs.path)
    directory.mkdir()
    stack.ctl("archive", "run", "--dir", directory)
    assert len({f.name.split(".")[0] for f in directory.iterdir()}) == 6
    assert stack.value("SELECT count(*) FROM ledger WHERE raw IS NOT NULL") == 0
    assert all(birds.in_bytes(traced(stack, email, directory)) for email in birds.emails[:3])


def traced(stack, email, directory):
    """What can be read of somebody, archives too, less the address that was asked for."""
    said = json.loads(stack.ctl("trace", "--email", email, "--json", "--archive", directory))
    return json.dumps(said["events"]).encode()


def is_forgotten_in_archives(stack, birds, directory):
    """Nobody reads them there, by whatever command and with every key."""
    for email in birds.emails:
        assert not birds.in_bytes(traced(stack, email, directory)), email
    for file in directory.iterdir():
        shown = stack.ctl("archive", "show", file.name, "--dir", directory)
        assert not birds.in_bytes(shown.encode()), file
        assert not birds.in_bytes(file.read_bytes()), file


def is_forgotten(stack, birds, before, *folders):
    def left():
        """A row that has gone stays for as long as an older statement might read it."""
        settle_disk(stack)
        return held_by(stack, before)
    still = secrets_of(stack) & before
    assert not still, f"{len(still)} rows open their events"
    files = left()
    if files:
        wait_until(lambda: not left(), PATIENCE, f"{files[:5]} to forget what opens their events")
    found = birds.in_files(*folders, stack.dir, stack.snapshots)
    assert not found, found[:5]
    assert stack.value("SELECT count(*) FROM erasure e WHERE whole AND NOT EXISTS (SELECT FROM"
                       " list_entry l WHERE l.contact = e.contact AND l.status = 1)") == 0


def test_nothing_is_found_of_who_was_forgotten(stack, tmp_path, unrecycled, request):
    aside = tmp_path.parent / f"{tmp_path.name}-aside"  # what others have by then
    aside.mkdir()
    logs = Logs(stack, tmp_path)
    for name in ("ingest", "publish", "gateway"):
        stack.start(name)
    logs.keeper()
    lookup = Lookup(stack)
    birds = Canaries(stack, tmp_path)
    birds.come(lookup)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id LIKE 'C-%%'")
               >= N + N // 2 and stack.value("SELECT count(*) FROM quarantine") >= N,
               PATIENCE, "everybody")
    settle(stack)
    logs.sealed()
    archived(logs, birds, aside / "archive")
    stack.ctl("list", "snapshot", "--all")
    dump(stack, aside / "backup")
    stack.ctl("evidence", "--email", birds.emails[1], "--output", aside / "before.zip", "--key",
              logs.secret, "--archive", aside / "archive")

    stop = request.getfixturevalue("others")
    birds.ask()
    before = secrets_of(stack)
    stack.sql("ANALYZE")  # so that statistics of now exist, as they do where it runs for long
    stack.sql("CHECKPOINT")
    assert len(before) > 2 * N and held_by(stack, before)  # so it would be seen
    assert birds.in_bytes((aside / "before.zip").read_bytes())
    for i in range(N):
        stack.ctl("rights", "complete", f"RC-{i}")
    wait_until(lambda: stack.value("SELECT count(DISTINCT contact) FROM erasure WHERE whole") >= N,
               PATIENCE, "the erasures")
    stop()
    wait_until(lambda: stack.value("SELECT count(*) FROM erasure WHERE certificate IS NULL") == 0,
               PATIENCE, "the certificates")
    settle(stack)
    logs.sealed()
    stack.ctl("list", "snapshot", "--all")

    is_forgotten(stack, birds, before, tmp_path, stack.cluster.home)
    is_forgotten_in_archives(stack, birds, aside / "archive")
    for name in ("ingest", "publish", "keeper", "lookup", "gateway"):
        assert not birds.in_bytes(fetch(stack.url(name) + "/metrics")[1].encode()), name
        limits = pathlib.Path(f"/proc/{stack.daemon(name).pid()}/limits").read_text()
        assert re.search(r"Max core file size +0 +0", limits), f"{name} may leave a core"
    for name in stack.topics():  # what feeds bring is their owners' to forget
        for m in stack.read(name, PATIENCE) if not name.startswith("feed.") else ():
            assert not birds.in_bytes((m.key() or b"") + (m.value() or b"")), name
    on_list = stack.read_table("suppression.promotional-email")
    assert all(on_list[token(e)]["status"] == "suppressed" for e in birds.emails)
    logs.check("--archive", aside / "archive")  # every row is what its leaf was made of
    holds, said = logs.verify("pack", aside / "before.zip")
    assert holds, said

    # a backup from before brings nobody back
    for name in ("ingest", "publish", "keeper", "lookup", "gateway"):
        stack.daemon(name).stop()
    restore(stack, aside / "backup")
    assert stack.ctl_json("restored", "--reason", "a disk")["erased_again"] == N
    is_forgotten(stack, birds, before)
    is_forgotten_in_archives(stack, birds, aside / "archive")
