"""Denials that others say in full: read no more by whoever decides, there for whoever asks where
a contact is from, and no answer changes."""
import json
import os
import random
import subprocess

from asking import query
from facts import ALL, EMAIL, Facts, now
from hands import wait_until

KINDS = ("REFUSAL", "OPTOUT", "OBJECTION", "GRANT")
CONTROLLERS = ("sectigo-limited", "sectigo-inc", "*")
PURPOSES = ("marketing.promotional", "communication.news", "*promotional")
PEOPLE = [f"again{i}@example.com" for i in range(6)]


def crowd(world, rnd):
    """Few kinds of acts, so that many are alike; few instants, so that ties happen."""
    for who in PEOPLE:
        for _ in range(120):
            kind = rnd.choice(KINDS)
            wild = kind != "GRANT"
            world.add(who, kind, source="sectigo.com",
                      controller=rnd.choice(CONTROLLERS[:3 if wild else 2]),
                      purpose=rnd.choice(PURPOSES[:3 if wild else 2]),
                      channels=rnd.choice((EMAIL, ALL)),
                      flags=rnd.choice((("DIRECT",), ("DIRECT", "WIDE"))),
                      occurred=now(rnd.randint(-20, 3) * 3600), known=now(-rnd.randint(0, 9) * 3600))
    world.link(PEOPLE[0], PEOPLE[1])
    world.commit()


def questions(at):
    return [query(who, purpose=purpose, controller=controller, channel=channel, at=instant)
            for who in PEOPLE for purpose in PURPOSES for controller in CONTROLLERS[:2]
            for channel in ("email", "phone") for instant in at]


def without_end(decisions):
    """Until when an answer holds is said no less truly, but may be later."""
    return [{k: v for k, v in d.items() if k != "valid_until"} for d in decisions]


def test_no_answer_changes(lookup):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    world = Facts(lookup.stack)
    crowd(world, random.Random(seed))
    at = [now(hours * 3600 + 60).isoformat() for hours in (-21, -12, -7, -1, 0, 2, 9)]
    early = now(-4 * 3600).isoformat()
    known = [{**one, "known": early} for one in questions(at[2:4])]
    asked = questions(at)
    before = [without_end(lookup.decide(*some, explain=True)) for some in (asked, known)]
    shown = [lookup.ask("POST", "/v1/provenance", {"contact": {"email": who}}, "dpo")[1]
             for who in PEOPLE]
    spent = sum(lookup.stack.value("SELECT fact_spend(%s)", world.keys[who]) for who in PEOPLE)
    assert spent > 100
    assert [without_end(lookup.decide(*some, explain=True)) for some in (asked, known)] == before
    for who, was in zip(PEOPLE, shown):
        again = lookup.ask("POST", "/v1/provenance", {"contact": {"email": who}}, "dpo")[1]
        assert again["events"] == was["events"]
    # Whoever saw nothing of the marks agrees: consentctl's judge reads every fact.
    for one in random.Random(seed).sample(asked, 12):
        options = [f"--{k}={v}" for k, v in one.items() if k != "contact"]
        mine = lookup.stack.ctl_json("decide", "--email", one["contact"]["email"], *options)
        assert without_end(lookup.decide(one)) == without_end([mine])


def test_erasing_the_last_brings_the_others_back(lookup):
    world = Facts(lookup.stack)
    ids = [world.add("back@example.com", "OPTOUT", occurred=now(-100 + i)) for i in range(5)]
    world.commit()
    key = world.keys["back@example.com"]
    live = "SELECT array_agg(ledger_id) FROM fact WHERE contact = %s AND spent = 'infinity'"
    assert lookup.stack.value("SELECT fact_spend(%s)", key) == 4
    assert lookup.stack.value(live, key) == [ids[-1]]
    lookup.stack.sql("SELECT set_config('consentmq.erasing', 'on', false);"
                     f" DELETE FROM fact WHERE ledger_id = {ids[-1]}")
    assert sorted(lookup.stack.value(live, key)) == ids[:-1]
    found = lookup.decide(query("back@example.com"), explain=False)[0]
    assert (found["verdict"], found["reason"]) == ("DENY", "OPTOUT")


