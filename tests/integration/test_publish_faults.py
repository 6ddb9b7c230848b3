"""Death, absence and misconfiguration around consent-publish."""
import itertools
import os
import pathlib
import random
import signal
import subprocess
import threading
import time

import pytest
import yaml

from facts import PHONE, Facts, token
from hands import PATIENCE, ROOT, wait_until
from lists import LIST, assert_topics_say_what_the_table_says, entries, held, quiet, settle
from stack import fetch


# --- death at any moment ------------------------------------------------------------------
def churn(world, names, stop):
    """Opt-outs and grants at random until told to stop."""
    while not stop.is_set():
        for name in random.sample(names, 20):
            world.add(name, random.choice(["OPTOUT", "GRANT", "OBJECTION"]),
                      purpose="marketing.promotional")
        world.commit()
        time.sleep(0.02)


def finish(stack, **settings):
    """One publisher alone finishes what is there, doubts included."""
    stack.start("publish", **settings)
    settle(stack)


def test_killed_at_random_the_list_is_what_the_table_says(stack):
    world = Facts(stack)
    names = [f"n{i}@example.com" for i in range(300)]
    world.make(names)
    stop = threading.Event()
    load = threading.Thread(target=churn, args=(world, names, stop))
    stack.start("publish", lease_ms=2000, heartbeat_s=1)
    load.start()
    try:
        for _ in range(8):
            time.sleep(random.uniform(0.2, 1.5))
            stack.daemon("publish").kill()
            stack.start("publish", lease_ms=2000, heartbeat_s=1, wait=False)
    finally:
        stop.set()
        load.join()
    finish(stack, lease_ms=2000)
    assert_topics_say_what_the_table_says(stack)


@pytest.mark.parametrize("call,when", [("sendto", 40), ("sendto", 41), ("sendto", 42),
                                       ("sendto", 43), ("sendto", 44), ("sendto", 55),
                                       ("sendmsg", 30), ("sendmsg", 33), ("sendmsg", 36)])
def test_killed_at_a_chosen_call(stack, call, when):
    """sendto is libpq's, sendmsg librdkafka's: kills between any two journeys of a batch,
    and between any two requests to Kafka."""
    stack.start("publish", lease_ms=2000, poll_ms=100)
    world = Facts(stack)
    names = [f"n{i}@example.com" for i in range(40)]
    world.make(names)
    wait_until(lambda: list(held(stack).values()) == [16], what="all shards")
    pid = stack.daemon("publish").pid()
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e",
         f"inject={call}:signal=KILL:when={when}", "-p", str(pid)],
        stderr=subprocess.DEVNULL)
    try:
        status = pathlib.Path(f"/proc/{pid}/status")
        wait_until(lambda: stack.daemon("publish").gone()
                   or f"TracerPid:\t{tracer.pid}\n" in status.read_text(), what="strace")
        words, end = itertools.cycle(("OBJECTION", "OPTOUT")), time.monotonic() + 60 * PATIENCE
        while True:  # at least one round: it may be killed before, at work of its own
            word = next(words)
            for name in names:
                world.add(name, word, purpose="marketing.promotional")
            world.commit()
            if stack.daemon("publish").gone() or time.monotonic() > end:
                break
            time.sleep(0.05)
        assert stack.daemon("publish").gone(), "it was not killed"
    finally:
        tracer.kill()
        tracer.wait()
    finish(stack, lease_ms=2000, poll_ms=10)
    assert set(entries(stack)) == {token(n) for n in names}
    assert_topics_say_what_the_table_says(stack)


