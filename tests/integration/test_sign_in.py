"""People sign in to the console with an account of their own: a real OpenID provider
(oidc-provider from npm), and one of ours that says what no provider should."""
import base64
import concurrent.futures
import hashlib
import http.client
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hands import ROOT, wait_until
from pinned import node_modules
from proc import free_port

PROVIDER = "oidc-provider@8.8.1"
ROLES = "privacy-team=dpo audit=auditor strange=source"
SECRET = "a secret of the test's own & more"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Person:
    """A browser, as far as it matters here: cookies by host and port, no redirect on its own."""

    def __init__(self):
        self.cookies = {}

    def ask(self, method, url, body=None, **headers):
        at = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(at.netloc, {})
        if jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        connection = http.client.HTTPConnection(at.netloc, timeout=90)
        connection.request(method, at.path + ("?" + at.query if at.query else ""), body,
                           {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        said = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            jar.pop(name, None)
            if value:
                jar[name] = value
        self.set = answer.headers.get_all("Set-Cookie") or []
        connection.close()
        return answer.status, answer.headers.get("Location", ""), said

    def follow(self, url, stop="/v1/sign-in/callback"):
        """Until an address that the provider leads back to."""
        for _ in range(10):
            status, to, said = self.ask("GET", url)
            if status not in (302, 303, 307):
                return status, url, said
            url = urllib.parse.urljoin(url, to)
            if urllib.parse.urlsplit(url).path == stop:
                return status, url, said
        raise AssertionError("it goes round and round")


class Desk:
    """consent-lookup that knows the provider."""

    def __init__(self, stack, issuer, **more):
        self.stack = stack
        port = stack.port("lookup") or free_port()
        (stack.dir / "lookup.port").write_text(f"{port}\n")
        self.url = f"http://127.0.0.1:{port}"
        secret = stack.dir / "oidc-secret"
        secret.touch(mode=0o600)
        secret.write_text(SECRET)
        stack.start("lookup", oidc_issuer=issuer, oidc_client_id="consentmq",
                    oidc_client_secret_file=secret, oidc_roles=ROLES, oidc_hours=2,
                    oidc_redirect_url=f"{self.url}/v1/sign-in/callback", **more)

    def me(self, person, console=True):
        status, _, said = person.ask("GET", self.url + "/v1/me",
                                     **({"Consent_Console": "1"} if console else {}))
        return status, json.loads(said)


@pytest.fixture
def provider(stack, tmp_path):
    place = node_modules("oidc-provider", PROVIDER)
    port, desk = free_port(), free_port()
    (stack.dir / "lookup.port").write_text(f"{desk}\n")
    script = place / "provider.mjs"  # beside its modules, which another worker may share
    part = place / f"provider.{os.getpid()}"
    part.write_text((ROOT / "tests/integration/provider.mjs").read_text())
    part.replace(script)
    log = open(tmp_path / "provider.log", "w+", encoding="utf-8")
    process = subprocess.Popen(["node", script, str(port), f"http://127.0.0.1:{desk}/v1/sign-in/callback"],
                               stdout=log, stderr=subprocess.STDOUT, cwd=place)
    wait_until(lambda: "ready" in (tmp_path / "provider.log").read_text() or process.poll() is not None,
               what="the provider")
    assert process.poll() is None, (tmp_path / "provider.log").read_text()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(60)
    log.close()


def through(desk, person, who):
    """Signs in at the provider as `who`; the address that it leads back to."""
    status, to, _ = person.ask("GET", desk.url + "/v1/sign-in")
    assert status == 303, status
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(to).query))
    assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
    status, url, page = person.follow(to)
    for form in ({"prompt": "login", "login": who, "password": "any"}, {"prompt": "consent"}):
        action = page.decode().split('action="')[1].split('"')[0]
        status, to, _ = person.ask("POST", urllib.parse.urljoin(url, action),
                                   urllib.parse.urlencode(form),
                                   Content_Type="application/x-www-form-urlencoded")
        status, url, page = person.follow(urllib.parse.urljoin(url, to))
        if "/v1/sign-in/callback" in url:
            break
    return url


