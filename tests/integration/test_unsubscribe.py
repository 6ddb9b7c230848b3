"""The unsubscribe page: who is opted out by what, and who is not. What a person chooses on it
stands in test_unsubscribe_choices.py, keys and limits in test_unsubscribe_keys.py."""
import hashlib
import json
import re
import subprocess
import time

import pytest
import yaml
from unsubscribe import (FORM, MULTIPART, ONE_CLICK, known, link, names_nobody, raw, refused, started,
                         valid)
from hands import ROOT, wait_until

DOCUMENT = (ROOT / "services/gateway/UNSUBSCRIBE.md").read_text()
UNREADABLE = ("x", "AQAB", "A" * 200, "%2e%2e", "cmq_1_x", "{token}", "AQAB" + "A" * 900)


@pytest.fixture(scope="module")
def gateway(module_stack):
    return started(module_stack)


def listed(gateway, email):
    table = gateway.stack.read_table("suppression.promotional-email")
    entry = table.get(hashlib.sha256(email.encode()).hexdigest())
    return entry and entry["status"]


# --- links ---------------------------------------------------------------------------------
def test_the_vectors_of_the_document():
    key, nonce = bytes(range(32)), bytes(range(0xA0, 0xAC))
    rows = re.findall(r"^\| (\d+) \| `(o\\n[^`]*)` \| `([\w-]+)` \|$", DOCUMENT, re.M)
    assert len(rows) == 2
    for number, text, token in rows:
        assert link(key, int(number), *text.split("\\n"), nonce=nonce) == token


def test_the_documents_program_makes_links(gateway):
    program = re.search(r"```python\n(.*?)```", DOCUMENT, re.S).group(1)
    assert "/etc/consentmq/secrets/links/1-mta-eu1" in program
    names = {}
    exec(program.replace("/etc/consentmq/secrets/links", str(gateway.stack.secrets / "links")), names)
    said = gateway.stack.ctl_json("link", "show", f"https://x.example/u/{names['token']}")
    assert said["address"] == "ana.silva@example.com" and said["state"] == "good"
    assert (said["system"], said["purposes"], said["message"]) == \
        ("mta-eu1", "marketing.promotional", "c-118")
    assert len(names["token"]) < 200


def test_consentctl_makes_links(gateway):
    made = gateway.stack.ctl("link", "create", "--email", "Ctl@example.com", "--controller",
                          "ssl247-sas", "--message", "c-1", "--system", "mta-eu1",
                          "--base", "https://gateway.example").strip()
    assert made.startswith("https://gateway.example/u/") and len(made) < 300
    assert "ctl" not in made.lower()
    said = gateway.stack.ctl_json("link", "show", made)
    assert (said["address"], said["kind"], said["key"]) == ("Ctl@example.com", "optout", "1")
    for wrong in (["--controller", "k"], ["--email", "no address", "--controller", "k"],
                  ["--email", "a@example.com"],
                  ["--email", "a@example.com", "--controller", "k", "--confirm"],
                  ["--email", "a@example.com", "--controller", "k", "--system", "nobody"],
                  ["--email", "a@example.com", "--controller", "k" * 64]):
        assert gateway.stack.ctl("link", "create", *wrong, check=False).returncode != 0, wrong


# --- RFC 8058 ------------------------------------------------------------------------------
PARTS = (b"------FormBoundary7MA4YWxkTrZu0gW\r\n"
         b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
         b"One-Click\r\n------FormBoundary7MA4YWxkTrZu0gW--\r\n")
