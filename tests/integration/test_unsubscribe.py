"""The opt-out door: who is opted out by what, and who is not."""
import hashlib
import json
import re
import socket
import subprocess
import time
import urllib.parse

import pytest
import yaml
from unsubscribe import FORM, ONE_CLICK, Door, link
from hands import ROOT, wait_until
from test_schema_vs_decoder import load_validators

DOCUMENT = (ROOT / "services/lookup/UNSUBSCRIBE.md").read_text()
UNREADABLE = ("x", "AQAB", "A" * 200, "%2e%2e", "cmq_1_x", "{token}", "AQAB" + "A" * 900)


@pytest.fixture(scope="module")
def door(module_stack):
    for name in ("ingest", "publish", "lookup"):
        module_stack.start(name)
    return Door(module_stack)


def listed(door, email):
    table = door.stack.read_table("suppression.promotional-email")
    entry = table.get(hashlib.sha256(email.encode()).hexdigest())
    return entry and entry["status"]


def known(door, email, n=1):
    """Waits until so many events about the address are in the ledger."""
    def count():
        return len(door.stack.ctl_json("trace", "--email", email)["events"])
    wait_until(lambda: count() >= n, what=f"{n} events about {email}")
    return count()


VALIDATORS = load_validators()


def valid(event):
    """Is it what schemas/events says such an event is?"""
    VALIDATORS[event["type"]].validate(event)


# --- links ---------------------------------------------------------------------------------
def test_the_vectors_of_the_document():
    key, nonce = bytes(range(32)), bytes(range(0xA0, 0xAC))
    rows = re.findall(r"^\| (\d+) \| `(o\\n[^`]*)` \| `([\w-]+)` \|$", DOCUMENT, re.M)
    assert len(rows) == 2
    for number, text, token in rows:
        assert link(key, int(number), *text.split("\\n"), nonce=nonce) == token


def test_the_documents_program_makes_links(door):
    program = re.search(r"```python\n(.*?)```", DOCUMENT, re.S).group(1)
    assert "/etc/consentmq/links/1-mta-eu1" in program
    names = {}
    exec(program.replace("/etc/consentmq/links", str(door.stack.secrets / "links")), names)
    said = door.stack.ctl_json("link", "show", f"https://x.example/u/{names['token']}")
    assert said["address"] == "ana.silva@example.com" and said["standing"] == "good"
    assert (said["system"], said["purposes"], said["message"]) == \
        ("mta-eu1", "marketing.promotional", "c-118")
    assert len(names["token"]) < 200


def test_consentctl_makes_links(door):
    made = door.stack.ctl("link", "create", "--email", "Ctl@example.com", "--controller",
                          "ssl247-sas", "--message", "c-1", "--system", "mta-eu1",
                          "--base", "https://door.example").strip()
    assert made.startswith("https://door.example/u/") and len(made) < 300
    assert "ctl" not in made.lower()
    said = door.stack.ctl_json("link", "show", made)
    assert (said["address"], said["kind"], said["key"]) == ("Ctl@example.com", "optout", "1")
    for wrong in (["--controller", "k"], ["--email", "no address", "--controller", "k"],
                  ["--email", "a@example.com"],
                  ["--email", "a@example.com", "--controller", "k", "--confirm"],
                  ["--email", "a@example.com", "--controller", "k", "--system", "nobody"],
                  ["--email", "a@example.com", "--controller", "k" * 64]):
        assert door.stack.ctl("link", "create", *wrong, check=False).returncode != 0, wrong


# --- RFC 8058 ------------------------------------------------------------------------------
MULTIPART = "multipart/form-data; boundary=----FormBoundary7MA4YWxkTrZu0gW"
PARTS = (b"------FormBoundary7MA4YWxkTrZu0gW\r\n"
         b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
         b"One-Click\r\n------FormBoundary7MA4YWxkTrZu0gW--\r\n")