def test_a_person_signs_in_acts_under_their_name_and_signs_out(stack, provider):
    desk = Desk(stack, provider)
    ana = Person()
    back = through(desk, ana, "ana")
    status, to, said = ana.ask("GET", back)
    assert (status, to) == (303, "/console/"), said
    session = [c for c in ana.set if c.startswith("__Host-consent=")]
    assert all(word in session[0] for word in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"))
    status, me = desk.me(ana)
    assert (status, me["role"], me["note"]) == (200, "dpo", "Ana Silva")
    # the cookie alone is nobody's word: another site can send it, but not the field
    assert desk.me(ana, console=False)[0] == 401
    told = {"contact": {"email": "c@sign.example"}, "via": "telephone"}
    status, _, said = ana.ask("POST", desk.url + "/v1/optouts?dry_run=true", json.dumps(told),
                              Content_Type="application/json", Consent_Console="1")
    by = json.loads(said)["event"]["data"]["provenance"]["recorded_by"]
    assert (status, by) == (200, f"Ana Silva (token {me['token']})")
    status, _, _ = ana.ask("POST", desk.url + "/v1/optouts", json.dumps(told),
                           Content_Type="application/json")
    assert status == 401
    # the way back works once: the flow's cookie is gone, and so is the code
    assert ana.ask("GET", back)[0] == 403
    row = stack.sql("SELECT note, created_by, expires - created < interval '3 hours'"
                    " FROM access_token WHERE token_id = %s", me["token"])
    assert row == [("Ana Silva", "oidc ana", True)]
    stolen = Person()
    stolen.cookies = {k: dict(v) for k, v in ana.cookies.items()}
    assert ana.ask("POST", desk.url + "/v1/sign-out")[0] == 403
    assert ana.ask("POST", desk.url + "/v1/sign-out", Consent_Console="1")[0] == 204
    assert desk.me(ana)[0] == 401
    wait_until(lambda: desk.me(stolen)[0] == 401, what="the session to end everywhere")
    # another role, and none
    ben = Person()
    assert ben.ask("GET", through(desk, ben, "ben"))[0] == 303
    assert desk.me(ben)[1]["role"] == "auditor"
    eve = Person()
    status, _, said = eve.ask("GET", through(desk, eve, "eve"))
    assert status == 403 and b"no role here" in said and desk.me(eve)[0] == 401


def test_what_began_elsewhere_is_not_let_in(stack, provider):
    desk = Desk(stack, provider)
    ana, other = Person(), Person()
    back = through(desk, ana, "ana")
    # somebody else's browser, without the flow (login CSRF), or with another
    assert other.ask("GET", back)[0] == 403
    assert other.ask("GET", desk.url + "/v1/sign-in")[0] == 303
    assert other.ask("GET", back)[0] == 403
    at = urllib.parse.urlsplit(back)
    query = dict(urllib.parse.parse_qsl(at.query))
    for change in ({"state": "x" * 43}, {"iss": "https://evil.example"}, {"code": ""}):
        mixed = Person()
        mixed.cookies = {k: dict(v) for k, v in ana.cookies.items()}
        status = mixed.ask("GET", f"{desk.url}{at.path}?"
                           + urllib.parse.urlencode({**query, **change}))[0]
        assert status in (403, 502) and desk.me(mixed)[0] == 401, change
    assert ana.ask("GET", back)[0] == 303


class Liar:
    """A provider of ours: signs whatever .claims and .head say."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)
        self.others = rsa.generate_private_key(65537, 2048)
        self.change, self.head, self.signer, self.seen, self.cut = {}, {}, None, None, 0
        self.forms = []
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def give(self, what):
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):  # pylint: disable=invalid-name
                if self.path.endswith("openid-configuration"):
                    self.give({"issuer": liar.issuer, "authorization_endpoint": liar.url + "/auth",
                               "token_endpoint": liar.url + "/token", "jwks_uri": liar.url + "/keys"})
                else:
                    n = liar.key.public_key().public_numbers()
                    self.give({"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256",
                                         "n": b64(n.n.to_bytes(256, "big")), "e": "AQAB"},
                                        {"kty": "oct", "kid": "shared", "k": b64(b"k" * 32)}]})

            def do_POST(self):  # pylint: disable=invalid-name
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                liar.forms.append((dict(urllib.parse.parse_qsl(form)), self.headers["Authorization"]))
                self.give({"id_token": liar.token(), "token_type": "Bearer"})

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "consentmq", "sub": "ana", "name": "Ana Silva",
                  "groups": ["privacy-team"], "nonce": self.nonce, "iat": now, "exp": now + 300,
                  **self.change}
        head = {"alg": "RS256", "kid": "one", **self.head}
        text = ".".join(b64(json.dumps({k: v for k, v in x.items() if v is not None}).encode())
                        for x in (head, claims))
        if head["alg"] == "none":
            return text + "."
        if head["alg"] == "HS256":
            import hmac
            return text + "." + b64(hmac.digest(b"k" * 32, text.encode(), "sha256"))
        key = self.signer or self.key
        signed = text + "." + b64(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))
        return signed[:len(signed) - self.cut]


@pytest.fixture(scope="function")
def liar():
    made = Liar()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_token_must_be_right_in_everything(stack, liar):
    desk = Desk(stack, liar.issuer)

    def attempt(change=None, head=None, signer=None, cut=0):
        person = Person()
        _, to, _ = person.ask("GET", desk.url + "/v1/sign-in")
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(to).query))
        liar.nonce, liar.change, liar.head, liar.signer = asked["nonce"], change or {}, head or {}, signer
        liar.cut = cut
        back = f"{desk.url}/v1/sign-in/callback?" + urllib.parse.urlencode(
            {"code": "c" * 2000, "state": asked["state"]})
        status, _, said = person.ask("GET", back)
        form, sent = liar.forms[-1]
        challenge = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        assert challenge == asked["code_challenge"] and form["code"] == "c" * 2000
        user, _, word = base64.b64decode(sent.split()[1]).decode().partition(":")
        assert (user, urllib.parse.unquote(word)) == ("consentmq", SECRET)
        assert (desk.me(person)[0] == 200) == (status == 303), said
        return status, said.decode()

    assert attempt()[0] == 303
    assert attempt({"aud": ["consentmq", "x"], "azp": "consentmq"})[0] == 303
    assert attempt({"groups": "privacy-team"})[0] == 303
    now = int(time.time())
    for what, words in (
            ({"change": {"iss": "https://evil.example"}}, "another issuer"),
            ({"change": {"iss": None}}, "another issuer"),
            ({"change": {"aud": "somebody"}}, "somebody else"),
            ({"change": {"aud": ["consentmq", "x"]}}, "somebody else"),
            ({"change": {"aud": "consentmq", "azp": "x"}}, "somebody else"),
            ({"change": {"aud": None}}, "somebody else"),
            ({"change": {"nonce": "n" * 43}}, "another sign-in"),
            ({"change": {"nonce": None}}, "another sign-in"),
            ({"change": {"exp": now - 3600}}, "not of now"),
            ({"change": {"exp": None}}, "not of now"),
            ({"change": {"exp": "soon"}}, "not of now"),
            ({"change": {"iat": now - 7200}}, "not of now"),
            ({"change": {"iat": now + 7200}}, "not of now"),
            ({"change": {"nbf": now + 7200}}, "not of now"),
            ({"change": {"sub": None}}, "names nobody"),
            ({"change": {"groups": ["staff"]}}, "no role here"),
            ({"change": {"groups": {"privacy-team": True}}}, "no role here"),
            ({"change": {"groups": ["strange"]}}, "no role here"),
            ({"head": {"alg": "none"}}, ""),
            ({"head": {"alg": "HS256", "kid": "shared"}}, "not taken"),
            ({"head": {"alg": "HS256"}}, "not taken"),
            ({"head": {"alg": "ES256"}}, "no such key"),
            ({"head": {"kid": "two"}}, "no such key"),
            ({"head": {"kid": "shared"}}, "no such key"),
            ({"cut": 1}, "no signed token"),  # at that length cjose ends the process
            ({"cut": 2}, "signature"),
            ({"signer": liar.others}, "signature")):
        status, said = attempt(**what)
        assert status == 403 and words in said, (what, status, said)
    assert attempt()[0] == 303
    # one that says it is another does not even get a code
    liar.issuer = "https://evil.example"
    assert Person().ask("GET", desk.url + "/v1/sign-in")[0] == 502


def test_a_silent_provider_holds_up_nobody_with_a_token(stack):
    """Anybody may begin to sign in; the desk's threads are not theirs to hold."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        desk = Desk(stack, f"http://127.0.0.1:{silent.getsockname()[1]}")
        token = stack.ctl_json("token", "create", "--role", "dpo")["token"]
        with concurrent.futures.ThreadPoolExecutor(8) as visitors:
            asked = [visitors.submit(Person().ask, "GET", desk.url + "/v1/sign-in")
                     for _ in range(8)]
            silent.settimeout(60)
            held, _ = silent.accept()  # one of them waits for the provider
            status, _, said = Person().ask(
                "POST", desk.url + "/v1/provenance",
                json.dumps({"contact": {"email": "x@example.com"}}),
                Authorization=f"Bearer {token}", Content_Type="application/json")
            assert status == 200, said
            became = [one.result()[0] for one in asked]
        held.close()
    assert set(became) == {502, 503}, became  # "does not answer", and "others are signing in"


def test_without_a_provider_there_is_nothing(stack):
    stack.start("lookup")
    person, url = Person(), stack.url("lookup")
    assert person.ask("GET", url + "/v1/sign-in")[0] == 404
    assert person.ask("GET", url + "/v1/sign-in/callback?code=x&state=y")[0] == 404
    assert json.loads(person.ask("GET", url + "/v1/sign-in/offer")[2]) == {"offered": False}
