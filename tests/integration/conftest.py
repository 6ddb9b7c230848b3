"""What integration tests share: a PostgreSQL cluster and a broker for the run, and a fresh
stack (empty database, empty broker, daemons of its own) for each test that asks for one.

BROKER=embedded|apache, KAFKA_BROKERS and MODE are read from the environment, as everywhere.
Two checkouts, or two runs in one, do not meet: every run has its own directory and ports.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import uuid

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "deploy" / "local"), str(ROOT / "tests" / "integration")]

import brokers  # noqa: E402
import postgres  # noqa: E402
import proc  # noqa: E402
from stack import Stack, register_files  # noqa: E402
from asking import Lookup  # noqa: E402
from line import Line  # noqa: E402
from hands import MODE, PROGRAMS, QUIET, TestStack, wait_until  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "lasting: asks what only a broker can answer that "
                            "keeps records, port and settings; no test of the embedded one")
    config.addinivalue_line("markers", "plain: measures memory, which a sanitizer spends as "
                            "it likes; no test of such a build")
    config.addinivalue_line("markers", "alone: measures time, so it runs when no other test "
                            "does (tests/run runs these last)")
    config.addinivalue_line("markers", "xdist_group: pytest-xdist's own, for a run without it")
    # Once, before any worker is there: workers would remove each other's leftovers.
    if not hasattr(config, "workerinput"):
        base = ROOT / "build" / MODE / "integration"
        base.mkdir(parents=True, exist_ok=True)
        sweep(base)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config, items):
    """The embedded broker forgets when it ends, and knows no settings: tests of that are no
    tests of it. They run with BROKER=apache, as does the crash test."""
    off = []
    if not os.environ.get("KAFKA_BROKERS") \
            and os.environ.get("BROKER", "embedded") == "embedded":
        off.append("lasting")
    if MODE in ("asan", "tsan"):
        off.append("plain")
    for item in items:
        shared_by_file(item)
    one_stack_a_file(items)
    out = [item for item in items if any(item.get_closest_marker(mark) for mark in off)]
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)
    longest_first(items)


def longest_first(items):
    """Workers take tests in this order: one that is long and comes last is waited for by all."""
    names = [line.rstrip() for line in (ROOT / "tests/integration/longest").open(encoding="ascii")
             if not line.startswith("#")]

    def rank(item):
        name = item.nodeid.removeprefix("tests/integration/")
        return next((i for i, long in enumerate(names)
                     if re.match(re.escape(long) + r"($|[:\[])", name)), len(names))
    items.sort(key=rank)


def one_stack_a_file(items):
    """On Apache Kafka a file's own stack and a test's own stack would share one broker, and one
    would read the records of the other."""
    def users(fixture):
        return {item.module.__name__: item.name for item in items
                if fixture in getattr(item, "fixturenames", ())}
    own, shared = users("broker"), users("module_stack")
    both = [f"{name}: {own[name]}, {shared[name]}" for name in own.keys() & shared.keys()]
    if both:
        raise pytest.UsageError("a test with a broker of its own stands in a file that shares "
                                "one: " + "; ".join(both))


def shared_by_file(item):
    """Tests that share what was made for their file stay together, in one worker."""
    made = getattr(item, "_fixtureinfo", None)
    for found in (made.name2fixturedefs.values() if made else ()):
        if any(fixture.scope in ("module", "class") for fixture in found):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))
            return


def sweep(base):
    """Ends what an earlier run left running when it was killed, and removes its data. Of two
    runs that begin together one waits until the other has done so."""
    with open(base / "sweeping", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep_alone(base)


def sweep_alone(base):
    for old in list(base.glob("*/owner")):
        pid, began = map(int, old.read_text().split())
        if proc.start_time(pid) == began:
            continue  # a run beside this one
        for file in old.parent.rglob("*.pid"):
            proc.Daemon(file.parent, file.stem).kill()
        postgres.Postgres(old.parent).destroy()
        shutil.rmtree(old.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def run_dir():
    """A directory of this run alone. It stays until the next run, for the logs in it."""
    base = ROOT / "build" / MODE / "integration"
    made = pathlib.Path(tempfile.mkdtemp(prefix=f"{time.strftime('%H%M%S')}-", dir=base))
    made.chmod(0o755)  # the server's user passes through
    part = made / "owner.part"  # a run that begins now reads the whole of it, or none
    part.write_text(f"{os.getpid()} {proc.start_time(os.getpid())}\n")
    part.rename(made / "owner")
    return made


def directory(run_dir, request):
    name = re.sub(r"[^A-Za-z0-9_]+", "-", request.node.name)[:60]
    return pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=run_dir))


@pytest.fixture
def tmp_path(run_dir, request):
    """pytest's own, but inside run_dir, so that sweep() finds what runs there."""
    return directory(run_dir, request)


@pytest.fixture(scope="session")
def cluster(run_dir):
    """The run's PostgreSQL cluster."""
    server = postgres.Postgres(run_dir)
    server.start(shared_buffers="128MB")
    yield server
    server.destroy()


