"""The unsubscribe page: who is opted out by what, and who is not."""
import hashlib
import http.client
import json
import re
import socket
import subprocess
import time
import urllib.parse

import pytest
import yaml
from unsubscribe import FORM, ONE_CLICK, Gateway, link, started
from hands import ROOT, wait_until
from test_schema_vs_decoder import load_validators

DOCUMENT = (ROOT / "services/gateway/UNSUBSCRIBE.md").read_text()
UNREADABLE = ("x", "AQAB", "A" * 200, "%2e%2e", "cmq_1_x", "{token}", "AQAB" + "A" * 900)


@pytest.fixture(scope="module")
def gateway(module_stack):
    return started(module_stack)


def listed(gateway, email):
    table = gateway.stack.read_table("suppression.promotional-email")
    entry = table.get(hashlib.sha256(email.encode()).hexdigest())
    return entry and entry["status"]


def known(gateway, email, n=1):
    """Waits until so many events about the address are in the ledger."""
    def count():
        return len(gateway.stack.ctl_json("trace", "--email", email)["events"])
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
MULTIPART = "multipart/form-data; boundary=----FormBoundary7MA4YWxkTrZu0gW"
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


def raw(gateway, request):
    """The whole answer to these bytes."""
    with socket.create_connection(("127.0.0.1", gateway.stack.port("gateway", "public")), 90) as one:
        one.sendall(request.encode())
        got = b""
        while piece := one.recv(65536):
            got += piece
    return got.decode()


def test_one_click_as_mail_programs_send_it(gateway):
    """200, no redirect, no cookie; and one event each, of the right shape."""
    answers = {name: raw(gateway, request % gateway.token(f"{name}@click.example"))
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


def refused(gateway, why="unreadable"):
    return gateway.stack.metrics("gateway").get(
        f'consent_gateway_refused_links_total{{why="{why}"}}', 0)


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


# What "stop everything" stops: sale and rental as well.
EVERYTHING = [{"purpose": p, "channels": ["*"]} for p in ("*promotional", "data.rent",
                                                         "data.sale")]


def test_what_the_page_records(gateway):
    """One button for everything, finer choices, and each where it belongs."""
    status, text, _ = gateway.post(gateway.token("all@page.example"), b"do=all&lang=fr")
    assert status == 200 and "C’est fait" in text and 'lang="fr"' in text
    [event] = gateway.events("all@page.example")
    valid(event)
    assert event["data"]["scope"] == EVERYTHING
    assert event["id"] in text and event["time"][:16].replace("T", " ") in text  # to keep
    assert event["data"]["optout"] == {"via": "preference_centre", "message_id": "c-118",
                                       "as_sent_to": "all@page.example", "language": "fr"}
    [evidence] = event["data"]["provenance"]["evidence"]
    assert evidence["kind"] == "opt_out_link"
    assert evidence["uri"] == "urn:consent:link:1-mta-eu1"

    choice = {"do": "choose", "about.communication.surveys": "stop", "by.email": "stop"}
    for token, body, kind in (
            (gateway.token("some@page.example"), urllib.parse.urlencode(choice).encode(), FORM),
            (gateway.token("some@parts.example"), parts(choice), MULTIPART)):
        status, text, _ = gateway.post(token, body, kind)
        assert status == 200 and "<li>surveys</li>" in text and "<li>e-mail</li>" in text
    for email in ("some@page.example", "some@parts.example"):
        [event] = gateway.events(email)
        assert event["data"]["scope"] == [
            {"purpose": "communication.surveys", "channels": ["*"]},
            {"purpose": "*promotional", "channels": ["email"]}]
    known(gateway, "some@page.example")
    known(gateway, "all@page.example")
    assert gateway.decide("some@page.example", "communication.news")["reason"] == "OPTOUT"
    assert gateway.decide("some@page.example", "communication.surveys", "post")["reason"] == \
        "OPTOUT"
    assert gateway.decide("some@page.example", "communication.news", "post")["reason"] == "NO_GRANT"
    one = b"do=choose&about.communication.surveys=stop&by.phone=stop&about.billing=stop"
    assert gateway.post(gateway.token("one@page.example"), one)[0] == 200
    known(gateway, "one@page.example")
    assert gateway.decide("one@page.example", "communication.surveys")["reason"] == "OPTOUT"
    assert gateway.decide("one@page.example", "communication.news")["reason"] == "NO_GRANT"
    assert gateway.decide("one@page.example", "billing")["verdict"] == "PERMIT"
    assert gateway.decide("all@page.example", "communication.news", "post")["reason"] == "OPTOUT"

    status, text, _ = gateway.post(gateway.token("none@page.example"), b"do=choose")
    assert status == 422 and "Tick at least one box" in text
    assert gateway.events("none@page.example") == []


def parts(fields):
    edge = MULTIPART.split("=")[1]
    return "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
                   for k, v in fields.items()).encode() + f"--{edge}--\r\n".encode()


