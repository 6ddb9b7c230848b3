"""The logs that cannot be rewritten unseen: what is in them, and what it takes to see a lie."""
import base64
import json
import os
import random
import re
import shutil
import subprocess

import psycopg2
import pytest

from asking import Lookup
from feeding import DIRECT, grant, optout, produce_many, settled
from hands import ROOT, wait_until
from lists import settle
from proving import Logs

FEED = "feed.sectigo.com"


@pytest.fixture
def logs(stack, tmp_path):
    return Logs(stack, tmp_path)


def feed(stack, n=40, first=0):
    """Grants, opt-outs, duplicates, records that are no events; how many records."""
    for i in range(first, first + n):
        event = (grant if i % 3 else optout)(f"p{i % 7}@example.com", f"e-{i}", DIRECT)
        stack.produce(FEED, event, partition=i % 2)
        if i % 5 == 0:
            stack.produce(FEED, event, partition=i % 2)  # once more: leaves no row
        if i % 7 == 0:
            stack.produce(FEED, b"{not json", partition=i % 2)
    return sum(1 + (i % 5 == 0) + (i % 7 == 0)
               for i in range(first, first + n))


def look_up(stack, *emails):
    lookup = Lookup(stack)
    for email in emails:
        lookup.decide({"contact": {"email": email}, "controller": "sectigo-limited",
                       "purpose": "marketing.promotional", "channel": "email"})
    return lookup


def proofs_over_http(logs, lookup):
    """The same over HTTP: tiles for every token, rows for who may see them."""
    for path in ("checkpoint", *(str(p.relative_to(logs.dir / "lists")) for p in
                                 (logs.dir / "lists" / "tile").rglob("*") if p.is_file())):
        status, found, _ = lookup.ask("GET", f"/v1/proof/lists/{path}", token="operator")
        wanted = (logs.dir / "lists" / path).read_bytes()
        assert status == 200 and found == (wanted if "tile" in path else wanted.decode())
    ledger_id = logs.stack.value("SELECT min(ledger_id) FROM ledger")
    status, found, _ = lookup.ask("GET", f"/v1/proof/event/{ledger_id}", token="auditor")
    assert status == 200 and found["row"]["row"] == ledger_id
    path = logs.path / "http.json"
    path.write_text(json.dumps(found))
    assert logs.verify("proof", path)[0]
    assert lookup.ask("GET", f"/v1/proof/event/{ledger_id}", token="mailing")[0] == 403
    for path in ("event/1", "events", "events/tile/0/999", "events/tile/9/000", "list/none/1", ""):
        assert lookup.ask("GET", f"/v1/proof/{path}")[0] == 404, path
    size = logs.size()
    status, found, _ = lookup.ask("GET", f"/v1/proof/events/growth?from={size}")
    assert status == 200 and found["path"] == []
    assert lookup.ask("GET", "/v1/proof/events/growth?from=x")[0] == 400


def entry_of(proof):
    return base64.b64decode(proof["entry"])


def test_everything_is_in_and_is_proved(logs):
    stack = logs.stack
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    logs.keeper()
    settled(stack, feed(stack))
    lookup = look_up(stack, "p1@example.com")
    settle(stack)
    logs.sealed()
    logs.check()

    for (ledger_id,) in stack.sql("SELECT ledger_id FROM ledger ORDER BY random() LIMIT 5"):
        assert entry_of(logs.proof("event", ledger_id))[0] == 1
    (row,) = stack.sql("SELECT quarantine_id FROM quarantine LIMIT 1")
    assert entry_of(logs.proof("event", row[0], "--quarantine"))[0] == 2
    for name, version in stack.sql("SELECT n.id, c.version FROM list_change c JOIN"
                                   " register_number n ON n.kind = 'list'"
                                   " AND n.number = c.list LIMIT 2"):
        assert entry_of(logs.proof("list", name, version))[0] == 16
    for (number,) in stack.sql("SELECT number FROM lookup_audit LIMIT 3"):
        assert entry_of(logs.proof("audit", number))[0] == 32
    proofs_over_http(logs, lookup)
    assert logs.proof("growth", "events", "--from", stack.value(
        "SELECT min(size) FROM proof_seal WHERE log = 1"))
    assert "PROOF_NONE" in stack.ctl("proof", "event", "1", "--json", check=False).stdout


