"""A source that suddenly grants more than was agreed: what is over that waits for a person."""
import json

from feeding import DIRECT, grant, optout
from hands import wait_until
from stack import register_files

MOST = 3


def bounded(stack, folder, most):
    """The register with that many consents a day from sectigo.com."""
    for file in register_files():
        said = json.loads(open(file, encoding="utf-8").read())
        for source in said.get("sources", ()):
            if source["id"] == "sectigo.com":
                source["grants_per_day"] = most
                path = folder / f"bounded-{most}.json"
                path.write_text(json.dumps(said))
                stack.ctl("register", "apply", path)
                return


def became(stack):
    return dict(stack.sql("SELECT event_id, 'in' FROM ledger UNION ALL"
                          " SELECT event_id, reason FROM quarantine WHERE state = 0"))


def send(stack, *events):
    for event in events:
        stack.produce("feed.sectigo.com", event)


def test_more_than_was_agreed_waits_for_a_person(stack, tmp_path):
    bounded(stack, tmp_path, MOST)
    stack.start("ingest")
    grants = [grant(f"b{i}@example.com", f"b-{i}") for i in range(8)]
    send(stack, *grants, optout("b7@example.com", "b-no", source=DIRECT))
    got = wait_until(lambda: b if len(b := became(stack)) == 9 else None, what="all of them")
    assert got["b-no"] == "in"
    held = {one for one, what in got.items() if what == "OVER_BUDGET"}
    days = stack.value("SELECT count(DISTINCT (known AT TIME ZONE 'UTC')::date) FROM ledger")
    assert len(held) >= 8 - MOST * days and held == {o for o, w in got.items() if w != "in"}
    assert stack.value("SELECT count(*) FROM fact WHERE kind = 1 /*grant*/") == 8 - len(held)
    doctor = json.loads(stack.ctl("doctor", "--json", check=False).stdout)
    said = [f for f in doctor["checks"] if f["check"] == "budgets"]
    assert said[0]["level"] == "warn" and "--source sectigo.com" in said[0]["fix"]
    assert f"sectigo.com: {len(held)} consents and leads" in said[0]["text"]
    # it is known after a start, too
    stack.daemon("ingest").stop(seconds=60)
    stack.start("ingest")
    send(stack, grant("late@example.com", "b-late"),
         optout("late@example.com", "b-late-no", source=DIRECT))
    got = wait_until(lambda: b if len(b := became(stack)) == 11 else None, what="the next ones")
    assert got["b-late-no"] == "in"
    if days == 1 and stack.value("SELECT count(DISTINCT (known AT TIME ZONE 'UTC')::date)"
                                 " FROM ledger") == 1:
        assert got["b-late"] == "OVER_BUDGET"
    for wrong in (["--all"], ["--all", "--reason", "OVER_BUDGET"], ["--source", "sectigo.com"],
                  ["1", "--all", "--reason", "OVER_BUDGET", "--source", "sectigo.com"], []):
        assert stack.ctl("quarantine", "replay", *wrong, check=False).returncode == 2
    which = ["--all", "--reason", "OVER_BUDGET", "--source"]
    assert stack.ctl("quarantine", "discard", *which, "sectigo.com", check=False).returncode == 2
    assert stack.ctl_json("quarantine", "discard", *which, "acme-hosting", "--why", "not theirs") \
        == {"discarded": 0}
    # a person has looked; what is replayed before ingest has the new register waits again
    bounded(stack, tmp_path, 1000)

    def all_in():
        stack.ctl("quarantine", "replay", *which, "sectigo.com")
        got = became(stack)
        return len(got) == 11 and set(got.values()) == {"in"}
    wait_until(all_in, what="what was held")
    assert stack.value("SELECT count(*) FROM fact WHERE kind = 1 /*grant*/") == 9
    # or does not want it
    bounded(stack, tmp_path, 1)
    version = stack.value("SELECT max(version) FROM register_version")
    wait_until(lambda: f"register_loaded version={version} " in stack.daemon("ingest").log_file.read_text(),
               what="the register")
    send(stack, *(grant(f"n{i}@example.com", f"n-{i}") for i in range(5)))
    wait_until(lambda: sum(one.startswith("n-") for one in became(stack)) == 5, what="five more")
    waiting = stack.value("SELECT count(*) FROM quarantine WHERE state = 0")
    assert waiting >= 3  # of two days, at most
    # which ends midway: what was done before is said
    stack.daemon("ingest").stop(seconds=60)
    stack.sql('INSERT INTO quarantine (known, source, partition, "offset", topic, reason, pointer)'
              ' SELECT known, source, partition, 1000000 + n, topic, reason, pointer'
              " FROM (SELECT * FROM quarantine WHERE state = 0 LIMIT 1) one, generate_series(1, 300) n")
    stack.sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
              " $$ BEGIN RAISE 'not this one'; END $$")
    stack.sql("CREATE TRIGGER fail BEFORE UPDATE ON quarantine FOR EACH ROW"
              ' WHEN (OLD."offset" = 1000300) EXECUTE FUNCTION fail()')
    failed = stack.ctl("quarantine", "discard", *which, "sectigo.com", "--why", "bought", check=False)
    left = stack.value("SELECT count(*) FROM quarantine WHERE state = 0")
    assert failed.returncode != 0 and 0 < left < waiting + 300
    assert f"discarded {waiting + 300 - left} before that\n" in failed.stderr
    stack.sql("DROP TRIGGER fail ON quarantine")
    assert stack.ctl_json("quarantine", "discard", *which, "sectigo.com", "--why", "bought") \
        == {"discarded": left}
    assert stack.sql("SELECT DISTINCT note FROM quarantine WHERE state = 2 /*discarded*/") == \
        [("bought",)]