def test_a_controller_with_a_site_of_its_own(gateway):
    """... has its opt-outs on that site's feed; a message of another kind is stopped too."""
    assert gateway.post(gateway.token("helene@example.com", controller="ssl247-sas"))[0] == 200
    [event] = gateway.events("helene@example.com", "ssl247.fr")
    assert event["source"] == "urn:consent:src:direct:ssl247.fr"
    known(gateway, "helene@example.com")
    assert gateway.decide("helene@example.com", controller="ssl247-sas")["reason"] == "OPTOUT"
    token = gateway.token("asked@example.com", "communication.inquiry_response,nonsense,*",
                       "email,smoke,sms")
    assert gateway.post(token)[0] == 200
    [event] = gateway.events("asked@example.com")
    assert event["data"]["scope"] == [
        {"purpose": "*promotional", "channels": ["email", "sms"]},
        {"purpose": "communication.inquiry_response", "channels": ["email", "sms"]}]
    number = gateway.token("+442071234567", "", "sms")
    assert "by.sms" in gateway.ask("GET", number)[1]
    assert 'name="phone"' not in gateway.ask("GET", number)[1]
    assert gateway.post(number)[0] == 200
    wait_until(lambda: gateway.stack.ctl_json("trace", "--phone", "+442071234567")["events"],
               what="the number")


def test_a_link_that_cannot_be_read_asks_for_the_address(gateway):
    """... and stops everything for it, with every controller, known or not."""
    status, text, _ = gateway.ask("GET", "nonsense")
    assert status == 404 and 'type="email"' in text and "DPOfficer@sectigo.com" in text
    for body, alert in ((b"do=all", "enter your e-mail address or your"),
                        (b"do=all&address=nobody", "enter your e-mail address or your"),
                        (b"do=choose&by.email=stop&address=%22%3E%3Cscript%3E", "enter your e-mail"),
                        (b"do=all&phone=020%2071234567", "not a telephone number with +"),
                        (b"do=all&address=a%40example.com&phone=x", "not a telephone number"),
                        (b"do=choose", "Tick at least"),
                        (b"do=choose&address=a%40example.com", "Tick at least")):
        status, text, _ = gateway.post("nonsense", body)
        assert status == 422 and alert in text and "<script" not in text
    status, text, _ = gateway.post("nonsense", b"do=choose&by.email=stop&address=wrong")
    assert re.search(r'name="by.email" value="stop" checked', text) and 'value="wrong"' in text
    pages = [gateway.post("nonsense", f"do=all&address={email}".encode())[:2]
             for email in ("typed@example.com", "gmail%40click.example")]
    same = [re.sub(r"<b>.*?</b>", "", text) for _, text in pages]  # own address, reference, time
    assert same[0] == same[1] and pages[0][0] == 200 and "typed" not in pages[0][1]
    assert "t…@example.com" in pages[0][1]
    [event] = gateway.events("typed@example.com")
    valid(event)
    assert event["data"]["controllers"] == ["*"]
    known(gateway, "typed@example.com")
    for controller in ("sectigo-limited", "ssl247-sas"):
        assert gateway.decide("typed@example.com", controller=controller)["reason"] == "OPTOUT"
        assert gateway.decide("typed@example.com", "data.sale",
                              controller=controller)["reason"] == "SALE_OPTED_OUT"


def phone_events(gateway, number, feed="sectigo.com"):
    return [e for e in (json.loads(m.value()) for m in gateway.stack.read(f"feed.{feed}"))
            if e["data"]["contact"].get("phone") == number]