def test_every_offset_has_a_leaf_or_a_gap(logs):
    """Duplicates, and a hole that the feed itself has: nothing of a feed is passed over."""
    stack = logs.stack
    stack.start("ingest")
    logs.keeper()
    settled(stack, feed(stack, 12))
    logs.sealed()
    kinds = {1: 0, 2: 0, 3: 0}
    for partition, end in stack.sql("SELECT partition, next_offset FROM ingest_position"
                                    " WHERE topic = %s AND next_offset > 0", FEED):
        for offset in range(end):
            found = logs.proof("event", "--source", "sectigo.com", "--partition", partition,
                               "--offset", offset)
            assert found
            for proof in found:
                kinds[entry_of(proof)[0]] += 1
    assert kinds[1] == stack.value("SELECT count(*) FROM ledger")
    assert kinds[2] == stack.value("SELECT count(*) FROM quarantine")
    assert kinds[3] == 3


def leaves_of(stack, logs):
    """{(topic, partition): its leaves in their order}, whatever seals they came in."""
    data = logs.entries("events").read_bytes()
    found, at = {}, 0
    while at < len(data):
        length = int.from_bytes(data[at:at + 2], "big")
        entry = data[at + 2:at + 2 + length]
        found.setdefault(entry[1:9], []).append(entry)
        at += 2 + length
    return found


def test_the_order_is_kafkas_whoever_seals_and_when(logs, tmp_path):
    """One sealer at the end, or three at once all the while: the same leaves in the same
    order."""
    stack = logs.stack
    stack.start("ingest")
    for name in ("keeper-1", "keeper-2", "keeper-3"):
        logs.keeper(name, directory=name == "keeper-1", proof_ms=50)
    records = 0
    for first in range(0, 60, 10):
        records += feed(stack, 10, first)
        settled(stack, records)
        logs.sealed()
    logs.check()
    often, size = leaves_of(stack, logs), logs.size()
    assert stack.value("SELECT count(*) FROM proof_seal WHERE log = 1") >= 6
    for name in ("keeper-1", "keeper-2", "keeper-3"):
        stack.daemon(name).stop()
    for table in ("proof_seal", "proof_range", "proof_tile"):
        stack.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        stack.sql(f"TRUNCATE {table}")
        stack.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    (tmp_path / "again").mkdir()
    again = Logs(stack, tmp_path / "again")
    again.keeper("keeper-4")
    again.sealed()
    assert stack.value("SELECT count(*) FROM proof_seal WHERE log = 1") == 1
    assert again.size() == size
    assert leaves_of(stack, again) == often


ACTS = {
    "events": ["UPDATE ledger SET known = known + interval '1 second' WHERE ledger_id = %(id)s",
               "UPDATE ledger SET outcome = 5 - outcome WHERE ledger_id = %(id)s",
               "UPDATE ledger SET event_id = 'x' WHERE ledger_id = %(id)s",
               "UPDATE ledger SET reason = 'LATER' WHERE ledger_id = %(id)s",
               "UPDATE ledger SET occurred_to = occurred_to + interval '1 day'"
               " WHERE ledger_id = %(id)s",
               "UPDATE ledger SET commitment = sha256('x') WHERE ledger_id = %(id)s",
               "DELETE FROM ledger WHERE ledger_id = %(id)s",
               "UPDATE ledger a SET digest = b.digest, commitment = b.commitment FROM ledger b"
               " WHERE (a.ledger_id, b.ledger_id) IN ((%(id)s, %(other)s), (%(other)s, %(id)s))",
               "UPDATE ledger SET \"offset\" = \"offset\" + 1 WHERE ledger_id = %(id)s",
               "INSERT INTO ledger SELECT (jsonb_populate_record(l, jsonb_build_object("
               "'ledger_id', 900000 + l.ledger_id, 'event_id', 'new', 'variant', 0))).*"
               " FROM ledger l WHERE ledger_id = %(id)s",
               "UPDATE quarantine SET reason = 'SEEN' WHERE quarantine_id = %(q)s",
               "DELETE FROM quarantine WHERE quarantine_id = %(q)s",
               "INSERT INTO quarantine (known, source, partition, \"offset\", topic, reason,"
               " pointer, digest) SELECT known, source, partition, \"offset\", topic, 'NEW',"
               " pointer, digest FROM quarantine WHERE quarantine_id = %(q)s"],
    "lists": ["UPDATE list_change SET status = 3 - status WHERE version = %(v)s",
              "UPDATE list_change SET at = at - interval '1 day' WHERE version = %(v)s",
              "DELETE FROM list_change WHERE version = %(v)s",
              "INSERT INTO list_change SELECT (jsonb_populate_record(c, jsonb_build_object("
              "'version', c.version - 1))).* FROM list_change c WHERE version = %(v)s"],
    "lookups": ["UPDATE lookup_audit SET at = at + interval '1 hour' WHERE number = %(a)s",
                "UPDATE lookup_audit SET contact = gen_random_uuid() WHERE number = %(a)s",
                "DELETE FROM lookup_audit WHERE number = %(a)s"],
}


