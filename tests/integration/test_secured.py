"""The whole flow over TLS: Kafka with SASL_SSL, SCRAM and a principal for each source. And
what is said when something about it is wrong."""
import json
import pathlib
import re
import secrets
import shlex
import subprocess
import time

import pytest
from confluent_kafka import Consumer, KafkaException, Producer

from certificates import Authority
from hands import PROGRAMS, TestStack, wait_until
from secure import DAEMONS, MECHANISM, Secured
from stack import register_files, registered, write_secret

SOURCES = ("acme-hosting", "sectigo.com")

pytestmark = [pytest.mark.lasting, pytest.mark.plain]


def event(source, kind, what, ident):
    return {"specversion": "1.0", "id": ident, "type": what,
            "source": f"urn:consent:src:{kind}:{source}",
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "data": {"contact": {"email": "nora@secured.example"}}}


OWN = ("consent-ingest", "consent-publish", "consent-gateway", "consent-lookup", "consentctl",
       "list-mta-eu1", "list-cleaner")
# A recipient that erases by our orders.
CLEANER = {"register": "cleaner", "recipients": [
    {"id": "cleaner", "name": "Data of leads", "country": "GB", "mechanism": "domestic",
     "deletes": True}]}


class SecuredStack(TestStack):
    """Programs sign in as one principal, with the password in a file."""

    def as_itself(self, program):
        """The settings by which a program signs in with its own name."""
        name = f"consent-{program}" if program != "ctl" else "consentctl"
        write_secret(self.dir.parent / f"{name}.password", self.broker.passwords[name])
        return {"kafka.sasl.username": name,
                "kafka.sasl.password_file": self.dir.parent / f"{name}.password"}

    def __init__(self, directory, programs, cluster, broker, database):
        super().__init__(directory, programs, cluster, broker, database)
        self.secret = self.dir.parent / "daemons.password"
        self.sign_in()

    def sign_in(self, roots=None, password=None):
        self.secret.unlink(missing_ok=True)
        write_secret(self.secret, password or self.broker.passwords[DAEMONS])
        self.extra = {"kafka.security.protocol": "sasl_ssl",
                      "kafka.sasl.mechanism": MECHANISM, "kafka.sasl.username": DAEMONS,
                      "kafka.sasl.password_file": self.secret,
                      "kafka.ssl.ca.location": roots or self.broker.authority.path}
        self._ctl_conf = None

    def send(self, principal, topic, what):
        """None, or why the broker would not."""
        producer = Producer(self.broker.client(principal, **{"message.timeout.ms": 60000}))
        answers = []
        producer.produce(topic, json.dumps(what).encode(),
                         on_delivery=lambda error, _: answers.append(error))
        producer.flush(90)
        assert answers
        return answers[0]


@pytest.fixture(scope="module")
def secured(cluster, run_dir):
    path = run_dir / "secured"
    path.mkdir()
    authority = Authority(path, "authority")
    authority.issue("broker")
    passwords = {name: secrets.token_urlsafe(12) for name in ("broker", DAEMONS, *SOURCES, *OWN)}
    broker = Secured(path, authority, path / "broker.both", passwords)
    broker.start()
    broker.allow(DAEMONS, "--operation", "All", "--topic", "*", "--group", "*", "--cluster",
                 "kafka-cluster")
    broker.allow("sectigo.com", "--operation", "Write", "--topic", "feed.sectigo.com")
    name = f"secured_{secrets.token_hex(4)}"
    cluster.database(name)
    stack = SecuredStack(path / "stack", PROGRAMS, cluster, broker, name)
    more = path / "cleaner.json"
    more.write_text(json.dumps(CLEANER))
    stack.prepare([*register_files(), more])
    yield stack
    stack.close()
    broker.stop()
    cluster.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', "postgres")


def test_an_opt_out_travels_and_nobody_speaks_for_another(secured):
    assert set(SOURCES) <= set(registered(register_files(), "sources"))
    for program in ("ingest", "publish", "lookup"):
        secured.start(program)
    assert secured.send("sectigo.com", "feed.sectigo.com",
                        event("sectigo.com", "direct", "optout.recorded.v1", "s-1")) is None
    refused = secured.send("sectigo.com", "feed.acme-hosting",
                           event("acme-hosting", "reseller", "optout.recorded.v1", "s-2"))
    assert refused is not None and "uthoriz" in refused.str(), refused
    # facts, table and topic agree, and there is an entry
    wait_until(lambda: secured.sql("SELECT count(*) FROM list_entry")[0][0] > 0
               and secured.ctl("list", "diff", "promotional-email", check=False).returncode == 0,
               60, "the opt-out on the list")
    assert secured.sql("SELECT count(*) FROM ledger")[0][0] == 1
    with pytest.raises(KafkaException):  # a source reads nothing of others
        consumer = Consumer(secured.broker.client("acme-hosting", **{"group.id": "thief"}))
        consumer.subscribe(["feed.sectigo.com"])
        for _ in range(240):
            message = consumer.poll(0.5)
            if message is not None and message.error():
                raise KafkaException(message.error())


