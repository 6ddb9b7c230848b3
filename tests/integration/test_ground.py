"""The ground that all other integration tests stand on: is it as firm as it says?"""
import os
import signal
import time

import psycopg2
import pytest

import brokers
import proc
from hands import PROGRAMS, wait_until


def test_records_come_back_as_sent(hands):
    hands.topic("feed.ground", **{"message.timestamp.type": "CreateTime"})
    sent = [hands.produce("feed.ground", {"n": n}, key=f"k{n}", headers={"ce_id": str(n)},
                          timestamp_ms=1700000000000 + n) for n in range(20)]
    got = hands.read("feed.ground")
    assert sorted(sent) == [(m.partition(), m.offset()) for m in got]
    first = next(m for m in got if m.key() == b"k0")
    assert first.value() == b'{"n": 0}'
    assert first.headers() == [("ce_id", b"0")]
    assert first.timestamp()[1] == 1700000000000


def test_table_of_a_topic_ends_with_the_last_word(hands):
    hands.topic("suppression.ground", partitions=1)
    for value in ({"v": 1}, {"v": 2}):
        hands.produce("suppression.ground", value, key="a")
    hands.produce("suppression.ground", {"v": 3}, key="b")
    hands.produce("suppression.ground", None, key="b")
    assert hands.read_table("suppression.ground") == {"a": {"v": 2}}


def test_a_topic_of_an_earlier_test_is_gone(hands):
    assert not [t for t in hands.topics() if t.startswith(("feed.", "suppression."))]


def test_database_is_empty_utf8_and_durable(hands):
    assert hands.value("SELECT count(*) FROM pg_class "
                       "WHERE relnamespace = 'public'::regnamespace") == 0
    expected = {"server_encoding": "UTF8", "synchronous_commit": "on", "fsync": "on",
                "data_checksums": "on", "log_parameter_max_length": "0",
                "log_error_verbosity": "terse", "listen_addresses": "127.0.0.1",
                "password_encryption": "scram-sha-256", "TimeZone": "UTC"}
    assert {name: hands.value(f"SHOW {name}") for name in expected} == expected


def test_database_log_keeps_no_person(hands, cluster):
    hands.sql("CREATE TABLE person (email text PRIMARY KEY)")
    hands.sql("INSERT INTO person VALUES (%s)", "ana.silva@example.com")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        hands.sql("INSERT INTO person VALUES (%s)", "ana.silva@example.com")
    log = cluster.daemon.log_file.read_text()
    assert "duplicate key" in log and "ana.silva" not in log


def test_database_wants_its_password(cluster):
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(cluster.url("postgres").replace(cluster.password(), "guess"))


def test_server_is_not_root(cluster):
    assert os.stat(f"/proc/{cluster.daemon.pid()}").st_uid != 0


@pytest.mark.parametrize("way", ["crash", "kill"])
def test_committed_rows_survive_a_crash(hands, cluster, way):
    hands.sql("CREATE TABLE t (n int)")
    hands.sql("INSERT INTO t SELECT generate_series(1, 1000)")
    port = cluster.port()
    getattr(cluster, way)()
    assert cluster.daemon.pid() is None
    cluster.start(shared_buffers="128MB")
    assert cluster.port() == port
    assert hands.value("SELECT count(*) FROM t") == 1000


def test_a_killed_broker_keeps_what_it_promised(hands):
    if hands.broker.kind == "given":
        pytest.skip("the cluster of KAFKA_BROKERS is not ours to kill")
    hands.topic("feed.ground")
    for n in range(100):
        hands.produce("feed.ground", {"n": n})
    address = hands.broker.address
    hands.broker.kill()
    assert not hands.broker.running()
    assert hands.broker.start()
    if hands.broker.keeps_data:
        assert hands.broker.address == address
        assert len(hands.read("feed.ground")) == 100
    else:  # the embedded one promises to have forgotten
        assert hands.broker.address != address


def test_a_pid_given_to_somebody_else_is_not_ours(tmp_path):
    daemon = proc.Daemon(tmp_path, "sleeper")
    daemon.start(["sleep", "3600"])
    pid, began = map(int, daemon.pid_file.read_text().split())
    try:
        assert daemon.pid() == pid
        daemon.pid_file.write_text(f"{pid} {began - 1}\n")
        assert daemon.pid() is None
        daemon.stop()
        assert proc.start_time(pid) == began, "somebody else's process was signalled"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_one_that_will_not_stop_is_made_to(tmp_path):
    daemon = proc.Daemon(tmp_path, "stubborn")
    daemon.start(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"])
    wait_until(lambda: "ready" in daemon.last_words(), what="the trap")
    began = time.monotonic()
    assert daemon.stop(seconds=1) is False
    assert time.monotonic() - began < 60 and daemon.pid() is None


def test_embedded_broker_says_what_it_is(tmp_path):
    own = brokers.Embedded(tmp_path, PROGRAMS)
    own.start()
    own.stop()
    assert "5 MiB" in own.daemon.last_words()
    assert not own.port_file.exists(), "a stopped broker must leave no address behind"
