"""The gateway and the look-up, plain and over TLS, among strangers who mean no good: thousands of
connections of each kind, and those who behave are answered as before.

HOSTILE=2000 (make hostile) is the long form; it also holds the p99 of others to twice what it
is in quiet, measured in the same run. The short form, in every run, only asks that nobody is
turned away: times say nothing on a machine that does other things too.
"""
import contextlib
import json
import os
import resource
import selectors
import socket
import ssl
import statistics
import threading
import time

import pytest

from certificates import Authority
from hands import wait_until
from unsubscribe import Gateway

MANY = int(os.environ.get("HOSTILE", "0"))
N = MANY or 200
ASKED = 1500 if MANY else 60
LINK = b"/u/unreadable"


def kinds(page, post, large, kind):
    """What each says at first, and then again and again."""
    head = b" HTTP/1.1\r\nHost: h\r\n"
    return {
        "says nothing": (b"", b""),
        "an endless head": (b"GET " + page + head, b"X-A: b\r\n"),
        "a body that dribbles": (b"POST " + post + head + b"Content-Type: " + kind +
                                 b"\r\nContent-Length: 4000\r\n\r\n", b"a"),
        "promises of large bodies": (
            b"POST " + large + head + b"Authorization: Bearer nobodys\r\nContent-Type: " +
            (b"text/csv" if b"scrub" in large else b"application/cloudevents-batch+json") +
            b"\r\nContent-Length: 800000\r\n\r\n[", b" "),
        "reads nothing": ((b"GET " + page + head + b"\r\n") * 20, b""),
        "garbage": (b"\x16\x03\x01\x00\xff" * 20, b"\x00"),
    }


def hello():
    """The first words of a TLS handshake."""
    context = ssl.create_default_context()
    said = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), said, server_hostname="localhost").do_handshake()
    return said.read()


KINDS = {
    "gateway": kinds(LINK, LINK, b"/v1/events", b"application/x-www-form-urlencoded"),
    "lookup": kinds(b"/v1/me", b"/v1/decisions", b"/v1/lists/promotional-email/scrub",
                    b"application/json"),
}
TLS = {
    "says nothing": (b"", b""),
    "half a handshake": (hello()[:60], b"\x00"),
    "a handshake's first word alone": (hello(), b""),
    "garbage": (b"GET / HTTP/1.1\r\n\r\n" * 20, b"\x00"),
}
KINDS |= {"gateway-tls": TLS, "lookup-tls": TLS}
CASES = [(door, kind) for door in KINDS for kind in KINDS[door]]


class Door:
    """A service that listens, and somebody who behaves there."""

    def __init__(self, stack, name, authority):
        self.name, program = name, name.split("-")[0]
        self.context = None
        values = {"connections": "2500", "connections_per_address": "2000"}
        if name.endswith("-tls"):
            certificate, key = authority.issue(name)
            values |= {"tls_certificate_file": certificate, "tls_key_file": key}
            self.context = ssl.create_default_context(cafile=authority.path)
        stack.start(program, name, wait=program == "gateway" or self.context is None, **values)
        self.port = stack.port(name, "public" if program == "gateway" else "port")
        if program == "gateway":
            path = f"/u/{Gateway(stack, name).token('calm@hostile.example')}"
            self.request = f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        else:
            token = stack.ctl_json("token", "create", "--role", "mailing", "--recipient",
                                   "mta-eu1", "--budget", "none")["token"]
            body = json.dumps({"queries": [{
                "contact": {"email": "calm@hostile.example"}, "controller": "sectigo-limited",
                "purpose": "marketing.promotional", "channel": "email"}]})
            self.request = ("POST /v1/decisions HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                            f"Authorization: Bearer {token}\r\nContent-Type: application/json"
                            f"\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        assert wait_until(self.answers)

    def answers(self):
        with contextlib.suppress(OSError, AssertionError):
            return self.ask() > 0
        return False

    def ask(self):
        """Seconds until the whole answer is here."""
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            one = stack.enter_context(socket.create_connection(
                ("127.0.0.1", self.port), 90, source_address=("127.0.0.3", 0)))
            if self.context is not None:
                one = stack.enter_context(
                    self.context.wrap_socket(one, server_hostname="localhost"))
            one.sendall(self.request.encode())
            got = b""
            while piece := one.recv(65536):
                got += piece
        assert got.startswith(b"HTTP/1.1 200"), got[:200]
        return time.monotonic() - began

    def p99(self):
        return statistics.quantiles([self.ask() for _ in range(ASKED)], n=100)[98]


@pytest.fixture(scope="module")
def doors(module_stack, tmp_path_factory):
    """By name, each opened when it is first asked for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, N + 1000), hard))
    authority, opened = Authority(tmp_path_factory.mktemp("authority"), "hostile"), {}

    def door(name):
        if name not in opened:
            opened[name] = Door(module_stack, name, authority)
        return opened[name]
    yield door
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Crowd:
    """N connections of a kind, from one address; what is closed comes again."""

    def __init__(self, door, kind):
        self.port, (self.first, self.again) = door.port, KINDS[door.name][kind]
        self.over = threading.Event()
        self.came = 0
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _dial(self, watched):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.setblocking(False)
        one.bind(("127.0.0.66", 0))
        with contextlib.suppress(BlockingIOError):
            one.connect(("127.0.0.1", self.port))
        watched.register(one, selectors.EVENT_WRITE)
        self.came += 1

    def _run(self):
        with selectors.DefaultSelector() as watched:
            quiet = []
            while not self.over.is_set():
                missing = N - len(watched.get_map()) - len(quiet)
                for _ in range(min(missing, 50)):
                    self._dial(watched)
                for key, _ in watched.select(0.05):
                    watched.unregister(key.fileobj)
                    with contextlib.suppress(OSError):
                        key.fileobj.send(self.first)
                        quiet.append(key.fileobj)
                quiet = [one for one in quiet if self._still(one)]
            for one in quiet + [key.fileobj for key in watched.get_map().values()]:
                one.close()

    def _still(self, one):
        try:
            if self.again and self.came % 7 == 0:
                one.send(self.again)
            if self.first.count(b"\r\n\r\n") == 20 and self.first.startswith(b"GET /"):
                return True  # it never reads
            return one.recv(1) != b"" or not one.close()
        except BlockingIOError:
            return True
        except OSError:
            one.close()
            return False

    def __enter__(self):
        self.thread.start()
        time.sleep(0.5 if not MANY else 3)
        wait_until(lambda: self.came >= N, what="the crowd")
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


@pytest.mark.plain
@pytest.mark.parametrize("name, kind", CASES)
def test_others_are_served(doors, name, kind):
    door = doors(name)
    quiet = door.p99()
    with Crowd(door, kind) as crowd:
        loud = door.p99()
    print(f"{name}, {kind}: {crowd.came} connections came; p99 {quiet * 1000:.1f} ms in quiet, "
          f"{loud * 1000:.1f} ms among them")
    assert crowd.came >= N
    if MANY:
        assert loud <= 2 * quiet + 0.005, (quiet, loud)