def test_a_wrong_password_is_named(secured):
    """Certificates that are not good: test_edges.py."""
    secured.daemon("ingest").stop(seconds=20)
    wrong = secured.dir.parent / "wrong.password"
    write_secret(wrong, "not-this-one")
    secured.start("ingest", wait=False, **{"kafka.sasl.password_file": wrong})
    daemon = secured.daemon("ingest")
    wait_until(daemon.gone, 60, what="ingest to give up")
    said = daemon.log_file.read_text()
    assert "invalid credentials" in said and "not-this-one" not in said, said[-800:]


# --- what consentctl feed create --print-acls says is enough, and no more ---------------------
def kafka_acls(broker, lines):
    """Runs them: what a shell would do, in one virtual machine."""
    config = broker.dir / "client.properties"
    common = ["--bootstrap-server", broker.address, "--command-config", str(config)]
    text = "".join("\x01".join(common + shlex.split(line)[2:]) + "\n" for line in lines)
    done = subprocess.run(broker._java(pathlib.Path(__file__).parent / "KafkaAcls.java"),
                          input=text, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-800:]


def test_the_rights_that_are_printed_are_enough_and_no_more(secured):
    """Programs under names of their own, each with its lines alone."""
    for program in secured.started():
        secured.daemon(program).stop(seconds=20)
    lines = secured.ctl("feed", "create", "--all", "--print-acls", "kafka-acls").splitlines()
    ours = [l for l in lines if "'User:consent" in l or "'User:list-" in l]
    assert {w for l in ours for w in re.findall("User:([^']*)", l)} >= set(OWN)
    kafka_acls(secured.broker, ours)
    for program in ("ingest", "publish", "lookup", "gateway"):
        secured.start(program, **secured.as_itself(program))
    before = secured.sql("SELECT count(*) FROM ledger")[0][0]
    assert secured.send("sectigo.com", "feed.sectigo.com",
                        event("sectigo.com", "direct", "optout.recorded.v1", "least-1")) is None
    wait_until(lambda: secured.sql("SELECT count(*) FROM ledger")[0][0] == before + 1,
               what="the event to be taken in")
    wait_until(lambda: not secured.sql("SELECT FROM dirty"), 60, "it to be published")
    secured.cluster.psql("INSERT INTO outbox (topic, key, value)"
                         " VALUES ('deletion.cleaner', 't', '{}')", secured.database)
    for principal, topic in (("list-mta-eu1", "suppression.promotional-email"),
                             ("list-cleaner", "deletion.cleaner")):
        reader = Consumer(secured.broker.client(principal, **{
            "group.id": principal, "auto.offset.reset": "earliest"}))
        reader.subscribe([topic])
        wait_until(lambda: (m := reader.poll(1)) is not None and not m.error(), 60,
                   f"{principal} to be let in")
        reader.close()
    secured.extra |= secured.as_itself("ctl")
    secured._ctl_conf = None  # noqa: SLF001 - is written again
    found = json.loads(secured.ctl("doctor", "--json", check=False).stdout)["checks"]
    bad = [c for c in found if c["level"] == "wrong"
           and c["check"] in ("kafka", "topics", "positions", "waiting", "versions")
           and "is not there" not in c["text"]]
    assert not bad and ("ok", "kafka") in {(c["level"], c["check"]) for c in found}, found
    for principal, topic in (("consent-ingest", "feed.sectigo.com"),
                             ("consent-publish", "feed.sectigo.com"),
                             ("consent-gateway", "suppression.promotional-email")):
        refused = secured.send(principal, topic, {"x": 1})
        assert refused is not None and "uthoriz" in refused.str(), (principal, topic)


def test_the_same_rights_for_strimzi(secured):
    said = secured.ctl("feed", "create", "sectigo.com", "--print-acls", "strimzi")
    assert "kind: KafkaUser" in said and "  name: sectigo.com" in said
    assert '{type: topic, name: "feed.sectigo.com", patternType: literal}' in said
    assert "consent-ingest" not in said
    all_of_it = secured.ctl("feed", "create", "--all", "--print-acls", "strimzi")
    assert all_of_it.count("kind: KafkaUser") == all_of_it.count("strimzi.io/cluster: kafka")
    wrong = secured.ctl("feed", "create", "--all", "--print-acls", "xml", check=False)
    assert wrong.returncode == 2 and "kafka-acls or strimzi" in wrong.stderr