def test_a_telephone_number_beside_the_link(gateway):
    """It is stopped as well, as a contact of its own; a number that is none stops the form."""
    calls = [{"purpose": "*promotional", "channels": ["phone", "sms"]}]
    for body, email_scope, scope in (
            ("do=all", EVERYTHING, EVERYTHING),
            ("do=choose", None, calls),
            ("do=choose&by.email=stop", [{"purpose": "*promotional", "channels": ["email"]}],
             calls),
            ("do=choose&about.sharing=stop", EVERYTHING[1:], EVERYTHING[1:] + calls)):
        number = f"+44 20 7123 {4000 + len(body)}"
        email = f"n{len(body)}@phone.example"
        assert gateway.post(gateway.token(email), f"{body}&phone=020 71234567".encode())[0] == 422
        status, text, _ = gateway.post(gateway.token(email), (body + "&phone=" + urllib.parse.quote(
            f" {number} ")).encode())
        assert status == 200 and "+44…" in text, text
        assert email_scope is None or "n…@phone.example" in text
        [event] = phone_events(gateway, number)
        valid(event)
        assert event["data"]["scope"] == scope and "email" not in event["data"]["contact"]
        assert event["data"]["controllers"] == ["sectigo-limited"]
        assert [e["data"]["scope"] for e in gateway.events(email)] == \
            ([email_scope] if email_scope else [])
    wait_until(lambda: gateway.stack.ctl_json("trace", "--phone", "+442071234006")["events"],
               what="the number")
    said = gateway.stack.ctl_json("decide", "--phone", "+442071234006", "--controller",
                                  "sectigo-limited", "--purpose", "marketing.promotional",
                                  "--channel", "phone")
    assert said["reason"] == "OPTOUT"
    status, text, _ = gateway.post("nonsense", b"do=all&phone=%2B49%2030%201234567")
    assert status == 200
    [event] = phone_events(gateway, "+49 30 1234567")
    assert event["data"]["controllers"] == ["*"] and event["data"]["scope"] == EVERYTHING


def test_the_page_says_who_sends_and_what_it_stops(gateway):
    """Truly: the company of the link; where somebody types, all of them."""
    text = gateway.ask("GET", gateway.token("who@example.com", controller="ssl247-sas"))[1]
    assert "No more advertising from SSL247 SAS: no e-mail" in text
    assert "SSL247 SAS, Sectigo Limited, Unit 7 &amp; 9, Listerhills" in text
    assert "not sold or rented to other companies" in text
    text = gateway.ask("GET", gateway.token("who@example.com"))[1]
    assert "Sectigo Limited, Unit 7" in text and "its group" not in text
    text = gateway.ask("GET", "nonsense")[1]
    assert "Sectigo Limited and all other companies of its group" in text


def test_of_the_whole_group_with_one_box(gateway):
    """The link's company alone, unless the box is ticked; of a link that is nobody's, always all."""
    email = "group@example.com"
    token = gateway.token(email, controller="ssl247-sas")
    assert "for.group" in gateway.ask("GET", token)[1] and "for.group" not in gateway.ask("GET", "nonsense")[1]
    assert gateway.post(token, b"do=all")[0] == 200
    text = gateway.post(token, b"do=all&for.group=stop")[1]
    assert "SSL247 SAS and all other companies of its group" in text
    assert "Also from all other companies" in gateway.post(
        token, b"do=choose&for.group=stop&about.communication.surveys=stop")[1]
    assert gateway.post(token, b"do=choose&for.group=stop")[0] == 422  # which says nothing of what
    said = gateway.events(email, "ssl247.fr")
    assert sorted(e["data"]["controllers"] for e in said) == [["*"], ["*"], ["ssl247-sas"]]
    for event in said:
        valid(event)


def already(gateway, token):
    text = gateway.ask("GET", token)[1]
    found = re.search(r"already stopped:</p>\n<ul>\n(.*?)</ul>", text, re.S)
    return re.findall("<li>(.*?)</li>", found[1]) if found else []


def test_the_page_shows_what_is_stopped_already(gateway):
    """To whom the link was sent, and nobody else: not for a typed address, another company."""
    email = "already@example.com"
    token = gateway.token(email)
    assert already(gateway, token) == []
    assert gateway.post(token, b"do=choose&about.communication.surveys=stop"
                        b"&about.records.enrichment=stop&about.sharing=stop")[0] == 200
    wait_until(lambda: already(gateway, token), what="it to be known")
    # waited for: it looks for 400 ms, and after a look in vain not for five seconds
    shown = ["surveys", "adding data bought from others", "sale or rental to other companies"]
    wait_until(lambda: already(gateway, token) == shown, what="all three")
    # a sale that was refused to one company is refused to all of them
    wait_until(lambda: already(gateway, gateway.token(email, controller="ssl247-sas")) ==
               ["sale or rental to other companies"], what="the sale, of another company")
    assert already(gateway, gateway.token("else@example.com")) == []
    assert gateway.post(token, b"do=all")[0] == 200
    wait_until(lambda: len(already(gateway, token)) == 9, what="all of it")
    text = gateway.post("nonsense", f"do=choose&address={email}".encode())[1]
    assert "already stopped" not in text


