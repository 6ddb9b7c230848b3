"""What must hold after the storm: every check gives a list of complaints, empty when well."""
import json
from collections import Counter

from confluent_kafka import Consumer, TopicPartition

from model import Model


def kilo(words):
    """The first few of many complaints."""
    return words[:10] + ([f"... and {len(words) - 10} more"] if len(words) > 10 else [])


def model_of(records, secret, db):
    with db.cursor() as cursor:
        cursor.execute("SELECT id, number FROM register_number WHERE kind = 'purpose'")
        model = Model(secret, dict(cursor.fetchall()))
    unique = {(r.topic, r.partition, r.offset): r for r in records}
    for position in sorted(unique):
        model.take(unique[position])
    return model


def exactly_once(model, db):
    """Every acknowledged record is in the ledger or in quarantine, once."""
    bad = []
    with db.cursor() as cursor:
        cursor.execute("SELECT topic, event_id, variant, encode(digest, 'hex'), ledger_id "
                       "FROM ledger")
        rows = cursor.fetchall()
        there = {(topic, event_id, variant): digest for topic, event_id, variant, digest, _
                 in rows}
        cursor.execute('SELECT topic, partition, "offset", count(*), '
                       'count(ledger_id) FROM quarantine GROUP BY 1, 2, 3')
        quarantine = {(t, p, o): (n, with_ledger) for t, p, o, n, with_ledger
                      in cursor.fetchall()}
    if len(there) != len(rows):
        bad.append("the ledger holds a (topic, id, variant) twice")
    expected = {(topic, event_id, number)
                for (topic, event_id), variants in model.ledger.items()
                for number in range(len(variants))}
    bad += [f"not in the ledger: {key}" for key in expected - there.keys()]
    bad += [f"in the ledger, but nobody sent it: {key}" for key in there.keys() - expected]
    wanted = set(model.quarantine_only) | model.quarantined_too
    bad += [f"not in quarantine: {p}" for p in wanted - quarantine.keys()]
    bad += [f"in quarantine without reason: {p}" for p in quarantine.keys() - wanted]
    bad += [f"in quarantine {n} times: {p}" for p, (n, _) in quarantine.items() if n != 1]
    bad += [f"in quarantine and in the ledger, though it takes no effect: {p}"
            for p, (_, with_ledger) in quarantine.items()
            if p in model.quarantine_only and with_ledger]
    return kilo(bad)


def facts_agree(model, db):
    with db.cursor() as cursor:
        cursor.execute(
            "SELECT l.topic, l.event_id, l.variant, replace(f.contact::text, '-', ''), "
            "f.kind, f.purpose, f.channels, "
            "(extract(epoch FROM f.occurred_from) * 1000000)::bigint "
            "FROM fact f JOIN ledger l USING (ledger_id)")
        have = Counter(cursor.fetchall())
    want = Counter(model.facts())
    return kilo([f"fact missing: {row}" for row in (want - have)]
                + [f"fact too many: {row}" for row in (have - want)])


def receipts_add_up(model, records, broker):
    """A receipt for every record; not one is missing. (A crash may repeat one.)"""
    want = Counter((r.topic.removeprefix("feed."), r.id) for r in records
                   if r.id is not None)
    have = Counter()
    for source in {r.topic.removeprefix("feed.") for r in records}:
        for _, value in read_topic(broker, f"receipts.{source}"):
            have[(source, json.loads(value)["event_id"])] += 1
    return kilo([f"receipt missing: {key}" for key in (want - have)])


def read_topic(broker, topic):
    """All records from the beginning to the end as it is now, partition by partition."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "reader-of-its-own",
                         "enable.auto.commit": False, "auto.offset.reset": "earliest",
                         "check.crcs": True})
    found = consumer.list_topics(topic, 10).topics[topic].partitions
    out = []
    for partition in sorted(found):
        here = TopicPartition(topic, partition)
        low, high = consumer.get_watermark_offsets(here, 10)
        here.offset = low
        consumer.assign([here])
        while low < high:
            message = consumer.poll(10)
            if message is None or message.error():
                raise RuntimeError(f"{topic} cannot be read to its end: "
                                   f"{message and message.error()}")
            low = message.offset() + 1
            out.append((message.key(), message.value()))
            if low < high and consumer.position([here])[0].offset >= high:
                break                  # the rest was compacted away
    consumer.close()
    return out


def list_agrees(broker, name, db):
    """A fresh reader of the compacted topic sees exactly what list_entry says."""
    seen, versions, bad = {}, {}, []
    for key, value in read_topic(broker, f"suppression.{name}"):
        if key is None or key.startswith(b"~"):
            continue                   # heartbeats
        entry = json.loads(value)
        token = entry["token"]
        if token.encode() != key:
            bad.append(f"key and token differ: {token}")
        if entry["version"] < versions.get(token, 0):
            bad.append(f"version falls: {token}")
        versions[token] = entry["version"]
        seen[token] = (entry["status"], entry["version"], entry["reason"])
    with db.cursor() as cursor:
        cursor.execute("SELECT e.token, e.status, e.version FROM list_entry e "
                       "JOIN register_number n ON n.number = e.list "
                       "WHERE n.kind = 'list' AND n.id = %s", (name,))
        table = {token: (status, version) for token, status, version in cursor.fetchall()}
    words = {1: "suppressed", 2: "released", 3: "permitted"}
    bad += [f"on the topic only: {token}" for token in seen.keys() - table.keys()]
    bad += [f"in list_entry only: {token}" for token in table.keys() - seen.keys()]
    bad += [f"differs: {token}: topic {seen[token][:2]}, table {table[token]}"
            for token in seen.keys() & table.keys()
            if seen[token][:2] != (words[table[token][0]], table[token][1])]
    return kilo(bad)


def list_is_right(model, name, db):
    """list_entry suppresses exactly whom the model would."""
    with db.cursor() as cursor:
        cursor.execute("SELECT replace(e.contact::text, '-', ''), e.status "
                       "FROM list_entry e JOIN register_number n ON n.number = e.list "
                       "WHERE n.kind = 'list' AND n.id = %s", (name,))
        have = {contact for contact, status in cursor.fetchall() if status == 1}
    want, known = model.suppressed()
    return kilo([f"must be suppressed and is not: {c}" for c in want - have]
                + [f"is suppressed and must not be: {c}" for c in have & known - want]
                + [f"is on the list, but nobody spoke of it: {c}" for c in have - known])
