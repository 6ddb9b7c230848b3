"""Events for ingest's tests, and waiting until they are in."""
import json
import time
import uuid

from confluent_kafka import Producer

from hands import wait_until

DIRECT = "urn:consent:src:direct:sectigo.com"
RESELLER = "urn:consent:src:reseller:acme-hosting"
MAILING = "urn:consent:src:mailing:mta-eu1"


def now(offset_s=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset_s))


def grant(email, event_id=None, source=DIRECT, **more):
    return {"specversion": "1.0", "id": event_id or uuid.uuid4().hex, "source": source,
            "type": "consent.granted.v1", "time": now(-60),
            "data": {"contact": {"email": email, "age": "16_or_over"},
                     "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": "marketing.promotional",
                                "channels": ["email"]}],
                     "basis": {"art6": "a", "type": "expressed"},
                     "consent": {"method": "web_form", "statement": "E-mail me offers"},
                     "provenance": {"source_type": "direct", "collected_at": now(-60)}},
            **more}


def optout(email, event_id=None, source=MAILING, **more):
    return {"specversion": "1.0", "id": event_id or uuid.uuid4().hex, "source": source,
            "type": "optout.recorded.v1", "time": now(-30),
            "data": {"contact": {"email": email}, "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": "*promotional", "channels": ["email"]}],
                     "optout": {"via": "unsubscribe_link"}},
            **more}


def settled(stack, records, seconds=180):
    """Waits until so many records are in the ledger, in quarantine or counted as known."""
    def taken():
        return stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position")
    wait_until(lambda: taken() >= records, seconds, f"{records} records to be taken in")
    assert taken() == records


def produce_many(stack, n, first=0):
    """n records, quickly."""
    producer = Producer({"bootstrap.servers": stack.broker.address, "acks": "all",
                         "linger.ms": 20, "partitioner": "murmur2_random"})
    for i in range(first, first + n):
        producer.produce("feed.sectigo.com",
                         json.dumps(grant(f"m{i % 500}@example.com", f"m-{i}")).encode())
        producer.poll(0)
    assert producer.flush(90) == 0


def all_there(stack, n):
    """Every record exactly once, and with each its fact."""
    settled(stack, n)
    assert stack.value("SELECT count(*) FROM ledger") == n
    assert stack.value("SELECT count(DISTINCT event_id) FROM ledger") == n
    assert stack.value("SELECT count(*) FROM fact") == n
    assert stack.value("SELECT sum(cardinality(event_id)) FROM receipt_queue") == n
    assert stack.value("SELECT count(*) FROM fact f WHERE NOT EXISTS"
                       " (SELECT FROM ledger l WHERE l.ledger_id = f.ledger_id)") == 0
