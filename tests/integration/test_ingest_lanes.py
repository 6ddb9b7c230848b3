"""Opt-outs do not wait behind the backlogs of other feeds. What was taken before what is
counted, by the numbers of the ledger: a process gives them out as it takes records."""
import json

from confluent_kafka import Producer

from feeding import grant, optout, settled

GRANTS, OPTOUTS = 12000, 2000


def produce(stack, topic, events):
    producer = Producer({"bootstrap.servers": stack.broker.address, "acks": "all",
                         "linger.ms": 20})
    for i, event in enumerate(events):
        producer.produce(topic, json.dumps(event).encode(), partition=i % 4)
        producer.poll(0)
    assert producer.flush(60) == 0


def test_optouts_pass_a_backlog_of_grants_which_goes_on(stack, line):
    """Nothing can be committed while both feeds fill, the grants' first."""
    stack.start("ingest", batch_events=200)
    produce(stack, "feed.sectigo.com", [grant("first@example.com", f"first-{i}")
                                        for i in range(4)])
    produce(stack, "feed.mta-eu1", [optout("first@example.com", f"no-first-{i}")
                                    for i in range(4)])
    settled(stack, 8)
    line.mute()
    produce(stack, "feed.sectigo.com", [grant(f"m{i % 500}@example.com", f"yes-{i}")
                                        for i in range(GRANTS)])
    produce(stack, "feed.mta-eu1", [optout(f"m{i % 500}@example.com", f"no-{i}")
                                    for i in range(OPTOUTS)])
    line.restore()
    settled(stack, GRANTS + OPTOUTS + 8)
    assert stack.sql("SELECT count(*), count(DISTINCT event_id) FROM ledger") == [
        (GRANTS + OPTOUTS + 8,) * 2]
    before = stack.value("SELECT count(*) FROM ledger WHERE event_id LIKE 'yes-%%' AND"
                         " ledger_id < (SELECT max(ledger_id) FROM ledger"
                         " WHERE event_id LIKE 'no-%%')")
    assert 100 < before < GRANTS / 2
    # within a partition nothing passes what came before it
    assert stack.value("""
        SELECT count(*) FROM (SELECT ledger_id < lag(ledger_id) OVER (
                   PARTITION BY source, partition ORDER BY "offset") AS back
              FROM ledger) x WHERE back""") == 0
