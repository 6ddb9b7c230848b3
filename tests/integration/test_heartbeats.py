"""Heartbeats on the lists' topics, and a fresh reader that follows the documented way."""
import json
import random
import threading
import time
import uuid

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import ConfigResource

from facts import Facts
from hands import QUIET, wait_until
from lists import (LIST, assert_topics_say_what_the_table_says, entries, held, quiet,
                   settle)

NAME = "promotional-email"


def shard(stack):
    """{token: shard}"""
    return dict(stack.sql("SELECT token, shard_of(contact) FROM list_entry"))


def beats_of(messages):
    return [m for m in messages if m.key().decode().startswith("heartbeat-")]


def test_every_partition_gets_them_and_they_are_true(stack):
    """All that the list said up to a heartbeat's version stands before it."""
    stack.start("publish", heartbeat_s=1)
    world = Facts(stack)
    names = [f"n{i}@example.com" for i in range(80)]
    for name in names:
        world.add(name, "OPTOUT")
    until = time.monotonic() + 4
    while time.monotonic() < until:
        for name in random.sample(names, 10):
            world.add(name, random.choice(("OPTOUT", "OBJECTION", "WITHDRAWAL")))
        world.commit()
        time.sleep(.1)
    wait_until(lambda: quiet(stack), what="publish")
    seen = stack.metrics("publish")["consent_publish_heartbeats_total"]
    wait_until(lambda: stack.metrics("publish")["consent_publish_heartbeats_total"] > seen,
               what="one more after the end")
    shards, before, last = shard(stack), {}, {}
    partitions = set()
    for message in stack.read(LIST):
        key, value = message.key().decode(), json.loads(message.value())
        if key.startswith("heartbeat-"):
            assert key == f"heartbeat-{message.partition()}"
            assert (value["list"], value["status"]) == (NAME, "heartbeat")
            assert value["at"] > last.get(message.partition(), "")
            last[message.partition()] = value["at"]
            partitions.add(message.partition())
            cursor = [int(v) for v in value["version"].split(".")]
            read = before.setdefault(message.partition(), {})
            # what the log said up to there of the tokens of this partition
            said = dict(stack.sql(
                "SELECT e.token, max(c.version) FROM list_change c JOIN list_entry e"
                " USING (contact, list) JOIN register_number n ON n.number = c.list"
                " WHERE n.kind = 'list' AND n.id = %s"
                " AND c.version <= (%s::bigint[])[c.shard + 1] GROUP BY 1", NAME, cursor))
            for token in said.keys() & where(stack)[message.partition()]:
                assert read.get(token, 0) >= said[token], "the heartbeat came too early"
        else:
            before.setdefault(message.partition(), {})[key] = value["version"]
            assert key in shards
    assert partitions == set(range(len(where(stack)))), "each partition, tokens or none"
    assert stack.ctl_json("list", "diff", NAME)["different"] == 0
    assert_topics_say_what_the_table_says(stack)


WHERE = {}


def where(stack):
    """[tokens of each partition], by where their records stand"""
    if WHERE.get("of") is not stack:
        found = stack.admin.list_topics(LIST, timeout=60).topics[LIST].partitions
        tokens = [set() for _ in found]
        for message in stack.read(LIST):
            if not message.key().startswith(b"heartbeat-"):
                tokens[message.partition()].add(message.key().decode())
        WHERE.update(of=stack, tokens=tokens)
    return WHERE["tokens"]


def test_of_two_publishers_one_does_it(stack):
    for name in ("publish", "publish-2"):
        stack.start("publish", name=name, heartbeat_s=1)
    wait_until(lambda: sorted(held(stack).values()) == [8, 8], 60, "the shards' division")

    def beats():
        return {n: stack.metrics(n).get("consent_publish_heartbeats_total", 0)
                for n in ("publish", "publish-2")}

    def one_alone():
        """Of the next ones, some on each partition, one publisher sends all; who sent the first
        may have done so before the shards were divided."""
        first = beats()
        wait_until(lambda: sum(beats().values()) >= sum(first.values()) + 12, what="more of them")
        more = {n: now - first[n] for n, now in beats().items()}
        return sorted(more, key=more.get) if min(more.values()) == 0 else None
    goes_on, stops = wait_until(one_alone, 120, "one publisher to do it")
    stack.daemon(stops).stop(seconds=60)
    before = stack.metrics(goes_on).get("consent_publish_heartbeats_total", 0)
    wait_until(lambda: stack.metrics(goes_on).get("consent_publish_heartbeats_total", 0)
               > before, 60, "the other to go on")


