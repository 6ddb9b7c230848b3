"""Ours beside what a user would write instead, and beside the floor: plain COPY of the same rows.

Round by round, each on a fresh database and broker, so that a busy neighbour troubles all of
them alike; what counts is the median, and the spread says what it is worth. Processor time and
WAL come from the operating system and PostgreSQL, for the whole of what was done.
"""
import json
import os
import pathlib
import resource
import statistics
import subprocess
import time

import usage

PEER = pathlib.Path(__file__).with_name("peer.py")
GO = pathlib.Path(__file__).with_name("peer_go")
README = pathlib.Path(__file__).with_name("README.md")
MARKS = ("<!-- written by tests/bench/run --write -->", "<!-- end -->")
# What ingest writes: the two hops of a race are over the same rows.
OURS = ("ledger", "event_salt", "fact", "contact", "dirty")
ALL_OURS = ("publish", "keeper", "ingest")
NAMES = {
    "ingest": "**consent-ingest**: decode, admit, ledger, facts, contacts, dirty",
    "copy": "binary COPY of those rows, same indexes",
    "python": "confluent-kafka and psycopg2: one table, deduplicated",
    "go": "franz-go and pgx: the same in Go",
    "python_copy": "binary COPY of its rows, same index",
    "publish": "**ingest and publish**, to the lists",
}