REQUESTS = {  # as mail programs send them, and as some might
    "gmail": f"POST /u/%s HTTP/1.1\r\nHost: gateway.example\r\nContent-Type: {FORM}\r\n"
             "Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: close\r\n"
             "Content-Length: 26\r\n\r\n" + ONE_CLICK.decode(),
    "yahoo": "POST /u/%s HTTP/1.1\r\nhost: gateway.example\r\nuser-agent: YahooMailProxy\r\n"
             f"content-type: {FORM}; charset=UTF-8\r\ncontent-length: 26\r\n"
             "connection: close\r\n\r\n" + ONE_CLICK.decode(),
    "multipart": f"POST /u/%s HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\n"
                 f"Connection: close\r\nContent-Length: {len(PARTS)}\r\n\r\n" + PARTS.decode(),
    "empty": "POST /u/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "no-length": "POST /u/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "http-1.0": "POST /u/%s HTTP/1.0\r\nContent-Length: 26\r\n\r\n" + ONE_CLICK.decode(),
    "text": "POST /u/%s HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            "Content-Length: 26\r\n\r\n" + ONE_CLICK.decode(),
    "json": "POST /u/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Connection: close\r\nContent-Length: 3\r\n\r\n{}!",
    "tracked": "POST /u/%s?utm_source=news&utm_medium=e%%mail&a&b&c&d&e HTTP/1.1\r\nHost: x\r\n"
               f"Content-Type: {FORM}\r\nConnection: close\r\n"
               "Content-Length: 26\r\n\r\n" + ONE_CLICK.decode(),
    "cookies": "POST /u/%s HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nAuthorization: Basic eDp5\r\n"
               f"Origin: null\r\nContent-Type: {FORM}\r\nConnection: close\r\n"
               "Content-Length: 26\r\n\r\n" + ONE_CLICK.decode(),
}


def test_one_click_as_mail_programs_send_it(gateway):
    """200, no redirect, no cookie; and one event each, of the right shape."""
    answers = {name: raw(gateway, (request % gateway.token(f"{name}@click.example")).encode())
               for name, request in REQUESTS.items()}
    for name, answer in answers.items():
        head, _, body = answer.partition("\r\n\r\n")
        assert re.match(r"HTTP/1\.[01] 200 ", head), (name, answer)
        assert not re.search(r"^(location|set-cookie|refresh):", head, re.I | re.M), name
        assert "no-store" in head and body == "Your request was received.\n", name
    for name in REQUESTS:
        [event] = gateway.events(f"{name}@click.example")
        valid(event)
        assert event["data"]["optout"]["via"] == "rfc8058_one_click"
        assert event["data"]["controllers"] == ["sectigo-limited"]
        assert event["data"]["scope"] == [{"purpose": "*promotional", "channels": ["email"]}]
    for name in REQUESTS:
        known(gateway, f"{name}@click.example")
    wait_until(lambda: all(listed(gateway, f"{n}@click.example") == "suppressed"
                           for n in REQUESTS), what="the list")
    assert gateway.decide("gmail@click.example")["reason"] == "OPTOUT"
    assert gateway.stack.value("SELECT count(*) FROM quarantine") == 0


