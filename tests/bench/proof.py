"""What the logs and forgetting cost: ingest beside a keeper that seals and beside one that does
not, in turns; sealing alone; the proof of one event over HTTP; the erasure of somebody about whom
there are fifty events. --write puts the table into README.md."""
import http.client
import json
import pathlib
import statistics
import time

import proc
import race
import usage

README = pathlib.Path(__file__).with_name("README.md")
MARKS = ("<!-- proof: written by tests/bench/run --write -->", "<!-- end of proof -->")
PROOFS, PEOPLE, EVENTS = 1000, 100, 50
SITE = "urn:consent:src:direct:sectigo.com"
OFFICE = "urn:consent:src:dpo:privacy-mailbox"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def key_of(stack):
    """A key that signs the logs."""
    path = stack.dir / "log.key"
    stack.ctl("proof", "key", "--name", "bench.example", "--output", str(path))
    return path


# --- what ingest loses --------------------------------------------------------------------
def rounds_run(bench, runs, rounds):
    """Ingest with and without a log, in turns."""
    for n in range(rounds):
        for who in ("without", "with") if n % 2 == 0 else ("with", "without"):
            stack = bench.stack()
            if who == "with":
                stack.extra["proof_key_file"] = str(key_of(stack))
            bench.fill(bench.events)
            runs.ours(stack, who, ["keeper", "ingest"])
            if bool(stack.value("SELECT max(size) FROM proof_seal WHERE log = 1")) != (who == "with"):
                raise proc.Failure("the keeper sealed where it should not, or not where it should")
            stack.close()


def ab_lines(runs):
    def used(who):
        return runs.middle(who, "client") + runs.middle(who, "server")
    rate, was = runs.middle("with"), runs.middle("without")
    lines = [("ingest beside a keeper that does not seal",
              f"{was:,.0f} events/s; {used('without'):.1f} us of processor an event,"
              f" WAL {runs.middle('without', 'wal'):,.0f} B", ""),
             ("ingest while a keeper seals what it takes in, in turns with the above",
              f"{rate:,.0f} events/s; {used('with'):.1f} us of processor an event,"
              f" WAL {runs.middle('with', 'wal'):,.0f} B", "")]
    lines.append(("the log's cost to ingest", f"{100 * (1 - rate / was):.1f} % of the rate,"
                  f" {100 * (used('with') / used('without') - 1):.1f} % of processor time,"
                  f" {100 * (runs.middle('with', 'wal') / runs.middle('without', 'wal') - 1):.1f}"
                  " % of WAL", "5 %"))
    return lines


# --- sealing, and proofs ------------------------------------------------------------------
def there(bench, stack, n):
    """n events of one partition, in runs of 5,000, as ingest would have put them there."""
    bench.psql(stack.database, f"""
        INSERT INTO ledger (ledger_id, known, occurred_from, occurred_to, "offset", source, partition,
                            flags, type, outcome, variant, event_id, topic, digest, raw, commitment)
        SELECT 65536 + i, now(), now(), now(), i, 1, 0, 0, 1, 1, 0, 'e-' || i, 'feed.acme-hosting',
               sha256(i::text::bytea), decode(repeat('ab', 400), 'hex'), sha256(('c' || i)::bytea)
          FROM generate_series(0, {n} - 1) i;
        INSERT INTO intake_run (topic, partition, "from", "to", lows, highs)
        SELECT 'feed.acme-hosting', 0, f, least(f + 5000, {n}), ARRAY[65536 + f],
               ARRAY[65535 + least(f + 5000, {n})]
          FROM generate_series(0, {n} - 1, 5000) f;
        INSERT INTO ingest_position (topic, partition, next_offset, epoch, owner)
        VALUES ('feed.acme-hosting', 0, {n}, 1, 'bench')
            ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset;
        ANALYZE ledger""", "CHECKPOINT")


def sealing(bench, stack, n):
    there(bench, stack, n)
    before, began = usage.tree(stack.cluster.daemon.pid()), time.monotonic()
    stack.start("keeper", proof_key_file=str(key_of(stack)))
    if not proc.wait_until(lambda: (stack.value(
            "SELECT max(size) FROM proof_seal WHERE log = 1") or 0) >= n, 3600, 0.05):
        raise proc.Failure("the keeper did not seal everything within an hour")
    took = time.monotonic() - began
    server = usage.tree(stack.cluster.daemon.pid()) - before
    size = stack.value("SELECT pg_total_relation_size('proof_tile') +"
                       " pg_total_relation_size('proof_range') +"
                       " pg_total_relation_size('proof_seal')")
    return (f"sealing {n:,} events that are there",
            f"{n / took:,.0f} leaves/s; {1e6 * usage.seconds(stack.daemon('keeper').pid()) / n:.1f}"
            f" + {1e6 * server / n:.1f} us of processor a leaf (keeper, PostgreSQL);"
            f" {size / n:.0f} bytes of tables", "")


