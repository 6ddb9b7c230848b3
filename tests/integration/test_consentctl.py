"""consentctl against a real PostgreSQL and a broker: what an operator sees and does."""
import copy
import hashlib
import json
import re
import subprocess

import pytest

import story
from facts import Facts, token
from hands import wait_until

QUESTION = ("--controller", "sectigo-limited", "--purpose", "marketing.promotional",
            "--channel", "email")


def failed(done, code, words):
    """A refusal: its exit code, and a sentence that says why."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert words in done.stderr, done.stderr


def optout(number, address, source="mta-eu1"):
    kind = {"mta-eu1": "mailing"}[source]
    return {"specversion": "1.0", "id": f"O-{number}",
            "source": f"urn:consent:src:{kind}:{source}", "type": "optout.recorded.v1",
            "time": "2026-04-01T06:30:00Z", "datacontenttype": "application/json",
            "data": {"contact": {"email": address}, "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": "*promotional", "channels": ["email"]}],
                     "optout": {"via": "unsubscribe_link"},
                     "provenance": {"source_type": "direct",
                                    "collected_at": "2026-04-01T06:30:00Z"}}}


def ingested(stack, n):
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == n, what=f"{n} events")


def published(stack):
    wait_until(lambda: stack.value("SELECT (SELECT count(*) FROM dirty) + "
                                   "(SELECT count(*) FROM doubt)") == 0,
               seconds=180, what="the publisher")


# --- the command line ---------------------------------------------------------------------
def test_usage_is_exit_2_and_help_shows_every_command(hands):
    hands.make_secrets()
    help_text = hands.ctl("--help")
    for command in ("migrate", "register apply FILE...", "feed create", "decide", "trace",
                    "quarantine list", "import FILE", "list diff LIST", "rebuild"):
        assert command in help_text
    for wrong in (["nonsense"], ["register", "nonsense"], ["decide", "--nonsense"],
                  ["migrate", "extra"], ["register", "apply"], []):
        assert hands.ctl(*wrong, check=False).returncode == 2, wrong
    assert "--explain" in hands.ctl("decide", "--help")


# --- migrate ------------------------------------------------------------------------------
def test_migrate_is_repeatable_and_refuses_a_changed_file(hands, tmp_path):
    hands.make_secrets()
    schemas = tmp_path / "schemas"
    (schemas / "sql").mkdir(parents=True)
    one = schemas / "sql" / "001_one.sql"
    one.write_text("CREATE TABLE word (kind text, number integer, name text,\n"
                   "PRIMARY KEY (kind, number)); CREATE TABLE one (a integer);")
    where = ("--schemas", str(schemas))
    assert hands.ctl_json("migrate", *where, "--dry-run")["applied"] == ["001_one.sql"]
    assert hands.ctl_json("migrate", *where)["applied"] == ["001_one.sql"]
    assert hands.ctl_json("migrate", *where)["applied"] == []
    bad = schemas / "sql" / "002_bad.sql"
    bad.write_text("CREATE TABLE two (a integer); SELECT no_such_thing;")
    failed(hands.ctl("migrate", *where, check=False), 2, "002_bad.sql")
    assert hands.sql("SELECT to_regclass('two')") == [(None,)]  # nothing of it stayed
    bad.unlink()
    before = hashlib.sha256(one.read_bytes()).hexdigest()
    one.write_text(one.read_text() + "\n")
    failed(hands.ctl("migrate", *where, check=False), 2, "has changed since it was applied")
    # unless it says what it was, and a later file brings what is missing
    one.write_text(one.read_text() + f"-- formerly {before}: without the last line\n")
    assert hands.ctl_json("migrate", *where)["applied"] == []


def test_two_migrations_at_once_do_not_meet(hands):
    hands.make_secrets()
    conf, _ = hands.write_conf("ctl", "consentctl.conf")
    both = [subprocess.Popen([hands.program("ctl"), "--config", conf, "migrate", "--json"],
                             stdout=subprocess.PIPE) for _ in range(2)]
    answers = [json.loads(p.communicate()[0])["applied"] for p in both]
    assert [p.returncode for p in both] == [0, 0]
    assert sorted(map(bool, answers)) == [False, True]


def test_ledger_and_facts_cannot_be_changed(stack):
    Facts(stack)
    stack.sql("INSERT INTO register_entry (kind, id, known, body, origin) "
              "VALUES ('party', 'x', now(), '{}', 'x')")
    for table in ("register_entry", "ledger", "fact", "agreement_fact"):
        for verb in (f"TRUNCATE {table}",):
            with pytest.raises(Exception, match="append-only"):
                stack.sql(verb)
    for verb in ("DELETE FROM register_entry", "UPDATE register_entry SET id = 'y'"):
        with pytest.raises(Exception, match="append-only"):
            stack.sql(verb)


def test_roles_may_do_their_work_and_no_more(stack):
    def may(role, right, table):
        return stack.value("SELECT has_table_privilege(%s, %s, %s)", role, table, right)
    assert not may("consent_ingest", "INSERT", "ledger")  # but by its function, with the facts
    assert may("consent_publish", "UPDATE", "list_entry")
    assert may("consent_operator", "SELECT", "v_quarantine")
    for role in ("ingest", "publish", "lookup", "keeper", "operator"):
        for table in ("ledger", "fact", "register_entry"):
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                assert not may(f"consent_{role}", right, table), (role, table, right)
    assert not may("consent_lookup", "INSERT", "dirty")


# --- register -----------------------------------------------------------------------------
def test_register_shows_what_changes_and_keeps_what_was(stack, tmp_path):
    demo = json.loads((story.ROOT / "schemas/register/demo.json").read_text())
    before = stack.value("SELECT version FROM register_version")
    file = tmp_path / "demo.json"
    file.write_text(json.dumps(demo))
    assert stack.ctl_json("register", "apply", file)["changes"] == []
    demo["lists"][0]["profile"] = "hmac-sha256"
    removed = demo["lists"].pop()
    demo["parties"].append({"id": "newhost", "name": "Newhost"})
    file.write_text(json.dumps(demo))
    numbers = dict(stack.sql("SELECT id, number FROM register_number WHERE kind = 'list'"))
    dry = stack.ctl_json("register", "apply", "--dry-run", file)
    assert [(c["change"], c["id"]) for c in dry["changes"]] == [
        ("added", "newhost"), ("changed", "promotional-email"), ("withdrawn", removed["id"])]
    assert stack.value("SELECT version FROM register_version") == before
    noon = stack.value("SELECT clock_timestamp()")
    assert stack.ctl_json("register", "apply", file)["changes"] == dry["changes"]
    assert stack.value("SELECT version FROM register_version") == before + 1
    assert "nothing to do" in stack.ctl("register", "apply", file)

    def lists(*argv):
        return {e["id"]: e["body"]["profile"] for e in stack.ctl_json("register", "show", *argv)
                if e["kind"] == "list"}
    then = lists("--known", noon.isoformat().replace("+00:00", "Z"))
    assert then["promotional-email"] == "sha256-hex" and removed["id"] in then
    assert lists()["promotional-email"] == "hmac-sha256" and removed["id"] not in lists()
    demo["lists"].append(removed)  # back again, under its number
    file.write_text(json.dumps(demo))
    stack.ctl("register", "apply", file)
    assert dict(stack.sql("SELECT id, number FROM register_number WHERE kind = 'list'")) \
        == numbers


def test_a_register_of_its_own_leaves_the_others_alone(stack, tmp_path):
    file = tmp_path / "more.json"
    file.write_text(json.dumps({"register": "more", "sources": [
        {"id": "ssl247.de", "type": "direct", "urn": "urn:consent:src:direct:ssl247.de"}]}))
    assert [c["id"] for c in stack.ctl_json("register", "apply", file)["changes"]] \
        == ["ssl247.de"]
    file.write_text(json.dumps({"register": "more", "websites": [
        {"id": "sectigo.com", "controller": "sectigo-inc", "brand": "sectigo"}]}))
    before = stack.value("SELECT count(*) FROM register_entry")
    failed(stack.ctl("register", "apply", file, check=False), 1, "two controllers")
    assert stack.value("SELECT count(*) FROM register_entry") == before


def test_a_changed_list_asks_for_everyone(stack, tmp_path):
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    demo = json.loads((story.ROOT / "schemas/register/demo.json").read_text())
    demo["lists"].append({**demo["lists"][0], "id": "another"})
    demo["agreements"][0]["until"] = "2027-01-01"
    file = tmp_path / "demo.json"
    file.write_text(json.dumps(demo))
    stack.ctl("register", "apply", file)
    agreement = stack.value("SELECT number FROM register_number WHERE kind = 'agreement' "
                            "AND id = %s", demo["agreements"][0]["id"])
    assert {row[0] for row in stack.sql("SELECT agreement FROM cascade")} == {0, agreement}


# --- feeds and lists ------------------------------------------------------------------------
def test_topics_are_made_once_and_only_for_what_the_register_has(stack):
    failed(stack.ctl("feed", "create", "nobody", check=False), 2, "no source \"nobody\"")
    failed(stack.ctl("list", "create", "nothing", check=False), 2, "no list \"nothing\"")
    assert {t["outcome"] for t in stack.ctl_json("feed", "create", "leadmart")["topics"]} \
        == {"existed"}
    stack.ctl("list", "create", "--all")
    wait_until(lambda: {"suppression.promotional-email", "receipts.leadmart"}
               <= set(stack.topics()), what="the topics")


# --- decide and trace -----------------------------------------------------------------------
def test_decide_at_other_times(stack):
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    got = stack.ctl_json("decide", "--email", " A@EXAMPLE.com", *QUESTION)
    assert (got["verdict"], got["reason"], got["rule"]) == ("DENY", "OPTOUT", "P9")
    got = stack.ctl_json("decide", "--email", "a@example.com", *QUESTION, "--known",
                         "2026-01-01T00:00:00Z")
    assert got["reason"] == "NO_GRANT"
    trace = stack.ctl_json("decide", "--email", "a@example.com", *QUESTION, "--explain")["trace"]
    assert [s["rule"] for s in trace if s["decided"]] == ["P9"]
    for slip, words in (
            (("sectigo-limted", "marketing.promotional", "email"), "did you mean sectigo-limited?"),
            (("nobody", "marketing.promotional", "email"),
             'the register has no controller "nobody"; it has '),
            (("sectigo-limited", "something-else", "email"), 'no purpose "something-else"; it has '),
            (("sectigo-limited", "marketing.promotionl", "email"), "marketing.promotional?"),
            (("sectigo-limited", "marketing.promotional", "emial"), "email, phone, sms")):
        asked = [x for pair in zip(("--controller", "--purpose", "--channel"), slip) for x in pair]
        failed(stack.ctl("decide", "--email", "a@example.com", *asked, check=False), 2, words)
    failed(stack.ctl("decide", "--email", "no address", *QUESTION, check=False), 2, "@")
    failed(stack.ctl("decide", *QUESTION, check=False), 2, "--email")
    assert "The person has opted out" in stack.ctl("decide", "--email", "a@example.com", *QUESTION)


def test_trace_tells_where_from_and_what_it_did(stack):
    stack.start("ingest")
    now = story.datetime.datetime.now(story.UTC)
    for event in story.events(now):
        stack.produce("feed." + event["source"].rsplit(":", 1)[1], event)
    wait_until(lambda: stack.value("SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) "
                                   "FROM quarantine WHERE ledger_id IS NULL)") >= 13,
               what="thirteen events")
    got = stack.ctl_json("trace", "--email", "ana.silva@example.com")
    assert {e["event_id"] for e in got["events"]} == {"0001", "0005", "LP-91-14", "WH-3-204"}
    grant = next(e for e in got["events"] if e["event_id"] == "0001")
    assert grant["source"] == "urn:consent:src:direct:sectigo.com"
    assert grant["kafka"]["topic"] == "feed.sectigo.com"
    assert grant["data"]["basis"]["art6"] == "a" and "contact" not in grant["data"]
    assert grant["data"]["provenance"]["evidence"][0]["kind"] == "form_capture"
    last = {(a["purpose"], a["channel"]): a["decision"]["verdict"] for a in got["answers"]}
    assert last[("marketing.promotional", "email")] == "DENY"
    # whatever the order of arrival: the opt-out turned the answer, or the answer was no
    out = next(e for e in got["events"] if e["event_id"] == "0005")
    assert all(x["after"]["verdict"] == "DENY" for x in out["effect"])
    relayed = next(e for e in got["events"] if e["event_id"] == "LP-91-14")
    assert relayed["agreement"] == "AGR-2025-0042"
    assert all(x["after"]["verdict"] == "DENY" or grant["known"] <= relayed["known"]
               for x in relayed["effect"])
    text = stack.ctl("trace", "--email", "ana.silva@example.com")
    assert "evidence    form_capture at s3://evidence/0001.json" in text
    assert stack.ctl_json("trace", "--email", "nobody@example.com")["events"] == []


# --- quarantine and import --------------------------------------------------------------------
def test_quarantine_is_listed_shown_replayed_and_discarded(stack):
    stack.start("ingest")
    stack.produce("feed.mta-eu1", b"garbage \xff")
    wrong = copy.deepcopy(optout(1, "b@example.com"))
    wrong["source"] = "urn:consent:src:direct:sectigo.com"
    stack.produce("feed.mta-eu1", wrong)
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine") >= 2, what="quarantine")
    rows = stack.ctl_json("quarantine", "list")
    assert len(rows) >= 2 and all(r["state"] == "waiting" for r in rows)
    garbage = next(r for r in rows if r["ledger_id"] == 0)
    shown = stack.ctl_json("quarantine", "show", garbage["id"])[0]
    assert bytes.fromhex(shown["raw_hex"]) == b"garbage \xff"
    failed(stack.ctl("quarantine", "discard", garbage["id"], check=False), 2, "--reason")
    failed(stack.ctl("quarantine", "discard", 999999, "--reason", "x", check=False), 1,
           "no quarantined event 999999")
    failed(stack.ctl("quarantine", "show", "x1", check=False), 2, "is no number")
    assert stack.ctl_json("quarantine", "replay", garbage["id"]) == {"replayed": 1}
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine WHERE digest = sha256(%s)",
                                   b"garbage \xff") == 2, what="the replay")
    failed(stack.ctl("quarantine", "replay", garbage["id"], check=False), 1, "is replayed")
    again = max(r["id"] for r in stack.ctl_json("quarantine", "list"))
    assert stack.ctl_json("quarantine", "discard", again, "--reason", "a cat")["discarded"] == 1
    settled = {r["id"]: r for r in stack.ctl_json("quarantine", "list", "--all")}
    assert settled[again]["note"] == "a cat" and settled[again]["state"] == "discarded"


def test_what_strangers_send_steers_no_terminal(stack):
    """Neither by characters, nor by bytes that older terminals take for some."""
    stack.start("ingest")
    stack.produce("feed.mta-eu1", b"\x1b]0;title\x07 \x9b31m \xc2\x9b31m \xe2\x80\xae gr\xc3\xbc\xc3\x9f")
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine") == 1, what="quarantine")
    (row,) = stack.ctl_json("quarantine", "list")
    said = stack.ctl("quarantine", "show", row["id"])
    assert r"\u001b]0;title\u0007 \x9b31m \u009b31m \u202e gr" + "\u00fc\u00df" in said
    assert not [c for c in said if c != "\n" and (ord(c) < 32 or 126 < ord(c) < 160)]


def test_import_sends_the_good_lines_and_names_the_bad(stack, tmp_path):
    stack.start("ingest")
    spoofed = {**optout(3, "c@example.com"), "source": "urn:consent:src:direct:sectigo.com"}
    lines = [json.dumps(optout(1, "a@example.com")), "", "{", json.dumps(spoofed),
             json.dumps(optout(2, "b@example.com")),
             json.dumps(optout(4, "x" * 70000 + "@example.com"))]
    file = tmp_path / "old.jsonl"
    file.write_text("\n".join(lines))
    dry = json.loads(stack.ctl("import", file, "--source", "mta-eu1", "--dry-run", "--json",
                               check=False).stdout)
    assert (dry["lines"], dry["good"]) == (6, 2)
    done = stack.ctl("import", file, "--source", "mta-eu1", "--json", check=False)
    answer = json.loads(done.stdout)
    assert done.returncode == 1 and answer["sent"] == 2
    assert [(b["line"], b["reason"]) for b in answer["bad"]] == [
        (3, "NOT_JSON"), (4, "SOURCE_MISMATCH"), (6, "TOO_LARGE")]
    ingested(stack, 2)
    assert stack.value("SELECT count(*) FROM v_ledger WHERE imported") == 2
    stack.ctl("import", file, "--source", "mta-eu1", check=False)  # again: duplicates
    stack.produce("feed.mta-eu1", optout(9, "z@example.com"))
    ingested(stack, 3)
    failed(stack.ctl("import", file, "--source", "nobody", check=False), 2, "no source")
    failed(stack.ctl("import", "/no/such", "--source", "mta-eu1", check=False), 2, "cannot read")


# --- list diff and rebuild --------------------------------------------------------------------
def test_diff_and_rebuild_find_what_was_tampered_with(stack):
    stack.start("publish")
    world = Facts(stack)
    for name in "abcde":
        world.add(f"{name}@example.com", "OPTOUT")
    world.commit()
    published(stack)
    stack.read_table("suppression.promotional-email")
    assert stack.ctl_json("rebuild")["different"] == 0
    same = stack.ctl_json("list", "diff", "promotional-email")
    assert (same["entries"], same["topic_tokens"], same["different"]) == (5, 5, 0)
    # somebody's hand in the table, and somebody's record on the topic
    stack.sql("UPDATE list_entry SET status = 2 WHERE token = %s", token("a@example.com"))
    stack.produce("suppression.promotional-email",
                  {"list": "promotional-email", "token": "f" * 64, "status": "suppressed",
                   "reason": "OPTOUT", "version": 1, "entry": 1}, key="f" * 64)
    done = stack.ctl("rebuild", "--json", check=False)
    found = json.loads(done.stdout)
    assert done.returncode == 1 and found["different"] == 1
    assert found["differences"][0]["token"] == token("a@example.com")
    done = stack.ctl("list", "diff", "promotional-email", "--json", check=False)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert {d["token"] for d in found["differences"]} == {token("a@example.com"), "f" * 64}
    assert stack.ctl_json("list", "diff", "promotional-email", "--repair")["repair"]
    published(stack)
    assert stack.ctl_json("rebuild")["different"] == 0
    failed(stack.ctl("list", "diff", "nothing", check=False), 2, "no list")


def test_rebuild_waits_for_no_publisher(stack):
    """A contact that is dirty may differ: it is counted apart."""
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    answer = stack.ctl_json("rebuild")
    assert answer["different"] == 0 and answer["pending"] > 0


# --- least privilege --------------------------------------------------------------------------
def test_every_program_works_with_its_own_role(stack):
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
        assert "consent_" + daemon in (stack.dir / f"{daemon}.conf").read_text()
    stack.cluster.let_in("consent_operator")
    for event in story.events(story.datetime.datetime.now(story.UTC)):
        stack.produce(story.feed_of(event), event)
    wait_until(lambda: stack.value("SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) "
                                   "FROM quarantine WHERE ledger_id IS NULL)") >= 13,
               what="thirteen events")
    published(stack)
    wait_until(lambda: stack.value("SELECT count(*) FROM cascade") == 0, what="the keeper")
    assert len(stack.read_table("suppression.promotional-email")) >= 5
    conf, _ = stack.write_conf("ctl", "operator.conf", database_url=stack.cluster.url(
        stack.database, "consent_operator"))
    for argv in (["trace", "--email", "ana.silva@example.com"], ["rebuild"], ["doctor"],
                 ["list", "diff", "promotional-email", "--repair"], ["register", "show"],
                 ["quarantine", "list"],
                 ["register", "apply", "schemas/register/sectigo.json"]):
        done = subprocess.run([stack.program("ctl"), "--config", conf, *argv], check=False,
                              capture_output=True, text=True, cwd=story.ROOT)
        assert done.returncode == 0, (argv, done.stdout, done.stderr)
