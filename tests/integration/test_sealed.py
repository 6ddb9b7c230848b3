"""Events sealed: what the tables hold, who opens them, forgetting one, and a new key."""
import json
import signal
import subprocess
import threading

from feeding import grant, optout, settled
from hands import wait_until
from sealed import headers_of, key_of, opened, unseal

WHO = ("--email", "ana@example.com")


def stored(stack):
    """Every column of every row, as text."""
    tables = ("ledger", "quarantine", "event_salt", "quarantine_salt", "event_said", "contact",
              "fact", "receipt_queue", "event_opening")
    return "".join(str(stack.sql(f"SELECT t::text FROM {table} t")) for table in tables) \
        + stack.value("SELECT string_agg(encode(coalesce(raw, ''), 'escape')"
                      " || encode(coalesce(headers, ''), 'escape'), '') FROM"
                      " (SELECT raw, headers FROM ledger UNION ALL"
                      "  SELECT raw, headers FROM quarantine) x")


def plain(stack):
    """As a database of before: the bytes as they were received, and no salts."""
    for table, number in (("ledger", "ledger_id"), ("quarantine", "quarantine_id")):
        salts = "event_salt" if table == "ledger" else "quarantine_salt"
        for row, (raw, headers) in zip(stack.sql(f"SELECT {number} FROM {table} ORDER BY 1"),
                                       opened(stack, table)):
            stack.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            stack.sql(f"UPDATE {table} SET commitment = NULL, raw = %s, headers = %s"
                      f" WHERE {number} = %s", raw,
                      json.dumps(dict(headers)).encode() if headers else None, row[0])
            stack.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        stack.sql(f"DELETE FROM {salts}")
    stack.sql("DELETE FROM event_said")


def send(stack, n=20):
    for i in range(n):
        stack.produce("feed.sectigo.com", grant(f"p{i}@example.com", f"g{i}"))
    event = optout("ana@example.com", "binary")
    data = event.pop("data")
    stack.produce("feed.mta-eu1", data, headers={
        **{f"ce_{k}": v for k, v in event.items()}, "content-type": "application/json"})
    stack.produce("feed.sectigo.com", b'{"id": "odd", "note": "no event of ana@example.com"}')
    settled(stack, n + 2)


def test_nothing_is_stored_in_plain_text_and_openings_are_written_down(stack):
    stack.start("ingest")
    send(stack)
    assert "example.com" not in stored(stack).replace("feed.sectigo.com", "")
    assert stack.value("SELECT count(*) FROM event_opening") == 0
    trace = stack.ctl_json("trace", *WHO)
    assert [(e["bytes"], e["data"]["optout"]["via"]) for e in trace["events"]] == [
        ("open", "unsubscribe_link")]
    assert stack.sql("SELECT by, why, cardinality(ledger_ids), quarantine_ids"
                     " FROM event_opening") == [("consent", "trace", 1, [])]
    number = stack.value("SELECT quarantine_id FROM quarantine")
    shown = stack.ctl("quarantine", "show", number)
    assert "no event of ana@example.com" in shown


def test_a_forgotten_event_is_an_answer(stack):
    stack.start("ingest")
    send(stack, 1)
    ledger_id = stack.value("SELECT ledger_id FROM ledger WHERE event_id = 'binary'")
    stack.sql("UPDATE event_salt SET salt = NULL, forgotten = '2026-03-01T10:00:00Z'"
              " WHERE ledger_id = %s", ledger_id)
    stack.sql("DELETE FROM quarantine_salt")
    event, = stack.ctl_json("trace", *WHO)["events"]
    assert (event["bytes"], event["forgotten"], event["data"]) == (
        "forgotten", "2026-03-01T10:00:00Z", None)
    assert "forgotten on 2026-03-01" in stack.ctl("trace", *WHO)
    held = stack.ctl_json("export", *WHO)["held"]["ledger"]
    assert [(e["bytes"], e["event"]) for e in held] == [("forgotten", None)]
    number = stack.value("SELECT quarantine_id FROM quarantine")
    assert "forgotten" in stack.ctl("quarantine", "show", number)
    failed = stack.ctl("quarantine", "replay", number, check=False)
    assert failed.returncode == 1 and "forgotten" in failed.stderr
    # and its key, in a copy from before, opens nothing without the salt
    assert stack.ctl_json("decide", *WHO, "--controller", "sectigo-limited", "--purpose",
                          "marketing.promotional", "--channel", "email")["verdict"] == "DENY"