REQUESTS = {  # as mail programs send them, and as some might
    "gmail": f"POST /u/%s HTTP/1.1\r\nHost: door.example\r\nContent-Type: {FORM}\r\n"
             "Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: close\r\n"
             "Content-Length: 26\r\n\r\n" + ONE_CLICK.decode(),
    "yahoo": "POST /u/%s HTTP/1.1\r\nhost: door.example\r\nuser-agent: YahooMailProxy\r\n"
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


def raw(door, request):
    """The whole answer to these bytes."""
    with socket.create_connection(("127.0.0.1", door.stack.port("lookup")), 30) as one:
        one.sendall(request.encode())
        got = b""
        while piece := one.recv(65536):
            got += piece
    return got.decode()


def test_one_click_as_mail_programs_send_it(door):
    """200, no redirect, no cookie; and one event each, of the right shape."""
    answers = {name: raw(door, request % door.token(f"{name}@click.example"))
               for name, request in REQUESTS.items()}
    for name, answer in answers.items():
        head, _, body = answer.partition("\r\n\r\n")
        assert re.match(r"HTTP/1\.[01] 200 ", head), (name, answer)
        assert not re.search(r"^(location|set-cookie|refresh):", head, re.I | re.M), name
        assert "no-store" in head and body == "Your request was received.\n", name
    for name in REQUESTS:
        [event] = door.events(f"{name}@click.example")
        valid(event)
        assert event["data"]["optout"]["via"] == "rfc8058_one_click"
        assert event["data"]["controllers"] == ["sectigo-limited"]
        assert event["data"]["scope"] == [{"purpose": "*promotional", "channels": ["email"]}]
    for name in REQUESTS:
        known(door, f"{name}@click.example")
    wait_until(lambda: all(listed(door, f"{n}@click.example") == "suppressed"
                           for n in REQUESTS), what="the list")
    assert door.decide("gmail@click.example")["reason"] == "OPTOUT"
    assert door.stack.value("SELECT count(*) FROM quarantine") == 0


def test_one_click_with_curl(door):
    for email, options in (("form@curl.example", ["-d", ONE_CLICK.decode()]),
                           ("parts@curl.example", ["-F", "List-Unsubscribe=One-Click"]),
                           ("nothing@curl.example", ["-X", "POST"])):
        done = subprocess.run(["curl", "-sS", "--fail", "--max-redirs", "0", *options,
                               door.url(door.token(email))], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, (options, done.stderr)
        assert len(door.events(email)) == 1


def test_scanners_opt_nobody_out(door):
    """GET, HEAD, prefetch, OPTIONS: no event, whatever the link."""
    optout, confirm = door.token("scan@example.com"), door.confirmation("scan@example.com")
    for token in (optout, confirm):
        for headers in ({}, {"Purpose": "prefetch", "Sec_Purpose": "prefetch;prerender"},
                        {"User_Agent": "Mozilla/5.0 (Windows NT 10.0) SafeLinks"}):
            assert door.ask("GET", token, **headers)[0] == 200
            status, text, found = door.ask("HEAD", token, **headers)
            assert (status, text) == (200, "") and int(found["Content-Length"]) > 1000
        assert door.ask("GET", token, more="?do=all&List-Unsubscribe=One-Click")[0] == 200
        for method in ("OPTIONS", "PUT", "DELETE", "PROPFIND"):
            assert door.ask(method, token)[0] == 405
    # and what is no "yes" confirms nothing
    for body in (ONE_CLICK, b"do=all", b"", b"do=yes"):
        assert door.post(confirm, body)[0] == 200
    assert door.events("scan@example.com") == []


def test_the_same_answer_for_what_cannot_be_read(door):
    """Status, fields and body; and no event."""
    before = len(door.stack.read("feed.sectigo.com"))
    status, text, headers = door.post(door.token("same@example.com"))
    for token in UNREADABLE:
        found = door.post(token)
        assert found[:2] == (status, text), token
        assert [k for k in found[2] if k != "Date"] == [k for k in headers if k != "Date"]
        assert door.ask("GET", token)[0] == 200
    assert len(door.stack.read("feed.sectigo.com")) == before + 1


def test_a_token_that_was_changed_is_nobodys(door):
    token = door.token("forged@example.com")
    other = link(bytes(32), 1, "o", "1767225600", "forged@example.com", "sectigo-limited")
    late = link(door.key(), 77, "o", "1767225600", "forged@example.com", "sectigo-limited")
    bad = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:]
           for i in range(0, len(token), 7)]
    for one in [other, late, token[:-1], token + "A", *bad]:
        assert door.post(one)[0] == 200
        assert "forged" not in door.ask("GET", one)[1]
    assert door.events("forged@example.com") == []


