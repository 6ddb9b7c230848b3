"""The page of preferences: what holds now, a pause that ends, and back again by a letter."""
import base64
import datetime
import email as parsed
import hashlib
import html
import os
import pathlib
import re
import subprocess
import time
from email import policy

import pytest
from hands import ROOT, wait_until
from http_source import Source
from test_unsubscribe_page import LANGUAGES, WORDS
from unsubscribe import started, valid

SURVEYS = b"&view=preferences&about.communication.surveys=stop"


@pytest.fixture(scope="module")
def gateway(module_stack):
    return started(module_stack)


def page(gateway, token, **headers):
    return gateway.ask("GET", token, more="?view=preferences", **headers)


def states(gateway, token):
    """Topic -> what the page says of it; {}: it cannot look."""
    text = page(gateway, token)[1]
    return dict(re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', text))


def state(gateway, token, topic="surveys"):
    """Once it has been able to look: it waits 400 ms for the database, and then not for 5 s."""
    return wait_until(lambda: states(gateway, token), what="a page with what holds").get(topic)


def back(gateway, token, body=SURVEYS):
    """(status, text), once it has been able to look: until then it writes no letter."""
    def asked():
        status, text, _ = gateway.post(token, b"do=back" + body)
        return (status, text) if status != 503 else None
    return wait_until(asked, what="an answer to whoever wants to be back")


def stop_surveys(gateway, email, **more):
    token = gateway.token(email, **more)
    assert gateway.post(token, b"do=choose" + SURVEYS)[0] == 200
    said = int(time.time())
    wait_until(lambda: state(gateway, token) == "No, you stopped it", what="the opt-out")
    # of the same second the no wins, and what follows here is to come after it
    wait_until(lambda: int(time.time()) > said, what="the next second")
    return token


def decide(gateway, email, purpose="communication.surveys", *more):
    return gateway.stack.ctl_json("decide", "--email", email, "--controller",
                                  "sectigo-limited", "--purpose", purpose, "--channel",
                                  "email", *more)


def letters(gateway, email):
    found = [m for m in gateway.stack.read_json("confirmations.sectigo.com")]
    return [m for m in found if m["address"] == email]


def test_its_words_in_every_language(gateway):
    token = gateway.token("words@example.com")
    for language in LANGUAGES:
        def looked(more=f"?lang={language}&view=preferences"):
            text = gateway.ask("GET", token, more=more)[1]
            return text if "<td>" in text else None
        text = wait_until(looked, what="a page with what holds")
        for name in ("P_TITLE", "P_CHANGE", "P_TOPICS", "P_BRANDS", "P_PAUSE", "P_TOPIC", "SAVE"):
            assert f">{html.escape(WORDS[language, name])}<" in text, (language, name)
        assert set(re.findall("<td>(.*?)</td>", text)) == {WORDS[language, "P_OFF"]}
        assert f'lang={language}&amp;view=preferences" lang="{language}"' in text


def test_back_by_a_letter_and_a_pause(gateway):
    email = "back@example.com"
    token = stop_surveys(gateway, email)
    assert state(gateway, token, "news") == "No"
    # what was not stopped cannot be had by this way, nor can nothing
    for body in (b"&view=preferences&about.communication.news=stop", b"&view=preferences"):
        status, text = back(gateway, token, body)
        assert status == 422 and "Tick a topic that you have stopped" in text
    status, text = back(gateway, token, SURVEYS + b"&about.communication.news=stop")
    assert status == 200 and "Please look at your mail" in text and email not in text
    [letter] = letters(gateway, email)
    assert letter["purposes"] == ["communication.surveys"]
    assert letter["statement"] == "Yes, Sectigo Limited may write to me by e-mail about: surveys"
    [pending] = [e for e in gateway.events(email) if e["type"] == "consent.granted.v1"]
    valid(pending)
    assert pending["id"] == letter["id"]
    assert pending["data"]["consent"]["double_opt_in"] == {"state": "pending"}
    said = "\n".join(["consent-preferences-1", "sectigo-limited", "communication.surveys", "en",
                      letter["statement"], pending["time"],
                      hashlib.sha256(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
                      .hexdigest()])
    assert pending["data"]["provenance"]["evidence"][0]["sha256"] == \
        hashlib.sha256(said.encode()).hexdigest()
    # asking changes nothing; following the letter does, for what was ticked
    wait_until(lambda: len(gateway.stack.ctl_json("trace", "--email", email)["events"]) >= 2,
               what="the pending consent in the ledger")
    assert decide(gateway, email)["verdict"] == "DENY"
    follow = letter["path"].removeprefix("/u/")
    assert letter["statement"] in gateway.ask("GET", follow)[1]
    assert "Thank you" in gateway.post(follow, b"do=confirm")[1]
    wait_until(lambda: state(gateway, token) == "Yes", what="the consent")
    assert state(gateway, token, "news") == "No"
    assert decide(gateway, email)["verdict"] == "PERMIT"

    assert gateway.post(token, b"do=pause" + SURVEYS)[0] == 200
    wait_until(lambda: state(gateway, token).startswith("Paused until"), what="the pause")
    [paused] = [e for e in gateway.events(email) if "until" in e["data"].get("optout", {})]
    valid(paused)
    until = paused["data"]["optout"]["until"]
    assert state(gateway, token) == f"Paused until {until[:10]}"
    now = decide(gateway, email)
    assert (now["verdict"], now["reason"]) == ("DENY", "OPTOUT")
    later = datetime.datetime.fromisoformat(until.replace("Z", "+00:00"))
    assert datetime.datetime.fromisoformat(
        now["valid_until"].replace("Z", "+00:00")) == later
    assert decide(gateway, email, "communication.surveys", "--at", until)["verdict"] == "PERMIT"


def test_a_pause_shortens_nothing(gateway):
    token = stop_surveys(gateway, "rest@example.com")
    status, text, _ = gateway.post(token, b"do=pause&view=preferences&of.sectigo-limited=stop"
                                   b"&of.ssl247-sas=stop")
    assert status == 200 and "all advertising" in text and "SSL247" in text
    [event] = [e for e in gateway.events("rest@example.com") if "until" in e["data"]["optout"]]
    assert "Paused until" in text and "What you have stopped stays stopped." in text
    assert "You have already stopped" not in text  # whose, where two companies are named
    assert sorted(event["data"]["controllers"]) == ["sectigo-limited", "ssl247-sas"]
    assert event["data"]["scope"] == [{"purpose": "*promotional", "channels": ["*"]}]
    wait_until(lambda: state(gateway, token, "news") != "No", what="the pause")
    assert state(gateway, token) == "No, you stopped it"

    def told(more):
        """What the page says afterwards, once it has been able to look."""
        def look():
            said = gateway.post(token, b"do=pause" + SURVEYS + more)[1]
            return said if "already stopped" in said else None
        return wait_until(look, what="what was stopped before")
    said = re.sub(r"\s+", " ", told(b""))
    assert "You have already stopped:</p> <ul> <li>surveys</li> </ul>" in said, said
    assert "Paused until" not in said, "nothing of what was chosen is a pause"
    said = told(b"&about.communication.news=stop")
    stopped, paused = said.index("<li>surveys"), said.index("Paused until")
    assert stopped < paused < said.index("<li>news", paused) and "<li>surveys" not in said[paused:]
    assert decide(gateway, "rest@example.com", "communication.surveys", "--at",
                  event["data"]["optout"]["until"])["reason"] == "OPTOUT"


def test_what_a_stranger_learns(gateway):
    """Of other companies, of a typed address, by a link that is none: nothing. A pause is no
    way around one click either: without the page's word it is an opt-out for ever."""
    email = "strange@example.com"
    token = stop_surveys(gateway, email)
    other = gateway.token(email, controller="ssl247-sas")
    assert set(wait_until(lambda: states(gateway, other), what="the page").values()) == {"No"}
    status, text, _ = page(gateway, "nonsense")
    assert status == 404 and "scope=" not in text and "Your e-mail address" in text
    status, text, _ = gateway.post("nonsense", f"do=pause&view=preferences&address={email}"
                                   .encode())
    assert status == 404
    for _ in range(3):
        assert back(gateway, token)[0] == 200
    assert gateway.post(token, b"do=back" + SURVEYS)[0] == 503, "letters are not for the many"
    another = gateway.token(email)  # of the next message
    assert gateway.post(another, b"do=back" + SURVEYS)[0] == 503, "nor by many links"
    assert gateway.post(token, b"do=pause" + SURVEYS.replace(b"&view=preferences", b""))[0] == 200
    [click] = [e["data"]["optout"] for e in gateway.events(email)
               if e["data"].get("optout", {}).get("via") == "rfc8058_one_click"]
    assert "until" not in click


def test_a_leaked_key_is_told_nothing(gateway):
    key = dict(number=7, file="7-mta-eu1")
    path = gateway.stack.secrets / "links" / key["file"]
    path.write_text("77" * 32 + "\n")
    path.chmod(0o600)
    token = gateway.token("leaked@example.com", **key)
    wait_until(lambda: states(gateway, token), what="the key")
    gateway.stack.ctl("link", "revoke", "--key", "7")
    def silent():  # and not for the five seconds after a slow look alone
        end = time.monotonic() + 6
        while time.monotonic() < end:
            if "cannot look this up" not in page(gateway, token)[1] or states(gateway, token):
                return False
            time.sleep(0.5)
        return True
    wait_until(silent, what="the revocation")
    assert gateway.post(token, b"do=back" + SURVEYS)[0] == 503
    assert gateway.post(token, b"do=pause" + SURVEYS)[0] == 200


@pytest.fixture(scope="module")
def site(gateway):
    return Source(gateway.stack, "sectigo.com").known()


def test_letters_without_kafka(gateway, site, tmp_path):
    """letters.py of SOURCES.md, as it stands: each letter once, and its link confirms."""
    email, box = "post@example.com", tmp_path / "box"
    token = stop_surveys(gateway, email)
    assert back(gateway, token)[0] == 200
    sendmail = tmp_path / "sendmail"
    sendmail.write_text(f'#!/bin/sh\necho "To: $5"; cat > "{box}-$5"\n')
    sendmail.chmod(0o755)

    def run():
        return subprocess.run(
            ["/usr/bin/python3", ROOT / "schemas/examples/send/letters.py", tmp_path / "cursor", sendmail],
            env={"PATH": os.environ["PATH"], "GATEWAY_URL": gateway.stack.public_url("gateway"),
                 "GATEWAY_TOKEN": site.token, "FROM": "news@sectigo.example"},
            capture_output=True, text=True, check=True, timeout=120).stdout
    assert run().count(f"To: {email}") == 1
    assert run() == "", "each letter once"
    mail = parsed.message_from_bytes(pathlib.Path(f"{box}-{email}").read_bytes(), policy=policy.default)
    [link] = re.findall(r"^http.*/u/(\S+)$", mail.get_content(), re.M)
    assert "Thank you" in gateway.post(link, b"do=confirm")[1]
    wait_until(lambda: state(gateway, token) == "Yes", what="the consent")
    # by its own token alone, and a site that is none has none
    assert site.ask("GET", "/v1/confirmations", token="cmq_1_" + "A" * 43)[0] == 401
    assert Source(gateway.stack, "acme-hosting").known().ask("GET", "/v1/confirmations")[0] == 404
    assert site.ask("GET", "/v1/confirmations?after=x")[0] == 400
    ahead = "-".join(f"{p}.999999" for p in range(4))
    assert email in str(site.ask("GET", f"/v1/confirmations?after={ahead}")[1]["letters"]), "a topic made again is read from its beginning"


def test_a_site_confirms_on_its_own_page(gateway, site):
    """As SOURCES.md says, over HTTP alone: a form changes nothing after a no, the button does."""
    email = "form@example.com"
    stop_surveys(gateway, email)

    def form(name, **opt_in):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        assert site.post({
            "specversion": "1.0", "id": name, "source": "urn:consent:src:direct:sectigo.com",
            "type": "consent.granted.v1", "time": at, "data": {
                "contact": {"email": email}, "controllers": ["sectigo-limited"],
                "scope": [{"purpose": "communication.surveys", "channels": ["email"]}],
                "basis": {"art6": "a", "type": "expressed"},
                "consent": {"method": "web_form", "statement": "Yes, send me surveys", "double_opt_in": opt_in},
                "provenance": {"source_type": "direct", "collected_at": at}}})[0] == 202
        wait_until(lambda: name in str(gateway.stack.ctl_json("trace", "--email", email)), what=name)
    form("form-1", state="pending")
    assert decide(gateway, email)["verdict"] == "DENY"
    form("form-2", state="confirmed", at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    assert decide(gateway, email)["verdict"] == "PERMIT"
