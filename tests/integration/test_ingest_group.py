"""How the processes of one consumer group share the feeds."""
import pytest
from confluent_kafka import Consumer

from feeding import grant, settled
from hands import wait_until

PROCESSES = [f"ingest-{n}" for n in range(1, 7)]


def owned(stack):
    """Partitions by owner, and how many processes own none."""
    return sorted(n for n, in stack.sql(
        "SELECT count(*) FROM ingest_position GROUP BY owner"))


def test_more_processes_than_partitions_of_a_topic(stack):
    """Six processes, feeds of four partitions: every process gets its share of all."""
    for name in PROCESSES:
        stack.start("ingest", name)
    total = sum(n for topic, n in stack.topics().items() if topic.startswith("feed."))
    fair = [total // 6] * (6 - total % 6) + [total // 6 + 1] * (total % 6)
    wait_until(lambda: owned(stack) == fair, 120, f"{total} partitions to be shared")


def test_a_process_without_partitions_is_ready(stack):
    """Six processes, and one feed of four partitions."""
    for name in PROCESSES:
        stack.start("ingest", name, topics="^feed\\.sectigo\\.com$")
    wait_until(lambda: sum(stack.metrics(name).get("consent_ingest_partitions") == 0
                           for name in PROCESSES) == 2, what="two without partitions")
    stack.produce("feed.sectigo.com", grant("a@example.com"))
    settled(stack, 1)


@pytest.mark.lasting  # the embedded broker lets no second protocol into a group
def test_members_of_an_older_version_are_replaced_one_by_one(stack):
    """They know only range; the group agrees on that as long as one of them is there."""
    old = Consumer({"bootstrap.servers": stack.broker.address, "group.id": "consent-ingest",
                    "partition.assignment.strategy": "range", "session.timeout.ms": 6000})
    old.subscribe(["^feed\\."])

    def assigned():
        old.poll(0.5)
        return old.assignment()
    wait_until(assigned, what="the old one to have partitions")
    stack.start("ingest", wait=False)
    wait_until(lambda: assigned() and owned(stack), what="both to have partitions")
    old.close()
    total = sum(n for topic, n in stack.topics().items() if topic.startswith("feed."))
    wait_until(lambda: owned(stack) == [total], 120, "the new one to have them all")
