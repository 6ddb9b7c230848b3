#!/usr/bin/python3
"""sync_kafka.py MANIFEST [--once] - a list in memory: a snapshot, and the topic from there on.

    KAFKA_BROKERS=host:port   MANIFEST: promotional-email.csv.gz.json, as list snapshot wrote it

Needs python3-confluent-kafka. With --once it reads to the end that stood when it began, and
prints how many tokens are on the list, with the digest to acknowledge.
"""
import csv
import gzip
import hashlib
import json
import os
import pathlib
import sys

from confluent_kafka import Consumer, TopicPartition


def load(path):
    """(the manifest, {token: (status, version)})"""
    manifest = json.loads(path.read_text())
    file = path.with_name(manifest["file"])
    if hashlib.sha256(file.read_bytes()).hexdigest() != manifest["sha256"]:
        sys.exit(f"{file} is not what its manifest says")
    opener = gzip.open if manifest["compression"] == "gzip" else open
    with opener(file, "rt", newline="", encoding="utf-8") as lines:
        return manifest, {row["token"].removeprefix("'"): (row["status"], int(row["version"]))
                          for row in csv.DictReader(lines)}


def follow(manifest, entries, once):
    topic = manifest["kafka"]["topic"]
    consumer = Consumer({"bootstrap.servers": os.environ["KAFKA_BROKERS"],
                         "group.id": "not-used", "enable.auto.commit": False,
                         "auto.offset.reset": "error", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, p["partition"], p["offset"])
                     for p in manifest["kafka"]["partitions"]])
    open_ends = {p["partition"] for p in manifest["kafka"]["partitions"]}
    while open_ends or not once:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():  # the end of a partition: ready when all of them were reached
            open_ends.discard(message.partition())
            continue
        if message.value() is None:
            entries.pop(message.key().decode(), None)  # released long ago
            continue
        entry = json.loads(message.value())
        if entry["status"] == "heartbeat":
            continue  # none for three minutes: what you have may be out of date
        if entry["version"] > entries.get(entry["token"], ("", 0))[1]:
            entries[entry["token"]] = (entry["status"], entry["version"])
    consumer.close()


def main():
    manifest, entries = load(pathlib.Path(sys.argv[1]))
    follow(manifest, entries, "--once" in sys.argv)
    on_list = [token for token, (status, _) in entries.items() if status != "released"]
    digest = 0
    for token in on_list:
        digest ^= int.from_bytes(hashlib.sha256(token.encode()).digest(), "big")
    print(len(on_list), f"{digest:064x}")


if __name__ == "__main__":
    main()