def tamper(cursor, log, rng, rows):
    """One act of somebody who owns the database; None when it changed nothing."""
    act = rng.choice(ACTS[log])
    chosen = {name: rng.choice(ids) for name, ids in rows.items()}
    try:
        cursor.execute(act, chosen)
    except psycopg2.errors.UniqueViolation:
        return None  # even the owner is refused that
    return (act, chosen) if cursor.rowcount > 0 else None


def living(folder):
    """Files that a reader of the last checkpoint opens: of a tile that has grown, the widest. The
    narrower ones are for who still holds an older checkpoint, and say nothing to others."""
    width = {}
    for file in (p for p in folder.rglob("*") if p.is_file()):
        partial = file.parent.name.endswith(".p")
        tile = file.parent.with_suffix("") if partial else file
        width[tile] = max(width.get(tile, (0, None)), (int(file.name) if partial else 256, file))
    return sorted(file for _, file in width.values())


def tampering(logs, acts, seed):
    """Does as many things as a superuser, one at a time, and undoes each; what went unseen."""
    stack, rng, unseen, done = logs.stack, random.Random(seed), [], 0
    ids = lambda query: [row[0] for row in stack.sql(query)]
    rows = {"id": ids("SELECT ledger_id FROM ledger"), "other": ids("SELECT ledger_id FROM ledger"),
            "q": ids("SELECT quarantine_id FROM quarantine"),
            "v": ids("SELECT version FROM list_change"),
            "a": ids("SELECT number FROM lookup_audit")}
    tables = ("ledger", "quarantine", "list_change", "lookup_audit")
    while done < acts:
        log = rng.choice(("events", "events", "events", "lists", "lookups", "tiles"))
        if log == "tiles":
            log, act = rng.choice(("events", "lists", "lookups")), "a byte of a tile"
            tile = rng.choice(living(logs.dir / log / "tile"))
            data = bytearray(tile.read_bytes())
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            former = tile.read_bytes()
            tile.write_bytes(data)
            holds, said = logs.whole(log)
            tile.write_bytes(former)
        else:
            stack.sql("; ".join(f"CREATE TABLE kept_{t} AS TABLE {t}" for t in tables))
            stack.sql("SET session_replication_role = replica")
            before = {t: stack.value(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text))"
                                     f" FROM {t} t") for t in tables}
            with stack._db.cursor() as cursor:
                act = tamper(cursor, log, rng, rows)
            same = before == {t: stack.value(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text))"
                                             f" FROM {t} t") for t in tables}
            holds, said = (False, "") if act is None or same else logs.whole(log)
            for t in tables:
                names = ", ".join(f'"{n}"' for n in ids(
                    f"SELECT attname FROM pg_attribute WHERE attrelid = '{t}'::regclass"
                    " AND attnum > 0 AND NOT attisdropped"))
                stack.sql(f"DELETE FROM {t}")
                stack.sql(f"INSERT INTO {t} ({names}) OVERRIDING SYSTEM VALUE"
                          f" SELECT {names} FROM kept_{t}")
                stack.sql(f"DROP TABLE kept_{t}")
            stack.sql("SET session_replication_role = origin")
            if act is None or same:
                continue
        done += 1
        if holds:
            unseen.append((log, act))
    return unseen


def test_whoever_owns_the_database_is_seen(logs, request):
    """make tamper does it a thousand times."""
    stack = logs.stack
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    logs.keeper()
    settled(stack, feed(stack, 40))
    look_up(stack, "p1@example.com", "p2@example.com")
    settle(stack)
    logs.sealed()
    stack.daemon("keeper").stop()
    logs.check()
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    unseen = tampering(logs, int(os.environ.get("TAMPER", "12")), seed)
    assert not unseen, f"SEED={seed}: {unseen}"
    logs.check()


class Witness:
    """On its own host, in spirit: a folder of its own, and what is published."""

    def __init__(self, logs, path):
        self.logs, self.state, self.conf = logs, path / "witness", path / "witness.conf"
        self.state.mkdir()
        self.key = path / "witness.vkey"
        self.key.write_text(logs.stack.ctl("proof", "key", "--witness", "--name", "w.example",
                                           "--output", str(path / "witness.key")))
        self.conf.write_text(f"log_url = file://{logs.dir}\nlog_key_file = {logs.key}\n"
                             f"witness_key_file = {path / 'witness.key'}\nlogs = events\n"
                             f"state_dir = {self.state}\nevery_s = 0\n")

    def look(self):
        """(exit code, the events it logged)"""
        done = subprocess.run([self.logs.stack.program("witness"), "--config", self.conf],
                              capture_output=True, text=True)
        return done.returncode, (re.findall(r"event=(witness_\w+)", done.stderr) +
                                 re.findall(r"=witness_wrong .*?code=(\w+)", done.stderr))