# --- what becomes of it --------------------------------------------------------------------
def test_repeats_and_a_second_no(door):
    """Twice within a second is one event; after a new consent the same link says no again."""
    email, token = "again@example.com", door.token("again@example.com", issued=1767225600)
    time.sleep(1 - time.time() % 1)  # so that both fall into one second
    assert [door.post(token)[0] for _ in range(2)] == [200, 200]
    first, second = door.events(email)
    assert first == second
    wait_until(lambda: door.stack.value(
        "SELECT coalesce(sum(n), 0) FROM source_count"
        " WHERE word_of('outcome', outcome) = 'duplicate'") == 1, what="the duplicate")
    assert known(door, email) == 1
    assert door.decide(email)["reason"] == "OPTOUT"
    time.sleep(1.1)
    assert door.post(door.confirmation(email), b"do=confirm")[0] == 200
    known(door, email, 2)
    wait_until(lambda: door.decide(email)["verdict"] == "PERMIT", what="the new consent")
    assert door.post(token)[0] == 200
    assert known(door, email, 3) == 3
    assert door.decide(email)["verdict"] == "DENY"
    wait_until(lambda: listed(door, email) == "suppressed", what="the list")


def test_what_the_page_records(door):
    """One button for everything, finer choices, and each where it belongs."""
    status, text, _ = door.post(door.token("all@page.example"), b"do=all&lang=fr")
    assert status == 200 and "C’est fait" in text and 'lang="fr"' in text
    [event] = door.events("all@page.example")
    valid(event)
    assert event["data"]["scope"] == [{"purpose": "*promotional", "channels": ["*"]}]
    assert event["data"]["optout"] == {"via": "preference_centre", "message_id": "c-118",
                                       "as_sent_to": "all@page.example", "language": "fr"}
    [evidence] = event["data"]["provenance"]["evidence"]
    assert evidence["kind"] == "opt_out_link"
    assert evidence["uri"] == "urn:consent:link:1-mta-eu1"

    choice = {"do": "choose", "about.communication.surveys": "stop", "by.email": "stop"}
    for token, body, kind in (
            (door.token("some@page.example"), urllib.parse.urlencode(choice).encode(), FORM),
            (door.token("some@parts.example"), parts(choice), MULTIPART)):
        status, text, _ = door.post(token, body, kind)
        assert status == 200 and "<li>surveys</li>" in text and "<li>e-mail</li>" in text
    for email in ("some@page.example", "some@parts.example"):
        [event] = door.events(email)
        assert event["data"]["scope"] == [
            {"purpose": "communication.surveys", "channels": ["*"]},
            {"purpose": "*promotional", "channels": ["email"]}]
    known(door, "some@page.example")
    known(door, "all@page.example")
    assert door.decide("some@page.example", "communication.news")["reason"] == "OPTOUT"
    assert door.decide("some@page.example", "communication.surveys", "post")["reason"] == \
        "OPTOUT"
    assert door.decide("some@page.example", "communication.news", "post")["reason"] == "NO_GRANT"
    one = b"do=choose&about.communication.surveys=stop&by.phone=stop&about.billing=stop"
    assert door.post(door.token("one@page.example"), one)[0] == 200
    known(door, "one@page.example")
    assert door.decide("one@page.example", "communication.surveys")["reason"] == "OPTOUT"
    assert door.decide("one@page.example", "communication.news")["reason"] == "NO_GRANT"
    assert door.decide("one@page.example", "billing")["verdict"] == "PERMIT"
    assert door.decide("all@page.example", "communication.news", "post")["reason"] == "OPTOUT"

    status, text, _ = door.post(door.token("none@page.example"), b"do=choose")
    assert status == 422 and "Tick at least one box" in text
    assert door.events("none@page.example") == []


def parts(fields):
    edge = MULTIPART.split("=")[1]
    return "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
                   for k, v in fields.items()).encode() + f"--{edge}--\r\n".encode()


