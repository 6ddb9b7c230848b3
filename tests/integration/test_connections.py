"""What is said when PostgreSQL cannot be reached, and which poolers may stand before it."""
import contextlib
import pathlib
import pwd
import re
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from hands import wait_until
from proc import free_port


@pytest.fixture(scope="module")
def stack(module_stack):
    return module_stack


# --- one sentence that names the cause ----------------------------------------------------
def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


READY = message(b"Z", b"I")
WELCOME = message(b"R", struct.pack("!I", 0)) + message(b"K", struct.pack("!II", 1, 1)) + READY
COLUMN = message(b"T", struct.pack("!H", 1) + b"pid\0" + struct.pack("!IHIhih", 0, 0, 23, 4, -1, 0))
PROCESS = (COLUMN + message(b"D", struct.pack("!HI", 1, 1) + b"1")
           + message(b"C", b"SELECT 1\0"))


class Refusal:
    """A PostgreSQL that refuses everybody, in any language; or, when it lets them in, the
    first statement. process: what it says when it is asked who answers."""

    def __init__(self, state, words, lets_in=False, process=PROCESS):
        fields = b"".join(k + v.encode() + b"\0" for k, v in (
            (b"S", "FATAL"), (b"V", "FATAL"), (b"C", state), (b"M", words)))
        self.lets_in, self.process = lets_in, process
        self.answer = message(b"E", fields + b"\0")
        self.server = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def _run(self):
        while True:
            try:
                one, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, one):
        with one:
            if one.recv(4096)[4:8] == struct.pack("!I", 80877103):  # may we use TLS?
                one.sendall(b"N")
                one.recv(4096)
            if not self.lets_in:
                one.sendall(self.answer)
                return
            one.sendall(WELCOME)
            while (said := one.recv(65536)) and said[:1] != b"X":
                if said[:1] != b"Q":
                    one.sendall(self.answer + READY)
                elif b"pg_backend_pid" in said:
                    one.sendall(self.process + READY)
                else:
                    one.sendall(message(b"C", b"SET\0") + READY)


CAUSES = [  # change of the URL, exit code, words
    ({"password": "wrong"}, 2, ("password authentication failed", '"consent"', "28P01")),
    ({"user": "nobody"}, 2, ("password authentication failed", '"nobody"', "28P01")),
    ({"database": "none"}, 2, ('database "none" does not exist', "3D000")),
    ({"host": "no-such-host.invalid"}, 1, ('"no-such-host.invalid"', "translate host name")),
    ({"port": 1}, 1, ('"127.0.0.1", port 1 failed', "Connection refused")),
    ({"more": "?sslmode=require"}, 1, ("server does not support SSL", "port")),
    ({"more": "?target_session_attrs=standby"}, 1, ("server is not in hot standby mode",)),
    ({"more": "?port=x"}, 2, ('invalid integer value "x"',)),
    ({"more": "?ssl_mode=require"}, 2, ('invalid URI query parameter: "ssl_mode"',)),
    ({"password": "a@b"}, 2, ("has an @ in it", "%40")),
]


def changed(url, user="consent", password=None, host="127.0.0.1", port=None, database=None,
            more=""):
    start, rest = url.split("@")
    own = start.rsplit(":", 1)[1]
    where, name = rest.split("/")
    port = port or where.split(":")[1]
    return (f"postgresql://{user}:{password or own}@{host}:{port}/"
            f"{database or name}{more}")


def said(stack, url, *command):
    """(exit code, standard error) of consentctl with this URL."""
    conf = stack.dir / "other.conf"
    conf.touch(mode=0o600)
    conf.write_text(f"database_url = {url}\nplaintext = postgresql\n")
    done = subprocess.run([stack.program("ctl"), "--config", conf,
                           *(command or ("register", "show"))],
                          capture_output=True, text=True, check=False, timeout=180)
    return done.returncode, done.stderr


def test_each_cause_is_named(stack):
    url = stack.cluster.url(stack.database)
    secret = stack.cluster.password()
    assert said(stack, url) == (0, "")
    for change, code, words in CAUSES:
        got, text = said(stack, changed(url, **change))
        assert got == code, (change, text)
        for word in words:
            assert word in text, (change, word, text)
        assert text.count("\n") == 1 and secret not in text
        assert change.get("password") not in text.split() if "password" in change else True