def reseal(logs):
    """Somebody makes the log again from the tables as they are, and publishes that."""
    for table in ("proof_seal", "proof_range", "proof_tile"):
        logs.stack.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        logs.stack.sql(f"TRUNCATE {table}")
        logs.stack.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    shutil.rmtree(logs.dir / "events")
    logs.keeper("keeper-again")
    logs.sealed()
    logs.stack.daemon("keeper-again").stop()


def test_a_witness_sees_a_fork_and_a_shrunk_log(logs, tmp_path):
    stack, witness = logs.stack, Witness(logs, tmp_path)
    stack.start("ingest")
    logs.keeper()
    records = feed(stack, 20)
    settled(stack, records)
    logs.sealed()
    assert witness.look() == (0, ["witness_first"])
    assert witness.look() == (0, [])
    before = tmp_path / "before"
    shutil.copytree(logs.dir / "events", before)
    settled(stack, records + feed(stack, 20, 20))
    logs.sealed()
    stack.daemon("keeper").stop()  # it would write another checkpoint over the witness's
    assert witness.look() == (0, ["witness_signed"])
    note = witness.state / "events"
    assert logs.size() == int(note.read_text().split("\n")[1])
    shutil.copy(note, logs.dir / "events" / "checkpoint")
    assert logs.verify("log", logs.dir / "events", "--witness", witness.key)[0]

    kept = note.read_text()
    shutil.move(logs.dir / "events", tmp_path / "now")
    shutil.copytree(before, logs.dir / "events")
    assert witness.look() == (1, ["witness_wrong", "LOG_SHRUNK"])

    # whoever has the key and the database rewrites the past, and seals it again
    stack.sql("SET session_replication_role = replica")
    stack.sql("UPDATE ledger SET outcome = 4 WHERE ledger_id ="
              " (SELECT min(ledger_id) FROM ledger)")
    stack.sql("SET session_replication_role = origin")
    reseal(logs)
    logs.check()  # it all fits together, but for
    assert witness.look() == (1, ["witness_wrong", "LOG_FORKED"])
    assert note.read_text() == kept, "signed for what is wrong"

    wrong = (logs.dir / "events" / "checkpoint")
    wrong.write_text(wrong.read_text().replace("consent.example/events", "other/events"))
    assert witness.look() == (1, ["witness_wrong", "LOG_UNSIGNED"])


def test_a_witness_goes_on_by_itself_when_the_log_comes_back(logs, tmp_path):
    """Started before there is a log; nothing needs a restart, and SIGTERM ends it."""
    stack, witness = logs.stack, Witness(logs, tmp_path)
    witness.conf.write_text(witness.conf.read_text().replace("every_s = 0", "every_s = 1"))
    said = tmp_path / "witness.log"
    with said.open("w", encoding="utf-8") as out:
        process = subprocess.Popen([stack.program("witness"), "--config", witness.conf],
                                   stderr=out)

    def log(event, times=1):
        wait_until(lambda: said.read_text().count(f"event={event}") >= times,
                   what=f"{event} of the witness")
    try:
        log("witness_away")
        stack.start("ingest")
        logs.keeper()
        records = feed(stack, 20)
        settled(stack, records)
        logs.sealed()
        log("witness_first")
        stack.daemon("keeper").stop()
        shutil.move(logs.dir / "events", tmp_path / "away")
        before = said.read_text().count("event=witness_away")
        log("witness_away", before + 1)
        shutil.move(tmp_path / "away", logs.dir / "events")
        logs.keeper("keeper-again")
        settled(stack, records + feed(stack, 20, 20))
        logs.sealed()
        log("witness_signed")
        assert process.poll() is None
    finally:
        process.terminate()
        status = process.wait(60)
    assert status == 0


