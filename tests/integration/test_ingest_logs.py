"""consent-ingest and which log it reads: topics deleted and made again under their name,
records that expire unread, transactions that leave no record. Only a real broker has these."""
import datetime
import hashlib
import json
import subprocess
import time

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import ConfigResource

from feeding import optout, settled
from hands import wait_until
from pinned import environment
from stack import fetch

# A topic that is deleted and made again is a race against the broker, and whoever wins it, what is
# asked here holds: that nothing of the new log is lost. Other tests beside it only vary who wins.
pytestmark = pytest.mark.lasting

FEED = "feed.mta-eu1"
HELD = 'consent_ingest_held_partitions{reason="other_log"}'
CONFIG = {"message.timestamp.type": "LogAppendTime"}


def send(stack, names, topic=FEED):
    """Opt-outs into partition 0, in one go."""
    producer = Producer({"bootstrap.servers": stack.broker.address, "acks": "all",
                         "linger.ms": 5})
    for name in names:
        producer.produce(topic, json.dumps(optout(f"{name}@example.com", name)).encode(),
                         partition=0)
    assert producer.flush(90) == 0


def delete(stack, topic=FEED):
    # a broker may tell of a topic later than its controller, and of this one when it has gone
    wait_until(lambda: topic in stack.topics(), what="the topic to be there")
    stack.admin.delete_topics([topic])[topic].result(60)


def make(stack, topic=FEED, **config):
    """As soon as the broker lets us."""
    def made():
        try:
            stack.topic(topic, 1, **(config or CONFIG))
            return True
        except Exception as refused:  # pylint: disable=broad-except
            assert "EXISTS" in str(refused).upper() or "marked for deletion" in str(refused)
            return False
    wait_until(made, 90, "the topic to be made again")
    wait_until(lambda: ends_at(stack, topic) == 0, what="the broker to have the new log in hand")


def ends_at(stack, topic):
    """Where partition 0 ends; a broker that is behind its controller still says the old log's, and
    what it takes then goes with that."""
    consumer = Consumer({"bootstrap.servers": stack.broker.address, "group.id": "looks"})
    try:
        found = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=60)
        return found and found[1]
    except KafkaException:
        return None
    finally:
        consumer.close()


def names(first, n):
    return [f"{first}{i}" for i in range(n)]


def taken(stack):
    return {e for e, in stack.sql("SELECT event_id FROM ledger")}


def position(stack, partition=0):
    return stack.value("SELECT next_offset FROM ingest_position WHERE topic = %s"
                       " AND partition = %s", FEED, partition)


def record_at(stack, offset):
    """(what ingest takes for its digest, when it was stamped) of a record without headers."""
    consumer = Consumer({"bootstrap.servers": stack.broker.address, "group.id": "looks"})
    try:
        consumer.assign([TopicPartition(FEED, 0, offset)])
        record = consumer.poll(60)
        assert record is not None and record.offset() == offset
        stamp = record.timestamp()[1] / 1000
        return (hashlib.sha256(record.value()).digest(),
                datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc))
    finally:
        consumer.close()


def begin(stack, n=60):
    """A feed of one partition, with n records taken in."""
    delete(stack)
    wait_until(lambda: FEED not in stack.topics(), what="the topic to be gone")
    make(stack)
    stack.start("ingest")
    send(stack, names("old", n))
    wait_until(lambda: len(taken(stack)) == n, 90, "the first log")
    wait_until(lambda: stack.metrics("ingest").get(
        f'consent_ingest_lag_records{{topic="{FEED}"}}') == 0, what="the lag")


