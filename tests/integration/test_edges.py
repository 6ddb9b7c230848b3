"""TLS of our own: HTTP's certificate, PostgreSQL by verify-full, and plain text refused."""
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import urllib.parse

import pytest

from certificates import Authority
from hands import wait_until
from postgres import Postgres
from stack import ROOT, clean_environment


@pytest.fixture(scope="module")
def authority(run_dir):
    folder = run_dir / "certificates"
    folder.mkdir(exist_ok=True)
    return Authority(folder, "authority")


@pytest.fixture(scope="module")
def stack(module_stack):
    return module_stack


# --- HTTP ---------------------------------------------------------------------------------
def shown(port, authority):
    """The serial number that the server shows to who trusts the authority."""
    context = ssl.create_default_context(cafile=authority.path)
    with socket.create_connection(("127.0.0.1", port), 60) as plain, \
            context.wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := secure.recv(4096):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 200"), answer[:80]
        return secure.getpeercert()["serialNumber"]


def test_lookup_speaks_tls_and_takes_a_new_certificate(stack, authority, run_dir):
    certificate, key = authority.issue("first")
    stack.start("lookup", "lookup-tls", wait=False, tls_certificate_file=certificate,
                tls_key_file=key)
    port, daemon = stack.port("lookup-tls"), stack.daemon("lookup-tls")

    def served():
        try:
            return shown(port, authority)
        except OSError:
            return None
    first = wait_until(served, what="TLS")
    # what is no handshake gets no answer, and harms nobody
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        plain.settimeout(60)
        with contextlib.suppress(ConnectionResetError):
            assert not plain.recv(100).startswith(b"HTTP/")
    # a key that is another's changes nothing
    _, other = authority.issue("other")
    right = key.read_text()
    key.write_text(other.read_text())
    os.kill(daemon.pid(), signal.SIGHUP)
    wait_until(lambda: "not_reloaded" in daemon.last_words(20), what="a word about the key")
    assert shown(port, authority) == first
    # both new ones do
    key.write_text(right)
    certificate, key = authority.issue("first")
    os.kill(daemon.pid(), signal.SIGHUP)
    wait_until(lambda: served() not in (None, first), what="the new certificate")
    stack.daemon("lookup-tls").stop(seconds=60)


# --- PostgreSQL ---------------------------------------------------------------------------
@pytest.fixture(scope="module")
def secure(run_dir, authority):
    """A cluster that takes nobody without TLS."""
    folder = run_dir / "tls"
    folder.mkdir()
    folder.chmod(0o755)
    server = Postgres(folder)
    server.start(shared_buffers="16MB")
    yield server
    server.destroy()


def show(server, certificate, key):
    """The server shows this certificate from now on."""
    data = server.home / "data"
    for source, name in ((certificate, "server.crt"), (key, "server.key")):
        shutil.copy(source, data / name)
        (data / name).chmod(0o600)
        if server.user:
            shutil.chown(data / name, server.user, server.user)
    hba = data / "pg_hba.conf"
    hba.write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    conf = data / "postgresql.conf"
    if "ssl = on" not in conf.read_text():
        conf.write_text(conf.read_text() + "ssl = on\n")
    server.stop()
    server.start(shared_buffers="16MB")


def migrate(stack, server, host="localhost", roots=None, password=None, tmp=None):
    """What consentctl says on this way to the server."""
    secret = tmp / "password"
    secret.touch(mode=0o600)
    secret.write_text(password or server.password())
    query = urllib.parse.urlencode({"sslmode": "verify-full", "sslrootcert": str(roots),
                                    "hostaddr": "127.0.0.1"})
    url = f"postgresql://consent@{host}:{server.port()}/postgres?{query}"
    conf, _ = stack.write_conf("ctl", "tls.conf", database_url=url,
                               database_password_file=secret)
    return subprocess.run([stack.program("ctl"), "--config", conf, "migrate"],
                          text=True, timeout=120, capture_output=True, cwd=ROOT,
                          env=clean_environment(), check=False)


def test_postgresql_by_verify_full(stack, secure, authority, run_dir, tmp_path_factory):
    tmp = tmp_path_factory.mktemp("ways")
    strangers = Authority(authority.folder, "stranger")
    show(secure, *authority.issue("database"))
    good = migrate(stack, secure, roots=authority.path, tmp=tmp)
    assert good.returncode == 0, good.stderr
    for words, way in (
            ("issuer", {"roots": strangers.path}),
            ("does not match host name", {"host": "db.example", "roots": authority.path}),
            ("password authentication failed",
             {"password": "wrong", "roots": authority.path}),
            ("no-such-roots.pem", {"roots": tmp / "no-such-roots.pem"})):
        bad = migrate(stack, secure, tmp=tmp, **way)
        assert bad.returncode != 0 and words in bad.stderr, (words, bad.stderr)
    show(secure, *authority.issue("database-old", days=-1))
    bad = migrate(stack, secure, roots=authority.path, tmp=tmp)
    assert bad.returncode != 0 and "expired" in bad.stderr, bad.stderr


# --- Kafka --------------------------------------------------------------------------------
class Shows:
    """A port that shows a certificate to whoever speaks TLS, and then hangs up."""

    def __init__(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.server = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                one, _ = self.server.accept()
            except OSError:
                return
            with one:
                try:
                    one.settimeout(30)
                    self.context.wrap_socket(one, server_side=True).close()
                except OSError:
                    pass


def test_kafkas_certificate_is_refused_for_a_reason(stack, authority):
    """One that is good, with a principal for each source: test_secured.py."""
    stranger = Authority(authority.folder, "no-authority")
    rows = {
        "ingest-1": ("not signed by an authority", stranger.issue("kafka-other")),
        "ingest-2": ("has expired", authority.issue("kafka-old", days=-1)),
        "publish-3": ("another host name", authority.issue("kafka-name", host="x.example")),
    }
    for name, (_, files) in rows.items():
        shows = Shows(*files)
        stack.start(name.split("-")[0], name, wait=False,
                    **{"kafka_brokers": f"localhost:{shows.port}",
                       "kafka.security.protocol": "ssl",
                       "kafka.ssl.ca.location": authority.path})
    for name, (words, _) in rows.items():
        daemon = stack.daemon(name)
        wait_until(lambda d=daemon, w=words: w in d.log_file.read_text(), 90,
                   f"'{words}' in {daemon.log_file}")
        daemon.stop(seconds=60)