def proofs(stack, n):
    stack.start("lookup")
    made = stack.ctl_json("token", "create", "--role", "dpo", "--budget", "none")
    times, one = [], http.client.HTTPConnection("127.0.0.1", stack.port("lookup"), timeout=30)
    for i in range(PROOFS):
        ledger_id = 65536 + i * n // PROOFS
        began = time.monotonic()
        one.request("GET", f"/v1/proof/event/{ledger_id}",
                    headers={"Authorization": "Bearer " + made["token"]})
        answer = one.getresponse()
        body = answer.read()
        times.append(1e3 * (time.monotonic() - began))
        assert answer.status == 200 and json.loads(body)["row"]["row"] == ledger_id, body
    times.sort()
    return (f"proof of one of {n:,} events over HTTP, the look-up audited",
            f"p50 {statistics.median(times):.1f} ms, p99 {times[PROOFS * 99 // 100]:.1f} ms",
            "5 ms")


# --- forgetting ---------------------------------------------------------------------------
def said(stack, feed, source, name, kind, email, data):
    stack.produce(f"feed.{feed}", {
        "specversion": "1.0", "id": name, "source": source, "type": kind, "time": now(),
        "data": {"contact": {"email": email, "country": "GB"}, **data}})


def come(stack):
    """People with fifty events each, who then ask to be forgotten and are told that they are."""
    for p in range(PEOPLE):
        for e in range(EVENTS - 2):  # the request and its answer are events, too
            said(stack, "sectigo.com", SITE, f"b-{p}-{e}", "consent.granted.v1",
                 f"bench{p}@forget.example", {
                     "controllers": ["sectigo-limited"],
                     "scope": [{"purpose": "marketing.promotional", "channels": ["email"]}],
                     "basis": {"art6": "a", "type": "expressed"},
                     "consent": {"method": "newsletter_form", "statement": f"Send me offers {e}"},
                     "provenance": {"source_type": "direct", "collection_point": "newsletter"}})
        said(stack, "privacy-mailbox", OFFICE, f"r-{p}", "rights.requested.v1",
             f"bench{p}@forget.example", {
                 "controllers": ["*"], "rights": {"request_id": f"B-{p}", "kinds": ["erase"]}})
    count = "SELECT count(*) FROM ledger WHERE event_id LIKE %s"
    if not proc.wait_until(lambda: stack.value(count, "r-%") == PEOPLE and
                           stack.value(count, "b-%") == PEOPLE * (EVENTS - 2), 120, 0.1):
        raise proc.Failure("the events of who is to be forgotten were not taken in")
    for p in range(PEOPLE):
        stack.ctl("rights", "complete", f"B-{p}")


def erasure(stack):
    for name in ("ingest", "publish"):
        stack.start(name)
    come(stack)
    if not proc.wait_until(lambda: stack.value("SELECT count(*) FROM delete_task") == PEOPLE,
                           60, 0.1):
        raise proc.Failure("who asked to be forgotten is not in line")
    stack.start("keeper")
    if not proc.wait_until(lambda: stack.value("SELECT count(*) FROM erasure WHERE whole")
                           == PEOPLE, 600, 0.05):
        raise proc.Failure("who asked to be forgotten was not within ten minutes")
    # of each transaction the beginning is noted: from the first to the last
    span, events = stack.sql("SELECT extract(epoch FROM max(at) - min(at))::float8,"
                             " sum(events)::integer FROM erasure")[0]
    return (f"erasure of a contact with {events // PEOPLE} events, {PEOPLE} of them one after the"
            " other", f"{1e3 * span / (PEOPLE - 1):.1f} ms each", "50 ms")


def write(machine, lines):
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1], 1)[1]
    table = ["| what | measured | aim |", "|---|---|---|",
             *(f"| {what} | {found} | {aim} |" for what, found, aim in lines)]
    README.write_text(before + MARKS[0] + "\n" + machine + "\n\n" + "\n".join(table) + "\n"
                      + MARKS[1] + after, encoding="utf-8")


def measure(bench, say, rounds, machine, wanted):
    """wanted: the table is written."""
    runs = race.Race(bench, say)
    rounds_run(bench, runs, rounds)
    lines = ab_lines(runs)
    stack = bench.stack()
    lines.append(sealing(bench, stack, bench.events))
    lines.append(proofs(stack, bench.events))
    stack.close()
    stack = bench.stack()
    lines.append(erasure(stack))
    stack.close()
    for what, found, aim in lines:
        say(what, f"{found}{f'  (aim: {aim})' if aim else ''}")
    if wanted:
        write(machine, lines)