def client_seconds():
    """Of the programs that were run and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Race:
    def __init__(self, bench, say):
        self.bench, self.say, self.found = bench, say, {}
        self.go = self.built() if os.environ.get("PEERS") == "all" else None

    def built(self):
        """The peer in Go; go fetches what go.sum names through its proxy."""
        made = self.bench.dir / "peer_go"
        subprocess.run(["go", "build", "-o", made, "."], cwd=GO, check=True)
        return made

    def broker_seconds(self):
        return usage.seconds(self.bench.broker.daemon.pid())

    def note(self, who, events, seconds, client, server, wal, rss=0, broker=0):
        """Seconds, and seconds of processor, of so many events."""
        self.found.setdefault(who, []).append({
            "rate": events / seconds, "client": 1e6 * client / events,
            "server": 1e6 * server / events, "broker": 1e6 * broker / events,
            "wal": wal / events, "rss": rss})
        one = self.found[who][-1]
        self.say(f"  {who}", f"{one['rate']:,.0f} events/s, processor "
                 f"{one['client']:.1f} + {one['server']:.1f} + {one['broker']:.1f} us, "
                 f"WAL {one['wal']:,.0f} B")

    def ours(self, stack, who, names, published=False):
        """Drains what waits in the feeds. Processor and WAL count from the start."""
        total, taken = self.bench.waiting(stack), self.bench.taken(stack)
        for name in names[:-1]:  # the last is ingest
            stack.start(name)
        idle, broker = usage.tree(stack.cluster.daemon.pid()), self.broker_seconds()
        wal = int(stack.value("SELECT pg_current_wal_insert_lsn() - '0/0'"))
        rate = self.bench.drain(stack, total - taken, names, published)
        pids = [stack.daemon(name).pid() for name in names]
        server = usage.tree(stack.cluster.daemon.pid()) - idle
        self.note(who, total - taken, (total - taken) / rate,
                  sum(usage.seconds(pid) for pid in pids), server,
                  int(stack.value("SELECT pg_current_wal_insert_lsn() - '0/0'")) - wal,
                  max(usage.peak_mib(pid) for pid in pids), self.broker_seconds() - broker)
        return rate

    def peer(self, stack, who, *argv):
        """A program that says as JSON what it took."""
        meter, broker = usage.Meter(stack, ()), self.broker_seconds()
        done = subprocess.run(
            [*argv, stack.broker.address, stack.cluster.url(stack.database),
             str(self.bench.waiting(stack))], stdout=subprocess.PIPE, check=True)
        _, server, wal = meter.took()
        said = json.loads(done.stdout)
        share = said["events"] / self.bench.waiting(stack)
        self.note(who, said["events"], said["seconds"], said["cpu"], server * share,
                  wal * share, said["rss"], (self.broker_seconds() - broker) * share)

    def copy(self, stack, who, tables, events):
        """Plain binary COPY of the rows into tables alike."""
        bench, seconds, client, server, wal = self.bench, 0, 0, 0, 0
        for table in tables:
            file = bench.dir / f"{table}.bin"
            bench.psql(stack.database, f"\\copy {table} to '{file}' with (format binary)",
                       f"CREATE TABLE plain (LIKE {table} INCLUDING ALL)", "CHECKPOINT")
            meter, used, start = usage.Meter(stack, ()), client_seconds(), time.monotonic()
            bench.psql(stack.database,
                       f"\\copy plain from '{file}' with (format binary)")
            seconds += time.monotonic() - start
            client += client_seconds() - used
            _, one, more = meter.took()
            server, wal = server + one, wal + more
            bench.psql(stack.database, "DROP TABLE plain")
            file.unlink()
        self.note(who, events, seconds, client, server, wal)

    # --- rounds -----------------------------------------------------------------------
    def ready(self, stack):
        """The same ground for whoever is next: what those before left to vacuum and to
        write is done, and the next checkpoint is as far away as it was for them."""
        self.bench.psql(stack.database, "VACUUM (ANALYZE)", "CHECKPOINT")

    def filled(self, published=False):
        """Events wait in a broker that has served each of them once: what its first
        reader pays for a young JVM is nobody's here. published: nor what the first writer
        of lists pays."""
        stack = self.bench.stack()
        if published:
            self.bench.fill(self.bench.events // 5, first_id=700_000_000)
            self.bench.drain(stack, self.bench.waiting(stack), ALL_OURS, True)
            stack.stop()
        self.bench.fill(self.bench.events)
        if stack.broker.kind != "embedded":  # which drops what was read
            self.bench.read_through()
        return stack

    def round(self, published, turn):
        stack = self.filled()
        events = self.bench.waiting(stack)

        def ours():
            self.ours(stack, "ingest", ["ingest"])
            stack.stop()
            self.copy(stack, "copy", OURS, events)

        def python():
            self.peer(stack, "python", "/usr/bin/python3", PEER)
            self.copy(stack, "python_copy", ("peer_event",), events)

        def go():
            self.peer(stack, "go", self.go)

        racers = [ours]
        if stack.broker.kind != "embedded":
            racers += [python, go] if self.go else [python]
        first = turn % len(racers)
        for racer in racers[first:] + racers[:first]:
            self.ready(stack)
            racer()
        stack.close()
        if published:
            stack = self.filled(published=True)
            self.ready(stack)
            self.ours(stack, "publish", ALL_OURS, True)
            stack.close()

    def middle(self, who, what="rate"):
        return statistics.median(one[what] for one in self.found[who])

    def table(self):
        """Markdown, best first."""
        floor = {"ingest": "copy", "publish": "copy", "python": "python_copy", "go": "python_copy"}
        lines = ["| who | events/s | spread | of COPY of its rows | of the Python peer | "
                 "µs of processor an event: client, PostgreSQL, broker | WAL, bytes an event | MiB |",
                 "|---|---|---|---|---|---|---|---|"]
        peer = self.middle("python") if "python" in self.found else None
        for who in sorted(self.found, key=self.middle, reverse=True):
            rates = [one["rate"] for one in self.found[who]]
            of = f"{self.middle(who) / self.middle(floor[who]):.2f}" if who in floor else ""
            rss = self.middle(who, "rss")
            beside = f"{self.middle(who) / peer:.2f}" if peer else ""
            lines.append(
                f"| {NAMES[who]} | {self.middle(who):,.0f} | {min(rates):,.0f} to "
                f"{max(rates):,.0f} | {of} | {beside} "
                f"| {self.middle(who, 'client'):.0f}, {self.middle(who, 'server'):.0f}, "
                f"{self.middle(who, 'broker'):.0f} | {self.middle(who, 'wal'):,.0f} | {f'{rss:.0f}' if rss else ''} |")
        return lines

    def write(self, said):
        """Between the marks of the README."""
        text = README.read_text(encoding="utf-8")
        before, rest = text.split(MARKS[0])
        after = rest.split(MARKS[1], 1)[1]
        README.write_text(before + MARKS[0] + "\n" + said + "\n\n" +
                          "\n".join(self.table()) + "\n" + MARKS[1] + after,
                          encoding="utf-8")


def measure(bench, say, rounds, published, said, write):
    """Returns the median of ingest."""
    race = Race(bench, say)
    for n in range(rounds):
        say(f"race, round {n + 1} of {rounds}")
        race.round(published, n)
    for line in race.table():
        print(line, flush=True)
    if write:
        race.write(said)
    return race.middle("ingest")
