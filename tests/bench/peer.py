#!/usr/bin/python3
"""tests/bench/peer.py BROKERS URL EVENTS [BATCH] - the script that a user would write instead.

confluent-kafka and psycopg2: every feed's events into one table, each once by (source, id),
with the positions in the same transaction: COPY into a temporary table, then INSERT ... ON
CONFLICT DO NOTHING, which of the ways to do it was the fastest here. It ends after so many
records and prints as JSON what it took, from its first commit to its last.
"""
import io
import json
import resource
import sys
import time

import psycopg2
from confluent_kafka import Consumer, TopicPartition

TABLES = """
CREATE TABLE IF NOT EXISTS peer_event (
    source text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, type text NOT NULL,
    "time" timestamptz NOT NULL, email text NOT NULL, topic text NOT NULL,
    partition integer NOT NULL, "offset" bigint NOT NULL, body text NOT NULL,
    PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS peer_position (
    topic text, partition integer, next bigint, PRIMARY KEY (topic, partition));
CREATE TEMP TABLE arrived (LIKE peer_event) ON COMMIT DELETE ROWS;
"""
KEEP = """
INSERT INTO peer_event SELECT * FROM arrived ON CONFLICT (source, id) DO NOTHING;
INSERT INTO peer_position VALUES {} ON CONFLICT (topic, partition)
    DO UPDATE SET next = excluded.next;
"""


def line(message, out):
    """One row, or nothing for what is no event."""
    raw = message.value()
    event = json.loads(raw)
    data = event["data"]
    out.append("\t".join((
        event["source"], event["id"], event["type"], event["time"],
        data["contact"].get("email", ""), message.topic(), str(message.partition()),
        str(message.offset()), raw.decode().replace("\\", "\\\\").replace("\t", "\\t")
        .replace("\n", "\\n").replace("\r", "\\r"))))


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(brokers, url, events, batch="5000"):
    events = int(events)
    database = psycopg2.connect(url)
    cursor = database.cursor()
    cursor.execute(TABLES)
    database.commit()
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "peer",
                         "enable.auto.commit": False, "queued.min.messages": 20000})
    topics = consumer.list_topics(timeout=10).topics
    consumer.assign([TopicPartition(name, p, 0) for name, topic in topics.items()
                     if name.startswith("feed.") for p in topic.partitions])
    done, first, began, used, heard = 0, 0, 0, 0, time.monotonic()
    while done < events:
        messages = consumer.consume(int(batch), 0.05)
        if not messages:
            if time.monotonic() > heard + 60:
                raise SystemExit(f"nothing came for a minute; {done} of {events} are in")
            continue
        heard = time.monotonic()
        lines, places = [], {}
        for message in messages:
            if message.error():
                raise SystemExit(str(message.error()))
            line(message, lines)
            places[message.topic(), message.partition()] = message.offset() + 1
        cursor.copy_expert("COPY arrived FROM STDIN", io.StringIO("\n".join(lines) + "\n"))
        cursor.execute(KEEP.format(",".join(
            cursor.mogrify("(%s,%s,%s)", (*place, at)).decode()
            for place, at in places.items())))
        database.commit()
        done += len(messages)
        if not began:
            first, began, used = done, time.monotonic(), cpu()
    seconds = time.monotonic() - began
    print(json.dumps({
        "events": done - first, "seconds": seconds, "cpu": cpu() - used,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