def test_no_words_of_a_string_that_cannot_be_read(stack):
    """libpq would quote the string, password and all."""
    code, text = said(stack, "postgres:/consent:s3cret@127.0.0.1/x")
    assert code == 2 and "s3cret" not in text and "neither a URL" in text


@pytest.mark.parametrize("state,words,code,expected", [
    ("28P01", "Passwort-Authentifizierung für Benutzer »x« fehlgeschlagen", 2, "28P01"),
    ("28000", "aucune entrée dans pg_hba.conf", 2, "28000"),
    ("3D000", "la base de données « x » n'existe pas", 2, "3D000"),
    ("57P03", "das Datenbanksystem startet", 1, "57P03"),
    ("53300", "tut mir leid, schon zu viele Verbindungen", 1, "53300"),
    ("08P01", "unsupported startup parameter: options", 2, "startup parameter"),
])
def test_the_reaction_does_not_hang_on_english(stack, state, words, code, expected):
    with Refusal(state, words) as server:
        got, text = said(stack, f"postgresql://x:y@127.0.0.1:{server.port}/x")
    assert (got, expected in text, words in text) == (code, True, True), text


@pytest.mark.parametrize("process", [
    message(b"T", struct.pack("!H", 0)) + message(b"C", b"SELECT 0\0"),
    COLUMN + message(b"C", b"SELECT 0\0"),
    message(b"T", struct.pack("!H", 0)) + message(b"D", struct.pack("!H", 0))
    + message(b"C", b"SELECT 1\0"),
], ids=["nothing", "no row", "no column"])
def test_who_answers_without_a_row_is_waited_for(stack, process):
    """Something else than PostgreSQL, or something odd before it, ends no program."""
    with Refusal("XX000", "", lets_in=True, process=process) as server:
        code, text = said(stack, f"postgresql://x:y@127.0.0.1:{server.port}/x")
    assert code == 1 and "does not answer" in text, (code, text)


@pytest.mark.parametrize("state,code,expected", [
    ("58P01", 1, "a fault of the PostgreSQL server itself"),
    ("XX001", 1, "a fault of the PostgreSQL server itself"),
    ("53100", 1, "the server's disk is full"),
    ("25006", 1, "the server is read-only"),
    ("57014", 1, "cancelled"),
    ("0A000", 1, "0A000"),
    ("26000", 2, "set pool_mode = session"),
    ("42P05", 2, "set pool_mode = session"),
    ("42501", 2, "the role lacks a right"),
    ("42883", 2, "run consentctl migrate"),
])
def test_what_a_statement_is_refused_for(stack, state, code, expected):
    """By SQLSTATE, and never in the server's words: those of a statement may quote rows."""
    with Refusal(state, "Key (email)=(ann@example.com)", lets_in=True) as server:
        got, text = said(stack, f"postgresql://x:y@127.0.0.1:{server.port}/x")
    assert (got, expected in text, "ann" in text) == (code, True, False), text
    assert state in text and "register_rows_get" in text


def test_a_wrong_password_at_the_start_ends_ingest(stack):
    """Also where the server speaks German; one that is starting is waited for."""
    stack.start("ingest", "ingest-1", wait=False,
                database_url=changed(stack.cluster.url(stack.database), password="wrong"))
    with Refusal("28P01", "Passwort-Authentifizierung fehlgeschlagen") as german, \
         Refusal("57P03", "das Datenbanksystem startet") as starting:
        for name, server in (("ingest-2", german), ("ingest-3", starting)):
            stack.start("ingest", name, wait=False,
                        database_url=f"postgresql://x:y@127.0.0.1:{server.port}/x")
        for name in ("ingest-1", "ingest-2"):
            wait_until(stack.daemon(name).gone, what=f"{name} to end")
            assert "code=PG_28P01" in stack.daemon(name).log_file.read_text()
        log = stack.daemon("ingest-3").log_file
        wait_until(lambda: "event=database_away kind=retry code=PG_57P03" in log.read_text(),
                   what="the complaint")
        assert stack.daemon("ingest-3").pid() and stack.daemon("ingest-3").stop(seconds=60)


def test_what_is_not_migrated_says_so(stack):
    name = f"{stack.database}_empty"
    try:
        code, text = said(stack, stack.cluster.database(name), "quarantine", "list")
        assert code == 2 and "42P01" in text and "run consentctl migrate" in text
    finally:
        stack.cluster.psql(f'DROP DATABASE "{name}" WITH (FORCE)', "postgres")