@contextlib.contextmanager
def new_database(cluster, template=None):
    """(name, url) of a database that goes with the test: empty, or a copy of another."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    if template:
        cluster.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"', "postgres")
    url = cluster.database(name)
    yield name, url
    cluster.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', "postgres")


@pytest.fixture
def database(cluster):
    """(name, url) of an empty database for one test."""
    with new_database(cluster) as made:
        yield made


@pytest.fixture(scope="session")
def prepared(cluster, run_dir):
    """A stack with tables and register, made once, that others begin as copies of. Nobody
    is connected to its database, so that it can be copied."""
    made = Stack(run_dir / "prepared", PROGRAMS, cluster, brokers.Given("127.0.0.1:1"), "prepared")
    made.prepare_tables(register_files())
    return made


def copy_of(prepared, cluster, broker, path, database):
    """A stack with the secrets and the tables of another, and feeds of its own."""
    made = TestStack(path / "stack", PROGRAMS, cluster, broker, database)
    shutil.copytree(prepared.secrets, made.secrets)
    made.snapshots.mkdir(mode=0o750)
    feeds = {topic["topic"] for topic in made.ctl_json("feed", "create", "--all")["topics"]}
    # a busy broker tells of them later than its controller has made them
    wait_until(lambda: feeds <= made.topics().keys(), what="the feeds")
    return made


@pytest.fixture(scope="session")
def shared_broker(run_dir):
    """Apache Kafka, or the given cluster, for the whole run. None for the embedded broker:
    it costs nothing, so every test has its own."""
    found = brokers.choose(run_dir, PROGRAMS)
    if found.kind == "embedded":
        yield None
        return
    try:
        found.start()
    except proc.Unavailable as missing:
        pytest.skip(str(missing))
    yield found
    found.stop()


OURS = ("feed.", "suppression.", "receipts.", "confirmations.", "consent.", "deletion.")


@contextlib.contextmanager
def empty_broker(shared_broker, path):
    if shared_broker is None:
        own = brokers.Embedded(path, PROGRAMS)
        own.start()
        yield own
        own.stop()
        return
    admin = AdminClient({"bootstrap.servers": shared_broker.address, **QUIET})

    def ours():
        return [t for t in admin.list_topics(timeout=60).topics if t.startswith(OURS)]
    if shared_broker.kind == "given" and ours():
        pytest.skip("the cluster of KAFKA_BROKERS has feeds or lists of its own, "
                    "which a test would have to delete")
    yield shared_broker
    shared_broker.start()  # a test may have killed it

    def gone():
        """Once more for what came late."""
        left = ours()
        for done in admin.delete_topics(left).values() if left else ():
            with contextlib.suppress(KafkaException, TimeoutError):
                done.result(60)
        return not left
    wait_until(gone, seconds=180, what="the deletion of a test's topics")


@pytest.fixture
def broker(shared_broker, tmp_path):
    """A running broker without a topic of ours."""
    with empty_broker(shared_broker, tmp_path) as made:
        yield made


@pytest.fixture
def hands(cluster, broker, database, tmp_path):
    """A stack before anything of ours has run in it: no table, no topic."""
    made = TestStack(tmp_path / "stack", PROGRAMS, cluster, broker, database[0])
    made.dir.mkdir()
    yield made
    made.close()


@pytest.fixture
def stack(cluster, broker, prepared, tmp_path, request):
    """The product with nothing in it yet: tables and the demo's register are applied, its
    feeds and lists are made, no daemon runs. stack.start("ingest") is the test's to call."""
    with new_database(cluster, prepared.database) as (name, _):
        yield from one_stack(copy_of(prepared, cluster, broker, tmp_path, name), request)


def one_stack(made, request):
    yield made
    late = made.close()
    if request.node.stash.get(FAILED, False):
        for log in sorted(made.dir.glob("*.log")):
            print(f"--- {log.name}\n{made.daemon(log.stem).last_words(30)}")
    assert not late, f"did not stop when asked: {late}"


@pytest.fixture(scope="module")
def module_stack(cluster, shared_broker, prepared, run_dir, request):
    """A stack as above for all tests of a file, which must not mind what others left in it.
    Such a file uses none of the fixtures that a test has for itself."""
    path = directory(run_dir, request)
    with new_database(cluster, prepared.database) as (name, _), \
            empty_broker(shared_broker, path) as broker:
        made = copy_of(prepared, cluster, broker, path, name)
        yield made
        late = made.close()
        assert not late, f"did not stop when asked: {late}"


@pytest.fixture
def line(stack, cluster):
    """The way to PostgreSQL of every daemon that the stack starts from here on."""
    with Line(cluster.port()) as made:
        url = cluster.url(stack.database)
        stack.extra["database_url"] = url.replace(f":{cluster.port()}/", f":{made.port}/")
        yield made


@pytest.fixture
def lookup(stack):
    """A stack's consent-lookup, with a token of each role."""
    return Lookup(stack)


FAILED = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        item.stash[FAILED] = True