@pytest.mark.parametrize("what", ["entry", "receipt"])
def test_nothing_is_forgotten_before_kafka_has_it(stack, what):
    """The broker stands still: what was taken out to be sent is still there."""
    stack.start("publish", deliver_ms=1000, doubt_ms=2000)
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the first entry")
    world.make(["b@example.com"])
    log = stack.daemon("publish").log_file
    mark = len(log.read_text())
    stack.broker.daemon.send(signal.SIGSTOP)
    try:
        if what == "entry":
            world.add("b@example.com", "OPTOUT")
            world.commit()
            wait_until(lambda: stack.metrics("publish").get(
                'consent_publish_batches_total{result="failed"}', 0) > 0, what="the failure")
            wait_until(lambda: "event=kafka_away" in log.read_text()[mark:], what="the complaint")
            assert token("b@example.com") not in entries(stack) and not quiet(stack)
        else:
            stack.sql("INSERT INTO receipt_queue (source, event_id, outcome, reason, pointer,"
                      " ledger_id, known) VALUES (%s, '{e1}', '{1}', '{\"\"}', '{\"\"}', '{1}',"
                      " ARRAY[now()])", world.number["source", "acme-hosting"])
            wait_until(lambda: "event=receipts_failed" in log.read_text()[mark:],
                       what="the complaint")
            assert stack.value("SELECT count(*) FROM receipt_queue") == 1
    finally:
        stack.broker.daemon.send(signal.SIGCONT)
    settle(stack, hurry=False)  # the broker may still read what the socket held meanwhile
    wait_until(lambda: stack.value("SELECT count(*) FROM receipt_queue") == 0,
               what="the receipt")
    assert_topics_say_what_the_table_says(stack, stale=what == "entry")
    if what == "receipt":
        assert {m.key() for m in stack.read("receipts.acme-hosting")} == {b"e1"}


def test_what_a_lost_holder_had_is_in_doubt(stack):
    """It may have sent something of each contact that was dirty when it was lost."""
    stack.start("publish", lease_ms=2000)
    wait_until(lambda: list(held(stack).values()) == [16], what="all shards")
    stack.daemon("publish").kill()
    world, names = Facts(stack), [f"n{i}@example.com" for i in range(20)]
    for name in names:
        world.add(name, "OPTOUT")
    world.commit()
    stack.start("publish", lease_ms=2000, doubt_ms=600000)  # until the test has looked
    wait_until(lambda: len(entries(stack)) == 20 and quiet(stack), what="the entries")
    assert {k for k, in stack.sql("SELECT contact FROM doubt")} == {
        world.key(name) for name in names}
    before = entries(stack)
    settle(stack)
    assert all(entries(stack)[t][1] > before[t][1] for t in before), "said once more"


def test_what_is_refused_amid_a_batch_comes_again(stack):
    """All that a batch writes goes in one journey. When the database refuses one statement
    of it, nothing of the batch stays, and the same connection serves the next one."""
    def sessions():
        return {pid for (pid,) in stack.sql(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'consent_publish'"
            " AND datname = current_database()")}
    stack.start("publish", doubt_ms=1000)
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the first entry")
    before = sessions()
    stack.sql("REVOKE INSERT ON list_entry FROM consent_publish")
    try:
        world.make(["b@example.com"])
        world.add("b@example.com", "OPTOUT")
        world.commit()
        wait_until(lambda: stack.metrics("publish").get(
            'consent_publish_batches_total{result="failed"}', 0) > 0, what="the failure")
        assert not quiet(stack) and token("b@example.com") not in entries(stack)
        assert stack.value("SELECT count(*) FROM list_change c WHERE NOT EXISTS ("
                           "SELECT FROM list_entry e WHERE e.version = c.version)") == 0
    finally:
        stack.sql("GRANT INSERT ON list_entry TO consent_publish")
    settle(stack)
    assert token("b@example.com") in entries(stack)
    assert before <= sessions()
    assert_topics_say_what_the_table_says(stack)


# --- patience -----------------------------------------------------------------------------
def test_it_waits_for_the_database(stack):
    stack.start("publish")
    stack.cluster.crash()
    try:
        wait_until(lambda: "_away " in stack.daemon("publish").log_file.read_text(),
                   what="the complaint")
    finally:
        stack.cluster.start()
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack), what="the entry")
    settle(stack)
    assert_topics_say_what_the_table_says(stack)


@pytest.mark.lasting
def test_it_waits_for_the_broker(stack):
    stack.start("publish", doubt_ms=2000)
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack), what="the first entry")
    stack.broker.kill()
    world.add("b@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: "_away " in stack.daemon("publish").log_file.read_text(),
               what="the complaint")
    assert token("b@example.com") not in entries(stack), "said before it was confirmed"
    stack.broker.start()
    wait_until(lambda: token("b@example.com") in entries(stack), 60, "the second entry")
    settle(stack)
    assert_topics_say_what_the_table_says(stack)