def held(stack):
    """Held loudly, and nothing of the new log has been lost: none of it is read yet, or it
    is read again after a reset."""
    wait_until(lambda: stack.metrics("ingest").get(HELD) == 1, 90, "the partition to be held")

    def said():
        status, text = fetch(stack.url("ingest") + "/readyz")
        return status == 503 and FEED in text and "other_log" in text \
            and "reason=other_log" in stack.daemon("ingest").log_file.read_text()
    wait_until(said, what="it to be said")
    wait_until(lambda: stack.value("SELECT held FROM ingest_position WHERE topic = %s"
                                   " AND partition = 0", FEED) == "other_log",
               what="PostgreSQL to know")


def reset(stack, where, *more):
    return stack.ctl_json("feed", "reset", "mta-eu1", "--from", where, "--reason", "a test",
                          *more)


@pytest.mark.parametrize("pause", [0, 1, 6])
def test_a_topic_made_anew_while_it_is_read(stack, pause):
    begin(stack)
    delete(stack)
    time.sleep(pause)
    make(stack)
    new = names("new", 75)
    send(stack, new)
    held(stack)
    reset(stack, "beginning")
    wait_until(lambda: set(new) <= taken(stack), 90, "the new log")
    wait_until(lambda: stack.metrics("ingest").get(HELD) == 0, what="the hold to end")
    wait_until(lambda: fetch(stack.url("ingest") + "/readyz")[0] == 200, what="readiness")
    assert len(taken(stack)) == 135
    assert stack.value("SELECT count(*) FROM fact") == 135
    assert stack.daemon("ingest").stop(seconds=60), "it had to be killed"


def test_a_log_that_was_changed_unseen_is_found_out_later(stack):
    """Not one record of the change is seen while it happens, as if all of it took a moment:
    the new log is taken up in its middle, and the process killed before it can look."""
    begin(stack)
    sure = stack.sql("SELECT sure_offset, sure_time, sure_digest FROM ingest_position"
                     " WHERE topic = %s AND partition = 0", FEED)
    stack.daemon("ingest").kill()
    delete(stack)
    wait_until(lambda: FEED not in stack.topics(), what="the topic to be gone")
    make(stack)
    send(stack, names("new", 80))
    # what such a process leaves: the position and the anchor are the new log's
    stack.start("ingest", wait=False)
    wait_until(lambda: stack.metrics("ingest").get(HELD) == 1, 90, "the first hold")
    stack.daemon("ingest").kill()
    digest, at = record_at(stack, 74)
    stack.sql("UPDATE ingest_position SET next_offset = 75, held = '', anchor_offset = 74,"
              " anchor_time = %s, anchor_digest = %s WHERE topic = %s AND partition = 0",
              at, digest, FEED)
    assert sure[0][0] is not None and sure == stack.sql(
        "SELECT sure_offset, sure_time, sure_digest FROM ingest_position"
        " WHERE topic = %s AND partition = 0", FEED)
    stack.start("ingest", wait=False)
    wait_until(lambda: "new79" in taken(stack), 90, "the end of the new log")
    assert "new74" not in taken(stack)
    held(stack)
    reset(stack, "beginning")
    wait_until(lambda: set(names("new", 80)) <= taken(stack), 90, "the new log")
    assert stack.value("SELECT count(*) FROM fact") == 140


@pytest.mark.parametrize("n", [20, 60, 75])
def test_a_topic_made_anew_while_nobody_reads(stack, n):
    """A shorter log, one as long, and a longer one."""
    begin(stack)
    assert stack.daemon("ingest").stop(seconds=60)
    delete(stack)
    wait_until(lambda: FEED not in stack.topics(), what="the topic to be gone")
    make(stack)
    new = names("new", n)
    send(stack, new)
    stack.start("ingest", wait=False)
    held(stack)
    assert not set(new) & taken(stack)
    # still so after another start
    assert stack.daemon("ingest").stop(seconds=60)
    stack.start("ingest", wait=False)
    held(stack)
    reset(stack, "beginning")
    wait_until(lambda: set(new) <= taken(stack), 90, "the new log")
    assert position(stack) == n


