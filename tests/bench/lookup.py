"""What consent-lookup costs beside the bare query: `tests/bench/run --only lookup`.

Single decisions over one keep-alive connection against the same fact query through libpq on
one connection, in turns, so that both meet the same machine; then calls of 1,000 decisions
from two clients. Tokens without a budget; the audit is written in every case.
"""
import concurrent.futures
import http.client
import json
import time

import psycopg2
from facts import Facts

CONTACTS = 20000
FACTS = ("SELECT f.* FROM fact f WHERE f.contact = %s UNION ALL SELECT f.* FROM link l JOIN fact f"
         " ON f.contact = l.other AND f.flags & 1024 <> 0 WHERE l.contact = %s")


def fill(stack):
    """Contacts, half of them with an opt-out; their addresses."""
    world = Facts(stack)
    names = [f"bench{i}@example.com" for i in range(CONTACTS)]
    world.make(names)
    world.add(names[0], "OPTOUT")
    world.commit()
    stack.sql("INSERT INTO fact SELECT c.contact, 1000 + row_number() OVER (), f.known,"
              " f.occurred_from, f.occurred_to, f.effective, f.expires, f.source, f.agreement,"
              " f.flags, f.controller, f.purpose, f.channels, f.stated, f.kind, f.source_type,"
              " f.part FROM contact c, fact f WHERE get_byte(uuid_send(c.contact), 15) % 2 = 0"
              " AND NOT EXISTS (SELECT FROM fact o WHERE o.contact = c.contact)")
    stack.sql("VACUUM ANALYZE fact")
    stack.sql("VACUUM ANALYZE contact")
    return names, [world.keys[n] for n in names]


class Client:
    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def decide(self, names):
        self.send(self.body(names))

    @staticmethod
    def body(names):
        return json.dumps({"queries": [
            {"contact": {"email": n}, "controller": "sectigo-limited",
             "purpose": "marketing.promotional", "channel": "email"} for n in names]}).encode()

    def send(self, body):
        self.connection.request("POST", "/v1/decisions", body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text[:200]


def percentiles(seconds):
    ordered = sorted(seconds)
    return [1000 * ordered[int(len(ordered) * p)] for p in (.5, .99)]


def timed(call, *argv):
    start = time.perf_counter()
    call(*argv)
    return time.perf_counter() - start


def singles(stack, token, names, keys, calls=3000):
    client = Client(stack.port("lookup"), token)
    db = psycopg2.connect(stack.cluster.url(stack.database))
    db.autocommit = True
    cursor = db.cursor()

    def bare(key):
        cursor.execute(FACTS, (key, key))
        cursor.fetchall()
    ours, plain = [], []
    for i in range(calls + 200):
        at = i * 7919 % len(names)
        one, other = timed(client.decide, names[at:at + 1]), timed(bare, keys[at])
        if i >= 200:
            ours.append(one)
            plain.append(other)
    db.close()
    return percentiles(ours), percentiles(plain)


def bulk(stack, token, names, clients=2, calls=30):
    """Decisions a second in calls of 1,000."""
    bodies = [Client.body(names[i:i + 1000]) for i in range(0, len(names), 1000)]

    def run(n):
        client = Client(stack.port("lookup"), token)
        for i in range(calls):
            client.send(bodies[(n * calls + i) % len(bodies)])
    run(0)
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        list(pool.map(run, range(clients)))
    return clients * calls * 1000 / (time.monotonic() - start)


def measure(say, stack):
    names, keys = fill(stack)
    token = stack.ctl_json("token", "create", "--role", "mailing", "--recipient", "mta-eu1",
                           "--budget", "none")["token"]
    for durable in ("true", "false"):
        stack.start("lookup", audit_durable=durable)
        ours, plain = singles(stack, token, names, keys)
        say(f"single decisions, audit_durable = {durable}",
            f"p50 {ours[0]:.2f} ms, p99 {ours[1]:.2f} ms")
        say("  the bare query through libpq", f"p50 {plain[0]:.2f} ms, p99 {plain[1]:.2f} ms")
        say("  ratio of p99", f"{ours[1] / plain[1]:.2f}  (aim: 1.5)")
        say("  in calls of 1,000, two clients",
            f"{bulk(stack, token, names):,.0f} decisions/s  (aim: 100,000)")
    memory = stack.metrics("lookup")["process_resident_memory_bytes"]
    say("  memory of consent-lookup", f"{memory / 2**20:.0f} MiB")