def test_a_controller_with_a_site_of_its_own(door):
    """... has its opt-outs on that site's feed; a message of another kind is stopped too."""
    assert door.post(door.token("helene@example.com", controller="ssl247-sas"))[0] == 200
    [event] = door.events("helene@example.com", "ssl247.fr")
    assert event["source"] == "urn:consent:src:direct:ssl247.fr"
    known(door, "helene@example.com")
    assert door.decide("helene@example.com", controller="ssl247-sas")["reason"] == "OPTOUT"
    token = door.token("asked@example.com", "communication.inquiry_response,nonsense,*",
                       "email,smoke,sms")
    assert door.post(token)[0] == 200
    [event] = door.events("asked@example.com")
    assert event["data"]["scope"] == [
        {"purpose": "*promotional", "channels": ["email", "sms"]},
        {"purpose": "communication.inquiry_response", "channels": ["email", "sms"]}]
    number = door.token("+442071234567", "", "sms")
    assert "by.sms" in door.ask("GET", number)[1]
    assert door.post(number)[0] == 200
    wait_until(lambda: door.stack.ctl_json("trace", "--phone", "+442071234567")["events"],
               what="the number")


def test_a_link_that_cannot_be_read_asks_for_the_address(door):
    """... and stops everything for it, with every controller, known or not."""
    status, text, _ = door.ask("GET", "nonsense")
    assert status == 200 and 'type="email"' in text and "DPOfficer@sectigo.com" in text
    for body, alert in ((b"do=all", "not an e-mail address"),
                        (b"do=all&address=nobody", "not an e-mail address"),
                        (b"do=choose&by.email=stop&address=%22%3E%3Cscript%3E", "not an e-mail"),
                        (b"do=choose&address=a%40example.com", "Tick at least")):
        status, text, _ = door.post("nonsense", body)
        assert status == 422 and alert in text and "<script" not in text
    status, text, _ = door.post("nonsense", b"do=choose&by.email=stop&address=wrong")
    assert re.search(r'name="by.email" value="stop" checked', text) and 'value="wrong"' in text
    pages = [door.post("nonsense", f"do=all&address={email}".encode())[:2]
             for email in ("typed@example.com", "gmail%40click.example")]
    assert pages[0] == pages[1] and pages[0][0] == 200 and "typed" not in pages[0][1]
    [event] = door.events("typed@example.com")
    valid(event)
    assert event["data"]["controllers"] == ["*"]
    known(door, "typed@example.com")
    for controller in ("sectigo-limited", "ssl247-sas"):
        assert door.decide("typed@example.com", controller=controller)["reason"] == "OPTOUT"


# --- revoked, doubtful, old ----------------------------------------------------------------
def test_a_revoked_link_is_as_good_as_none(door):
    token, sister = door.token("gone@example.com"), door.token("gone@example.com")
    assert "g…@example.com" in door.ask("GET", token)[1]
    assert door.stack.ctl_json("link", "revoke", door.url(token)) == {"revoked": "link"}
    door.stack.ctl("link", "revoke", token)  # twice is harmless
    assert door.stack.ctl_json("link", "show", token)["standing"] == "revoked"
    assert door.post(token)[:2] == door.post("nonsense")[:2]
    assert door.ask("GET", token)[1] == door.ask("GET", "nonsense")[1]
    assert door.events("gone@example.com") == []
    assert door.post(sister)[0] == 200 and len(door.events("gone@example.com")) == 1
    assert door.stack.ctl("link", "revoke", "nonsense", check=False).returncode == 1


def test_a_revoked_key_opts_out_and_confirms_nothing(door):
    """Those made before a time, here; its opt-outs say so."""
    key = dict(number=2, file="2-sectigo.com")
    old, new = door.token("leak@old.example", issued=1767225600, **key), \
        door.token("leak@new.example", **key)
    fields = ("marketing.promotional", "email", "f", "en", "", "", "Yes", "")
    confirm = door.token("leak@old.example", *fields, kind="c", **key)
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    door.stack.ctl("link", "revoke", "--key", "2", "--before", later, "--note", "a test")
    assert door.stack.ctl_json("link", "show", old)["standing"] == "doubted"
    assert door.stack.ctl_json("link", "show", new)["standing"] == "good"
    for token, kind in ((old, "opt_out_link_of_revoked_key"), (new, "opt_out_link")):
        assert door.post(token)[0] == 200
        email = "leak@old.example" if token == old else "leak@new.example"
        [event] = door.events(email)
        assert event["data"]["provenance"]["evidence"][0]["kind"] == kind
    assert "Yes, I agree" in door.ask("GET", confirm)[1]
    door.stack.ctl("link", "revoke", "--key", "2")
    status, text, _ = door.post(confirm, b"do=confirm")
    assert status == 200 and "no longer valid" in text
    assert "no longer valid" in door.ask("GET", confirm)[1]
    assert len(door.events("leak@old.example")) == 1
    for wrong in (["--key", "0"], ["--key", "x"], [], [old, "--key", "2"],
                  [old, "--before", "now"]):
        assert door.stack.ctl("link", "revoke", *wrong, check=False).returncode == 2, wrong


