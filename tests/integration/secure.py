"""Apache Kafka as one would run it: SASL_SSL with SCRAM, a principal for each source, and
nobody may do what was not granted."""
import subprocess

from brokers import PROPERTIES, Apache
from proc import Failure

MECHANISM = "SCRAM-SHA-256"
DAEMONS = "consentmq"  # the principal of our programs

MORE = """\
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-256
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required \
username="broker" password="{broker}";
ssl.keystore.type=PEM
ssl.keystore.location={certificate}
ssl.truststore.type=PEM
ssl.truststore.location={roots}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
# ANONYMOUS is the controller itself, on loopback and in plain text.
super.users=User:broker;User:ANONYMOUS
"""

CLIENT = """\
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
username="broker" password="{broker}";
ssl.truststore.type=PEM
ssl.truststore.location={roots}
"""


class Secured(Apache):
    def __init__(self, directory, authority, certificate, passwords):
        super().__init__(directory)
        self.authority = authority
        self.certificate = certificate  # a file with its key, see Authority.issue
        self.passwords = passwords      # by principal; "broker" among them
        self.format_options = [word for name, password in passwords.items() for word in
                               ("--add-scram",
                                f"{MECHANISM}=[name={name},password={password}]")]

    @property
    def address(self):
        return f"localhost:{self._ports()[0]}"

    def properties(self, **places):
        text = PROPERTIES.format(**places).replace("PLAINTEXT://127.0.0.1:{port}".format(
            **places), "SASL_SSL://localhost:{port}".format(**places))
        text = text.replace("inter.broker.listener.name=PLAINTEXT",
                            "inter.broker.listener.name=SASL_SSL")
        return text + MORE.format(broker=self.passwords["broker"],
                                  certificate=self.certificate, roots=self.authority.path)

    def client(self, principal, **more):
        """librdkafka's settings for a principal."""
        return {"bootstrap.servers": self.address, "security.protocol": "SASL_SSL",
                "sasl.mechanism": MECHANISM, "sasl.username": principal,
                "sasl.password": self.passwords[principal],
                "ssl.ca.location": str(self.authority.path), "log_level": 0, **more}

    def answers(self, seconds=3):
        # tests/fault/servers.py takes the rest, on a machine without this library
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient
        try:
            return bool(AdminClient(self.client("broker")).list_topics(timeout=seconds).brokers)
        except KafkaException:
            return False

    def allow(self, principal, *options):
        """kafka-acls --add."""
        config = self.dir / "client.properties"
        config.touch(mode=0o600)
        config.write_text(CLIENT.format(broker=self.passwords["broker"],
                                        roots=self.authority.path))
        done = subprocess.run(
            self._java("kafka.admin.AclCommand", "--bootstrap-server", self.address,
                       "--command-config", str(config), "--add", "--allow-principal",
                       f"User:{principal}", *options),
            capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != 0:
            raise Failure(f"kafka-acls: {done.stderr.strip()[-400:]}")
