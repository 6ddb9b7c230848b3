"""What is old leaves the database as files, and stays readable to whoever may read it; what
was forgotten is forgotten there, too."""
import json
import zipfile

import pytest

from archiving import OLD, age, grow_old, killed_until_done, may_leave
from feeding import DIRECT, grant, optout, settled
from lists import settle
from proving import Logs
from test_acknowledgements import Recipient

WHO = ("--email", "ana@example.com")


@pytest.fixture
def old(stack, tmp_path):
    """Ana agreed and then did not, Ben agreed; somebody looked; all of it is old and sealed."""
    logs = Logs(stack, tmp_path)
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    logs.keeper()
    age(stack)
    stack.produce("feed.sectigo.com", grant("ana@example.com", "yes", DIRECT))
    stack.produce("feed.sectigo.com", grant("ben@example.com", "ben", DIRECT))
    stack.produce("feed.sectigo.com", {"not": "an event"})
    settled(stack, 3)
    settle(stack)
    stack.produce("feed.sectigo.com", optout("ana@example.com", "no", DIRECT))
    settled(stack, 4)
    settle(stack)
    grow_old(stack)
    logs.sealed()
    may_leave(stack, tmp_path)
    logs.archive = tmp_path / "archive"
    logs.archive.mkdir()
    return logs


def run(logs, *more, **options):
    return logs.stack.ctl("archive", "run", "--dir", logs.archive, *more, **options)


def test_what_is_old_leaves_and_can_be_read(old, lookup, tmp_path):
    stack = old.stack
    recipient, behind = Recipient(lookup), Recipient(lookup)
    behind.read(1)
    recipient.read()
    recipient.agree()
    old.sealed()
    words = stack.value("SELECT count(*) FROM list_change WHERE version < 33554432")
    last = stack.sql("SELECT contact, list, version, status FROM list_entry ORDER BY 1, 2")
    before = json.loads(stack.ctl("trace", *WHO, "--json"))
    digest = "SELECT count(*) FROM list_entry e WHERE NOT EXISTS (SELECT FROM list_change c" \
             " WHERE c.list = e.list AND c.version = e.version)"
    spoken = stack.sql("SELECT v.list, v.version FROM v_list_change v WHERE v.version < 33554432")
    asked = [n for n, in stack.sql("SELECT number FROM lookup_audit WHERE at < now() -"
                                   " interval '1 year'")]
    proved = [old.proof("list", *w) for w in spoken] + [old.proof("audit", n) for n in asked]
    said = run(old, "--dry-run")
    assert said.count("would leave") == 6, said
    run(old)
    names = {p.name.split(".")[0] for p in old.archive.iterdir()}
    assert names == {"ledger", "quarantine", "list_change", "lookup_audit", "scrub",
                     "scrub_part"}
    assert stack.ctl("archive", "check", "--dir", old.archive).endswith("files, 0 wrong\n")

    assert {f["file"] for f in stack.ctl_json("archive", "list")} == \
        {p.name for p in old.archive.iterdir()}

    # of the lists the last word to each contact is there, of look-ups and scrubs nothing
    assert 0 < stack.value("SELECT count(*) FROM list_change") < words
    assert stack.value(digest) == 0
    assert last == stack.sql("SELECT contact, list, version, status FROM list_entry"
                             " ORDER BY 1, 2")
    assert stack.value("SELECT count(*) FROM scrub_part") == 0
    assert stack.value("SELECT count(*) FROM lookup_audit WHERE at < now() - interval"
                       " '1 year'") == 0
    assert stack.value("SELECT count(*) FROM ledger WHERE raw IS NOT NULL") == 0
    assert stack.value("SELECT count(*) FROM quarantine WHERE raw IS NOT NULL") == 0

    # the events' words come from the files, when asked
    without = json.loads(stack.ctl("trace", *WHO, "--json"))
    assert {e["bytes"] for e in without["events"]} == {"archived"}
    again = json.loads(stack.ctl("trace", *WHO, "--json", "--archive", old.archive))
    assert [(e["ledger_id"], e["bytes"], e["data"]) for e in again["events"]] == \
           [(e["ledger_id"], "open", e["data"]) for e in before["events"]]
    case = tmp_path / "case.zip"
    stack.ctl("evidence", *WHO, "--output", case, "--key", old.secret, "--archive",
              old.archive)
    assert old.verify("pack", case)[0]
    with zipfile.ZipFile(case) as pack:
        events = [n for n in pack.namelist() if n.startswith("events/")]
        assert len(events) == 2 and b"ana@example.com" in pack.read(events[0])
        rows = [json.loads(r) for r in pack.read("archived.jsonl").splitlines()]
    assert {r["archive"].split(".")[0] for r in rows} == {"list_change", "lookup_audit",
                                                         "scrub_part"}
    assert sum("lookup" in r["archive"] for r in rows) == 3

    # what has left is proved as before, and the whole log, by whoever has the files
    there = ("--archive", old.archive)
    again = [old.proof("list", *w, *there) for w in spoken] + \
            [old.proof("audit", n, *there) for n in asked]
    assert len(spoken) == words and len(asked) == 6
    assert [(p["index"], p["entry"]) for p in again] == \
           [(p["index"], p["entry"]) for p in proved]
    for log in ("events", "lists", "lookups"):
        holds, told = old.whole(log, *there)
        assert holds, f"{log}: {told}"
    with zipfile.ZipFile(case) as pack:
        proofs = {n.split("-")[-1] for n in pack.namelist() if n.startswith("proofs/list-")}
    assert proofs == {f"{r['row']['version']}.json" for r in rows
                      if r["archive"].startswith("list_change")}
    # without them there is none, and nobody calls it altered
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    gone = min(set(spoken) - set(stack.sql("SELECT v.list, v.version FROM v_list_change v")))
    for more in ((), ("--archive", nothing)):
        for what in (("list", *gone), ("entries", "lists"), ("entries", "lookups")):
            done = stack.ctl("proof", *map(str, what), *more, check=False)
            assert done.returncode == 1 and "PROOF_ALTERED" not in done.stderr + done.stdout
            assert "archive" in done.stderr or "no such row" in done.stderr, done.stderr
    # HTTP names the command; what never was is no archive's either
    for path, words in ((f"list/{gone[0]}/{gone[1]}", f"proof list {gone[0]} {gone[1]} --archive"),
                        (f"lookup/{asked[0]}", f"proof audit {asked[0]} --archive")):
        status, told, _ = lookup.ask("GET", f"/v1/proof/{path}", token="dpo")
        assert status == 410 and words in told["detail"], told
    never = stack.value("SELECT max(version) + 1000000000 FROM list_entry")
    assert lookup.ask("GET", f"/v1/proof/list/{gone[0]}/{never}", token="dpo")[0] == 404

    # recipients: who has it all still does, who begins now gets it all, and so does who stood
    # among what has left; and life goes on, also below the versions that have left
    recipient.agree()
    fresh = Recipient(lookup)
    fresh.read()
    fresh.agree()
    behind.read()
    behind.agree()
    assert fresh.table == recipient.table == behind.table
    stack.produce("feed.sectigo.com", optout("ben@example.com", "ben-no", DIRECT))
    settled(stack, 5)
    settle(stack)
    assert stack.value(digest) == 0
    for one in (recipient, fresh):
        one.read()
        one.agree()
    assert list(fresh.table.values()).count("suppressed") == 2