# --- records that expire -----------------------------------------------------------------
EXPIRE = """
import sys
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
brokers, topic, before = sys.argv[1:]
admin = AdminClient({"bootstrap.servers": brokers})
for done in admin.delete_records([TopicPartition(topic, 0, int(before))]).values():
    print(done.result(60).low_watermark)
"""


def expire(stack, before):
    """The log begins there now, as after its retention time."""
    python = environment("confluent-kafka==2.6.1") / "bin/python"
    done = subprocess.run([python, "-c", EXPIRE, stack.broker.address, FEED, str(before)],
                          capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(before), done.stderr


def gaps(stack, *more):
    return [(g["from"], g["to"]) for g in stack.ctl_json("feed", "gaps", *more)
            if (g["topic"], g["partition"]) == (FEED, 0)]


def missed(stack):
    return stack.metrics("ingest").get(
        f'consent_ingest_gap_records{{topic="{FEED}",partition="0"}}')


def doctor(stack):
    said = json.loads(stack.ctl("doctor", "--json", check=False).stdout)
    return [(f["level"], f["text"]) for f in said["checks"] if f["check"] == "positions"]


def test_records_that_expire_before_the_first_reading_are_a_gap(stack):
    delete(stack)
    wait_until(lambda: FEED not in stack.topics(), what="the topic to be gone")
    make(stack)
    send(stack, names("r", 10))
    expire(stack, 4)
    stack.start("ingest")
    wait_until(lambda: taken(stack) == set(names("r", 10)[4:]), 90, "what is left")
    assert gaps(stack) == [(0, 4)]
    wait_until(lambda: missed(stack) == 4, 90, "the metric")
    assert "event=records_missed" in stack.daemon("ingest").log_file.read_text()
    assert [text for level, text in doctor(stack) if level == "wrong"] == [
        f"{FEED}, partition 0: 4 records were gone before ingest read them"]
    gap = stack.ctl_json("feed", "gaps")[0]["gap"]
    stack.ctl("feed", "acknowledge", str(gap), "--reason", "the source sent them again")
    wait_until(lambda: missed(stack) == 0, 90, "the metric to fall")
    assert gaps(stack) == [] and gaps(stack, "--all") == [(0, 4)]
    assert doctor(stack)[0][0] == "ok"


def test_records_that_expire_while_nobody_reads_are_a_gap(stack):
    begin(stack)
    assert stack.daemon("ingest").stop(seconds=60)
    send(stack, names("late", 20))
    expire(stack, 70)
    stack.start("ingest")
    wait_until(lambda: set(names("late", 20)[10:]) <= taken(stack), 90, "what is left")
    assert len(taken(stack)) == 70
    assert gaps(stack) == [(60, 70)]


def test_what_was_read_may_expire(stack):
    """Also the record that tells our log from another."""
    begin(stack)
    assert stack.daemon("ingest").stop(seconds=60)
    expire(stack, 60)
    stack.start("ingest")
    send(stack, names("after", 5))
    wait_until(lambda: len(taken(stack)) == 65, 90, "what came after")
    assert gaps(stack) == [] and stack.metrics("ingest").get(HELD) == 0


# --- transactions --------------------------------------------------------------------------
def transactions(stack, *kept):
    producer = Producer({"bootstrap.servers": stack.broker.address,
                         "transactional.id": f"test-{time.time()}"})
    producer.init_transactions(90)
    for n, keep in enumerate(kept):
        producer.begin_transaction()
        for name in names(f"t{n}-", 50):
            producer.produce(FEED, json.dumps(optout(f"{name}@example.com", name)).encode(),
                             partition=0)
        producer.flush(90)  # so that there is something to take back
        (producer.commit_transaction if keep else producer.abort_transaction)(90)


def bounds(stack):
    """(first, next) offset of the log."""
    consumer = Consumer({"bootstrap.servers": stack.broker.address, "group.id": "bounds"})
    try:
        return consumer.get_watermark_offsets(TopicPartition(FEED, 0), timeout=60)
    finally:
        consumer.close()


def test_positions_pass_what_a_transaction_left(stack):
    begin(stack, 10)
    transactions(stack, True, True, True, False, False, False)
    wait_until(lambda: len(taken(stack)) == 160, 90, "the committed ones")
    end = 10 + 6 * 51  # each with its mark
    assert bounds(stack) == (0, end)
    wait_until(lambda: position(stack) == end, 90, "the position to pass the rest")
    wait_until(lambda: stack.metrics("ingest").get(
        f'consent_ingest_lag_records{{topic="{FEED}"}}') == 0, what="the lag")
    # and their expiry holds nothing up
    assert stack.daemon("ingest").stop(seconds=60)
    expire(stack, end - 20)
    stack.start("ingest")
    send(stack, names("after", 5))
    wait_until(lambda: len(taken(stack)) == 165, 90, "what came after")
    assert gaps(stack) == [] and stack.metrics("ingest").get(HELD) == 0


# --- what a person says ----------------------------------------------------------------------
def test_reading_goes_on_at_the_end(stack):
    begin(stack)
    assert stack.daemon("ingest").stop(seconds=60)
    delete(stack)
    wait_until(lambda: FEED not in stack.topics(), what="the topic to be gone")
    make(stack)
    send(stack, names("new", 30))
    stack.start("ingest", wait=False)
    wait_until(lambda: stack.metrics("ingest").get(HELD) == 1, 90, "the hold")
    wait_until(lambda: stack.metrics("ingest").get(
        f'consent_ingest_lag_records{{topic="{FEED}"}}') == 30, 90, "its true lag")
    assert any("other_log" in text for level, text in doctor(stack) if level == "wrong")
    assert reset(stack, "end")["partitions"] == [{"partition": 0, "was": 60, "next": 30}]
    wait_until(lambda: stack.metrics("ingest").get(HELD) == 0, 90, "the hold to end")
    send(stack, names("after", 3))
    wait_until(lambda: len(taken(stack)) == 63, 90, "what came after")
    # what was skipped stands in the book, and needs nobody any more
    assert gaps(stack) == [] and gaps(stack, "--all") == [(0, 30)]
    assert stack.sql("SELECT was_offset, next_offset, reason FROM intake_reset") == [
        (60, 30, "a test")]


def test_a_feed_that_did_not_stamp_goes_on_without_a_restart(stack):
    delete(stack)
    wait_until(lambda: FEED not in stack.topics(), what="the topic to be gone")
    make(stack, **{"message.timestamp.type": "CreateTime"})
    stack.start("ingest", trust_create_time="false")
    pid = stack.daemon("ingest").pid()
    send(stack, names("unstamped", 5))
    unstamped = 'consent_ingest_held_partitions{reason="create_time"}'
    wait_until(lambda: stack.metrics("ingest").get(unstamped) == 1, 90, "the hold")
    stamp = ConfigResource("topic", FEED, set_config=CONFIG)
    stack.admin.alter_configs([stamp])[stamp].result(60)
    assert reset(stack, "end")["partitions"][0]["next"] == 5
    wait_until(lambda: stack.metrics("ingest").get(unstamped) == 0, 90, "the hold to end")
    send(stack, names("stamped", 5))
    wait_until(lambda: taken(stack) == set(names("stamped", 5)), 90, "what has a stamp")
    assert gaps(stack, "--all") == [(0, 5)]
    assert stack.daemon("ingest").pid() == pid


def test_a_feed_that_is_read_may_be_read_again(stack):
    begin(stack)
    reset(stack, "beginning")
    wait_until(lambda: stack.value("SELECT count(*) FROM receipt_queue, unnest(outcome) o"
                                   " WHERE o = 2") == 60, 60, "all of it as duplicates")
    assert len(taken(stack)) == 60 and stack.value("SELECT count(*) FROM fact") == 60
    assert position(stack) == 60