def test_a_database_of_before_is_sealed_while_it_runs(stack):
    stack.start("ingest")
    send(stack, 50)
    before = opened(stack), opened(stack, "quarantine")
    said = stack.sql("SELECT * FROM event_said ORDER BY 1")
    plain(stack)
    assert "p7@example.com" in stored(stack)
    trace = stack.ctl_json("trace", *WHO)
    assert trace["events"][0]["data"]["optout"]["via"] == "unsubscribe_link", "also then"
    # stopped in the middle, and gone on with
    stack.sql("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
              " 'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END'")
    stack.sql("CREATE TRIGGER slow BEFORE UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION slow()")
    walk = subprocess.Popen([stack.program("ctl"), "--config", stack._ctl_conf, "reseal"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: stack.value("SELECT count(*) FROM pg_stat_activity"
                                   " WHERE query LIKE '%%reseal_walk AS w%%'"
                                   " AND pid <> pg_backend_pid()") > 0
               or walk.poll() is not None, what="the walk")
    stack.produce("feed.sectigo.com", grant("late@example.com", "late"))
    walk.send_signal(signal.SIGTERM)
    walk.wait(60)
    stack.sql("DROP TRIGGER slow ON ledger")
    settled(stack, 53)
    stack.ctl_json("reseal")
    stack.sql("UPDATE reseal_walk SET after = 0")
    assert stack.ctl_json("reseal")["plain"] == 0
    assert (opened(stack)[:-1], opened(stack, "quarantine")) == before
    assert stack.sql("SELECT * FROM event_said ORDER BY 1") == said
    assert "example.com" not in stored(stack).replace("feed.sectigo.com", "")


def test_the_key_changes_twice_under_load(stack):
    stack.start("ingest")
    send(stack)
    before = opened(stack)
    (stack.secrets / "seal").rename(stack.secrets / "seal.1")
    (stack.secrets / "seal").write_text("22" * 32)
    (stack.secrets / "seal").chmod(0o600)
    stack.daemon("ingest").stop()
    stack.extra.update(seal_secret_version=2, seal_former=f"1={stack.secrets / 'seal.1'}")
    stack._ctl_conf = None
    stack.start("ingest")
    assert "consentctl reseal" in stack.ctl("doctor", check=False).stdout
    more = threading.Thread(target=lambda: [
        stack.produce("feed.sectigo.com", grant(f"m{i}@example.com", f"m{i}"))
        for i in range(50)])
    more.start()
    done = stack.ctl_json("reseal")
    more.join()
    assert (done["former"], done["unreadable"]) == (22, 0)
    assert done["identifiers"] == 21
    settled(stack, 72)
    assert "nothing is under a former key" in stack.ctl("doctor", check=False).stdout
    rows = {(r["what"], r["version"]) for r in stack.ctl_json("reseal", "--dry-run")["rows"]}
    assert rows == {("contacts", 2), ("events", 2), ("quarantine", 2)}
    assert opened(stack)[:len(before)] == before
    # two behind: a database that nobody walked for one of them
    key3 = stack.secrets / "seal.3"
    key3.write_text("33" * 32)
    key3.chmod(0o600)
    stack.extra.update(seal_secret_version=3, seal_secret_file=key3,
                       seal_former=f"1={stack.secrets / 'seal.1'} 2={stack.secrets / 'seal'}")
    stack._ctl_conf = None
    assert stack.ctl_json("reseal")["former"] == 72
    salt, source, partition, offset, raw, headers = stack.sql(
        "SELECT s.salt, source, partition, \"offset\", raw, headers FROM ledger"
        " JOIN event_salt s USING (ledger_id) WHERE event_id = 'binary'")[0]
    place = (source, partition, offset)
    assert b"ana@" in unseal(key_of(stack, "seal.3"), salt, b"r", *place, raw)
    assert ("ce_id", "binary") in headers_of(
        unseal(key_of(stack, "seal.3"), salt, b"h", *place, headers))
