"""The gateway in a test's hands: links made from the document alone, and requests."""
import base64
import http.client
import json
import os
import socket
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hands import wait_until
from stack import fetch
from test_schema_vs_decoder import load_validators

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=----FormBoundary7MA4YWxkTrZu0gW"
ONE_CLICK = b"List-Unsubscribe=One-Click"

# What "stop everything" stops: sale and rental as well.
EVERYTHING = [{"purpose": p, "channels": ["*"]} for p in ("*promotional", "data.rent",
                                                         "data.sale")]
VALIDATORS = load_validators()


def link(key, number, *fields, nonce=None):
    """A token as services/gateway/UNSUBSCRIBE.md says it is made."""
    head = b"\x01" + number.to_bytes(2, "big")
    nonce = nonce or os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, "\n".join(fields).encode(), head)
    return base64.urlsafe_b64encode(head + nonce + sealed).rstrip(b"=").decode()


class Gateway:
    def __init__(self, stack, name="gateway"):
        self.stack, self.name = stack, name

    def key(self, name="1-mta-eu1"):
        return bytes.fromhex((self.stack.secrets / "links" / name).read_text())

    def token(self, email, *more, controller="sectigo-limited", number=1, issued=None,
              kind="o", file="1-mta-eu1"):
        more = more or ("marketing.promotional", "email", "c-118")
        return link(self.key(file), number, kind, str(int(issued or time.time())), email,
                    controller, *more)

    def confirmation(self, email, issued=None, purposes="marketing.promotional",
                     controller="sectigo-limited", statement="Yes, email me offers",
                     form="ab" * 32, number=2, file="2-sectigo.com"):
        """The link of a form on the site, by the site's own key."""
        return self.token(email, purposes, "email", "form-7", "en", "sectigo-privacy",
                          "2021-11-15", statement, form, kind="c", issued=issued,
                          controller=controller, number=number, file=file)

    def fill_in(self, email, purposes="marketing.promotional", form="ab" * 32,
                feed="sectigo.com", controller="sectigo-limited", at=None):
        """What the site says of that form: a consent that waits for its confirmation."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at or time.time()))
        self.stack.produce(f"feed.{feed}", {
            "specversion": "1.0", "id": os.urandom(8).hex(), "type": "consent.granted.v1",
            "source": f"urn:consent:src:direct:{feed}", "time": at,
            "data": {"contact": {"email": email}, "controllers": [controller],
                     "scope": [{"purpose": p, "channels": ["email"]}
                               for p in purposes.split(",")],
                     "basis": {"art6": "a", "type": "expressed"},
                     "consent": {"method": "web_form", "statement": "Yes, email me offers",
                                 "double_opt_in": {"state": "pending"}},
                     "provenance": {"source_type": "direct", "collected_at": at, "evidence": [
                         {"kind": "form_capture", "sha256": form}]}}})

    def url(self, token, more=""):
        return f"{self.stack.public_url(self.name)}/u/{token}{more}"

    def ask(self, method, token, body=None, more="", **headers):
        """(status, text, headers)"""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.stack.port(self.name, "public"), timeout=60)
        connection.request(method, f"/u/{token}{more}", body,
                           {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, answer.headers

    def post(self, token, body=ONE_CLICK, kind=FORM, **headers):
        return self.ask("POST", token, body, Content_Type=kind, **headers)

    def events(self, email, feed="sectigo.com"):
        """What it said of this address, in the order of its happening."""
        found = [json.loads(m.value()) for m in self.stack.read(f"feed.{feed}")]
        return sorted((e for e in found if e["data"]["contact"].get("email") == email),
                      key=lambda e: e["time"])

    def decide(self, email, purpose="marketing.promotional", channel="email",
               controller="sectigo-limited"):
        return self.stack.ctl_json("decide", "--email", email, "--controller", controller,
                                   "--purpose", purpose, "--channel", channel)


def started(stack):
    """A gateway that knows the register, with who takes in and publishes what it hands on."""
    for name in ("ingest", "publish", "gateway"):
        stack.start(name)
    made = Gateway(stack)
    wait_until(lambda: "Sectigo Limited, Unit" in made.ask("GET", "nonsense")[1],
               what="the register's names")
    return made


def raw(gateway, request):
    """The whole answer to these bytes."""
    with socket.create_connection(("127.0.0.1", gateway.stack.port("gateway", "public")), 90) as one:
        one.sendall(request)
        got = b""
        while piece := one.recv(65536):
            got += piece
    return got.decode()


def known(gateway, email, n=1):
    """Waits until so many events about the address are in the ledger."""
    def count():
        return len(gateway.stack.ctl_json("trace", "--email", email)["events"])
    wait_until(lambda: count() >= n, what=f"{n} events about {email}")
    return count()


def valid(event):
    """Is it what schemas/events says such an event is?"""
    VALIDATORS[event["type"]].validate(event)


def refused(gateway, why="unreadable"):
    return gateway.stack.metrics("gateway").get(
        f'consent_gateway_refused_links_total{{why="{why}"}}', 0)


def names_nobody(gateway):
    """No person stands in what it logs and counts: the tests' people are all of .example, or of
    example.com, and their unreadable links begin with AQAB. Its metrics."""
    logs = "".join(p.read_text() for p in gateway.stack.dir.glob("gateway*.log"))
    _, metrics = fetch(gateway.stack.url("gateway") + "/metrics")
    assert "event=" in logs and "consent_gateway_up" in metrics
    for word in ("@", "example", "gmail", "AQAB"):
        assert word not in logs + metrics, word
    return metrics
