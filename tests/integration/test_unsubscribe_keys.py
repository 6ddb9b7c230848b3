"""The unsubscribe page: keys and links that are revoked or new, what is limited, and confirmations."""
import http.client
import json
import time

import pytest
from unsubscribe import EVERYTHING, ONE_CLICK, Gateway, known, names_nobody, refused, started, valid
from hands import wait_until


@pytest.fixture(scope="module")
def gateway(module_stack):
    return started(module_stack)


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


# --- beside them ---------------------------------------------------------------------------
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


def test_no_person_in_logs_and_metrics(gateway):
    names_nobody(gateway)