# how a database is made, what is done in it, and what consentctl migrate says of it
GROUNDS = (
    ("ENCODING 'SQL_ASCII' LOCALE 'C'", "", "is in SQL_ASCII: make it again"),
    ("ENCODING 'LATIN1' LOCALE 'C'", "", "is in LATIN1: make it again"),
    ("ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C.UTF-8'", "",
     "as Turkish has: make it again"),
    ("", "DROP EXTENSION plpgsql", "CREATE EXTENSION plpgsql"),
    ("", "ALTER DATABASE {name} SET default_transaction_read_only = on",
     "default_transaction_read_only is on"),
    ("", "ALTER DATABASE {name} SET search_path = nowhere", "search_path is nowhere"),
    # servers that are not here, by the functions that tell them
    ("", "CREATE SCHEMA a; ALTER DATABASE {name} SET search_path = a, pg_catalog;"
     " CREATE FUNCTION a.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
     "this is a standby: point database_url at the primary"),
    ("", "CREATE SCHEMA a; ALTER DATABASE {name} SET search_path = a, pg_catalog;"
     " CREATE FUNCTION a.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT"
     " CASE $1 WHEN 'server_version_num' THEN '140011' WHEN 'server_version' THEN '14.11'"
     " ELSE pg_catalog.current_setting($1) END $$", "PostgreSQL 14.11 is too old"),
)


def test_ground_that_cannot_bear_the_tables_is_named(stack):
    """Not by the SQLSTATE of whatever statement met it first."""
    cluster, name = stack.cluster, f"{stack.database}_ground"
    role = f"{name}_role"
    url = cluster.url(name)

    def refused(expected, url=url):
        code, text = said(stack, url, "migrate")
        assert code == 2 and expected in text and "SQLSTATE" not in text, (expected, text)

    for how, then, expected in GROUNDS:
        cluster.psql(f"CREATE DATABASE {name} TEMPLATE template0 {how}", "postgres")
        try:
            if then:
                cluster.psql(then.format(name=name), name)
            refused(expected)
        finally:
            cluster.psql(f"DROP DATABASE {name} WITH (FORCE)", "postgres")
    cluster.psql(f"CREATE ROLE {role} LOGIN PASSWORD 'x'", "postgres")
    theirs = url.replace(url.split("//")[1].split("@")[0], f"{role}:x")
    try:
        cluster.psql(f"CREATE DATABASE {name}", "postgres")
        refused("may make no tables in the schema public", theirs)
        cluster.psql("CREATE TABLE schema_migration (number integer)", name)
        refused(f"the tables belong to consent, and this is {role}", theirs)
    finally:
        cluster.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")
        cluster.psql(f"DROP ROLE {role}", "postgres")


# --- Kafka --------------------------------------------------------------------------------
def speak_plainly(server):
    """Answers a TLS greeting in clear text."""
    while True:
        one, _ = server.accept()
        with one, contextlib.suppress(OSError):  # one that has gone meanwhile
            one.recv(4096)
            one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_kafkas_causes_are_named(stack):
    """librdkafka's own words; only a refused sign-in ends a program that has not worked."""
    plain = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=speak_plainly, args=(plain,), daemon=True).start()
    tls = {"kafka.security.protocol": "ssl",
           "kafka_brokers": f"127.0.0.1:{plain.getsockname()[1]}"}
    sasl = {"kafka.security.protocol": "sasl_plaintext", "kafka.sasl.mechanism": "PLAIN",
            "kafka.sasl.username": "x", "kafka.sasl.password": "s3cret"}
    rows = {  # program: settings, words, does it end?
        "ingest-11": ({"kafka_brokers": "no-such-host.invalid:9092", "plaintext": "kafka"},
                      "Failed to resolve 'no-such-host.invalid:9092'", False),
        "ingest-12": ({"kafka_brokers": "127.0.0.1:1"}, "127.0.0.1:1 failed: Connection ref", False),
        "ingest-13": (tls, "SSL handshake failed", False),
        "ingest-14": (sasl, "KAFKA__AUTHENTICATION", True),
        "ingest-15": ({**sasl, "kafka.sasl.mechanism": "SCRAM-SHA-1024"},
                      "SCRAM-SHA-1024", True),
        "ingest-16": ({"kafka.security.protocol": "ssl", "kafka.ssl.ca.location": "/none.pem"},
                      "ssl.ca.location failed", True),
        "ingest-17": ({"kafka_brokers": "kafka://127.0.0.1:1"}, "no scheme (://)", True),
        "publish-11": ({"kafka_brokers": "127.0.0.1:1"}, "127.0.0.1:1 failed: Connection ref", False),
        "publish-12": (tls, "SSL handshake failed", False),
    }
    for name, (settings, _, _) in rows.items():
        stack.start(name.split("-")[0], name, wait=False, **settings)
    for name, (_, words, ends) in rows.items():
        log = stack.daemon(name).log_file
        wait_until(lambda log=log, words=words: words in log.read_text(), 60, f"{name}: {words}")
        assert "s3cret" not in log.read_text()
        if ends:
            wait_until(stack.daemon(name).gone, what=f"{name} to end")
            assert "event=stopped status=2" in log.read_text()
        else:
            wait_until(lambda log=log: "event=kafka_away kind=retry" in log.read_text(),
                       what=f"{name} to say so")
            assert stack.daemon(name).pid() and stack.daemon(name).stop(seconds=60)


