#!/usr/bin/python3
"""tests/bench/proof.py [--events N]: what the logs cost. N events that are in the ledger already are
sealed by a keeper with a key (processor time of keeper and PostgreSQL for a leaf, leaves a second),
then proofs of single events are asked for over HTTP."""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy" / "local"), str(ROOT / "tests" / "integration"), str(ROOT / "tests" / "bench")]
import brokers  # noqa: E402
import postgres  # noqa: E402
from stack import Stack  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    """Processor time of a process so far, s."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def fill(cluster, database, n):
    """n events of one partition, in runs of 5,000, as ingest would have put them there."""
    cluster.psql(f"""
        INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset", source, partition,
                            flags, type, outcome, variant, event_id, topic, digest, raw, commitment)
        SELECT 65536 + i, now(), now(), now(), i, 1, 0, 0, 1, 1, 0, 'e-' || i, 'feed.acme-hosting',
               sha256(i::text::bytea), decode(repeat('ab', 400), 'hex'), sha256(('c' || i)::bytea)
          FROM generate_series(0, {n} - 1) i;
        INSERT INTO intake_run (topic, partition, "from", "to", lows, highs)
        SELECT 'feed.acme-hosting', 0, f, f + 5000, ARRAY[65536 + f], ARRAY[65536 + f + 4999]
          FROM generate_series(0, {n} - 5000, 5000) f;
        INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner)
        VALUES ('feed.acme-hosting', 0, {n}, 1, 'bench')
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset;
        ANALYZE ledger; CHECKPOINT""", database)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300000)
    args = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="proof-bench-"))
    directory.chmod(0o755)  # the server's user passes through
    programs = ROOT / "build" / "release" / "bin"
    cluster = postgres.Postgres(directory)
    cluster.start()
    broker = brokers.choose(directory / "broker", programs)
    broker.start()
    stack = Stack(directory / "stack", programs, cluster, broker)
    try:
        stack.prepare()
        fill(cluster, stack.database, args.events)
        key = directory / "log.key"
        stack.ctl("proof", "key", "--name", "bench.example", "--output", str(key))
        sealed = lambda: int(cluster.psql("SELECT coalesce(max(size), 0) FROM proof_seal"
                                          " WHERE log = 1", stack.database) or 0)
        began = time.monotonic()
        stack.start("keeper", proof_key_file=str(key))
        pid = stack.daemon("keeper").pid()
        backend = int(cluster.psql("SELECT pid FROM pg_stat_activity WHERE application_name ="
                                   " 'consent-keeper'", stack.database))
        while sealed() < args.events:
            time.sleep(0.05)
        took = time.monotonic() - began
        print(f"sealed {args.events} in {took:.1f} s: {args.events / took:.0f} leaves/s, processor time of a"
              f" leaf {1e6 * cpu(pid) / args.events:.2f} us in the keeper,"
              f" {1e6 * cpu(backend) / args.events:.2f} us in PostgreSQL")
        bytes_of = cluster.psql("SELECT pg_total_relation_size('proof_tile') + pg_total_relation_size("
                                "'proof_range') + pg_total_relation_size('proof_seal')", stack.database)
        print(f"{int(bytes_of) / args.events:.1f} bytes of tables a leaf")
        stack.daemon("keeper").stop()
        stack.start("lookup")
        made = stack.ctl_json("token", "create", "--role", "dpo", "--budget", "none")
        times = []
        one = http.client.HTTPConnection("127.0.0.1", stack.port("lookup"), timeout=30)
        for i in range(500):
            ledger_id = 65536 + i * (args.events // 500)
            began = time.monotonic()
            one.request("GET", f"/v1/proof/event/{ledger_id}",
                        headers={"Authorization": "Bearer " + made["token"]})
            answer = one.getresponse()
            body = answer.read()
            times.append(1e3 * (time.monotonic() - began))
            assert answer.status == 200, body
            assert json.loads(body)["row"]["row"] == ledger_id
        times.sort()
        print(f"proof of one event over HTTP, audited: p50 {statistics.median(times):.2f} ms,"
              f" p99 {times[494]:.2f} ms")
    finally:
        stack.stop()
        broker.stop()
        cluster.destroy()


if __name__ == "__main__":
    main()
