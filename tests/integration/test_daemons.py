"""Nothing needs a restart: every daemon started into nothing, and what goes away comes back.

All of them share one stack; each test begins with what it needs, all at work or nobody, whatever
came before it. The last of them kills the broker, and an embedded one knows nothing afterwards.
"""
import signal
import time

import pytest

from facts import token
from feeding import optout
from hands import wait_until
from line import Line
from lists import entries
from proc import free_port
from stack import fetch

DAEMONS = ("ingest", "publish", "keeper", "lookup", "gateway", "postfix")
OF_KAFKA = {"ingest", "publish", "gateway", "lookup"}
NEEDS_DATABASE = set(DAEMONS) - {"gateway"}  # to be ready; it takes opt-outs without
READY_S = 120
END_S = 90


class World:
    def __init__(self, stack, database, kafka):
        self.stack, self.database, self.kafka = stack, database, kafka
        self.role = f"app_{stack.database}"
        self.socket = f"127.0.0.1:{free_port()}"  # of postfix
        self.password("first")
        stack.cluster.psql(f'ALTER ROLE "{self.role}" SUPERUSER LOGIN', "postgres")
        self.n = 0

    def password(self, word):
        self.stack.cluster.psql(
            f"DO $$ BEGIN CREATE ROLE \"{self.role}\"; EXCEPTION WHEN duplicate_object THEN END"
            f" $$; ALTER ROLE \"{self.role}\" PASSWORD '{word}'", "postgres")

    def start(self):
        """Those that do not run yet."""
        url = (f"postgresql://{self.role}:first@127.0.0.1:{self.database.port}/"
               f"{self.stack.database}")
        for name in DAEMONS:
            more = {"postfix": {"socket": self.socket},
                    "publish": {"heartbeat_s": 2}}.get(name, {})
            if name in OF_KAFKA:
                more["kafka_brokers"] = f"127.0.0.1:{self.kafka.port}"
            self.stack.start(name, wait=False, database_url=url, **more)

    def nobody(self):
        """None of them runs, and what they need can be reached."""
        self.database.restore()
        self.kafka.restore()
        assert not self.stack.stop()

    def at_work(self):
        """All of them run and are ready."""
        self.database.restore()
        self.kafka.restore()
        self.start()
        for name in DAEMONS:
            wait_until(lambda name=name: self.ready(name)[0] == 200, READY_S, f"{name} to be ready")

    def log(self, name):
        file = self.stack.daemon(name).log_file
        return file.read_text() if file.exists() else ""

    def marks(self):
        """Where the logs end now."""
        return {name: len(self.log(name)) for name in DAEMONS}

    def wait_log(self, mark, word, names, seconds=90):
        for name in names:
            wait_until(lambda name=name: word in self.log(name)[mark[name]:], seconds,
                       f"{word} of {name}")

    def ready(self, name):
        return self.ask(name, "/readyz")

    def ask(self, name, path):
        return fetch(self.stack.url(name) + path)

    def pids(self):
        return {name: self.stack.daemon(name).pid() for name in DAEMONS}

    def whole(self, pids):
        """All are ready, none was started again, and an opt-out goes all the way."""
        for name in DAEMONS:
            wait_until(lambda name=name: self.ready(name)[0] == 200, READY_S,
                       f"{name} to be ready: {self.ready(name)}")
        assert self.pids() == pids and None not in pids.values()
        self.n += 1
        email = f"person{self.n}@example.com"
        self.stack.optout(email)
        wait_until(lambda: self.listed(email), READY_S, f"{email} on the list")

    def listed(self, email):
        return token(email) in entries(self.stack)


@pytest.fixture(scope="module")
def shared(module_stack, cluster):
    stack = module_stack

    def say(email):
        stack.produce("feed.mta-eu1", optout(email))
    stack.optout = say
    host, port = stack.broker.address.rsplit(":", 1)
    with Line(cluster.port()) as database, Line(int(port)) as kafka:
        made = World(stack, database, kafka)
        yield made
        database.restore()
        cluster.psql(f'ALTER ROLE "{made.role}" RENAME TO "gone_{stack.database}"', "postgres")


@pytest.fixture
def world(shared):
    shared.at_work()
    return shared


@pytest.fixture
def empty_world(shared):
    shared.nobody()
    return shared


def test_started_into_nothing(empty_world):
    """Each says what it lacks, and goes on by itself once it is there."""
    world = empty_world
    world.database.cut()
    world.kafka.cut()
    start = world.marks()
    world.start()
    port = f"port {world.database.port} failed: Connection refused"
    world.wait_log(start, "event=database_away", DAEMONS)
    for name in DAEMONS:
        assert port in world.log(name)[start[name]:], name
    world.wait_log(start, "event=kafka_away", ("gateway", "lookup"))
    for name in DAEMONS:
        status, why = wait_until(lambda name=name: r if (r := world.ready(name))[0] else None,
                                 what=f"{name} to answer")
        assert status == 503, name
        assert "Kafka" in why or "PostgreSQL" in why, (name, why)
        assert world.ask(name, "/healthz")[0] == 200
    pids = world.pids()
    world.database.restore()
    world.wait_log(start, "event=database_back", DAEMONS)
    # Kafka is asked after PostgreSQL.
    world.wait_log(start, "event=kafka_away", sorted(OF_KAFKA))
    for name in OF_KAFKA:
        wait_until(lambda name=name: "Connection refused" in
                   world.log(name)[start[name]:].split("event=kafka_away", 1)[1], what=f"{name}'s reason")
        wait_until(lambda name=name: "Kafka" in world.ready(name)[1], what=f"{name} to say so")
        wait_until(lambda name=name: world.stack.metrics(name).get(
            f'consent_{name}_up{{what="kafka"}}') == 0, what=f"{name} to show it")
    # only a replay needs Kafka
    wait_until(lambda: world.ready("lookup")[0] == 200, what="the look-up")
    world.kafka.restore()
    world.wait_log(start, "event=kafka_back", sorted(OF_KAFKA))
    world.whole(pids)