# --- revoked, doubtful, old ----------------------------------------------------------------
def test_a_revoked_link_is_as_good_as_none(gateway):
    token, sister = gateway.token("gone@example.com"), gateway.token("gone@example.com")
    assert "g…@example.com" in gateway.ask("GET", token)[1]
    assert gateway.stack.ctl_json("link", "revoke", gateway.url(token)) == {"revoked": "link"}
    gateway.stack.ctl("link", "revoke", token)  # twice is harmless
    assert gateway.stack.ctl_json("link", "show", token)["state"] == "revoked"
    wait_until(lambda: gateway.ask("GET", token)[0] == 404, what="the revocation")
    wait_until(lambda: refused(gateway, "revoked") > 0, what="the metric")
    assert gateway.post(token)[:2] == gateway.post("nonsense")[:2]
    assert gateway.ask("GET", token)[1] == gateway.ask("GET", "nonsense")[1]
    assert gateway.events("gone@example.com") == []
    assert gateway.post(sister)[0] == 200 and len(gateway.events("gone@example.com")) == 1
    assert gateway.stack.ctl("link", "revoke", "nonsense", check=False).returncode == 1


def test_a_revoked_key_opts_out_and_confirms_nothing(gateway):
    """Those made before a time, here; its opt-outs say so."""
    key = dict(number=3, file="3-sectigo.com")
    path = gateway.stack.secrets / "links" / key["file"]
    path.write_text("33" * 32 + "\n")
    path.chmod(0o600)
    old, new = gateway.token("leak@old.example", issued=1767225600, **key), \
        gateway.token("leak@new.example", **key)
    fields = ("marketing.promotional", "email", "f", "en", "", "", "Yes", "ab" * 32)
    confirm = gateway.token("leak@old.example", *fields, kind="c", **key)
    old_confirm = gateway.token("leak@old.example", *fields, kind="c",
                                issued=time.time() - 86400, **key)
    wait_until(lambda: "Yes, I agree" in gateway.ask("GET", old_confirm)[1], what="the key")
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    gateway.stack.ctl("link", "revoke", "--key", "3", "--before", later, "--note", "a test")
    assert gateway.stack.ctl_json("link", "show", old)["state"] == "doubted"
    assert gateway.stack.ctl_json("link", "show", new)["state"] == "good"
    wait_until(lambda: "no longer valid" in gateway.ask("GET", old_confirm)[1],
               what="the revocation")
    for token, kind in ((old, "opt_out_link_of_revoked_key"), (new, "opt_out_link")):
        assert gateway.post(token)[0] == 200
        email = "leak@old.example" if token == old else "leak@new.example"
        [event] = gateway.events(email)
        assert event["data"]["provenance"]["evidence"][0]["kind"] == kind
    assert "Yes, I agree" in gateway.ask("GET", confirm)[1]
    gateway.stack.ctl("link", "revoke", "--key", "3")
    wait_until(lambda: "no longer valid" in gateway.ask("GET", confirm)[1], what="that")
    status, text, _ = gateway.post(confirm, b"do=confirm")
    assert status == 200 and "no longer valid" in text
    assert "no longer valid" in gateway.ask("GET", confirm)[1]
    assert len(gateway.events("leak@old.example")) == 1
    for wrong in (["--key", "0"], ["--key", "x"], [], [old, "--key", "3"],
                  [old, "--before", "now"]):
        assert gateway.stack.ctl("link", "revoke", *wrong, check=False).returncode == 2, wrong


def test_a_new_key_needs_no_restart(gateway):
    path = gateway.stack.secrets / "links" / "9-new"
    path.write_text("11" * 32 + "\n")
    path.chmod(0o600)
    token = gateway.token("new@key.example", number=9, file="9-new")

    def shown():
        return "n…@key.example" in gateway.ask("GET", token)[1]
    wait_until(shown, what="the new key")
    assert gateway.post(token)[0] == 200 and len(gateway.events("new@key.example")) == 1
    path.unlink()
    wait_until(lambda: not shown(), what="its end")


