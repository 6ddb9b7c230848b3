"""What is due by retention, of many contacts in one run of the keeper's, beside ingest and publish
that work off a backlog: how long a contact takes, and whether the last ones take longer than the first."""
import json
import time

from confluent_kafka import Producer

import proc
import usage
from hands import ROOT

FEED, SITE = "feed.sectigo.com", "urn:consent:src:direct:sectigo.com"


def ago(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))


def event(number, name, kind, days, data):
    return json.dumps({
        "specversion": "1.0", "id": f"{name}-{number}", "source": SITE, "type": kind, "time": ago(days),
        "data": {"contact": {"email": f"due{number}@retention.example", "country": "GB"},
                 "controllers": ["sectigo-limited"], **data,
                 "provenance": {"source_type": "direct", "collection_point": "newsletter"}}})


def said(number):
    """A consent and, later, a no: by R12 what was held for offers is due at once."""
    scope = [{"purpose": "marketing.promotional", "channels": ["email"]}]
    yield event(number, "c", "consent.granted.v1", 20, {
        "scope": scope, "basis": {"art6": "a", "type": "expressed"},
        "consent": {"method": "newsletter_form", "statement": "Send me offers"}})
    yield event(number, "o", "optout.recorded.v1", 8, {
        "scope": scope, "optout": {"via": "unsubscribe_link"}})


def automatic(stack):
    """R12 goes by itself."""
    files = []
    for name in ("sectigo", "demo"):
        register = json.loads((ROOT / "schemas" / "register" / f"{name}.json").read_text())
        for row in register.get("retention", []):
            row["automatic"] = row["id"] == "R12"
        files.append(stack.dir / f"{name}.json")
        files[-1].write_text(json.dumps(register))
    stack.ctl("register", "apply", *map(str, files))


def people(bench, stack, n):
    to = Producer({"bootstrap.servers": bench.broker.address, "linger.ms": 50,
                   "queue.buffering.max.messages": 1_000_000})
    for number in range(n):
        for one in said(number):
            to.produce(FEED, one)
        to.poll(0)
    to.flush()
    stack.start("ingest")
    stack.start("publish")
    wait(lambda: stack.value("SELECT count(*) FROM ledger") >= 2 * n and not stack.value(
        "SELECT count(*) FROM dirty"), "not everybody was taken in")


def wait(done, what):
    if not proc.wait_until(done, 3600, 0.5):
        raise proc.Failure(f"within an hour {what}")


def taken(stack):
    return stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position") \
        - stack.value("SELECT count(*) FROM erasure WHERE certificate IS NOT NULL")


def measure(bench, say, n):
    stack = bench.stack()
    automatic(stack)
    people(bench, stack, n)
    bench.fill(bench.events)
    before, server = taken(stack), usage.tree(stack.cluster.daemon.pid())
    began = time.monotonic()
    stack.start("keeper", retention_hour=0)
    # of the backlog some are due as well
    wait(lambda: stack.value("SELECT counted IS NOT NULL FROM retention_day"), "the run did not end")
    took, n = time.monotonic() - began, stack.value("SELECT count(*) FROM erasure")
    keeper = usage.seconds(stack.daemon("keeper").pid())
    server = usage.tree(stack.cluster.daemon.pid()) - server
    parts = stack.sql("SELECT extract(epoch FROM max(at) - min(at))::float8 / count(*) FROM (SELECT at,"
                      " ntile(10) OVER (ORDER BY at) AS part FROM erasure) e GROUP BY part ORDER BY part")
    say(f"retention of {n:,} contacts, beside ingest and publish",
        f"{1e3 * took / n:.1f} ms each; the first tenth {1e3 * parts[0][0]:.1f} ms, the last"
        f" {1e3 * parts[-1][0]:.1f} ms; ingest meanwhile {(taken(stack) - before) / took:,.0f} events/s;"
        f" {1e6 * keeper / n:.0f} + {1e6 * server / n:.0f} us of processor a contact (keeper, PostgreSQL"
        " with all that it did)")
    stack.close()
