"""What consent-lookup costs beside the bare query: `tests/bench/run --only lookup`.

Single decisions over one kept connection against the same fact query through libpq on one
connection, in turns, so that both meet the same machine, and against that query with a
committed one-row INSERT, which is the least that an audited answer can cost. The client is
a bare socket: Python's http.client alone takes a third of a millisecond. Then calls of
1,000 decisions from two clients; the provenance of contacts with 50 events; Welch's t over
100,000 samples; and the memory after a million requests. The audit is written in every case.
"""
import concurrent.futures
import json
import pathlib
import socket
import tempfile
import time

import psycopg2
import test_spent
from facts import Facts
from loading import load, request

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
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token = token

    def request(self, body, route="/v1/decisions"):
        return (f"POST {route} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body

    @staticmethod
    def body(names):
        return json.dumps({"queries": [
            {"contact": {"email": n}, "controller": "sectigo-limited",
             "purpose": "marketing.promotional", "channel": "email"} for n in names]}).encode()

    def send(self, whole):
        """The whole request, and the whole answer."""
        self.socket.sendall(whole)
        text = self.socket.recv(1 << 20)
        assert text.startswith(b"HTTP/1.1 200"), text[:200]
        head, _, part = text.partition(b"\r\n\r\n")
        at = head.index(b"Content-Length: ") + 16
        left = int(head[at:].split(b"\r", 1)[0]) - len(part)
        while left > 0:
            left -= len(self.socket.recv(1 << 20))


def percentiles(seconds):
    ordered = sorted(seconds)
    return [1000 * ordered[int(len(ordered) * p)] for p in (.5, .99)]


def timed(call, *argv):
    start = time.perf_counter()
    call(*argv)
    return time.perf_counter() - start


def singles(stack, token, names, keys, durable, calls=3000):
    client = Client(stack.port("lookup"), token)
    db = psycopg2.connect(stack.cluster.url(stack.database))
    db.autocommit = True
    cursor = db.cursor()
    cursor.execute("SET synchronous_commit = " + ("on" if durable == "true" else "off"))

    def bare(key):
        cursor.execute(FACTS, (key, key))
        cursor.fetchall()

    def noted(key):
        bare(key)
        cursor.execute("INSERT INTO lookup_audit SELECT now(), %s, 1, 1, 1, 1, 1, 1", (key,))
    ours, plain, least = [], [], []
    for i in range(calls + 200):
        at = i * 7919 % len(names)
        whole = client.request(client.body(names[at:at + 1]))
        times = timed(client.send, whole), timed(bare, keys[at]), timed(noted, keys[at])
        if i >= 200:
            for kept, one in zip((ours, plain, least), times):
                kept.append(one)
    db.close()
    return percentiles(ours), percentiles(plain), percentiles(least)


def bulk(stack, token, names, clients=2, calls=30):
    """Decisions a second in calls of 1,000."""
    bodies = [Client.body(names[i:i + 1000]) for i in range(0, len(names), 1000)]

    def run(n):
        client = Client(stack.port("lookup"), token)
        for i in range(calls):
            client.send(client.request(bodies[(n * calls + i) % len(bodies)]))
    run(0)
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        list(pool.map(run, range(clients)))
    return clients * calls * 1000 / (time.monotonic() - start)


def provenance(stack, calls=2000):
    """Contacts with 50 events each: percentiles."""
    world = Facts(stack)
    names = [f"fifty{i}@example.com" for i in range(100)]
    world.make(names)
    for name in names:
        for _ in range(50):
            world.add(name, "OPTOUT")
    world.commit()
    stack.sql("VACUUM ANALYZE ledger")
    token = stack.ctl_json("token", "create", "--role", "dpo", "--budget", "none")["token"]
    client = Client(stack.port("lookup"), token)
    times = []
    for i in range(calls):
        body = json.dumps({"contact": {"email": names[i % len(names)]}}).encode()
        times.append(timed(client.send, client.request(body, "/v1/provenance")))
    return percentiles(times)


def welch(stack, directory, samples=100000):
    """t between a contact that others brought and one that nobody has heard of, for a
    reseller's provenance; and the same for a mailing system's decisions, which may tell."""
    world = Facts(stack)
    for _ in range(2):
        world.add("known@example.com", "GRANT", source="sectigo.com",
                  purpose="communication.events")
    world.commit()
    pair = ("known@example.com", "never@example.com")
    reseller, mailing = (stack.ctl_json("token", "create", "--budget", "none", "--role", role,
                                        f"--{what}", who)["token"] for role, what, who in (
        ("reseller", "source", "acme-hosting"), ("mailing", "recipient", "mta-eu1")))
    port = stack.port("lookup")
    held = load("--welch", port, 16, samples, *(
        request(directory / f"p-{n}", reseller, "/v1/provenance", {"contact": {"email": n}})
        for n in pair), seconds=900)
    told = load("--welch", port, 1, samples, *(
        request(directory / f"d-{n}", mailing, "/v1/decisions",
                json.loads(Client.body([n]))) for n in pair), seconds=900)
    return held, told


def grown(stack, events=100000):
    """A contact about whom the same things came again and again: ms of a decision before
    publish has set the spent ones aside, and after; of its provenance; MiB of both."""
    world = Facts(stack)
    world.make(["grown@example.com"])
    key = world.keys["grown@example.com"]
    test_spent.grow(stack, key, events, world.number["source", "sectigo.com"])
    stack.sql("VACUUM ANALYZE fact")
    stack.sql("VACUUM ANALYZE ledger")
    token = stack.ctl_json("token", "create", "--role", "dpo", "--budget", "none")["token"]
    stack.start("lookup", deadline_ms=120000)  # a machine that does other things, too
    client = Client(stack.port("lookup"), token)
    one = client.request(client.body(["grown@example.com"]))
    before = percentiles([timed(client.send, one) for _ in range(20)])[0]
    stack.sql("SELECT fact_spend(%s)", key)
    stack.sql("VACUUM ANALYZE fact")
    client = Client(stack.port("lookup"), token)  # the other was idle for too long
    after = percentiles([timed(client.send, one) for _ in range(200)])
    client = Client(stack.port("lookup"), token)
    kept = test_spent.memory_peak(stack, reset=True)
    whole = timed(client.send, client.request(
        json.dumps({"contact": {"email": "grown@example.com"}}).encode(), "/v1/provenance"))
    return before, after, whole, test_spent.memory_peak(stack) - kept


def memory(stack):
    return stack.metrics("lookup")["process_resident_memory_bytes"] / 2**20


def million(stack, token, directory, requests=1000000):
    """Memory after a hundredth of them and after all; requests a second."""
    asked = [request(directory / "one", token,
                     body=json.loads(Client.body(["bench7@example.com"]))),
             request(directory / "vary", token,
                     body=json.loads(Client.body(["bench@@@@@@@@@example.com"]))),
             request(directory / "lists", token, "/v1/lists"),
             request(directory / "wrong", "cmq_@@@@@@@@_" + "A" * 43, "/v1/lists")]
    port = stack.port("lookup")
    load(port, 8, requests // 100, *asked)
    before = memory(stack)
    found = load(port, 8, requests, *asked, seconds=3000)
    return before, memory(stack), requests / found["seconds"]


def measure(say, stack):
    names, keys = fill(stack)
    token = stack.ctl_json("token", "create", "--role", "mailing", "--recipient", "mta-eu1",
                           "--budget", "none")["token"]
    for durable in ("true", "false"):
        stack.start("lookup", audit_durable=durable)
        ours, plain, least = singles(stack, token, names, keys, durable)
        say(f"single decisions, audit_durable = {durable}",
            f"p50 {ours[0]:.2f} ms, p99 {ours[1]:.2f} ms")
        say("  the bare query through libpq", f"p50 {plain[0]:.2f} ms, p99 {plain[1]:.2f} ms")
        say("  that and one row written", f"p50 {least[0]:.2f} ms, p99 {least[1]:.2f} ms")
        say("  ratio of p50, of p99", f"{ours[0] / plain[0]:.2f}, {ours[1] / plain[1]:.2f}"
            "  (aim: 1.5)")
        say("  ratio to query and row", f"{ours[0] / least[0]:.2f}, {ours[1] / least[1]:.2f}")
        say("  in calls of 1,000, two clients",
            f"{bulk(stack, token, names):,.0f} decisions/s  (aim: 100,000)")
    fifty = provenance(stack)
    say("provenance of a contact with 50 events", f"p50 {fifty[0]:.2f} ms, p99 {fifty[1]:.2f} ms"
        "  (aim: 5)")
    before, after, whole, memory_mib = grown(stack)
    say("decision about a contact with 100,000 facts", f"p50 {after[0]:.2f} ms, p99 "
        f"{after[1]:.2f} ms; before publish has looked {before:.0f} ms  (aim: 100)")
    say("  its provenance, 100,000 events", f"{whole:.1f} s, {memory_mib:.0f} MiB of memory")
    with tempfile.TemporaryDirectory() as name:
        held, told = welch(stack, pathlib.Path(name))
        say(f"known or unknown, {held['samples']:,} samples, a reseller",
            f"t {held['t']:.2f}, of the quicker 90 % {held['t_quick']:.2f}  (aim: below 4.5)")
        say("  a mailing system, which may know", f"t {told['t']:.2f}, {told['t_quick']:.2f};"
            f" {told['difference_us']:.1f} us")
        before, after, rate = million(stack, token, pathlib.Path(name))
    say("memory after 10,000 and a million requests",
        f"{before:.1f}, {after:.1f} MiB; {rate:,.0f} requests/s")