def bootstrap(stack, slow=0.0, follow=None):
    """As services/publish/README.md tells a fresh reader: the ends first, then every
    partition to them; the highest version of a token wins; heartbeats say how far. Goes on
    until `follow` is true."""
    consumer = Consumer({"bootstrap.servers": stack.broker.address, **QUIET,
                         "group.id": f"read-{uuid.uuid4()}", "enable.auto.commit": False,
                         "auto.offset.reset": "earliest", "fetch.wait.max.ms": 50,
                         "max.partition.fetch.bytes": 20000, "queued.min.messages": 10})
    table, beats = {}, {}
    try:
        parts = consumer.list_topics(LIST, timeout=60).topics[LIST].partitions

        def captured():
            return {p: consumer.get_watermark_offsets(TopicPartition(LIST, p), timeout=60)
                    for p in parts}
        ends = captured()
        consumer.assign([TopicPartition(LIST, p, ends[p][0]) for p in parts])
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            message = consumer.poll(0.2)
            at = {p.partition: p.offset for p in
                  consumer.position([TopicPartition(LIST, p) for p in parts])}
            caught_up = all(at[p] >= ends[p][1] or ends[p][1] == ends[p][0] for p in parts)
            if message is None:
                if caught_up and follow is None:
                    return table, beats
                if caught_up and follow():
                    ends, follow = captured(), None
                continue
            assert not message.error(), message.error()
            key, value = message.key().decode(), json.loads(message.value())
            if key.startswith("heartbeat-"):
                beats[message.partition()] = value
            elif value["version"] > table.get(key, ("", 0))[1]:
                table[key] = (value["status"], value["version"])
            time.sleep(slow)
    finally:
        consumer.close()
    raise AssertionError("never caught up")


@pytest.mark.lasting
def test_a_fresh_reader_ends_with_the_list_whatever_is_compacted(stack):
    """One-second segments, compaction as eager as can be, and a reader that dawdles while
    entries change and the publisher is killed."""
    stack.start("publish", heartbeat_s=1)
    topic = ConfigResource("topic", LIST, set_config={
        "cleanup.policy": "compact", "segment.ms": "1000", "min.cleanable.dirty.ratio": "0.001",
        "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000",
        "delete.retention.ms": "1000"})
    for done in stack.admin.alter_configs([topic]).values():
        done.result(60)
    world = Facts(stack)
    names = [f"n{i}@example.com" for i in range(200)]
    for name in names:
        world.add(name, "OPTOUT")
    stop, settled = threading.Event(), threading.Event()

    def churn():
        while not stop.is_set():
            for name in random.sample(names, 30):
                world.add(name, random.choice(("OPTOUT", "OBJECTION", "WITHDRAWAL")))
            world.commit()
            time.sleep(.2)
    load = threading.Thread(target=churn)
    load.start()
    found = {}
    reader = threading.Thread(target=lambda: found.update(
        slow=bootstrap(stack, .002, settled.is_set)))
    try:
        time.sleep(3)
        reader.start()
        for _ in range(3):
            time.sleep(2)
            stack.daemon("publish").kill()
            stack.start("publish", heartbeat_s=1, wait=False)
        time.sleep(3)
    finally:
        stop.set()
        load.join()
    settle(stack)
    settled.set()
    reader.join()
    table = entries(stack)
    assert found["slow"][0] == table
    beat = stack.metrics("publish").get("consent_publish_heartbeats_total", 0)
    wait_until(lambda: stack.metrics("publish").get("consent_publish_heartbeats_total", 0) > beat,
               what="a heartbeat")
    fresh, beats = bootstrap(stack)
    assert fresh == table and len(table) == 200
    end = [str(v) for v, in stack.sql(
        "SELECT coalesce(max(c.version), 0) FROM generate_series(0, 15) s LEFT JOIN list_change"
        " c ON c.shard = s AND c.list = (SELECT number FROM register_number"
        " WHERE kind = 'list' AND id = %s) GROUP BY s ORDER BY s", NAME)]
    assert beats and {b["version"] for b in beats.values()} == {".".join(end)}
    said = stack.value("SELECT count(*) FROM list_change c JOIN register_number"
                       " n ON n.number = c.list WHERE n.id = %s", NAME)
    wait_until(lambda: len(stack.read(LIST)) < said, 180,
               "the compaction, without which this test has proved little")
    assert bootstrap(stack)[0] == table
    assert_topics_say_what_the_table_says(stack)