def test_a_new_key_needs_no_restart(door):
    path = door.stack.secrets / "links" / "9-new"
    path.write_text("11" * 32 + "\n")
    path.chmod(0o600)
    token = door.token("new@key.example", number=9, file="9-new")

    def shown():
        return "n…@key.example" in door.ask("GET", token)[1]
    # every worker reads the keys for itself
    wait_until(lambda: all(shown() for _ in range(8)), seconds=30, what="the new key")
    assert door.post(token)[0] == 200 and len(door.events("new@key.example")) == 1
    path.unlink()
    wait_until(lambda: not any(shown() for _ in range(8)), seconds=30, what="its end")


def test_an_old_link_still_opts_out(door):
    assert door.post(door.token("old@example.com", issued=1400000000))[0] == 200
    assert len(door.events("old@example.com")) == 1


def test_without_the_database_opt_outs_go_on(door):
    """... and consents wait: nobody can say whether the link is in doubt."""
    stack = door.stack
    stack.start("lookup", name="lookup-alone", wait=False,
                database_url="postgresql://127.0.0.1:1/nowhere")
    alone = Door(stack, "lookup-alone")
    wait_until(lambda: stack.metrics("lookup-alone"), what="its beginning")
    assert alone.post(alone.token("click@alone.example"))[0] == 200
    assert "c…@alone.example" in alone.ask("GET", alone.token("click@alone.example"))[1]
    assert alone.post(alone.token("all@alone.example"), b"do=all")[0] == 200
    assert alone.post("unreadable", b"do=all&address=typed%40alone.example")[0] == 200
    # which purposes there are, and so which were ticked, it cannot know
    status, text, _ = alone.post(alone.token("some@alone.example"),
                                 b"do=choose&about.communication.news=stop")
    assert status == 503 and "Not done yet" in text
    assert alone.post(alone.confirmation("yes@alone.example"), b"do=confirm")[0] == 503
    for name in ("click", "all", "typed"):
        assert len(door.events(f"{name}@alone.example")) == 1
        known(door, f"{name}@alone.example")
        assert door.decide(f"{name}@alone.example")["reason"] == "OPTOUT"
    for name in ("some", "yes"):
        assert door.events(f"{name}@alone.example") == []


def test_typed_addresses_have_a_limit(door):
    """... links have none; what is not taken is not said to be done."""
    stack = door.stack
    stack.start("lookup", name="lookup-few", unsigned_per_minute=2)
    few = Door(stack, "lookup-few")
    said = [few.post("unreadable", f"do=all&address=n{i}%40few.example".encode())[0]
            for i in range(12)]
    assert said.count(200) in (2, 4) and said.count(503) == 12 - said.count(200)
    assert all(few.post(few.token(f"s{i}@few.example"))[0] == 200 for i in range(5))


def test_without_keys_there_is_no_door(door):
    stack = door.stack
    stack.start("lookup", name="lookup-shut", link_secret_dir="")
    shut = Door(stack, "lookup-shut")
    for method in ("GET", "POST"):
        status, text, headers = shut.ask(method, shut.token("x@example.com"))
        assert status == 404 and "problem" in headers["Content-Type"]


# --- double opt-in -------------------------------------------------------------------------
def test_double_opt_in(door):
    email = "yes@example.com"
    token = door.confirmation(email, purposes="marketing.promotional,communication.events")
    status, text, _ = door.ask("GET", token, more="?lang=de")
    assert status == 200 and "Yes, email me offers" in text and "Veranstaltungen" in text
    status, text, _ = door.post(token, b"do=confirm&lang=de")
    assert status == 200 and "Danke" in text
    [event] = door.events(email)
    valid(event)
    assert event["type"] == "consent.granted.v1"
    assert event["data"]["consent"]["double_opt_in"]["state"] == "confirmed"
    assert event["data"]["consent"]["notice"] == {
        "policy_id": "sectigo-privacy", "version": "2021-11-15", "language": "en"}
    assert [e["kind"] for e in event["data"]["provenance"]["evidence"]] == \
        ["confirmation_link", "form_capture"]
    known(door, email)
    for purpose in ("marketing.promotional", "communication.events"):
        wait_until(lambda p=purpose: door.decide(email, p)["verdict"] == "PERMIT",
                   what="the consent")
    assert door.decide(email, "communication.news")["verdict"] == "DENY"


