#!/usr/bin/python3
"""tests/bench/hops.py - from an opt-out's append to the list, by a client that knows neither.

    hops.py client BROKERS FROM TO RATE SECONDS   sends opt-outs to FROM on a timetable, reads
                                                  TO, and prints what each took as JSON
    hops.py relay BROKERS FROM TO                 passes on what comes, until it is ended

The client counts from the moment that its timetable says, so that a client, broker or service
that falls behind makes the figures worse and not the timetable longer. The relay is the floor:
two hops through the broker and nothing done between them.
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition

WARM = 10  # seconds that do not count: plans are made, caches are empty, the JVM compiles
EVENT = ('{"specversion":"1.0","id":"%s-%d","source":"urn:consent:src:mailing:mta-eu1",'
         '"type":"optout.recorded.v1","time":"%s","data":{"contact":{"email":"%s"},'
         '"controllers":["sectigo-limited"],"scope":[{"purpose":"*promotional",'
         '"channels":["email"]}]}}')


def reader(brokers, topic):
    """Stands at the topic's end when this returns."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": f"hops-{topic}",
                         "enable.auto.commit": False, "fetch.wait.max.ms": 10})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(
        topic, p, consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1])
        for p in partitions])
    consumer.poll(0.5)
    return consumer


def relay(brokers, source, target):
    consumer, producer = reader(brokers, source), Producer(
        {"bootstrap.servers": brokers, "linger.ms": 0})
    print("ready", flush=True)
    while True:
        message = consumer.poll(0.1)
        if message is not None and not message.error():
            producer.produce(target, key=message.key(), value=message.value())
            producer.poll(0)


def client(brokers, source, target, rate, seconds):
    rate, seconds = int(rate), int(seconds)
    stamp = f"{time.time():.0f}"
    names = [f"hop-{stamp}-{i}@example.com" for i in range(rate * seconds)]
    keys = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    due, took = {}, []
    consumer = reader(brokers, target)
    producer = Producer({"bootstrap.servers": brokers, "linger.ms": 0})
    left = set(keys)

    def read():
        quiet = time.monotonic() + seconds + 60
        while left and time.monotonic() < quiet:
            message = consumer.poll(0.1)
            if message is None or message.error():
                continue
            at, key = time.monotonic(), message.key().decode()
            if key in left:
                left.discard(key)
                if due[key] > start + WARM:
                    took.append(at - due[key])
    start = time.monotonic() + 0.2
    listening = threading.Thread(target=read)
    listening.start()
    for i, name in enumerate(names):
        at = due[keys[i]] = start + i / rate
        ahead = at - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        producer.produce(source, key=keys[i], value=EVENT % (
            stamp, i, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), name))
        producer.poll(0)
    producer.flush(30)
    listening.join()
    took.sort()
    print(json.dumps({"lost": len(left), **{
        name: 1000 * took[min(len(took) - 1, int(len(took) * share))]
        for name, share in (("p50", .5), ("p99", .99), ("p999", .999))}}))


# --- as a part of the benchmark -----------------------------------------------------------
def once(brokers, source, target, rate, seconds):
    done = subprocess.run(["/usr/bin/python3", __file__, "client", brokers, source, target,
                           str(rate), str(seconds)], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def figures(found):
    return ", ".join(f"{name} {found[name]:.0f} ms" for name in ("p50", "p99", "p999")) + (
        f", {found['lost']} never arrived!" if found["lost"] else "")


def measure(say, stack, backlog, rates=(100, 1000, 3000), seconds=20):
    """Floor and ours in turns; then ours behind what backlog() puts into other feeds."""
    brokers = stack.broker.address
    for topic in ("floor-from", "floor-to"):
        stack.topic(topic)
    passing = subprocess.Popen(["/usr/bin/python3", pathlib.Path(__file__), "relay", brokers,
                                "floor-from", "floor-to"], stdout=subprocess.PIPE)
    try:
        passing.stdout.readline()
        for name in ("keeper", "publish", "ingest"):
            stack.start(name)
        for rate in rates:
            for who, source, target in (
                    ("floor: two hops, nothing between", "floor-from", "floor-to"),
                    ("an opt-out to the list", "feed.mta-eu1",
                     "suppression.promotional-email")):
                say(f"{who}, {rate}/s",
                    figures(once(brokers, source, target, rate, seconds)))
        stack.daemon("ingest").stop()
        backlog()
        stack.start("ingest")
        found = once(brokers, "feed.mta-eu1", "suppression.promotional-email", 100, seconds)
        say("an opt-out to the list, 100/s, beside a backlog", figures(found))
        say("  of it left to be published at the end", str(stack.value(
            "SELECT count(*) FROM dirty")) + " marks (none: more events!)")
    finally:
        passing.kill()
        passing.wait()


if __name__ == "__main__":
    {"client": client, "relay": relay}[sys.argv[1]](*sys.argv[2:])
