"""The brokers of the local stack: Apache Kafka, our own small one, or somebody else's.

    broker = Apache(directory) | Embedded(directory, programs) | Given("host:port")
    broker.start()     # returns when clients can work with it
    broker.address     # host:port, for KAFKA_BROKERS
    broker.stop() | broker.kill()

Apache Kafka keeps its port and data between starts, also after a kill. The embedded broker
keeps neither: its records live in its memory.
"""
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import uuid
import base64

from proc import Daemon, Failure, Unavailable, free_port, patiently, port_again, port_taken, wait_until

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "3.9.1"
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
# One node: every internal topic has one copy.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
# Topics are made on purpose, by consentctl.
auto.create.topics.enable=false
# Groups form at once, and tests may use short sessions.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A restarted broker is let in again soon; a busy machine does not make it one that has gone.
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=500
# Sized for a machine that does other things too.
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=33554432
"""

LOG4J = """\
log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""


def answers(address, seconds=3):
    """Does a broker at this address give out its metadata, with itself in it?"""
    done = subprocess.run(["kcat", "-L", "-b", address, "-m", str(seconds)],
                          capture_output=True, text=True, check=False)
    return done.returncode == 0 and "broker 1 at " in done.stdout or (
        done.returncode == 0 and " brokers:" in done.stdout
        and " 0 brokers:" not in done.stdout)


class Given:
    """A cluster that is already there: never started, never stopped."""
    kind = "given"
    keeps_data = True

    def __init__(self, address):
        self.address = address

    def start(self):
        if not answers(self.address, 5):
            raise Failure(f"No Kafka broker answers at {self.address} (KAFKA_BROKERS).")
        return True

    def running(self):
        return True

    def stop(self):
        pass

    kill = stop


class Embedded:
    """consent-devbroker."""
    kind = "embedded"
    keeps_data = False

    def __init__(self, directory, programs):
        self.program = pathlib.Path(programs) / "consent-devbroker"
        self.daemon = Daemon(directory, "devbroker")
        self.port_file = pathlib.Path(directory).absolute() / "devbroker.address"

    @property
    def address(self):
        return self.port_file.read_text().strip()

    def running(self):
        return self.daemon.pid() is not None

    def start(self):
        """True when it was started just now, and is therefore empty."""
        if self.running():
            return False
        if not self.program.exists():
            raise Failure(f"{self.program} is not built: 'make' builds it.")
        self.port_file.parent.mkdir(parents=True, exist_ok=True)
        self.port_file.unlink(missing_ok=True)
        self.daemon.start([self.program, "--port-file", self.port_file])
        wait_until(lambda: self.port_file.exists() or self.daemon.gone(), 60)
        if not self.port_file.exists():
            raise Failure("The embedded broker does not start; it said:\n"
                          + self.daemon.last_words())
        return True

    def stop(self):
        self.daemon.stop(seconds=10)

    def kill(self):
        self.daemon.kill()