def test_an_old_link_still_opts_out(gateway):
    assert gateway.post(gateway.token("old@example.com", issued=1400000000))[0] == 200
    assert len(gateway.events("old@example.com")) == 1


def known_to_kafka(gateway):
    """Its first event may take longer than anybody waits for."""
    wait_until(lambda: gateway.post(gateway.token("first@kafka.example"))[0] == 200,
               what="the first event")
    return gateway


def within_an_hour(seconds=60):
    """Counts are of an hour, which does not begin again for so long."""
    wait_until(lambda: time.time() % 3600 < 3600 - seconds, 2 * seconds, "the next hour")


def test_without_the_database_opt_outs_go_on(gateway):
    """... and consents wait: nobody can say whether the link is in doubt."""
    stack = gateway.stack
    stack.start("gateway", name="gateway-alone",
                database_url="postgresql://127.0.0.1:1/nowhere")
    alone = known_to_kafka(Gateway(stack, "gateway-alone"))
    assert alone.post(alone.token("click@alone.example"))[0] == 200
    assert "c…@alone.example" in alone.ask("GET", alone.token("click@alone.example"))[1]
    assert alone.post(alone.token("all@alone.example"), b"do=all")[0] == 200
    assert alone.post("unreadable", b"do=all&address=typed%40alone.example")[0] == 200
    assert gateway.events("all@alone.example")[0]["data"]["scope"] == EVERYTHING
    # which purposes there are, and so which were ticked, it cannot know
    status, text, _ = alone.post(alone.token("some@alone.example"),
                                 b"do=choose&about.communication.news=stop")
    assert status == 503 and "Not done yet" in text
    assert alone.post(alone.confirmation("yes@alone.example"), b"do=confirm")[0] == 503
    for name in ("click", "all", "typed"):
        assert len(gateway.events(f"{name}@alone.example")) == 1
        known(gateway, f"{name}@alone.example")
        assert gateway.decide(f"{name}@alone.example")["reason"] == "OPTOUT"
    for name in ("some", "yes"):
        assert gateway.events(f"{name}@alone.example") == []


def test_typed_addresses_have_a_limit(gateway):
    """... links have none; what is not taken is not said to be done."""
    stack = gateway.stack
    stack.start("gateway", name="gateway-few", unsigned_per_minute=2)
    few = known_to_kafka(Gateway(stack, "gateway-few"))
    said = [few.post("unreadable", f"do=all&address=n{i}%40few.example".encode())[0]
            for i in range(12)]
    assert said.count(200) in (2, 4) and said.count(503) == 12 - said.count(200)
    assert all(few.post(few.token(f"s{i}@few.example"))[0] == 200 for i in range(5))


def test_one_link_cannot_make_thousands_of_events(gateway):
    """Each a little different; others' links are not touched, and nothing is dropped
    silently."""
    stack = gateway.stack
    stack.start("gateway", name="gateway-calm", link_events_per_hour=5)
    calm = known_to_kafka(Gateway(stack, "gateway-calm"))
    token = calm.token("grown@calm.example")
    within_an_hour()

    def said(what, token):
        return [calm.post(token, f"do={what}&by.email=on&about.communication.news=on&n={i}".encode())[0]
                for i in range(9)]
    wait_until(lambda: said("choose", calm.token("first@calm.example"))[0] == 200,
               what="the names of purposes")
    assert said("choose", token) == [200] * 5 + [503] * 4
    # a no to everything, and the click, are not kept from anybody by choices
    assert calm.post(token)[0] == 200
    assert said("all", token) == [200] * 4 + [503] * 5
    assert calm.post(token)[0] == 503 and calm.post(calm.token("other@calm.example"))[0] == 200


def test_one_address_cannot_be_typed_thousands_of_times(gateway):
    """However it is spelt; but a no to everything is always taken, and others' are."""
    stack = gateway.stack
    stack.start("gateway", name="gateway-typed", link_events_per_hour=5)
    calm = known_to_kafka(Gateway(stack, "gateway-typed"))

    def typed(address, act="choose"):
        return calm.post("unreadable", f"do={act}&by.email=on&about.communication.news=on"
                         f"&address={address}".encode())[0]
    wait_until(lambda: typed("first%40calm.example") == 200, what="the names of purposes")
    within_an_hour()
    said = [typed("T" * (i % 2) + "t" * (1 - i % 2) + "yped%40Calm.example") for i in range(9)]
    assert said == [200] * 5 + [503] * 4
    assert typed("other%40calm.example") == 200
    assert typed("typed%40calm.example", "all") == 200