def test_who_is_erased_is_erased_in_the_archive(old):
    stack = old.stack
    run(old)
    stack.ctl("erase", *WHO, "--by", "test", "--yes")
    left = stack.value("SELECT count(*) FROM event_salt WHERE salt IS NOT NULL")
    gone = json.loads(stack.ctl("trace", *WHO, "--json", "--archive", old.archive))
    assert {e["bytes"] for e in gone["events"]} <= {"forgotten", "open"}
    assert "forgotten" in {e["bytes"] for e in gone["events"]} and left < 3
    # nor to whoever has the key and reads every line
    for path in old.archive.iterdir():
        shown = stack.ctl("archive", "show", path.name, "--dir", old.archive)
        assert "example.com" not in shown.replace("sectigo.com", "")
        assert b"example" not in path.read_bytes()


def test_nothing_goes_before_its_file_stands(old):
    """The database fails at the last step, or a row has come meanwhile: all is still there."""
    stack = old.stack
    count = ("SELECT (SELECT count(*) FROM list_change), (SELECT count(*) FROM lookup_audit),"
             " (SELECT count(*) FROM ledger WHERE raw IS NOT NULL)")
    before = stack.sql(count)
    stack.sql("ALTER TABLE archive_file ADD CONSTRAINT no CHECK (rows < 0)")
    run(old, check=False)
    assert stack.sql(count) == before
    assert len(list(old.archive.iterdir())) == 1, "the file that was finished"
    stack.sql("ALTER TABLE archive_file DROP CONSTRAINT no")
    # a file that somebody cut short is written anew; so is one that was left over
    name = next(old.archive.iterdir())
    name.write_bytes(name.read_bytes()[:100])
    (old.archive / (name.name + ".tmp")).write_bytes(b"left over")
    run(old)
    assert stack.ctl("archive", "check", "--dir", old.archive).endswith("files, 0 wrong\n")
    assert not list(old.archive.glob("*.tmp"))


def test_it_may_be_killed_at_every_step(old):
    """At each flush and each naming of a file: what the database has let go stands in a file
    that is whole, and the rest is still there."""
    stack = old.stack
    rows = {"list_change": "version < 33554432", "lookup_audit": f"at < '{OLD}'::timestamptz +"
            " interval '1 month'", "scrub_part": "true", "ledger": "raw IS NOT NULL",
            "quarantine": "raw IS NOT NULL"}
    before = {t: stack.value(f"SELECT count(*) FROM {t} WHERE {r}") for t, r in rows.items()}
    left = set()

    def look():
        assert stack.ctl("archive", "check", "--dir", old.archive).endswith(", 0 wrong\n")
        left.update(t for t, in stack.sql("SELECT what FROM archive_file"))
        for table, condition in rows.items():
            if table not in left:
                assert stack.value(f"SELECT count(*) FROM {table} WHERE {condition}"
                                   ) == before[table], table
    killed = killed_until_done(stack, old.archive, look)
    assert killed >= 15 and set(rows) <= left
    assert not list(old.archive.glob("*.tmp"))


def test_what_is_not_in_the_log_waits(stack):
    """Nobody seals here, so nothing may leave."""
    age(stack)
    stack.sql("INSERT INTO lookup_audit (at, token_id, controller, purpose, channel, route,"
              " outcome) VALUES (%s::timestamptz + interval '1 day', 1, 1, 1, 1, 1, 1)", OLD)
    stack.sql("INSERT INTO register_entry (kind, id, known, body, origin) VALUES ('archive',"
              " 'a', now(), '{\"table\": \"lookup_audit\", \"after\": \"P1Y\"}', 'test')")
    assert "not in the log yet" in stack.ctl("archive", "run", "--dry-run")