def test_a_list_without_a_key_is_left_out_and_comes_back(stack):
    key = stack.secrets / "recipients" / "call-centre"
    hidden = key.with_suffix(".hidden")
    key.rename(hidden)
    stack.start("publish", wait=False)
    world = Facts(stack)
    world.add("+442071234567", "OPTOUT", channels=PHONE)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack) and quiet(stack), what="the other lists")
    assert not entries(stack, "promotional-phone")
    wait_until(lambda: stack.metrics("publish").get('consent_publish_lists{state="left_out"}') == 1,
               what="the metric")
    hidden.rename(key)
    stack.start("keeper")
    wait_until(lambda: entries(stack, "promotional-phone"), what="the list, once it has one")


@pytest.mark.lasting
def test_topics_have_the_settings_their_meaning_rests_upon(stack):
    from confluent_kafka.admin import ConfigResource
    stack.start("publish")
    wanted = {LIST: {"cleanup.policy": "compact", "delete.retention.ms": "2592000000",
                     "message.timestamp.type": "LogAppendTime"},
              "receipts.acme-hosting": {"cleanup.policy": "delete",
                                        "retention.ms": "2592000000"}}
    strimzi = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/topics.yaml").read_text()))
    wait_until(lambda: {*wanted, *(made["metadata"]["name"] for made in strimzi)}
               <= set(stack.topics()), what="the topics")
    for topic, settings in wanted.items():
        resource = ConfigResource("topic", topic)
        found = stack.admin.describe_configs([resource])[resource].result(20)
        assert {k: found[k].value for k in settings} == settings
        assert stack.topics()[topic] == 4
    # what Strimzi is told says the same; how many copies is its own affair
    for made in strimzi:
        resource = ConfigResource("topic", made["metadata"]["name"])
        found = stack.admin.describe_configs([resource])[resource].result(20)
        said = {k: str(v) for k, v in made["spec"]["config"].items() if k != "min.insync.replicas"}
        assert {k: found[k].value for k in said} == said, resource
        assert made["spec"]["partitions"] == stack.topics()[resource.name]


# --- giving way ---------------------------------------------------------------------------
NOWHERE = "127.0.0.1:9"  # discard: nobody listens


@pytest.mark.parametrize("dead_first", [True, False])
def test_a_publisher_without_kafka_gives_way(stack, dead_first):
    """One of two cannot reach Kafka: it holds no shard while the other lives, so that no
    opt-out waits for it. Its metrics say so, and what waits is seen whoever should do it."""
    def start(name, **settings):
        stack.start("publish", name=name, wait=False, **settings)
    if dead_first:  # alone it keeps them: there is nobody who could do better
        start("publish-dead", kafka_brokers=NOWHERE)
        wait_until(lambda: list(held(stack).values()) == [16], what="the leases")
    stack.start("publish", name="publish-works")
    if not dead_first:
        start("publish-dead", kafka_brokers=NOWHERE)
        wait_until(lambda: stack.value("SELECT count(*) FROM publisher") == 2, what="both")
    wait_until(lambda: list(held(stack).values()) == [16] and stack.metrics("publish-works")
               ["consent_publish_shards_held"] == 16, what="the other to have it all")
    world, names = Facts(stack), [f"n{i}@example.com" for i in range(300)]
    world.make(names)
    for name in names:
        world.add(name, "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 300, what="300 opt-outs")

    def shows(name, **wanted):
        found = stack.metrics(name)
        return found["consent_publish_shards_held"] == wanted["shards"] and all(
            found[f'consent_publish_up{{what="{what}"}}'] == up for what, up in wanted["up"].items())
    wait_until(lambda: shows("publish-dead", shards=0, up={"kafka": 0, "postgresql": 1}),
               what="the one to say that it is no use")
    wait_until(lambda: shows("publish-works", shards=16, up={"kafka": 1}), what="the other")
    wait_until(lambda: fetch(stack.url("publish-dead") + "/readyz")[0] == 503, what="its /readyz")
    # the other goes: what waits is seen, although nobody can do it
    stack.daemon("publish-works").kill()
    wait_until(lambda: stack.metrics("publish-dead")["consent_publish_shards_held"] == 16,
               what="the shards, for want of a better one")
    world.add("late@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: stack.metrics("publish-dead")["consent_publish_dirty_age_seconds"] > 1
               and stack.metrics("publish-dead")["consent_publish_dirty_rows"] == 1,
               what="the age of what waits")
    assert_topics_say_what_the_table_says(stack)
