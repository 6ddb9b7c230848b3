"""The database is restored to an earlier time: versions never fall on a list's topic, and
nobody's no is lost to what was said before."""
import itertools
import json
import os
import subprocess
import threading
import time

import pytest

from asking import Lookup
from facts import Facts, now, token
from feeding import settled
from hands import wait_until
from lists import entries, held, quiet, settle
from partners import grant, optout, send
from snapshots import digest
from stack import fetch
from test_lists import listed, more_lists
from test_lists_guide import example

OFFERS = "offers"  # one purpose, so that a consent releases
EPOCH = 1 << 40


def dump(stack, path):
    subprocess.run([stack.cluster.bin / "pg_dump", "-Fc", "-f", path,
                    stack.cluster.url(stack.database)], check=True)


def restore(stack, path):
    """In the midst of everything: whoever is connected is thrown out. Nobody meets it half
    restored, so it gets its name last."""
    made = f"{stack.database}_again"
    url = stack.cluster.database(made, fresh=True)
    subprocess.run([stack.cluster.bin / "pg_restore", "--exit-on-error", "-d", url, path],
                   check=True)
    stack.forget_database()
    stack.cluster.psql(f'DROP DATABASE IF EXISTS "{stack.database}" WITH (FORCE)', "postgres")
    stack.cluster.psql(f'ALTER DATABASE "{made}" RENAME TO "{stack.database}"', "postgres")


def read_by_the_rule(stack, name):
    """A fresh reader, as schemas/LISTS.md has it: {token: (status, version)}. The version of
    a token never falls in the order of its partition, and every record has its epoch."""
    found, last = {}, {}
    for message in stack.read(f"suppression.{name}"):
        value, key = json.loads(message.value()), message.key().decode()
        if value["status"] == "heartbeat":
            assert value["epoch"] >= 0
            continue
        assert value["version"] >> 40 == value["epoch"]
        assert value["version"] > last.get(key, 0), "a version fell"
        last[key] = value["version"]
        if value["version"] > found.get(key, ("", 0))[1]:
            found[key] = (value["status"], value["version"])
    return found


def older(stack, whether=1):
    """Not while it says nothing."""
    return stack.metrics("publish").get("consent_publish_database_older") == whether


@pytest.fixture
def offers(stack, tmp_path):
    more_lists(stack, tmp_path, listed(OFFERS, purpose="marketing.promotional"))
    return stack