class Apache:
    """Apache Kafka, one node, KRaft."""
    kind = "apache"
    keeps_data = True
    format_options = ()  # of its storage, the first time

    def __init__(self, directory, heap=None):
        self.dir = pathlib.Path(directory).absolute() / "kafka"
        self.heap = heap or os.environ.get("LOCAL_KAFKA_HEAP", "768m")
        self.daemon = Daemon(directory, "kafka")

    @property
    def address(self):
        return f"127.0.0.1:{self._ports()[0]}"

    def running(self):
        return self.daemon.pid() is not None

    def answers(self, seconds=3):
        return answers(self.address, seconds)

    @staticmethod
    def properties(**places):
        return PROPERTIES.format(**places)

    # --- jars -----------------------------------------------------------------------------
    @staticmethod
    def jars():
        """The directory of the jars, from Maven the first time."""
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME")
                             or pathlib.Path.home() / ".cache") / "consentmq"
        ready = cache / f"kafka-{VERSION}"
        if ready.is_dir():
            return ready
        if not shutil.which("mvn"):
            raise Unavailable("Apache Kafka needs Maven to fetch it: "
                          "'BROKER=apache deploy/deps build' installs it.")
        cache.mkdir(parents=True, exist_ok=True)
        with open(cache / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if ready.is_dir():
                return ready
            print(f"Fetching Apache Kafka {VERSION} with Maven (45 MB, once) ...", flush=True)
            part = pathlib.Path(tempfile.mkdtemp(dir=cache))
            done = patiently("mvn", "-B", "-q", "-Dstyle.color=never", "-f", HERE / "kafka-pom.xml",
                             COPY_GOAL, "-DincludeScope=runtime", f"-DoutputDirectory={part}")
            if done.returncode != 0 or not (part / f"kafka_2.13-{VERSION}.jar").exists():
                shutil.rmtree(part, ignore_errors=True)
                said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).split("\n")
                said = [line for line in said if line.strip()] or ["it did not say why"]
                raise Unavailable(f"Maven could not fetch Apache Kafka: {said[0][:400]}")
            part.chmod(0o755)
            part.rename(ready)
        return ready

    def _java(self, *argv):
        if not shutil.which("java"):
            raise Unavailable("Apache Kafka needs a Java runtime: "
                          "'BROKER=apache deploy/deps build' installs one.")
        # -Xshare and the serial collector: starts sooner, stays small.
        return ["java", f"-Xmx{self.heap}", "-Xms128m", "-XX:+UseSerialGC", "-Xshare:auto",
                *os.environ.get("LOCAL_KAFKA_JAVA", "").split(),
                "-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true",
                f"-Dlog4j.configuration=file:{self.dir}/log4j.properties",
                "-cp", f"{self.jars()}/*", *argv]

    # --- start ----------------------------------------------------------------------------
    def _ports(self):
        return [int(p) for p in (self.dir / "ports").read_text().split()]

    def _choose_ports(self):
        wanted = os.environ.get("LOCAL_KAFKA_PORT")
        if wanted and port_taken(int(wanted)):
            raise Failure(f"Port {wanted}, asked for by LOCAL_KAFKA_PORT, is taken by "
                          "another program; name a free one.")
        try:
            ports = self._ports()
        except (FileNotFoundError, ValueError):
            ports = [free_port(), free_port()]
        if wanted:
            ports[0] = int(wanted)
        ports = [port_again(port) for port in ports]
        (self.dir / "ports").write_text("{} {}\n".format(*ports))

    def _prepare(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        self._choose_ports()
        port, controller = self._ports()
        data = self.dir / "data"
        (self.dir / "log4j.properties").write_text(LOG4J)
        properties = self.dir / "server.properties"
        properties.write_text(self.properties(port=port, controller=controller, data=data))
        if (self.dir / "formatted").exists():
            return
        shutil.rmtree(data, ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(  # "=", for an id may begin with a hyphen
            self._java("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c",
                       str(properties), *self.format_options), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"Kafka's storage could not be made: {done.stderr.strip()[-600:]}")
        (self.dir / "formatted").touch()

    def start(self):
        """True when it was started just now."""
        if self.running() and self.answers():
            return False
        if not self.running():
            self._prepare()
            self.daemon.start(self._java("kafka.Kafka",
                                         str(self.dir / "server.properties")), cwd="/")
        wait_until(lambda: self.daemon.gone() or self.answers(3), 180)
        if not self.running():
            raise Failure("Apache Kafka does not start; it said:\n"
                          + self.daemon.last_words(10))
        return True

    def stop(self):
        self.daemon.stop(signal.SIGTERM, 30)

    def kill(self):
        self.daemon.kill()


def choose(directory, programs):
    """The broker that the environment asks for: KAFKA_BROKERS, or BROKER.

    A shell that has sourced build/local/env has KAFKA_BROKERS too, but asks for nothing by
    it; the same file's LOCAL_KAFKA_BROKERS tells."""
    given = os.environ.get("KAFKA_BROKERS")
    if given and given != os.environ.get("LOCAL_KAFKA_BROKERS"):
        return Given(given)
    kind = os.environ.get("BROKER", "embedded")
    if kind == "apache":
        return Apache(directory)
    if kind == "embedded":
        return Embedded(directory, programs)
    raise Failure(f"BROKER is 'embedded' or 'apache', not '{kind}'.")