def test_a_keeper_does_not_sign_after_a_restore_until_somebody_says_so(logs, tmp_path):
    """The database is older than what was published: nothing more is signed, and everything
    else goes on; consentctl restored begins the log again, and the log says so."""
    stack, witness = logs.stack, Witness(logs, tmp_path)
    stack.start("ingest")
    logs.keeper()
    settled(stack, feed(stack, 15))
    logs.sealed()
    assert witness.look()[0] == 0
    stack.daemon("keeper").stop()
    size = logs.size()
    for table in ("proof_seal", "proof_range", "proof_tile"):
        stack.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        stack.sql(f"TRUNCATE {table}")  # as an older database would have it
        stack.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    logs.keeper()
    wait_until(lambda: stack.metrics("keeper").get("consent_keeper_proof_held", 0) >= 1,
               what="the keeper to hold")
    assert logs.size() == 0 and logs.published("events") == size
    stack.sql("INSERT INTO restored (epoch, reason, highest, forced)"
              " VALUES (1, 'the disk', 0, 0)")  # consentctl restored does, with much else
    stack.daemon("keeper").stop()
    logs.keeper()
    logs.sealed()
    assert logs.size() == size + 1 and (logs.dir / "events" / "tile.before-1").is_dir()
    assert entry_of({"entry": base64.b64encode(
        logs.entries("events").read_bytes()[2:]).decode()})[0] == 4
    logs.check()
    assert witness.look() == (1, ["witness_wrong", "LOG_FORKED"])
    (witness.state / "events").unlink()  # by hand, after a look
    assert witness.look() == (0, ["witness_first"])


def test_checkpoints_reach_the_topic_and_the_sources(logs):
    stack = logs.stack
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    logs.keeper()
    records = feed(stack, 5)
    settled(stack, records)
    logs.sealed()

    def told(topic, key):
        return [m.value().decode() for m in stack.read(topic) if m.key() == key]
    wait_until(lambda: told("consent.checkpoints", b"events"), what="the checkpoint")
    settled(stack, records + feed(stack, 5, 5))
    logs.sealed()
    wanted = (logs.dir / "events" / "checkpoint").read_text()
    wait_until(lambda: told("consent.checkpoints", b"events")[-1:] == [wanted], what="the last")
    wait_until(lambda: [json.loads(text) for text in  # the one before may still be the last
                        told("receipts.sectigo.com", b"checkpoint")[-1:]] == [
        {"log": "events", "checkpoint": wanted}], what="the source's")


def dies_at(stack, table):
    """The next three inserts there end the session that makes them."""
    stack.sql("CREATE SEQUENCE IF NOT EXISTS deaths")
    stack.sql("ALTER SEQUENCE deaths RESTART")
    stack.sql("CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
              " AS $$ BEGIN IF nextval('public.deaths') <= 3 THEN"
              " PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1);"
              " END IF; RETURN NEW; END $$")
    stack.sql(f"CREATE TRIGGER die AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION die()")


def test_a_crash_at_every_step_of_sealing(logs, tmp_path):
    """Sessions that end at every insert, keepers that are killed, writers of files killed at
    every rename: the log is whole, and what was published before is never contradicted."""
    stack, witness = logs.stack, Witness(logs, tmp_path)
    stack.start("ingest")
    logs.keeper()
    records = 0
    for table in ("proof_range", "proof_tile", "proof_seal"):
        dies_at(stack, table)
        produce_many(stack, 300, records)
        records += 300
        settled(stack, records)
        wait_until(lambda: stack.value("SELECT last_value FROM deaths") > 3, 60, "three deaths")
        stack.sql(f"DROP TRIGGER die ON {table}")
        stack.daemon("keeper").kill()
        logs.keeper()
        logs.sealed()
        logs.check()
        assert witness.look()[0] == 0
    stack.daemon("keeper").stop()

    other = tmp_path / "files"
    other.mkdir()
    for n in range(1, 100):
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=rename", "-e",
             f"inject=rename:signal=KILL:when={n}", stack.program("ctl"), "--config",
             stack._ctl_conf, "proof", "tiles", str(other)], capture_output=True)
        if done.returncode == 0:
            break
    assert done.returncode == 0, "killed after each file"
    for log in ("events",):
        holds, said = logs.verify("log", other / log, "--entries", logs.entries(log))
        assert holds, said


def test_tiles_are_read_by_a_tool_that_others_wrote(logs, tmp_path):
    """Go's sumdb/tlog and sumdb/note: every leaf, and growth from every size."""
    if shutil.which("go") is None:
        pytest.skip("there is no Go here")
    stack = logs.stack
    stack.start("ingest")
    logs.keeper()
    produce_many(stack, 300)
    settled(stack, 300)
    logs.sealed()
    program = tmp_path / "tlog"
    built = subprocess.run(["go", "build", "-o", program, "."], cwd=ROOT / "tests/integration/tlog",
                           env={**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"},
                           capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program, logs.dir / "events", logs.key.read_text().strip()],
                          capture_output=True, text=True)
    assert done.returncode == 0 and int(done.stdout) == logs.size() > 256, done.stderr
