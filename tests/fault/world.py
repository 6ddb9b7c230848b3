"""The product under a fault: daemons, their ways to PostgreSQL and Kafka, small traffic, and
whether all of it is accounted for."""
import contextlib
import os
import signal
import subprocess
import time

import check
import proc
from hands import TestStack
from line import Line
from traffic import FEEDS, Traffic

LISTS = ("promotional-email", "marketing-email-permit")
SETTINGS = {"ingest": {"batch_events": 500}, "keeper": {"poll_ms": 100},
            "publish": {"lease_ms": 2000, "doubt_ms": 1500}}
# The calls by which a process touches what is outside; waiting and locking are not among them.
CALLS = "%network,read,write,writev,fsync,fdatasync,openat,close"


class Broken(Exception):
    """What must hold does not."""


@contextlib.contextmanager
def environment(**values):
    """For the processes that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class World:
    def __init__(self, directory, programs, cluster, broker, seed, daemons):
        self.dir, self.cluster, self.broker = directory, cluster, broker
        self.daemons = daemons
        self.restored = False  # was the database ever an older one?
        self.stack = TestStack(directory / "stack", programs, cluster, broker, "consent")
        self.stack.prepare()
        for feed in set(FEEDS) - set(self.stack.topics()):
            self.stack.ctl("feed", "create", feed.removeprefix("feed."))
        self.line = Line(cluster.port())
        self.line.__enter__()
        self.traffic = Traffic(broker.address, seed, contacts=300)

    def close(self):
        self.stack.close()
        self.line.__exit__()

    def use(self, cluster):
        """The database is on another server from now on."""
        self.stack.forget_database()
        self.cluster = self.stack.cluster = cluster
        self.line.to = cluster.port()
        self.line.cut()
        self.line.restore()

    # --- daemons ----------------------------------------------------------------------------
    def start(self, name, wait=True, **more):
        program = name.split("-")[0]
        url = self.cluster.url(self.stack.database, self.stack.role_of(program))
        url = url.replace(f":{self.cluster.port()}/", f":{self.line.port}/")
        self.stack.start(program, name, wait=wait, database_url=url,
                         **SETTINGS.get(program, {}), **more)

    def start_all(self):
        for name in self.daemons:
            self.start(name)

    def restart(self, name, wait=True):
        self.stack.daemon(name).kill()
        self.start(name, wait)

    def daemon(self, name):
        return self.stack.daemon(name)

    def send(self, name, sig):
        self.stack.daemon(name).send(sig)

    def footprint(self):
        """{daemon: (process, descriptors, resident KiB)}. A client of librdkafka has one connection
        to each broker that it has had to do with, and one to each that it was told of: up to
        that they are not counted, for which of them are open changes with the leaders."""
        found = {}
        for name in self.daemons:
            pid = self.daemon(name).pid()
            with contextlib.suppress(OSError, IndexError):
                text = open(f"/proc/{pid}/status", encoding="ascii").read()
                open_now = len(os.listdir(f"/proc/{pid}/fd"))
                most = 2 * len(self._broker_ports()) * _clients(pid)
                found[name] = (pid, open_now - min(most, self._to_brokers(pid)),
                               int(text.split("VmRSS:")[1].split()[0]))
        return found

    def _broker_ports(self):
        return {int(a.rsplit(":", 1)[1]) for a in self.broker.address.split(",")}

    def _to_brokers(self, pid):
        """How many of the process's sockets lead to a broker."""
        ports, leading = self._broker_ports(), set()
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
            for line in list(table)[1:]:
                field = line.split()
                if int(field[2].split(":")[1], 16) in ports:
                    leading.add(f"socket:[{field[9]}]")
        found = 0
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found += os.readlink(f"/proc/{pid}/fd/{descriptor}") in leading
        return found

    @contextlib.contextmanager
    def traced(self, name, inject):
        """strace at the daemon's side, once it has all its threads."""
        pid = self.daemon(name).pid()
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={CALLS}", "-e",
             f"inject={CALLS}:{inject}", "-p", str(pid)], stderr=subprocess.DEVNULL)
        proc.wait_until(lambda: _traced(pid), 60)
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGTERM)
            try:
                tracer.wait(10)
            except subprocess.TimeoutExpired:
                tracer.kill()
                tracer.wait()

    # --- traffic, and what became of it -------------------------------------------------------
    def burst(self, n=120, patience_s=120):
        self.traffic.burst(n, patience_s)

    def taken_in(self):
        return check.taken_in(self.stack, self.traffic.acknowledged)

    def until(self, condition, what, seconds=180):
        if not proc.wait_until(condition, seconds, 0.1):
            raise Broken(f"waited {seconds} s in vain for {what}")

    def settle(self):
        """Everything has been taken in and has gone out; doubts need not wait."""
        def done():
            self.stack.sql("UPDATE doubt SET at = now() WHERE at > now()")
            return check.drained(self.stack, self.traffic.acknowledged) and self.stack.value(
                "SELECT NOT EXISTS (SELECT FROM cascade) AND NOT EXISTS"
                " (SELECT FROM due WHERE at < now() - interval '5 s')")
        self.until(done, "what was acknowledged to be taken in and sent out", 300)

    def judge(self):
        """Complaints; empty when all is well. Nobody publishes meanwhile: one that this busy
        machine holds up for a whole lease leaves doubts, and says them again as we look."""
        for name in self.daemons:
            if name.startswith("publish") and not self.daemon(name).stop(seconds=60):
                return [f"{name} had to be killed"]
        records, stack = self.traffic.acknowledged, self.stack
        model = check.model_of(records, check.read_secret(stack.secrets / "contact"), stack)
        return [*check.exactly_once(model, stack), *check.facts_agree(model, stack),
                *check.receipts_add_up(records, stack),
                *(bad for name in LISTS for bad in check.list_agrees(name, stack, self.restored)),
                *check.log_agrees(stack), *check.list_is_right(model, LISTS[0], stack),
                *check.rebuild_agrees(stack),
                *([f"{self.traffic.failed} events given up by the producer"]
                  if self.traffic.failed else [])]


def _clients(pid):
    """Clients of librdkafka: each has one thread of this name."""
    found = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError), \
                open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as comm:
            found += comm.read().strip() == "rdk:main"
    return found


def _traced(pid):
    try:
        return "TracerPid:\t0" not in open(f"/proc/{pid}/status", encoding="ascii").read()
    except OSError:
        return True


def wait(seconds):
    time.sleep(seconds)