def test_one_click_with_curl(gateway):
    for email, options in (("form@curl.example", ["-d", ONE_CLICK.decode()]),
                           ("parts@curl.example", ["-F", "List-Unsubscribe=One-Click"]),
                           ("nothing@curl.example", ["-X", "POST"])):
        done = subprocess.run(["curl", "-sS", "--fail", "--max-redirs", "0", *options,
                               gateway.url(gateway.token(email))], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, (options, done.stderr)
        assert len(gateway.events(email)) == 1


def test_scanners_opt_nobody_out(gateway):
    """GET, HEAD, prefetch, OPTIONS: no event, whatever the link."""
    optout, confirm = gateway.token("scan@example.com"), gateway.confirmation("scan@example.com")
    for token in (optout, confirm):
        for headers in ({}, {"Purpose": "prefetch", "Sec_Purpose": "prefetch;prerender"},
                        {"User_Agent": "Mozilla/5.0 (Windows NT 10.0) SafeLinks"}):
            assert gateway.ask("GET", token, **headers)[0] == 200
            status, text, found = gateway.ask("HEAD", token, **headers)
            assert (status, text) == (200, "") and int(found["Content-Length"]) > 1000
        assert gateway.ask("GET", token, more="?do=all&List-Unsubscribe=One-Click")[0] == 200
        for method in ("OPTIONS", "PUT", "DELETE", "PROPFIND"):
            assert gateway.ask(method, token)[0] == 405
    # and what is no "yes" confirms nothing
    for body in (ONE_CLICK, b"do=all", b"", b"do=yes"):
        assert gateway.post(confirm, body)[0] == 200
    assert gateway.events("scan@example.com") == []


PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_what_cannot_be_read_is_never_a_success(gateway):
    """A mail program is told, so that it writes to the mailto instead; a person is asked for
    the address; nothing is recorded, and it is counted."""
    before = len(gateway.stack.read("feed.sectigo.com"))
    counted = refused(gateway)
    for token in UNREADABLE:
        status, text, headers = gateway.post(token)
        assert status == 404 and headers["Content-Type"] == "application/problem+json", token
        assert json.loads(text)["type"] == "urn:consent:problem:link"
        for status, text, headers in (gateway.post(token, **PERSON), gateway.ask("GET", token)):
            assert status == 404 and headers["Content-Type"] == "text/html; charset=utf-8"
            assert 'name="address"' in text, token
    assert len(gateway.stack.read("feed.sectigo.com")) == before
    wait_until(lambda: refused(gateway) == counted + 3 * len(UNREADABLE), what="the metric")


def test_a_token_that_was_changed_is_nobodys(gateway):
    token = gateway.token("forged@example.com")
    other = link(bytes(32), 1, "o", "1767225600", "forged@example.com", "sectigo-limited")
    late = link(gateway.key(), 77, "o", "1767225600", "forged@example.com", "sectigo-limited")
    bad = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:]
           for i in range(0, len(token), 7)]
    for one in [other, late, token[:-1], *bad]:
        assert gateway.post(one)[0] == 404
        assert "forged" not in gateway.ask("GET", one)[1]
    assert gateway.events("forged@example.com") == []


# --- what becomes of it --------------------------------------------------------------------
def test_repeats_and_a_second_no(gateway):
    """Twice within a second is one event; after a new consent the same link says no again."""
    for n in range(8):
        email = f"again{n}@example.com"
        token = gateway.token(email, issued=1767225600)
        time.sleep(1 - time.time() % 1)  # so that both fall into one second
        assert [gateway.post(token)[0] for _ in range(2)] == [200, 200]
        first, second = gateway.events(email)
        if first == second:
            break  # else the next second had begun, and it is two events
    assert first == second
    wait_until(lambda: gateway.stack.value(
        "SELECT coalesce(sum(n), 0) FROM source_count"
        " WHERE word_of('outcome', outcome) = 'duplicate'") == 1, what="the duplicate")
    assert known(gateway, email) == 1
    assert gateway.decide(email)["reason"] == "OPTOUT"
    time.sleep(1.1)
    gateway.fill_in(email)
    assert gateway.post(gateway.confirmation(email), b"do=confirm")[0] == 200
    known(gateway, email, 3)
    wait_until(lambda: gateway.decide(email)["verdict"] == "PERMIT", what="the new consent")
    assert gateway.post(token)[0] == 200
    assert known(gateway, email, 4) == 4
    assert gateway.decide(email)["verdict"] == "DENY"
    wait_until(lambda: listed(gateway, email) == "suppressed", what="the list")


# --- beside it -----------------------------------------------------------------------------
def test_no_person_in_logs_and_metrics(gateway):
    assert gateway.post(gateway.token("counted@example.com"))[0] == 200
    assert 'what="one_click"' in names_nobody(gateway)


def test_the_openapi_document_has_its_answers():
    said = yaml.safe_load((ROOT / "schemas/gateway.openapi.yaml").read_text())["paths"]
    assert set(said["/u/{token}"]["post"]["responses"]) == {"200", "404", "422", "503"}
