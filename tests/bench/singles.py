"""Single decisions by 1, 8 and 64 at once, beside a bare service: `tests/bench/run --only singles`.

The bare one (peer_go/bare) reads a contact's facts and answers; once more with a committed row
of audit. FORMER=<file> is another build's consent-lookup, to be measured beside this one. All
take turns, round by round; what is said are medians, and processor time by the operating
system's count, an answer. Go is needed; its modules come through its proxy.
"""
import json
import os
import pathlib
import statistics
import subprocess

import lookup
import usage
from loading import load, request
from proc import free_port, port_taken, wait_until

GO = pathlib.Path(__file__).with_name("peer_go")
TABLES = """
CREATE TABLE bare_name (hash bytea, contact uuid);
CREATE TABLE bare_audit (at timestamptz NOT NULL DEFAULT now(), hash bytea NOT NULL,
                         token integer NOT NULL, outcome boolean NOT NULL)"""
FACTS = """
CREATE TABLE bare_fact AS SELECT n.hash, f.kind, f.controller, f.purpose, f.channels
  FROM bare_name n JOIN fact f USING (contact);
CREATE INDEX ON bare_fact (hash)"""


class Bare:
    def __init__(self, stack, names, keys, directory):
        program = directory / "bare"
        subprocess.run(["go", "build", "-o", program, "./bare"], cwd=GO, check=True)
        stack.sql(TABLES)
        for at in range(0, len(names), 1000):
            stack.sql("INSERT INTO bare_name SELECT sha256(n::bytea), k::uuid"
                      " FROM unnest(%s, %s) AS x (n, k)", names[at:at + 1000],
                      [str(k) for k in keys[at:at + 1000]])
        stack.sql(FACTS)
        stack.sql("VACUUM ANALYZE bare_fact")
        self.port = free_port()
        self.process = subprocess.Popen([program, stack.cluster.url(stack.database),
                                         str(self.port)])
        wait_until(lambda: port_taken(self.port), 20)

    def close(self):
        self.process.kill()
        self.process.wait()


def measure(say, stack, directory, rounds=3, count=3000):
    names, keys = lookup.fill(stack)
    token = stack.ctl_json("token", "create", "--role", "mailing", "--recipient", "mta-eu1")[
        "token"]
    bodies = [json.loads(lookup.Client.body([n])) for n in names[:16]]
    files = [request(directory / f"one-{i}", token, body=b) for i, b in enumerate(bodies)]
    noted = [request(directory / f"noted-{i}", token, "/v1/decisions?audit=true", b)
             for i, b in enumerate(bodies)]
    bare = Bare(stack, names, keys, directory)
    stack.start("lookup")
    ways = [("ours", stack.port("lookup"), stack.daemon("lookup").pid(), files)]
    former = os.environ.get("FORMER")
    if former:
        program, stack.program = stack.program, lambda _: pathlib.Path(former)
        stack.start("lookup", "lookup-former")
        stack.program = program
        ways.append(("the former build", stack.port("lookup-former"),
                     stack.daemon("lookup-former").pid(), files))
    ways += [("bare, with a row of audit", bare.port, bare.process.pid, noted),
             ("bare", bare.port, bare.process.pid, files)]
    server = stack.cluster.daemon.pid()
    try:
        for clients in (1, 8, 64):
            found = {}
            for turn in range(rounds + 1):  # the first warms up
                for who, port, pid, asked in ways:
                    used, theirs = usage.seconds(pid), usage.tree(server)
                    took = load(port, clients, count, *asked)
                    assert took["statuses"] == {"200": count}, took
                    if turn > 0:
                        found.setdefault(who, []).append((
                            count / took["seconds"], took["p50"], took["p99"],
                            1e6 * (usage.seconds(pid) - used) / count,
                            1e6 * (usage.tree(server) - theirs) / count))
            for who, rows in found.items():
                rate, p50, p99, ours, theirs = (statistics.median(c) for c in zip(*rows))
                least = statistics.median(r[0] for r in found["bare"])
                say(f"{clients} at once: {who}",
                    f"{rate:,.0f}/s ({rate / least:.2f} of bare), p50 {p50:.2f} ms, p99 "
                    f"{p99:.2f} ms, processor {ours:.0f} + {theirs:.0f} us")
    finally:
        bare.close()
