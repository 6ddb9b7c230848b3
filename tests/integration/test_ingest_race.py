"""Two consent-ingest take in the same event at the same moment: whoever is slower finds a row
that is not there a moment before. That is a duplicate, never the data's fault."""
import json
import time

from confluent_kafka import Producer

from feeding import MAILING, optout, settled
from hands import wait_until

PAIRS = 400
ROUNDS = 6


def two_owners(stack, topic):
    """A partition of each of two processes."""
    stack.start("ingest", linger_ms=0)
    stack.start("ingest", "ingest-2", linger_ms=0)

    def owners():
        rows = stack.sql("SELECT DISTINCT ON (owner) partition, owner FROM ingest_position"
                         " WHERE topic = %s ORDER BY owner, partition", topic)
        return len(rows) == 2 and [p for p, _ in rows]
    return wait_until(owners, 60, "both to own a partition")


def raced(stack):
    return sum(stack.metrics(name).get('consent_ingest_retries_total{code="PG_23505"}', 0)
               for name in ("ingest", "ingest-2"))


def race(stack, producer, parts, pairs):
    """Pairs of one id, at the same moment: of the even ones the same event, else another."""
    for n in pairs:
        same = json.dumps(optout(f"r{n}@example.com", f"race-{n}", MAILING)).encode()
        other = json.dumps(optout(f"s{n}@example.com", f"race-{n}", MAILING)).encode()
        producer.produce("feed.mta-eu1", same, partition=parts[0])
        producer.produce("feed.mta-eu1", other if n % 2 else same, partition=parts[1])
        producer.poll(0)
        time.sleep(0.02)
    assert producer.flush(90) == 0
    settled(stack, 2 * (pairs[-1] + 1))


def test_the_same_event_on_two_partitions_at_the_same_moment(stack):
    parts = two_owners(stack, "feed.mta-eu1")
    producer = Producer({"bootstrap.servers": stack.broker.address, "linger.ms": 0,
                         "acks": "all"})
    made = 0
    while made == 0 or (raced(stack) == 0 and made < ROUNDS * PAIRS):
        race(stack, producer, parts, range(made, made + PAIRS))
        made += PAIRS
        if raced(stack) == 0 and made == PAIRS:
            # on a busy machine one of them may always be a little behind: commits take longer
            stack.sql("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
                      " $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$")
            stack.sql("CREATE TRIGGER dawdle AFTER INSERT ON ledger FOR EACH STATEMENT"
                      " EXECUTE FUNCTION dawdle()")
    assert stack.sql("SELECT reason, count(*) FROM quarantine GROUP BY 1") == [
        ("ID_REUSE", made / 2)]
    # accepted, the second of a pair a duplicate (same) or quarantined (another contact)
    assert sorted(stack.sql("SELECT o, count(*) FROM receipt_queue, unnest(outcome) o"
                            " GROUP BY 1")) == [(1, made), (2, made / 2), (3, made / 2)]
    # and every opt-out holds
    assert stack.value("SELECT count(DISTINCT contact) FROM fact WHERE kind = 4") \
        == made + made / 2
    assert stack.value("SELECT count(*) FROM fact") == made + made / 2
    assert raced(stack) > 0, "nobody met anybody: this showed nothing"