def test_mail_gives_up_when_it_is_asked_to(stack):
    """One message and no broker: SIGTERM ends it long before deliver_ms, for another try."""
    conf, _ = stack.write_conf("mail", "mail.conf", kafka_brokers="127.0.0.1:1",
                               deliver_ms=600000)
    letter = (b"From: ann@example.com\r\nTo: optout@example.com\r\nSubject: unsubscribe\r\n"
              b"Date: Mon, 2 Mar 2026 10:00:00 +0000\r\nMessage-Id: <1@example.com>\r\n\r\n")
    with subprocess.Popen([stack.program("mail"), "--config", conf, "--mailbox", "optout"],
                          stdin=subprocess.PIPE, stderr=subprocess.PIPE) as mail:
        mail.stdin.write(letter)
        mail.stdin.close()
        status = pathlib.Path(f"/proc/{mail.pid}/status")
        caught = re.compile(r"^SigCgt:\s+\w*[4-7c-f]\w{3}$", re.MULTILINE)  # SIGTERM: bit 15
        wait_until(lambda: caught.search(status.read_text()), what="it to listen to signals")
        time.sleep(2)  # it meets that there is no broker
        assert mail.poll() is None
        mail.terminate()
        said = mail.stderr.read().decode()
        assert mail.wait(60) == 75
    assert "event=not_taken" in said and "Connection refused" in said


# --- poolers ------------------------------------------------------------------------------
class Pooler:
    """Debian's PgBouncer as it comes, but for the port and the pool mode."""

    def __init__(self, stack, mode):
        self.port = free_port()
        self.dir = stack.cluster.home.resolve() / f"pgbouncer-{self.port}"
        self.dir.mkdir()
        cluster = stack.cluster
        (self.dir / "users").write_text(f'"consent" "{cluster.password()}"\n')
        (self.dir / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={cluster.port()}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = md5\nauth_file = {self.dir}/users\npool_mode = {mode}\n")
        self.url = changed(cluster.url(stack.database), port=self.port)
        user = cluster.user
        if user:
            for path in (self.dir, self.dir / "users", self.dir / "ini"):
                shutil.chown(path, user, user)
        more = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} \
            if user else {}
        self.process = subprocess.Popen(["/usr/sbin/pgbouncer", "-q", self.dir / "ini"],
                                        cwd="/", stderr=subprocess.DEVNULL, **more)

    def __enter__(self):
        def there():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        wait_until(there, what="PgBouncer")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.dir)


def test_a_pooler_in_session_mode_serves(stack):
    with Pooler(stack, "session") as pooler:
        assert said(stack, pooler.url) == (0, "")
        stack.start("keeper", "keeper-1", database_url=pooler.url)
        stack.start("lookup", "lookup-1", database_url=pooler.url)
        assert stack.daemon("keeper-1").stop(seconds=60)
        assert stack.daemon("lookup-1").stop(seconds=60)
        code, text = said(stack, pooler.url + "?options=-csearch_path%3Dpublic")
        assert code == 2 and "unsupported startup parameter" in text


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_divides_sessions_is_refused(stack, mode):
    with Pooler(stack, mode) as pooler:
        for _ in range(2):
            code, text = said(stack, pooler.url)
            assert code == 2 and "set pool_mode = session" in text, text
        stack.start("ingest", "ingest-4", wait=False, database_url=pooler.url)
        wait_until(stack.daemon("ingest-4").gone, what="ingest to end")
        assert "code=PG_POOLER" in stack.daemon("ingest-4").log_file.read_text()
