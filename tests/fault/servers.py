"""servers.py - PostgreSQL and Apache Kafka for the machine of tests/fault/machine.

As the guide has them: reached by name and by TLS alone, the names in their certificates,
passwords by SCRAM, and in Kafka nobody may do what was not granted.
"""
import pathlib
import secrets
import shutil
import types

from brokers import Apache
from secure import CLIENT, Secured

PACKAGES = ["postgresql", "openssl", "curl", "openjdk-17-jdk-headless"]
NAMES = ("db.example.com", "k1.example.com", "k2.example.com")  # those of the guide
PORT = 9093
ADMIN = "/root/admin.properties"
JAVA = ("java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true"
        " -Dlog4j.configuration=file:/etc/kafka/log4j.properties -cp '/opt/kafka/*'")
LOG4J = ("log4j.rootLogger=WARN, out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\n"
         "log4j.appender.out.layout=org.apache.log4j.SimpleLayout\n")
UNIT = f"""\
[Service]
User=kafka
ExecStart={JAVA.replace("java", "/usr/bin/java", 1).replace("'", "")} kafka.Kafka /etc/kafka/server.properties
SuccessExitStatus=143
"""


def put(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def lay(tree):
    """Into the tree, before it boots."""
    with (tree / "etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 localhost {' '.join(NAMES)}\n")
    shutil.copytree(Apache.jars(), tree / "opt/kafka", dirs_exist_ok=True)
    word = secrets.token_hex(16)
    given = Secured(pathlib.Path("/"), types.SimpleNamespace(path="/etc/ssl/certs/kafka-ca.pem"),
                    "/etc/kafka/broker.pem", {"broker": word})
    text = given.properties(port=PORT, controller=PORT + 1, data="/var/lib/kafka")
    put(tree / "etc/kafka/server.properties", text.replace("//localhost:", f"//{NAMES[1]}:"))
    put(tree / "etc/kafka/log4j.properties", LOG4J)
    put(tree / "etc/kafka/format", " ".join(f"'{o}'" for o in given.format_options), 0o600)
    put(tree / ADMIN[1:], CLIENT.format(broker=word, roots="/etc/ssl/certs/kafka-ca.pem"), 0o600)
    put(tree / "etc/systemd/system/kafka.service", UNIT)
    put(tree / "usr/bin/kafka-configs",
        f"#!/bin/sh\nexec {JAVA} kafka.admin.ConfigCommand \"$@\"\n", 0o755)
    # One Java for all lines, not one for each: the words of a line, with byte 1 between them.
    put(tree / "usr/bin/kafka-acls",
        "#!/bin/sh\n(IFS=$(printf '\\001'); echo \"$*\") >> /root/acls\n", 0o755)
    shutil.copy(pathlib.Path(__file__).parent.parent / "integration/KafkaAcls.java", tree / "root")


def start(machine):
    machine.sh(f"""
        cd /root && umask 077
        ca='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'
        for of in db kafka; do
            $ca -subj /CN=$of-ca -keyout $of-ca.key -out $of-ca.pem 2> /dev/null
            install -m 644 $of-ca.pem /etc/ssl/certs/
        done
        issue() {{ # CA FILE NAME...
            by=$1 file=$2; shift 2
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \\
                -addext "subjectAltName=$(printf ',DNS:%s' "$@" | cut -c2-)" \\
                -keyout $file.key -out $file.csr 2> /dev/null
            openssl x509 -req -in $file.csr -CA $by-ca.pem -CAkey $by-ca.key -CAcreateserial \\
                -copy_extensions copy -days 2 -out $file.pem 2> /dev/null
        }}
        issue db db {NAMES[0]}
        issue kafka k {NAMES[1]} {NAMES[2]}
        install -o postgres -m 600 db.pem db.key /etc/postgresql/15/main/
        useradd --system kafka
        cat k.pem k.key > /etc/kafka/broker.pem
        mkdir -p /var/lib/kafka
        chown -R kafka /etc/kafka/broker.pem /var/lib/kafka /etc/kafka/server.properties
        cd /etc/postgresql/15/main
        printf '%s\\n' 'ssl = on' "ssl_cert_file = '$PWD/db.pem'" "ssl_key_file = '$PWD/db.key'" \\
            > conf.d/tls.conf && chmod 644 conf.d/tls.conf
        sed -i 's/^host /hostssl /' pg_hba.conf
        systemctl restart postgresql@15-main
        setpriv --reuid=kafka --clear-groups sh -c "{JAVA} kafka.tools.StorageTool format \\
            --cluster-id=4L6g3nShT-eMCtK--X86sw -c /etc/kafka/server.properties \\
            $(cat /etc/kafka/format)" > /root/format.log 2>&1 || {{ cat /root/format.log; exit 1; }}
        systemctl start kafka""")
    machine.wait("Kafka", lambda: "SCRAM" in machine.sh(
        f"kafka-configs --bootstrap-server {NAMES[1]}:{PORT} --command-config {ADMIN} "
        "--describe --entity-type users --entity-name broker", check=False), 180, unit="kafka")


def allow(machine):
    """What acls.sh says, all of it in one Java."""
    options = f"--bootstrap-server {NAMES[1]}:{PORT} --command-config {ADMIN}"
    machine.sh(f"cd /root && sh acls.sh {options} && {JAVA} KafkaAcls.java < acls > acls.log 2>&1"
               " || { tail -n 20 acls.log; exit 1; }")


def shut(machine):
    """No program of ours speaks in plain text, or to a server with another name."""
    rows = {tuple(row) for row in machine.rows(
        "SELECT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        " WHERE usename LIKE 'consent%'")}
    assert {user for user, _ in rows} >= {"consent_ingest", "consent_lookup"}, rows
    assert {tls for _, tls in rows} == {"t"}, rows
    url = machine.sh("sed -n 's/^database_url = //p' /root/consentmq.conf").strip()
    secret = machine.sh("cat /etc/consentmq/consentctl.database").strip()
    for wrong, words in ((url.replace(NAMES[0], "127.0.0.1"), "does not match host name"),
                         (url.replace(NAMES[0], "127.0.0.1").replace("verify-full", "disable"),
                          "no encryption"), (url.replace("db-ca", "kafka-ca"), "certificate is refused")):
        said = machine.sh(f"PGPASSWORD={secret} DATABASE_URL='{wrong}' consentctl register show"
                          " 2>&1", check=False)
        assert words in said, f"{wrong}: {said}"
    for wrong in ("security.protocol=plaintext", "ssl.ca.location=/etc/ssl/certs/db-ca.pem"):
        name, value = wrong.split("=")
        machine.sh(f"sed '/^kafka.{name} /d' /root/consentmq.conf > /root/wrong.conf;"
                   f" echo 'kafka.{name} = {value}' >> /root/wrong.conf")
        said = machine.sh("CONSENT_PLAINTEXT=kafka consentctl --config /root/wrong.conf "
                          "feed create sectigo.com 2>&1 && echo created", check=False)
        assert "created" not in said, f"{wrong}: {said}"
    print("  TLS: every connection to PostgreSQL; another name, another authority and plain text"
          " are refused, by Kafka too", flush=True)
