"""What must hold after the storm: every check gives a list of complaints, empty when well."""
import json
from collections import Counter

from model import Model
from traffic import FEEDS


PERMITS = {"marketing-email-permit"}


def few(words):
    """The first of many complaints."""
    return words[:10] + ([f"... and {len(words) - 10} more"] if len(words) > 10 else [])


def read_secret(path):
    """The contact secret as the services have it: the file's bytes, less a newline."""
    return path.read_bytes().removesuffix(b"\n")


def model_of(records, secret, stack):
    model = Model(secret, dict(stack.sql(
        "SELECT id, number FROM register_number WHERE kind = 'purpose'")))
    unique = {(r.topic, r.partition, r.offset): r for r in records}
    for position in sorted(unique):
        model.take(unique[position])
    return model


def taken_in(stack, records):
    """Has everything that was acknowledged been taken in?"""
    ends = {}
    for r in records:
        key = (r.topic, r.partition)
        ends[key] = max(ends.get(key, 0), r.offset + 1)
    there = {(t, p): o for t, p, o in
             stack.sql("SELECT topic, partition, next_offset FROM ingest_position")}
    return all(there.get(key, 0) >= end for key, end in ends.items())


def drained(stack, records):
    """Has it, and has everything taken in gone out?"""
    return taken_in(stack, records) and stack.value(
        "SELECT (SELECT count(*) FROM dirty) + (SELECT count(*) FROM receipt_queue) + "
        "(SELECT count(*) FROM doubt)") == 0


def exactly_once(model, stack):
    """Every acknowledged record is in the ledger or in quarantine, once."""
    bad = []
    rows = stack.sql("SELECT topic, event_id, variant FROM ledger WHERE topic = ANY(%s)"
                     " AND event_id NOT LIKE 'drill-%%'", list(FEEDS))
    there = set(rows)
    quarantine = {(topic, partition, offset): (n, with_ledger)
                  for topic, partition, offset, n, with_ledger in stack.sql(
                      'SELECT topic, partition, "offset", count(*), count(ledger_id) '
                      "FROM quarantine GROUP BY 1, 2, 3")}
    if len(there) != len(rows):
        bad.append("the ledger holds a (topic, id, variant) twice")
    expected = {(topic, event_id, number)
                for (topic, event_id), variants in model.ledger.items()
                for number in range(len(variants))}
    bad += [f"not in the ledger: {key}" for key in expected - there]
    bad += [f"in the ledger, but nobody sent it: {key}" for key in there - expected]
    wanted = set(model.quarantine_only) | model.quarantined_too
    bad += [f"not in quarantine: {p}" for p in wanted - quarantine.keys()]
    bad += [f"in quarantine without reason: {p}" for p in quarantine.keys() - wanted]
    bad += [f"in quarantine {n} times: {p}" for p, (n, _) in quarantine.items() if n != 1]
    bad += [f"in quarantine and in the ledger, though it takes no effect: {p}"
            for p, (_, with_ledger) in quarantine.items()
            if p in model.quarantine_only and with_ledger]
    return few(bad)


def facts_agree(model, stack):
    have = Counter(stack.sql(
        "SELECT l.topic, l.event_id, l.variant, replace(f.contact::text, '-', ''), "
        "f.kind, f.purpose, f.channels, "
        "(extract(epoch FROM f.occurred_from) * 1000000)::bigint "
        "FROM fact f JOIN ledger l USING (ledger_id) WHERE l.topic = ANY(%s) "
        "AND l.event_id NOT LIKE 'drill-%%'", list(FEEDS)))
    want = Counter(model.facts())
    return few([f"fact missing: {row}" for row in (want - have)]
                + [f"fact too many: {row}" for row in (have - want)])


def receipts_add_up(records, stack):
    """Not one receipt is missing. (A crash between delivery and commit may repeat one.)"""
    want = Counter((r.topic, r.id) for r in records if r.id is not None)
    have = Counter()
    for topic in {r.topic for r in records}:
        for receipt in stack.read_json(topic.replace("feed.", "receipts.", 1)):
            if "event_id" in receipt:  # and no checkpoint
                have[(topic, receipt["event_id"])] += 1
    return few([f"receipt missing: {key}" for key in (want - have)])


def list_agrees(name, stack, restored=False):
    """A fresh reader of the compacted topic sees exactly what list_entry says. After a restore
    some may stay suppressed who were so in the time that never was, and for whom the facts that
    came again say nothing any more: too much, never too little."""
    words = {1: "suppressed", 2: "released", 3: "permitted"}
    seen, last, bad = {}, {}, []
    for message in stack.read(f"suppression.{name}", seconds=120):
        entry = json.loads(message.value())
        token = entry.get("token")
        if token is None:
            continue                   # a heartbeat
        if token.encode() != message.key():
            bad.append(f"key and token differ: {token}")
        # what was under way when its broker went may come in behind what was said again
        last[token] = entry["version"]
        if token not in seen or entry["version"] >= seen[token][1]:
            seen[token] = (entry["status"], entry["version"])
    bad += [f"an older version stands last, which compaction would keep: {token}"
            for token, version in last.items() if version < seen[token][1]]
    table = {token: (words[status], version) for token, status, version in stack.sql(
        "SELECT e.token, e.status, e.version FROM list_entry e JOIN register_number n "
        "ON n.number = e.list WHERE n.kind = 'list' AND n.id = %s AND e.status <> 0", name)}
    bad += [f"on the topic only: {token}" for token in seen.keys() - table.keys()
            if not (restored and (seen[token][0] == "released" or name not in PERMITS))]
    bad += [f"in list_entry only: {token}" for token in table.keys() - seen.keys()]
    bad += [f"differs: {token}: topic {seen[token]}, table {table[token]}"
            for token in seen.keys() & table.keys() if seen[token] != table[token]]
    return few(bad)


def log_agrees(stack):
    """The log of what lists said ends with list_entry, for every contact, without a hole but
    for what has left for an archive."""
    loose = stack.value(
        "SELECT count(*) FROM list_entry e FULL JOIN (SELECT DISTINCT ON (list, contact) *"
        " FROM list_change ORDER BY list, contact, version DESC) c USING (list, contact)"
        " WHERE (e.version, e.status) IS DISTINCT FROM (c.version, c.status)")
    broken = stack.value(
        "SELECT count(*) FROM (SELECT former, lag(version, 1, 0::bigint) OVER"
        " (PARTITION BY list, contact ORDER BY version) AS was FROM list_change) c"
        " WHERE former <> was AND former >= archived_upto()")
    return few([f"{loose} entries are not the log's last word"] * (loose > 0)
               + [f"{broken} rows of the log do not follow the one before"] * (broken > 0))


def list_is_right(model, name, stack):
    """list_entry suppresses exactly whom the model would."""
    have = {contact for contact, in stack.sql(
        "SELECT replace(e.contact::text, '-', '') FROM list_entry e JOIN register_number n "
        "ON n.number = e.list WHERE n.kind = 'list' AND n.id = %s AND e.status = 1"
        " AND NOT EXISTS (SELECT FROM erasure x WHERE x.contact = e.contact)", name)}
    want, known = model.suppressed()
    return few([f"must be suppressed and is not: {c}" for c in want - have]
               + [f"is suppressed and must not be: {c}" for c in (have & known) - want]
               + [f"is on the list, but nobody spoke of it: {c}" for c in have - known])


def rebuild_agrees(stack):
    done = stack.ctl("rebuild", check=False)
    return [] if done.returncode == 0 else [done.stdout.strip()[-400:],
                                            done.stderr.strip()[-400:]]
