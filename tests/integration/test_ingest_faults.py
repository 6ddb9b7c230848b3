"""consent-ingest when processes, the database or the broker break: every record once."""
import os
import re
import signal
import subprocess
import time

import pytest

from feeding import all_there, grant, produce_many, settled
from hands import wait_until


def test_killed_in_the_middle(stack):
    # small batches, so that a kill is likely to meet one
    stack.start("ingest", batch_events=50)
    for n in range(4):
        produce_many(stack, 1000, n * 1000)
        time.sleep(0.2)
        stack.daemon("ingest").kill()
        stack.start("ingest", wait=False, batch_events=50)
    all_there(stack, 4000)


# --- between any two steps ----------------------------------------------------------------
BATCH = b"ingest_batch"  # the prepared statement's name stands in the request


@pytest.mark.parametrize("answered", [True, False], ids=["answer", "request"])
def test_a_commit_whose_answer_is_lost(stack, line, answered):
    """The connection breaks before PostgreSQL has the batch, or after it has committed it:
    only the positions tell which."""
    stack.start("ingest")
    produce_many(stack, 200)
    settled(stack, 200)
    sprung = line.trap(BATCH, answered)
    produce_many(stack, 500, 200)
    assert sprung.wait(120)
    all_there(stack, 700)
    assert stack.value("SELECT count(*) FROM quarantine") == 0


def test_killed_before_the_batch_is_in(stack, line):
    """The last moment at which nothing of it may have been noted anywhere."""
    stack.start("ingest")
    produce_many(stack, 200)
    settled(stack, 200)
    sprung = line.trap(BATCH, False, stack.daemon("ingest").kill)
    produce_many(stack, 500, 200)
    assert sprung.wait(120)
    stack.start("ingest")
    all_there(stack, 700)


def test_a_position_belongs_to_one_log(stack):
    """Where the record that was taken in last is another one, so is the log."""
    stack.start("ingest")
    first = stack.produce("feed.sectigo.com", grant("a@example.com", "a"), partition=0)
    settled(stack, 1)
    assert stack.daemon("ingest").stop()
    stack.sql("UPDATE ingest_position SET anchor_digest = sha256('another')"
              " WHERE (partition, anchor_offset) = (%s, %s)", *first)
    stack.produce("feed.sectigo.com", grant("b@example.com", "b"), partition=0)
    stack.start("ingest", wait=False)
    wait_until(lambda: stack.metrics("ingest").get(
        'consent_ingest_held_partitions{reason="other_log"}') == 1, 60, "the doubt")
    assert stack.sql("SELECT event_id FROM ledger") == [("a",)]


def test_a_stopped_process_is_replaced_and_finds_out(stack):
    stack.start("ingest")
    stack.start("ingest", "ingest-2")
    wait_until(lambda: stack.value("SELECT count(DISTINCT owner) FROM ingest_position") == 2,
               60, "both to own partitions")
    stack.daemon("ingest").send(signal.SIGSTOP)
    produce_many(stack, 500)
    settled(stack, 500)  # the other one has taken over
    stack.daemon("ingest").send(signal.SIGCONT)
    produce_many(stack, 500, 500)
    all_there(stack, 1000)
    assert stack.daemon("ingest").pid() and stack.daemon("ingest-2").pid()


def test_postgresql_comes_back(stack, cluster):
    stack.start("ingest")
    produce_many(stack, 500)
    cluster.crash()
    produce_many(stack, 500, 500)
    wait_until(lambda: "event=database_away" in stack.daemon("ingest").log_file.read_text(),
               what="ingest to notice")
    time.sleep(2)
    cluster.start(shared_buffers="128MB")
    all_there(stack, 1000)
    log = stack.daemon("ingest").log_file.read_text()
    told = re.findall(r"event=database_away kind=\S+ code=(\S+)", log)
    assert told and len(told) == len(set(told))  # each reason once
    assert log.count("event=database_back") == 1


def test_a_full_disk_is_waited_for(stack, cluster):
    """The ledger's file can grow no more for some seconds: the kernel says ENOSPC."""
    stack.start("ingest")
    produce_many(stack, 200)
    settled(stack, 200)
    backend = stack.value("SELECT pid FROM pg_stat_activity WHERE application_name LIKE "
                          "'%%ingest%%' AND datname = current_database()")
    ledger = cluster.home.resolve() / "data" / stack.value(
        "SELECT pg_relation_filepath('ledger')")
    calls = "pwrite64,pwritev,fallocate"
    with subprocess.Popen(["strace", "-qq", "-o", os.devnull, "-p", str(backend), "-P",
                           str(ledger), "-e", f"trace={calls}", "-e",
                           f"inject={calls}:error=ENOSPC"], stderr=subprocess.PIPE) as full:
        wait_until(lambda: "TracerPid:\t0" not in
                   open(f"/proc/{backend}/status", encoding="ascii").read(), 60, "strace")
        produce_many(stack, 3000, 200)
        log = stack.daemon("ingest").log_file
        wait_until(lambda: "PG_53100" in log.read_text(), 60, "ingest to meet the full disk")
        assert stack.value("SELECT count(*) FROM ledger") < 3200
        full.terminate()
    all_there(stack, 3200)
    assert log.read_text().count("event=database_away kind=retry code=PG_53100") == 1


@pytest.mark.lasting
def test_the_broker_comes_back(stack):
    stack.start("ingest")
    produce_many(stack, 500)
    stack.broker.kill()
    time.sleep(1)
    stack.broker.start()
    produce_many(stack, 500, 500)
    all_there(stack, 1000)


def test_somebody_else_moves_the_position(stack):
    """As when another process has taken the partition over: nothing is written, and what
    the position says now is where it goes on."""
    stack.start("ingest")
    stack.produce("feed.sectigo.com", grant("a@example.com", "a"), partition=0)
    settled(stack, 1)
    stack.sql("UPDATE ingest_position SET epoch = epoch + 1, owner = 'another'"
              " WHERE topic = 'feed.sectigo.com' AND partition = 0")
    place = " FROM ingest_position WHERE topic = 'feed.sectigo.com' AND partition = 0"
    theirs = stack.value("SELECT epoch" + place)
    stack.produce("feed.sectigo.com", grant("b@example.com", "b"), partition=0)
    stack.produce("feed.sectigo.com", grant("c@example.com", "c"), partition=1)
    settled(stack, 3)  # Kafka still says it is ours, so it is claimed again, and only then read
    assert stack.value("SELECT count(*) FROM ledger") == 3
    ours = stack.sql("SELECT epoch, owner" + place)[0]
    assert ours[0] > theirs and ours[1] != "another"


def test_stops_when_asked_although_postgresql_is_away(stack, cluster):
    stack.start("ingest")
    produce_many(stack, 200)
    settled(stack, 200)
    cluster.crash()
    try:
        produce_many(stack, 200, 200)
        time.sleep(1)
        assert stack.daemon("ingest").stop(seconds=60), "it had to be killed"
    finally:
        cluster.start(shared_buffers="128MB")
    assert 'event=stopped status=0' in stack.daemon("ingest").log_file.read_text()
    stack.start("ingest")
    all_there(stack, 400)