def test_without_keys_it_does_not_start(gateway):
    daemon = gateway.stack.daemon("gateway-shut")
    gateway.stack.start("gateway", name="gateway-shut", wait=False, link_secret_dir="/nowhere")
    wait_until(daemon.gone, what="its end")
    assert "LINK_KEYS" in daemon.last_words()


def test_lookup_has_no_such_path(gateway):
    """Nor a redirect, which one click forbids."""
    gateway.stack.start("lookup")
    for method in ("GET", "POST"):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.stack.port("lookup"))
        connection.request(method, f"/u/{gateway.token('x@example.com')}", ONE_CLICK)
        assert connection.getresponse().status == 404
        connection.close()


# --- double opt-in -------------------------------------------------------------------------
def test_double_opt_in(gateway):
    email = "yes@example.com"
    purposes = "marketing.promotional,communication.events"
    gateway.fill_in(email, purposes)
    token = gateway.confirmation(email, purposes=purposes)
    status, text, _ = gateway.ask("GET", token, more="?lang=de")
    assert status == 200 and "Yes, email me offers" in text and "Veranstaltungen" in text
    status, text, _ = gateway.post(token, b"do=confirm&lang=de")
    assert status == 200 and "Danke" in text
    [event] = [e for e in gateway.events(email)
               if e["data"]["consent"]["double_opt_in"]["state"] == "confirmed"]
    valid(event)
    assert event["type"] == "consent.granted.v1"
    assert event["data"]["provenance"]["party_id"] == "sectigo.com"
    assert event["data"]["consent"]["double_opt_in"]["state"] == "confirmed"
    assert event["data"]["consent"]["notice"] == {
        "policy_id": "sectigo-privacy", "version": "2021-11-15", "language": "en"}
    assert [e["kind"] for e in event["data"]["provenance"]["evidence"]] == \
        ["confirmation_link", "form_capture"]
    known(gateway, email, 2)
    for purpose in ("marketing.promotional", "communication.events"):
        wait_until(lambda p=purpose: gateway.decide(email, p)["verdict"] == "PERMIT",
                   what="the consent")
    assert gateway.decide(email, "communication.news")["verdict"] == "DENY"


def test_a_consent_is_not_confirmed_late_or_early(gateway):
    for issued in (time.time() - 15 * 86400, time.time() + 3600):
        token = gateway.confirmation("late@example.com", issued=issued)
        assert "no longer valid" in gateway.ask("GET", token)[1]
        assert "no longer valid" in gateway.post(token, b"do=confirm")[1]
    assert gateway.events("late@example.com") == []


def test_a_consent_to_what_there_is_not(gateway):
    """Nobody is thanked for what ingest would put aside."""
    for how in ({"purposes": ""}, {"purposes": "*promotional"}, {"purposes": "nonsense"},
                {"purposes": "communication.news,nonsense"}, {"controller": "nobody"},
                {"purposes": "communication.news," + "x" * 80}):
        token = gateway.confirmation("what@example.com", **how)
        assert "no longer valid" in gateway.ask("GET", token)[1], how
        assert "no longer valid" in gateway.post(token, b"do=confirm")[1], how
    assert gateway.events("what@example.com") == []


# --- a key does one thing ------------------------------------------------------------------
def test_a_mailing_systems_key_confirms_nothing(gateway):
    """Whoever holds it can opt out, as anybody can, and that is all; a site's key confirms its
    own site's forms."""
    email = "never-heard@example.com"
    counted = refused(gateway, "confirmation")
    for how in (dict(number=1, file="1-mta-eu1"), dict(controller="ssl247-sas"),
                dict(purposes="marketing.targeted_advertising"), dict(form=""),
                dict(form="AB" * 32)):
        token = gateway.confirmation(email, **how)
        assert "no longer valid" in gateway.ask("GET", token)[1], how
        assert "no longer valid" in gateway.post(token, b"do=confirm")[1], how
    assert gateway.events(email) == []
    wait_until(lambda: refused(gateway, "confirmation") == counted + 10, what="the metric")
    assert gateway.post(gateway.token(email, controller="ssl247-sas"))[0] == 200
    assert gateway.events(email, "ssl247.fr")[0]["data"]["provenance"]["party_id"] == "mta-eu1"