def test_publish_sets_them_aside(lookup):
    stack = lookup.stack
    stack.start("publish")
    world = Facts(stack)
    for i in range(400):
        world.add("loud@example.com", "OPTOUT", occurred=now(-5000 + i))
    world.commit()
    live = "SELECT count(*) FROM fact WHERE contact = %s AND spent = 'infinity'"
    assert wait_until(lambda: stack.value(live, world.keys["loud@example.com"]) == 1)
    assert lookup.decide(query("loud@example.com"))[0]["reason"] == "OPTOUT"
    assert lookup.ask("POST", "/v1/provenance", {"contact": {"email": "loud@example.com"}},
                      "dpo")[0] == 200


def grow(stack, key, events, source):
    """So many events about one contact, each an opt-out, as ingest would have written them."""
    since = now(-86400)
    stack.sql(
        "INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, \"offset\", source,"
        " partition, flags, type, outcome, variant, event_id, topic, digest, raw)"
        " SELECT 1000 + i, t, t, t, i, %s, 0, 0, 1, 1, 0, 'grown-' || i, 'feed.sectigo.com',"
        " sha256(i::text::bytea), '{}' FROM generate_series(1, %s) i,"
        " LATERAL (SELECT %s + i * interval '1 ms' AS t) u",
        source, events, since)
    stack.sql(
        "INSERT INTO fact SELECT %s, 1000 + i, t, t, t, NULL, NULL, %s, 0, 1, 1 + i %% 6, -1,"
        " 1 + i %% 63, 1 + i %% 63, 4, 1, 0 FROM generate_series(1, %s) i,"
        " LATERAL (SELECT %s + i * interval '1 ms' AS t) u",
        key, source, events, since)


def memory_peak(stack, reset=False):
    """MiB that consent-lookup has held at most, since it was last reset."""
    folder = f"/proc/{stack.daemon('lookup').pid()}"
    if reset:
        with open(f"{folder}/clear_refs", "w") as file:
            file.write("5")
    with open(f"{folder}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def test_provenance_of_any_size(lookup):
    """It goes into the spool, not into memory: 20 MiB of answer, 100 bytes of memory an event. So
    does everything that is held about the contact: 60 MiB, and 150 bytes of memory."""
    stack, events = lookup.stack, 30000
    world = Facts(stack)
    world.make(["large@example.com"])
    grow(stack, world.keys["large@example.com"], events, world.number["source", "sectigo.com"])
    lookup.ask("POST", "/v1/provenance", {"contact": {"email": "other@example.com"}}, "dpo")
    before = memory_peak(stack, reset=True)
    status, shown, head = lookup.ask("POST", "/v1/provenance",
                                     {"contact": {"email": "large@example.com"}}, "dpo")
    grown, size = memory_peak(stack) - before, int(head["Content-Length"]) / (1 << 20)
    assert status == 200 and len(shown["events"]) == events
    assert [e["event_id"] for e in shown["events"]] == [f"grown-{i + 1}" for i in range(events)]
    assert shown["events"][-1]["effect"][0]["after"]["reason"] == "OPTOUT"
    assert size > 12 and grown < 9, (size, grown)
    before = memory_peak(stack, reset=True)
    status, held, head = lookup.ask("POST", "/v1/export", {"contact": {"email": "large@example.com"}},
                                    "dpo")
    grown, size = memory_peak(stack) - before, int(head["Content-Length"]) / (1 << 20)
    assert status == 200 and len(held["provenance"]["events"]) == events
    assert [row["ledger_id"] for row in held["held"]["fact"]] == list(range(1001, 1001 + events))
    assert [row["event_id"] for row in held["held"]["ledger"]] == \
        [e["event_id"] for e in shown["events"]]
    assert size > 50 and grown < 16, (size, grown)
    # ... and so does the command line's, straight to its output.
    held, told = traced(stack, "large@example.com")
    assert [e["event_id"] for e in told["events"]] == [e["event_id"] for e in shown["events"]]
    assert told["answers"] == shown["answers"]
    assert held < 40, held


def traced(stack, email):
    """MiB that `consentctl trace` has held at most, while it waits for its reader, and what it
    said."""
    conf, _ = stack.write_conf("ctl", "traced.conf")
    held, text = 0, b""
    with subprocess.Popen([stack.program("ctl"), "--config", conf, "--json", "trace", "--email",
                           email], stdout=subprocess.PIPE) as process:
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            text += piece
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                held = max([held] + [int(line.split()[1]) / 1024 for line in file
                                     if line.startswith("VmHWM")])
    assert process.returncode == 0
    return held, json.loads(text)