def test_a_dump_restored_in_the_midst_of_traffic(offers, tmp_path):
    stack, stop = offers, threading.Event()
    lookup = Lookup(stack)
    for daemon in ("ingest", "keeper"):
        stack.start(daemon)
    stack.start("publish", heartbeat_s=1)
    send(stack, optout("sectigo.com", "x-no", "x@example.com", ago=300))

    sent = itertools.count()

    def traffic():
        while not stop.is_set():
            n = next(sent)
            who = f"p{n % 50}@example.com"
            make = (optout, grant)[n // 50 % 2]
            stack.produce("feed.sectigo.com", make("sectigo.com", f"t{n}", who, ago=0))
            time.sleep(0.005)
    load = threading.Thread(target=traffic)
    load.start()
    try:
        # of whom the dump knows nothing a topic may say "released" and the database nothing: both let them be
        wait_until(lambda: len(entries(stack, OFFERS)) == 51, what="a word about everybody")
        dump(stack, tmp_path / "dump")
        time.sleep(0.5)
        # x@ consents afterwards, and is released; and another publisher takes versions
        stack.produce("feed.sectigo.com", grant("sectigo.com", "x-yes", "x@example.com", ago=200))
        wait_until(lambda: entries(stack, OFFERS).get(token("x@example.com"), ("",))[0]
                   == "released", what="the release")
        stack.daemon("publish").stop()
        stack.start("publish", heartbeat_s=1)
        time.sleep(1)
    finally:
        stop.set()
        load.join()
    records = 2 + next(sent)
    settled(stack, records)
    wait_until(lambda: quiet(stack), what="the last word before")
    lost = dict(entries(stack, OFFERS))
    _, page, _ = lookup.ask("GET", f"/v1/lists/{OFFERS}/changes", token="mailing")
    cursor = page["next"]
    wait_until(lambda: any(json.loads(m.value()).get("status") == "heartbeat"
                           for m in stack.read(f"suppression.{OFFERS}")), what="a heartbeat")
    http = {"LOOKUP_URL": stack.url("lookup"), "LIST": OFFERS,
            "LOOKUP_TOKEN": lookup.tokens["mailing"], "COPY": str(tmp_path / "list.db")}
    example("sync_http.py", "--once", **http)

    # ingest and keeper stay away for a moment, so that what is seen is the older database
    stack.daemon("ingest").stop()
    restore(stack, tmp_path / "dump")
    wait_until(lambda: older(stack), what="the publisher to notice")
    wait_until(lambda: fetch(stack.url("publish") + "/readyz")[0] == 503, what="/readyz")
    assert "consentctl restored" in fetch(stack.url("publish") + "/readyz")[1]
    wait_until(lambda: "DATABASE_OLDER" in stack.daemon("publish").log_file.read_text(),
               what="the log")
    wait_until(lambda: lookup.ask("GET", f"/v1/lists/{OFFERS}/snapshot", token="mailing")[0]
               == 503, what="the look-up to hold the list back")
    stack.start("ingest")
    send(stack, optout("sectigo.com", "x-again", "x@example.com", ago=100))
    settled(stack, records + 1)  # the other partitions, too, once more from where the dump was
    before = len(stack.read(f"suppression.{OFFERS}"))
    time.sleep(1.5)
    assert len(stack.read(f"suppression.{OFFERS}")) == before, "it publishes all the same"
    doctor = stack.ctl("doctor", check=False)
    assert "restored" in doctor.stdout + doctor.stderr

    dry = stack.ctl_json("restored", "--dry-run")
    assert dry["epoch"] == 1 and dry["highest"] >= max(v for _, v in lost.values())
    assert older(stack)
    done = stack.ctl_json("restored", "--reason", "the disk of db-1")
    assert done["epoch"] == 1 and done["first_version"] == EPOCH and done["forced"] > 0
    wait_until(lambda: fetch(stack.url("publish") + "/readyz")[0] == 200
               and older(stack, 0), what="the publisher to go on by itself")
    wait_until(lambda: quiet(stack) and stack.value("SELECT NOT EXISTS (SELECT FROM cascade)"),
               60, "everybody")
    settle(stack)

    found = read_by_the_rule(stack, OFFERS)
    assert found[token("x@example.com")][0] == "suppressed"
    assert found == entries(stack, OFFERS)
    assert found.keys() == lost.keys()
    for name in (OFFERS, "promotional-email"):
        assert stack.ctl_json("list", "diff", name)["different"] == 0
    assert stack.ctl_json("rebuild")["different"] == 0
    # a cursor from the time that never was; and the guide's program gets over it. The look-up
    # sees by itself, within a look, that the lists may be given out again: until then it says 503
    def changes():
        return lookup.ask("GET", f"/v1/lists/{OFFERS}/changes?after={cursor}",
                          token="mailing")[0]
    wait_until(lambda: changes() != 503, what="the look-up to give the list out again")
    assert changes() == 410
    example("sync_http.py", "--once", **http)
    _, found, _ = lookup.ask("GET", "/v1/lists", None, "mailing")
    mine = next(one for one in found["lists"] if one["id"] == OFFERS)["acknowledged"]
    assert mine["matches"] and mine["behind"]["events"] == 0
    stack.ctl("list", "snapshot", OFFERS)
    count, text = example("sync_kafka.py", stack.snapshots / f"{OFFERS}.csv.json", "--once",
                          KAFKA_BROKERS=stack.broker.address).split()
    there = [t for t, (s, _) in entries(stack, OFFERS).items() if s == "suppressed"]
    assert (int(count), text) == (len(there), digest(there))
    assert stack.sql("SELECT epoch, reason FROM restored") == [(1, "the disk of db-1")]

    # and once more, to before the first time: not the same epoch again
    restore(stack, tmp_path / "dump")
    wait_until(lambda: older(stack), what="the publisher to notice again")
    assert stack.ctl_json("restored")["epoch"] == 2
    wait_until(lambda: older(stack, 0), what="the publisher to go on again")


@pytest.mark.parametrize("how", ["a word", "versions", "a heartbeat"])
def test_the_publisher_notices_whatever_tells(offers, tmp_path, how):
    """A database as it was: what gives it away may be a single word of somebody known, a block
    of versions, or a heartbeat."""
    stack = offers
    stack.start("publish", heartbeat_s=1 if how == "a heartbeat" else 60)
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT", purpose="marketing.promotional")
    world.commit()
    wait_until(lambda: entries(stack, OFFERS) and quiet(stack), what="the first word")
    dump(stack, tmp_path / "dump")
    if how == "versions":  # blocks taken and thrown away
        for _ in range(3):
            stack.daemon("publish").stop()
            stack.start("publish")
    world.add("a@example.com", "GRANT", purpose="marketing.promotional", occurred=now(),
              flags=("DIRECT", "EVIDENCE"))
    world.commit()
    wait_until(lambda: entries(stack, OFFERS)[token("a@example.com")][0] == "released",
               what="the release")
    if how == "a heartbeat":
        told = entries(stack, OFFERS)[token("a@example.com")][1]
        wait_until(lambda: any(value["status"] == "heartbeat"
                               and max(map(int, value["version"].split("."))) >= told
                               for value in stack.read_json(f"suppression.{OFFERS}")),
                   what="a heartbeat after the release")
    stack.daemon("publish").stop()
    restore(stack, tmp_path / "dump")
    if how == "a heartbeat":  # its word may be under way
        stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
                  " SELECT contact, shard_of(contact), 4, now() FROM contact")
    stack.start("publish", wait=False)
    wait_until(lambda: older(stack), what="the publisher to notice")
    words = {"a word": "is not in it", "versions": "gave out none from",
             "a heartbeat": "a heartbeat on"}[how]
    wait_until(lambda: words in stack.daemon("publish").log_file.read_text(), what=words)
    world.ledger += 10
    world.add("a@example.com", "OBJECTION", purpose="marketing.promotional")
    world.commit()
    said = stack.ctl("restored")
    assert "epoch 1" in said and "410" in said
    wait_until(lambda: quiet(stack) and older(stack, 0), what="the objection")
    settle(stack)
    assert read_by_the_rule(stack, OFFERS)[token("a@example.com")][0] == "suppressed"
    assert stack.ctl_json("list", "diff", OFFERS)["different"] == 0


