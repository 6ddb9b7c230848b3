"""A test's hands on a stack: produce, read a topic to its end, query, wait."""
import json
import os
import pathlib
import time
import uuid

import psycopg2
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import proc
from stack import ROOT, Stack

MODE = os.environ.get("MODE", "release")
BROKER = os.environ.get("BROKER", "embedded")
PROGRAMS = pathlib.Path(ROOT) / "build" / MODE / "bin"
# One program from another build, beside those of MODE: TSAN_PROGRAM=consent-lookup.
TSAN_PROGRAM = os.environ.get("TSAN_PROGRAM")
# Slow builds (sanitizers) get more patience, never other expectations.
PATIENCE = {"asan": 4, "tsan": 6, "coverage": 2}.get("tsan" if TSAN_PROGRAM else MODE, 1)

# A broker that a test kills is no news.
QUIET = {"log_level": 2}


def wait_until(condition, seconds=60, what="the condition"):
    """Waits for condition() to be true and returns its value; fails the test otherwise."""
    value = proc.wait_until(condition, seconds * PATIENCE)
    assert value, f"waited {seconds * PATIENCE} s in vain for {what}"
    return value


def not_at_midnight(seconds=90):
    """For what counts by days of UTC: waits until so much of a day is left."""
    left = 86400 - time.time() % 86400
    if left < seconds:
        time.sleep(left + 1)


class TestStack(Stack):
    __test__ = False  # no test class, whatever its name

    def __init__(self, *argv):
        super().__init__(*argv)
        self._producer = None
        self._db = None
        self.admin = AdminClient({"bootstrap.servers": self.broker.address, **QUIET})

    def write_conf(self, name, file, **values):
        # librdkafka starts its threads behind ThreadSanitizer's back, which ends in a crash
        if TSAN_PROGRAM == f"consent-{name}":
            values.setdefault("kafka_brokers", "")
        return super().write_conf(name, file, **values)

    def program(self, name):
        if TSAN_PROGRAM == f"consent-{name}":
            return pathlib.Path(ROOT) / "build" / "tsan" / "bin" / TSAN_PROGRAM
        return super().program(name)

    # --- Kafka ------------------------------------------------------------------------
    def topic(self, name, partitions=4, **config):
        """Makes a topic, e.g. topic("feed.x", **{"message.timestamp.type": "CreateTime"}).
        The embedded broker knows no settings: 4 partitions, time stamps the producer's."""
        if self.broker.kind == "embedded":
            self.admin.list_topics(name, timeout=60)
        else:
            new = NewTopic(name, num_partitions=partitions, replication_factor=1,
                           config={k: str(v) for k, v in config.items()})
            self.admin.create_topics([new])[name].result(60)
        wait_until(lambda: name in self.topics(), what=f"topic {name}")

    def topics(self):
        """{name: number of partitions}"""
        return {name: len(t.partitions)
                for name, t in self.admin.list_topics(timeout=60).topics.items()}

    def produce(self, topic, value, key=None, headers=None, timestamp_ms=None,
                partition=None):
        """Sends one record (a dict as JSON, bytes as they are, None: a tombstone) and
        returns (partition, offset) once the broker has acknowledged it."""
        if self._producer is None:
            self._producer = Producer({"bootstrap.servers": self.broker.address, **QUIET,
                                       "partitioner": "murmur2_random", "acks": "all",
                                       "linger.ms": 0, "message.timeout.ms": 60000})
        if isinstance(value, dict):
            value = json.dumps(value, ensure_ascii=False).encode()
        answer = []
        more = {"timestamp": timestamp_ms, "partition": partition}
        self._producer.produce(topic, value=value, key=key, headers=headers,
                               on_delivery=lambda err, msg: answer.append((err, msg)),
                               **{k: v for k, v in more.items() if v is not None})
        self._producer.flush(90)
        assert answer and answer[0][0] is None, f"not delivered: {answer}"
        return answer[0][1].partition(), answer[0][1].offset()

    def read(self, topic, seconds=60):
        """Every record of the topic up to its end of now, ordered by partition, offset.
        seconds: without one."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, **QUIET,
                             "group.id": f"read-{uuid.uuid4()}",
                             "enable.auto.commit": False})
        try:
            partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
            ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=60)
                    for p in partitions}
            waiting = {p for p, (low, high) in ends.items() if high > low}
            consumer.assign([TopicPartition(topic, p, ends[p][0]) for p in waiting])
            found, deadline = [], time.monotonic() + seconds * PATIENCE
            while waiting:
                assert time.monotonic() < deadline, f"{topic} could not be read to its end"
                msg = consumer.poll(0.2)
                if msg is None:  # compaction leaves holes, also before the end
                    where = consumer.position([TopicPartition(topic, p) for p in waiting])
                    waiting -= {at.partition for at in where
                                if at.offset >= ends[at.partition][1]}
                    continue
                if msg.error():
                    raise KafkaException(msg.error())
                deadline = time.monotonic() + seconds * PATIENCE
                end = ends[msg.partition()][1]
                if msg.offset() < end:
                    found.append(msg)
                if msg.offset() + 1 >= end:
                    waiting.discard(msg.partition())
            return sorted(found, key=lambda m: (m.partition(), m.offset()))
        finally:
            consumer.close()

    def read_json(self, topic):
        """The records' values, decoded; a tombstone is None."""
        return [None if m.value() is None else json.loads(m.value())
                for m in self.read(topic)]

    def read_table(self, topic):
        """A compacted topic as a reader ends up with it: {key: last value}."""
        table = {}
        for msg in self.read(topic):
            key = msg.key().decode()
            if key.startswith("heartbeat-"):
                continue
            if msg.value() is None:
                table.pop(key, None)
            else:
                table[key] = json.loads(msg.value())
        return table

    # --- PostgreSQL ---------------------------------------------------------------------
    def sql(self, query, *params):
        """Rows of a query, on a connection that is made again when it was lost."""
        for attempt in (1, 2):
            try:
                if self._db is None:
                    self._db = psycopg2.connect(self.cluster.url(self.database))
                    self._db.autocommit = True
                with self._db.cursor() as cursor:
                    cursor.execute(query, params or None)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self._db = None
                if attempt == 2:
                    raise
        return []

    def value(self, query, *params):
        """The one value of a query."""
        return self.sql(query, *params)[0][0]

    def forget_database(self):
        """It goes, or is on another server from now on."""
        if self._db is not None:
            self._db.close()
        self._db = self._ctl_conf = None

    # --- end ----------------------------------------------------------------------------
    def close(self):
        """Stops the daemons; the names of those that had to be killed."""
        late = self.stop()
        if self._db is not None:
            self._db.close()
        return late
