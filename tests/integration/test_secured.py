"""The whole flow over TLS: Kafka with SASL_SSL, SCRAM and a principal for each source. And
what is said when something about it is wrong."""
import json
import secrets
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


class SecuredStack(TestStack):
    """Programs sign in as one principal, with the password in a file."""

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
        producer = Producer(self.broker.client(principal, **{"message.timeout.ms": 20000}))
        answers = []
        producer.produce(topic, json.dumps(what).encode(),
                         on_delivery=lambda error, _: answers.append(error))
        producer.flush(30)
        assert answers
        return answers[0]


@pytest.fixture(scope="module")
def secured(cluster, run_dir):
    path = run_dir / "secured"
    path.mkdir()
    authority = Authority(path, "authority")
    authority.issue("broker")
    passwords = {name: secrets.token_urlsafe(12) for name in ("broker", DAEMONS, *SOURCES)}
    broker = Secured(path, authority, path / "broker.both", passwords)
    broker.start()
    broker.allow(DAEMONS, "--operation", "All", "--topic", "*", "--group", "*", "--cluster",
                 "kafka-cluster")
    broker.allow("sectigo.com", "--operation", "Write", "--topic", "feed.sectigo.com")
    name = f"secured_{secrets.token_hex(4)}"
    cluster.database(name)
    stack = SecuredStack(path / "stack", PROGRAMS, cluster, broker, name)
    stack.prepare(register_files())
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
        for _ in range(40):
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