def test_a_permit_that_only_the_topic_knows_is_taken_back(stack, tmp_path):
    """Nothing in the database says any more why somebody may be written to."""
    permits = "marketing-email-permit"
    stack.start("publish")
    world = Facts(stack)
    world.add("old@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    wait_until(lambda: entries(stack, permits) and quiet(stack), what="the first permit")
    dump(stack, tmp_path / "dump")
    world.add("lost@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    wait_until(lambda: len(entries(stack, permits)) == 2 and quiet(stack), what="the second")
    old, lost = (t for t, _ in sorted(entries(stack, permits).items(), key=lambda e: e[1][1]))
    stack.daemon("publish").stop()
    restore(stack, tmp_path / "dump")
    stack.start("publish", wait=False)
    wait_until(lambda: older(stack), what="the publisher to notice")
    assert stack.ctl_json("restored", "--dry-run")["taken_back"] == 1
    assert read_by_the_rule(stack, permits)[lost][0] == "permitted"
    assert stack.ctl_json("restored")["taken_back"] == 1
    wait_until(lambda: older(stack, 0), what="the publisher to go on")
    settle(stack)
    found = read_by_the_rule(stack, permits)
    assert (found[old][0], found[lost][0]) == ("permitted", "released")
    assert stack.ctl_json("list", "diff", permits)["different"] == 0
    # its event comes again: permitted, above what took it back
    world = Facts(stack)
    world.add("lost@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    wait_until(lambda: lost in entries(stack, permits) and quiet(stack), what="the permit again")
    assert read_by_the_rule(stack, permits)[lost][0] == "permitted"


def test_versions_given_out_again_under_a_running_publisher(offers):
    """Somebody lays a dump over the database that it is connected to."""
    stack = offers
    stack.start("publish")
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the first word")
    stack.sql("SELECT setval('list_version', 65536, false)")
    stack.sql("UPDATE publish_shard SET until = '-infinity', owner = '', epoch = epoch + 1")
    wait_until(lambda: list(held(stack).values()) == [16], what="the shards again")
    world.add("b@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: older(stack), what="the publisher to notice")
    assert token("b@example.com") not in entries(stack)
    stack.ctl("restored")
    wait_until(lambda: token("b@example.com") in entries(stack), what="the next word")
    assert entries(stack)[token("b@example.com")][1] >= EPOCH


def test_an_older_word_that_stands_last_is_a_difference(offers):
    """A reader takes the highest version, also when a lost producer's record came after it; but
    compaction would leave the older one."""
    stack = offers
    stack.start("publish")
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the entry")
    topic = "suppression.promotional-email"
    record = stack.read(topic)[-1]
    late = json.loads(record.value()) | {"status": "released"}
    late["version"] -= 1
    stack.produce(topic, late, key=record.key(), partition=record.partition())
    diff = json.loads(stack.ctl("list", "diff", "promotional-email", "--json",
                                check=False).stdout)
    assert [d["said"] for d in diff["differences"]] == ["an older version last"]
    stack.ctl("list", "diff", "promotional-email", "--repair")
    wait_until(lambda: quiet(stack), what="the repair")
    assert stack.ctl_json("list", "diff", "promotional-email")["different"] == 0