def test_postgresql_away_and_back(world):
    pids, mark = world.pids(), world.marks()
    world.database.cut()
    world.wait_log(mark, "event=database_away", DAEMONS)
    for name in NEEDS_DATABASE:
        wait_until(lambda name=name: world.ready(name)[0] == 503, what=f"{name} to say no")
    assert world.ready("gateway")[0] == 200
    world.database.restore()
    world.wait_log(mark, "event=database_back", DAEMONS)
    world.whole(pids)


def test_postgresql_says_nothing_for_a_while(world):
    """Connections stay open and no byte passes: the loops turn on."""
    pids = world.pids()
    world.database.mute()
    time.sleep(3)
    assert world.pids() == pids
    world.database.restore()
    world.whole(pids)


def test_another_password_and_back(world):
    """What refuses a daemon that has worked is waited for."""
    pids, mark = world.pids(), world.marks()
    world.password("second")
    world.database.cut()
    world.database.restore()
    world.wait_log(mark, "code=PG_28P01", DAEMONS)
    assert world.pids() == pids
    world.password("first")
    world.whole(pids)


def test_a_right_or_a_table_that_is_missing_for_a_while(world):
    pids, mark = world.pids(), world.marks()
    world.stack.sql("ALTER TABLE register_version RENAME TO register_version_away")
    world.wait_log(mark, "code=PG_42P01", ("ingest", "lookup", "publish"))
    world.wait_log(mark, "run consentctl migrate", ("ingest", "lookup", "publish"))
    assert world.pids() == pids
    world.stack.sql("ALTER TABLE register_version_away RENAME TO register_version")
    world.whole(pids)


def test_read_only_and_back(world):
    pids, mark = world.pids(), world.marks()
    name = world.stack.database
    with_admin = world.stack.cluster.psql
    with_admin(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on', "postgres")
    with_admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
               f"'{world.role}'", "postgres")
    world.stack.optout("readonly@example.com")
    world.wait_log(mark, "code=PG_25006", ("ingest", "publish"))
    assert world.pids() == pids
    with_admin(f'ALTER DATABASE "{name}" RESET default_transaction_read_only', "postgres")
    world.whole(pids)
    wait_until(lambda: world.listed("readonly@example.com"), READY_S, "what came meanwhile")


def test_statements_are_cancelled_and_connections_ended(world):
    """57014 and 57P01, again and again, in the middle of work."""
    pids = world.pids()
    for n in range(30):
        world.stack.optout(f"cancelled{n}@example.com")
        world.stack.sql("SELECT pg_cancel_backend(pid), pg_sleep(0.02) FROM pg_stat_activity"
                        f" WHERE usename = '{world.role}' AND state = 'active'")
        if n % 10 == 9:
            world.stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            f" WHERE usename = '{world.role}'")
    world.whole(pids)
    names = {token(f"cancelled{n}@example.com") for n in range(30)}
    wait_until(lambda: names <= set(entries(world.stack)), READY_S, "all of them on the list")
    assert world.stack.value("SELECT count(*) FROM quarantine") == 0


def test_kafka_says_nothing_for_a_while(world):
    pids, mark = world.pids(), world.marks()
    world.stack.broker.daemon.send(signal.SIGSTOP)
    try:
        world.wait_log(mark, "event=kafka_away", ("publish", "gateway"))
        wait_until(lambda: world.ready("gateway")[0] == 503, what="the gateway to say no")
        assert world.pids() == pids
    finally:
        world.stack.broker.daemon.send(signal.SIGCONT)
    world.whole(pids)


# --- SIGTERM ------------------------------------------------------------------------------
def end_all(world, what):
    """SIGTERM to all at once: they are gone in time, of themselves."""
    for name in DAEMONS:
        assert world.stack.daemon(name).pid(), name
    for name in DAEMONS:
        world.stack.daemon(name).send(signal.SIGTERM)
    asked = time.monotonic()
    took = {}
    while len(took) < len(DAEMONS) and time.monotonic() - asked < END_S:
        for name in DAEMONS:
            if name not in took and world.stack.daemon(name).gone():
                took[name] = time.monotonic() - asked
        time.sleep(0.05)
    missing = set(DAEMONS) - set(took)
    assert not missing, f"{what}: {missing} did not end in {END_S} s"
    for name in DAEMONS:
        log = world.log(name)
        assert "event=stopped status=0" in log.splitlines()[-1], (what, name, took[name])
    print(what, {k: round(v, 1) for k, v in took.items()})


@pytest.mark.parametrize("what", ["nothing", "database_cut", "database_mute", "kafka_mute"])
def test_sigterm(world, what):
    broker = world.stack.broker.daemon
    if what == "database_cut":
        world.database.cut()
    elif what == "database_mute":
        world.database.mute()
    elif what == "kafka_mute":
        broker.send(signal.SIGSTOP)
    if what != "nothing":
        time.sleep(3)  # everybody has met it
    try:
        end_all(world, what)
    finally:
        broker.send(signal.SIGCONT)
        world.database.restore()


def test_sigterm_when_nothing_was_ever_there(empty_world):
    world = empty_world
    world.database.cut()
    world.kafka.cut()
    mark = world.marks()
    world.start()
    world.wait_log(mark, "event=database_away", DAEMONS)
    end_all(world, "nothing there")
    world.database.restore()
    world.kafka.restore()


def test_sigterm_after_the_broker_died(world):
    world.stack.broker.kill()
    time.sleep(3)
    end_all(world, "broker dead")
    world.stack.broker.start()