def test_a_confirmation_without_its_form_counts_for_nothing(gateway):
    """With the site's own key, even: no form was filled in, or another one, or elsewhere."""
    for n, form in enumerate((None, dict(form="cd" * 32), dict(purposes="communication.news"))):
        email = f"forged{n}@example.com"
        if form:
            gateway.fill_in(email, **form)
        assert gateway.post(gateway.confirmation(email), b"do=confirm")[0] == 200
        known(gateway, email, 1 + bool(form))
        said = gateway.decide(email)
        assert (said["verdict"], said["reason"]) == ("DENY", "NOT_GIVEN"), (n, said)
    # the form comes after all: the same facts, whatever their order
    gateway.fill_in("forged0@example.com")
    known(gateway, "forged0@example.com", 2)
    wait_until(lambda: gateway.decide("forged0@example.com")["verdict"] == "PERMIT", what="it")


# --- the page ------------------------------------------------------------------------------
def test_the_pages_head(gateway):
    for token in (gateway.token("head@example.com"), "nonsense", gateway.confirmation("h@example.com")):
        for status, text, headers in (gateway.ask("GET", token), gateway.post(token, b"do=choose")):
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            assert headers["Cache-Control"] == "no-store"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Frame-Options"] == "DENY" and "noindex" in headers["X-Robots-Tag"]
            assert headers["Content-Type"] == "text/html; charset=utf-8"
            assert headers["Set-Cookie"] is None and headers["Location"] is None
            assert not re.search(r"<script|\bsrc=|@import|url\(|\son\w+=", text)
            # nothing is loaded; the policy is a link, followed without a word of whence
            assert re.findall(r"<a ([^>]*https?://[^\"]*)", text) == \
                ['rel="noopener noreferrer" href="https://www.sectigo.com/privacy-policy']


def test_languages(gateway):
    token = gateway.token("lang@example.com")
    wanted = (({"Accept_Language": "fr-CH, fr;q=0.9, en;q=0.8"}, "", "fr"),
              ({"Accept_Language": "pl, sv;q=0.5"}, "", "sv"), ({}, "", "en"),
              ({"Accept_Language": "fr"}, "?lang=it", "it"),
              ({"Accept_Language": "fr"}, "?utm_source=x&lang=xx", "fr"),
              ({"Accept_Language": "x" * 5000}, "", "en"))
    for headers, more, language in wanted:
        _, text, found = gateway.ask("GET", token, more=more, **headers)
        assert f'<html lang="{language}">' in text and found["Content-Language"] == language


def test_an_address_in_a_link_is_only_text(gateway):
    token = gateway.token('"<b>&amp;\'"@example.com', controller="<i>nobody")
    text = gateway.ask("GET", token)[1]
    assert "<i>" not in text and "&lt;i&gt;nobody" in text
    confirm = gateway.confirmation("x@example.com", statement="</blockquote><script>")
    text = gateway.ask("GET", confirm)[1]
    assert "&lt;/blockquote&gt;" in text and "<script" not in text


def test_no_person_in_logs_and_metrics(gateway):
    logs = "".join(p.read_text() for p in gateway.stack.dir.glob("gateway*.log"))
    _, metrics = fetch_metrics(gateway)
    assert 'what="one_click"' in metrics
    for word in ("example.com", "click.example", "gmail", "AQAB"):
        assert word not in logs + metrics, word


def fetch_metrics(gateway):
    from stack import fetch
    return fetch(gateway.stack.url("gateway") + "/metrics")


def test_the_openapi_document_has_its_answers():
    said = yaml.safe_load((ROOT / "schemas/gateway.openapi.yaml").read_text())["paths"]
    assert set(said["/u/{token}"]["post"]["responses"]) == {"200", "404", "422", "503"}


def test_the_doctor_looks_at_the_keys(gateway):
    def links():
        done = gateway.stack.ctl("doctor", "--json", check=False)
        return [f for f in json.loads(done.stdout)["checks"] if f["check"] == "links"]
    assert [f["level"] for f in links()] == ["ok"]
    path = gateway.stack.secrets / "links" / "8-open"
    path.write_text("22" * 32)
    path.chmod(0o644)
    try:
        assert [f["level"] for f in links()] == ["wrong"]
    finally:
        path.unlink()