def test_a_consent_is_not_confirmed_late_or_early(door):
    for issued in (time.time() - 15 * 86400, time.time() + 3600):
        token = door.confirmation("late@example.com", issued=issued)
        assert "no longer valid" in door.ask("GET", token)[1]
        assert "no longer valid" in door.post(token, b"do=confirm")[1]
    assert door.events("late@example.com") == []


def test_a_consent_to_what_there_is_not(door):
    """Nobody is thanked for what ingest would put aside."""
    for how in ({"purposes": ""}, {"purposes": "*promotional"}, {"purposes": "nonsense"},
                {"purposes": "communication.news,nonsense"}, {"controller": "nobody"},
                {"purposes": "communication.news," + "x" * 80}):
        token = door.confirmation("what@example.com", **how)
        assert "no longer valid" in door.ask("GET", token)[1], how
        assert "no longer valid" in door.post(token, b"do=confirm")[1], how
    assert door.events("what@example.com") == []


# --- the page ------------------------------------------------------------------------------
def test_the_pages_head(door):
    for token in (door.token("head@example.com"), "nonsense", door.confirmation("h@example.com")):
        for status, text, headers in (door.ask("GET", token), door.post(token, b"do=choose")):
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            assert headers["Cache-Control"] == "no-store"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Frame-Options"] == "DENY" and "noindex" in headers["X-Robots-Tag"]
            assert headers["Content-Type"] == "text/html; charset=utf-8"
            assert headers["Set-Cookie"] is None and headers["Location"] is None
            assert not re.search(r"<script|\bsrc=|https?://|@import|url\(|\son\w+=", text)


def test_languages(door):
    token = door.token("lang@example.com")
    wanted = (({"Accept_Language": "fr-CH, fr;q=0.9, en;q=0.8"}, "", "fr"),
              ({"Accept_Language": "pl, sv;q=0.5"}, "", "sv"), ({}, "", "en"),
              ({"Accept_Language": "fr"}, "?lang=it", "it"),
              ({"Accept_Language": "fr"}, "?utm_source=x&lang=xx", "fr"),
              ({"Accept_Language": "x" * 5000}, "", "en"))
    for headers, more, language in wanted:
        _, text, found = door.ask("GET", token, more=more, **headers)
        assert f'<html lang="{language}">' in text and found["Content-Language"] == language


def test_an_address_in_a_link_is_only_text(door):
    token = door.token('"<b>&amp;\'"@example.com', controller="<i>nobody")
    text = door.ask("GET", token)[1]
    assert "<i>" not in text and "&lt;i&gt;nobody" in text
    confirm = door.confirmation("x@example.com", statement="</blockquote><script>")
    text = door.ask("GET", confirm)[1]
    assert "&lt;/blockquote&gt;" in text and "<script" not in text


def test_no_person_in_logs_and_metrics(door):
    logs = "".join(p.read_text() for p in door.stack.dir.glob("lookup*.log"))
    _, metrics = fetch_metrics(door)
    assert 'what="one_click"' in metrics
    for word in ("example.com", "click.example", "gmail", "AQAB"):
        assert word not in logs + metrics, word


def fetch_metrics(door):
    from stack import fetch
    return fetch(door.stack.url("lookup") + "/metrics")


def test_the_openapi_document_has_its_answers():
    said = yaml.safe_load((ROOT / "schemas/lookup.openapi.yaml").read_text())["paths"]
    assert set(said["/u/{token}"]["post"]["responses"]) == {"200", "404", "422", "503"}


def test_the_doctor_looks_at_the_keys(door):
    def links():
        done = door.stack.ctl("doctor", "--json", check=False)
        return [f for f in json.loads(done.stdout)["checks"] if f["check"] == "links"]
    assert [f["level"] for f in links()] == ["ok"]
    path = door.stack.secrets / "links" / "8-open"
    path.write_text("22" * 32)
    path.chmod(0o644)
    try:
        assert [f["level"] for f in links()] == ["wrong"]
    finally:
        path.unlink()
