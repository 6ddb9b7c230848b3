"""consent-mail, the real program: from a message to the list, the requests, and back."""
import datetime
import email.utils
import hashlib
import json
import re
import subprocess

import pytest

from feeding import settled
from hands import wait_until
from stack import ROOT, clean_environment, write_secret
from test_rights import consent, decide
from test_schema_vs_decoder import load_validators

CORPUS = sorted(ROOT.glob("tests/golden/mail/*.eml"))
LIST = "suppression.promotional-email"


def message(text, who="ann@example.org", subject="Hello", **fields):
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    now = email.utils.format_datetime(datetime.datetime.now(datetime.timezone.utc))
    return (f"Received: from mx.example.net by mail.example.com; {now}\nFrom: {who}\nTo: mailbox@example.com\nSubject: {subject}\n"
            f"Message-ID: <{hashlib.sha256((text + who).encode()).hexdigest()}@example.org>\n"
            f"{more}\n{text}\n").encode()


def mail(stack, raw, box, *argv, **settings):
    conf, _ = stack.write_conf("mail", "mail.conf", **settings)
    return subprocess.run([stack.program("mail"), "--config", conf, "--mailbox", box, *argv],
                          input=raw, capture_output=True, check=False, timeout=300,
                          env=clean_environment())


def taken(stack, raw, box, *argv, **settings):
    done = mail(stack, raw, box, *argv, **settings)
    assert done.returncode == 0, done.stderr.decode()
    return done.stderr.decode()


def events(stack, raw, box, *argv, **settings):
    """What --print shows, without its first line."""
    done = mail(stack, raw, box, "--print", *argv, **settings)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()[1:]]


def known(stack, who, n):
    """Waits until so many events about the address are in the ledger."""
    def events_of():
        return stack.ctl_json("trace", "--email", who)["events"]
    wait_until(lambda: len(events_of()) >= n, what=f"{n} events")
    return events_of()


@pytest.fixture(scope="module")
def taking(module_stack):
    for name in ("ingest", "publish"):
        module_stack.start(name)
    return module_stack


def test_an_opt_out_by_mail_reaches_the_list(taking):
    who = "list@example.org"
    consent(taking, who)
    assert decide(taking, who)[0] == "PERMIT"
    raw = message("Enough.", who=who)
    log = taken(taking, raw, "optout")
    assert "outcome=optout events=1" in log and "example.org" not in log
    token = hashlib.sha256(who.encode()).hexdigest()
    wait_until(lambda: taking.read_table(LIST).get(token, {}).get("status") == "suppressed",
               what="the list")
    assert decide(taking, who) == ("DENY", "OPTOUT")
    taken(taking, raw, "optout")  # the mail server was not sure
    assert taken(taking, message("Away.", who=who, Auto_Submitted="auto-replied"),
                 "optout").count("reason=auto_submitted") == 1
    taken(taking, message("And a last one.", who=who), "optout")
    assert len(known(taking, who, 3)) == 3, "the second time was no event"


def test_what_the_words_leave_open_waits_for_a_person(taking):
    consent(taking, "ann@example.org")
    consent(taking, "bob@example.org")
    taken(taking, message("Please delete my data. Article 17."), "privacy")
    taken(taking, message("Do you have an office in Lisbon?", who="bob@example.org",
                          Reply_To="bob@home.example"), "privacy")
    known(taking, "ann@example.org", 2)
    known(taking, "bob@example.org", 2)
    found = {tuple(r["kinds"]): r for r in taking.ctl_json("rights", "list")}
    assert set(found) == {("erase",), ("unclassified",)}
    assert all(r["state"] == "open" for r in found.values())
    # nobody has proven to be Ann: marketing stops, her account's mail goes on
    assert decide(taking, "ann@example.org") == ("DENY", "OBJECTION")
    assert decide(taking, "ann@example.org", "account.administration")[1] != "ERASED"
    # and nobody has read what Bob wants: no marketing until somebody has
    assert decide(taking, "bob@example.org") == ("DENY", "OBJECTION")
    said = json.dumps(taking.ctl_json("trace", "--email", "bob@example.org"))
    assert "Do you have an office in Lisbon?" in said and "bob@home.example" in said
    done = taking.ctl_json("rights", "complete", found[("erase",)]["request"])
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger WHERE event_id = %s",
                                    done["event_id"]) == 1, what="the answer")
    assert decide(taking, "ann@example.org")[1] == "ERASED"


def test_while_kafka_is_away_the_mail_waits(taking, tmp_path):
    stack = taking
    before = len(stack.read("feed.privacy-mailbox"))
    away = {"kafka_brokers": "127.0.0.1:1", "deliver_ms": 500}
    raw = message("Stop.", who="away@example.org")
    assert mail(stack, raw, "optout", **away).returncode == 75
    # whatever is wrong, nobody's letter bounces
    assert mail(stack, raw, "nonsense").returncode == 75
    assert mail(stack, raw, "optout", "--nonsense").returncode == 75
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box/new/1.a").write_bytes(raw)
    assert mail(stack, b"", "optout", "--maildir", tmp_path / "box", **away).returncode == 75
    assert [f.name for f in (tmp_path / "box/new").iterdir()] == ["1.a"]
    assert mail(stack, b"", "optout", "--maildir", tmp_path / "none").returncode == 2

    (tmp_path / "box/new/2.b:2,").write_bytes(b"Subject: from nobody\n\nstop\n")
    (tmp_path / "box/new/3.c").write_bytes(message("Me, too.", who="too@example.org"))
    log = taken(stack, b"", "optout", "--maildir", tmp_path / "box")
    assert "optout=2" in log and "ignored_no_sender=1" in log
    assert not list((tmp_path / "box/new").iterdir())
    assert sorted(f.name for f in (tmp_path / "box/cur").iterdir()) == [
        "1.a:2,S", "2.b:2,FS", "3.c:2,S"]
    assert len(stack.read("feed.privacy-mailbox")) == before + 2


def test_every_event_of_the_corpus_is_a_whole_event(taking, tmp_path):
    """Whatever people and machines write: what comes out fits the schemas, ingest takes it,
    and nothing waits in quarantine but the bounces, which nothing ties to mail of ours."""
    by_type = load_validators()
    before = {json.loads(r.value())["id"] for r in taking.read("feed.privacy-mailbox")}
    for box in ("optout", "privacy"):
        for name in ("new", "cur"):
            (tmp_path / box / name).mkdir(parents=True)
    assert len(CORPUS) >= 60
    for path in CORPUS:
        box = "privacy" if path.name.startswith("privacy-") else "optout"
        raw = path.read_bytes()
        (tmp_path / box / "new" / path.stem).write_bytes(raw)
    sent = {}
    for box in ("optout", "privacy"):
        taken(taking, b"", box, "--maildir", tmp_path / box)
    for record in taking.read("feed.privacy-mailbox"):
        event = json.loads(record.value())
        if event["id"] in before:
            continue  # of the tests above
        sent[event["id"]] = event
        by_type[event["type"]].validate(event)
        digest = event["data"]["provenance"]["evidence"][0]["sha256"]
        assert event["id"].startswith(f"mail:{digest}")
    want = len(sent)
    assert want >= 80
    # not only those that are accepted: a bounce may be the last of its partition
    settled(taking, sum(len(taking.read(topic)) for topic in taking.topics()
                        if topic.startswith("feed.")))
    bounced = [i for i, event in sent.items() if event["type"] == "feedback.bounced.v1"]
    accepted = ("SELECT count(*) FROM ledger WHERE outcome = 1 AND event_id = ANY (%s)",
                list(sent))
    assert taking.value(*accepted) == want - len(bounced)
    assert len(bounced) >= 10
    assert taking.sql("SELECT DISTINCT reason, pointer FROM quarantine") == [
        ("UNTIED_REPORT", "/data/feedback")]
    assert {i for i, in taking.sql("SELECT event_id FROM quarantine")} <= set(bounced)


def test_a_large_letter(taking):
    stack = taking
    raw = message("Stop.\n" + "x" * 76 + "\n" + ("y" * 76 + "\n") * 140_000)
    assert len(raw) > 10_000_000
    event, = events(stack, raw, "optout")
    assert len(json.dumps(event)) < 20_000
    assert event["data"]["provenance"]["evidence"][0]["sha256"] == \
        hashlib.sha256(raw).hexdigest()
    # more than is read: the rest is swallowed, and the evidence says so
    event, = events(stack, raw, "optout", message_bytes=1 << 20)
    assert event["data"]["provenance"]["evidence"][0] == {
        "kind": "email_message_begin", "sha256": hashlib.sha256(raw[:1 << 20]).hexdigest()}


def link_token(stack, tmp_path, who):
    """A token that the mailing system mta-eu1 made for somebody."""
    keys = tmp_path / "links"
    keys.mkdir(mode=0o700)
    write_secret(keys / "1-mta-eu1", "ab" * 32)
    stack.extra["link_secret_dir"] = keys
    stack._ctl_conf = None  # written again, with the directory
    return stack.ctl_json("link", "create", "--email", who, "--system", "mta-eu1",
                          "--controller", "sectigo-limited")["token"]


def bounce(who, original, status="5.1.1", answer="550 5.1.1 User unknown"):
    return (f"From: MAILER-DAEMON@mx.example.net\nTo: bounces@example.com\nSubject: Undelivered\n"
            "MIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
            "--B\nContent-Type: text/plain\n\nNo.\n"
            "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            f"Final-Recipient: rfc822; {who}\nAction: failed\nStatus: {status}\n"
            f"Diagnostic-Code: smtp; {answer}\n\n"
            f"--B\nContent-Type: text/rfc822-headers\n\n{original}\n\n--B--\n").encode()


def test_a_bounce_counts_when_it_is_tied_to_mail_of_ours(taking, tmp_path):
    token = link_token(taking, tmp_path, "Gone@Example.org")
    unsubscribe = f"List-Unsubscribe: <https://optout.example.com/u/{token}>"
    for who in ("gone@example.org", "victim@example.org"):
        consent(taking, who)
    # anybody can write a report: it waits, and a customer's service goes on
    taken(taking, bounce("victim@example.org", "From: news@example.com"), "optout")
    # somebody who had our mail, and with it a token, writes one about somebody else
    taken(taking, bounce("victim@example.org", unsubscribe + "\nX-Copy: 2"), "optout")
    wait_until(lambda: taking.value("SELECT count(*) FROM quarantine WHERE reason ="
                                    " 'UNTIED_REPORT' AND state = 0") >= 2, what="quarantine")
    assert decide(taking, "victim@example.org")[0] == "PERMIT"
    assert decide(taking, "victim@example.org", "billing")[0] == "PERMIT"
    # a full mailbox, or our server blocked: on record, and nobody is stopped
    for status, answer in (("4.2.2", "452 4.2.2 Mailbox full"), ("5.7.1", "550 5.7.1 Blocked")):
        taken(taking, bounce("gone@example.org", unsubscribe, status, answer), "optout")
    wait_until(lambda: taking.value("SELECT count(*) FROM ledger WHERE word_of('event_type',"
                                    " type) = 'feedback.bounced.v1'") >= 2, what="both")
    assert decide(taking, "gone@example.org")[0] == "PERMIT"
    event, = events(taking, bounce("gone@example.org", unsubscribe), "optout")
    assert event["data"]["feedback"] == {"kind": "invalid", "status": "5.1.1",
                                         "diagnostic": "smtp; 550 5.1.1 User unknown",
                                         "tie": "link_token"}
    taken(taking, bounce("gone@example.org", unsubscribe), "optout")
    known(taking, "gone@example.org", 3)  # a blocked server says nothing about a person
    assert decide(taking, "gone@example.org") == ("DENY", "UNREACHABLE")
    assert decide(taking, "gone@example.org", "billing") == ("DENY", "UNREACHABLE")


def test_the_address_it_came_to_and_the_text_that_came_back_tie_a_bounce(taking, tmp_path):
    token = link_token(taking, tmp_path, "body@example.org")
    made = taking.ctl("link", "create", "--envelope", "--email", "Verp@Example.org")
    tag = made.strip()
    assert re.fullmatch("v1-[0-9]+-[0-9a-f]{32}", tag)

    def told(raw, *argv):
        return events(taking, raw, "optout", *argv)[0]["data"]["feedback"].get("tie")

    to = f"bounces+{tag}@bounces.example.com"
    assert told(bounce("verp@example.org", "From: news@example.com"), "--recipient", to) == "verp"
    assert told(f"Delivered-To: {to.upper()}\n".encode() + bounce("verp@example.org", "X-A: 1")) == "verp"
    assert told(bounce("victim@example.org", "X-A: 1"), "--recipient", to) is None
    link = f"<p><a href=3D\"https://optout.example.com/u/{token[:40]}=\n{token[40:]}\">out</a></p>"
    returned = ("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n"
                f"From: news@example.com\n\n{link}\n")
    whole = bounce("body@example.org", returned).replace(b"text/rfc822-headers", b"message/rfc822")
    assert told(whole) == "link_token"
    assert told(whole.replace(b"; body@", b"; victim@")) is None


def test_a_message_id_ties_a_bounce_when_a_mailing_system_has_told_it(taking):
    who, original = "told@example.org", "Message-ID: <c-7@mta-eu1.example>"
    consent(taking, who)
    before = taking.value("SELECT count(*) FROM quarantine")
    # nobody has told it, and it would stop nobody: refused, and ingest goes on
    taken(taking, bounce(who, original, "5.2.2", "552 5.2.2 Mailbox full"), "optout")
    taken(taking, bounce(who, original), "optout")
    wait_until(lambda: taking.value("SELECT count(*) FROM quarantine") == before + 1,
               what="the bounce in quarantine: nobody has told that Message-ID")
    # told, but about somebody else
    for n, about in enumerate(("other@example.org", who)):
        taking.produce("feed.mta-eu1", {
            "specversion": "1.0", "id": f"delivered-{n}", "type": "feedback.delivered.v1",
            "source": "urn:consent:src:mailing:mta-eu1",
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
            "data": {"contact": {"email": about}, "controllers": ["sectigo-limited"],
                     "feedback": {"message_id": "c-7@mta-eu1.example"}}})
        wait_until(lambda i=f"delivered-{n}": taking.value(
            "SELECT count(*) FROM ledger WHERE event_id = %s", i) == 1, what="the delivery")
        taken(taking, bounce(who, original + f"\nX-Copy: {n}"), "optout")
        if about != who:
            wait_until(lambda: taking.value("SELECT count(*) FROM quarantine") == before + 2,
                       what="the second one, too")
            assert decide(taking, who)[0] == "PERMIT"
    wait_until(lambda: decide(taking, who) == ("DENY", "UNREACHABLE"), what="the bounce")
    assert taking.value("SELECT count(*) FROM quarantine") == before + 2


def test_a_token_says_who_it_is_whoever_writes(taking, tmp_path):
    token = link_token(taking, tmp_path, "tok@example.org")
    consent(taking, "tok@example.org")
    consent(taking, "fwd@example.org")
    raw = message("", who="fwd@example.org", subject=f"unsubscribe {token}")
    event, = events(taking, raw, "optout")
    assert event["data"]["contact"] == {"email": "tok@example.org"}
    assert event["data"]["controllers"] == ["sectigo-limited"]
    assert event["data"]["optout"]["via"] == "list_unsubscribe_mailto"
    event, = events(taking, raw, "privacy")  # a request of hers, that somebody else sent
    assert event["data"]["contact"] == {"email": "tok@example.org"}
    assert event["data"]["rights"]["reply_to"] == "fwd@example.org"
    # behind the '+' of the address it was sent to, too; one that nobody made says nothing
    raw = message("", who="fwd@example.org")
    event, = events(taking, raw, "optout", "--recipient", f"optout+{token}@example.com")
    assert event["data"]["contact"] == {"email": "tok@example.org"}
    event, = events(taking, raw, "optout", "--recipient", f"optout+{token[:-2]}AA@example.com")
    assert event["data"]["contact"] == {"email": "fwd@example.org"}
    taken(taking, raw, "optout", "--recipient", f"optout+{token}@example.com")
    known(taking, "tok@example.org", 2)
    assert decide(taking, "tok@example.org") == ("DENY", "OPTOUT")
    assert decide(taking, "fwd@example.org")[0] == "PERMIT"


def test_a_token_is_found_whatever_programs_did_to_it(taking, tmp_path):
    keys = tmp_path / "links"
    keys.mkdir(mode=0o700)
    write_secret(keys / "1-mta-eu1", "cd" * 32)
    made = [taking.program("ctl"), "link", "create", "--email", "tok@example.org", "--system",
            "mta-eu1", "--controller", "sectigo-limited"]
    conf, _ = taking.write_conf("ctl", "links.conf", link_secret_dir=keys)
    token = subprocess.run([*made, "--config", conf], capture_output=True, check=True,
                           env=clean_environment()).stdout.decode().strip()
    who, settings = "fwd@example.org", {"link_secret_dir": keys}

    def about(raw, box="optout"):
        return sorted(e["data"]["contact"]["email"]
                      for e in events(taking, raw, box, **settings))

    def newsletter(link):
        return ("multipart/mixed; boundary=b",
                f"--b\nContent-Type: text/plain\n\nEnough.\n--b\nContent-Type: message/rfc822\n\n"
                f"From: news@example.com\nList-Unsubscribe: {link}\n\nOffers.\n--b--\n")
    # what the letter says itself is of the token's person, and of nobody else
    for subject in (token, f"unsubscribe%20{token}", f"({token}).", f"subject={token}&x=1",
                    f"unsubscribe {token[:40]}\n {token[40:]}", f"<{token}>;"):
        assert about(message("", who=who, subject=subject)) == ["tok@example.org"], subject
    for text in (f"unsubscribe: {token}.", f'"{token}"', f"{token[:60]}\n{token[60:]}",
                 f"{token[:50]}=\n{token[50:]}", f"please\n{token}, thanks"):
        assert about(message(text, who=who)) == ["tok@example.org"], text
    # and so it is from a machine
    assert about(message("", who=who, subject=token, Auto_Submitted="auto-replied")) == [
        "tok@example.org"]
    # what comes along may be of both
    both = ["fwd@example.org", "tok@example.org"]
    for link in (f"<https://example.com/u/{token}>", f"<mailto:optout+{token}@example.com>",
                 f"<mailto:optout@example.com?subject={token}>",
                 f"<mailto:optout@example.com?subject=unsubscribe%20{token}>"):
        kind, text = newsletter(link)
        assert about(message(text, who=who, Content_Type=kind)) == both, link
    assert about(message(f"Enough.\n\n> click https://example.com/u/{token}\n", who=who)) == both
    page = f'<p>Enough.</p><blockquote><a href="https://example.com/u/{token}">here</a>'
    assert about(message(page, who=who, Content_Type="text/html")) == both
    # a vacation note that quotes us says nothing
    quoted = f"I am away.\n\n> click https://example.com/u/{token}\n"
    assert about(message(quoted, who=who, Auto_Submitted="auto-replied")) == []


def test_traps_for_the_reader_are_read_as_far_as_may_be(taking):
    """What takes too long or ends the process that reads it: the sender is heard."""
    parts = "--b\n\n" * 300_000 + "--b--\n"
    traps = {
        "300,000 empty parts": message(parts, Content_Type="multipart/mixed; boundary=b"),
        "a million nested groups": message("Stop.", who="a:" * 1_000_000 + "ann@example.org;"),
        "600,000 fields": message("Stop.", X="a\n" + "X-A: b\n" * 600_000 + "X-Z: c"),
        "a header of 10 MB": message("Stop.", References="<a@b> " * 1_700_000),
    }
    for what, raw in traps.items():
        event, = events(taking, raw, "optout")
        assert event["data"]["contact"] == {"email": "ann@example.org"}, what
        assert event["type"] == "optout.recorded.v1", what
        event, = events(taking, raw, "privacy")
        assert event["data"]["rights"]["kinds"] == ["unclassified"], what
        assert event["data"]["rights"]["verbatim"].startswith("(no program could read it"), what
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(99_999))
    event, = events(taking, b"From: ann@example.org\n" + deep.encode(), "optout")
    assert event["data"]["contact"] == {"email": "ann@example.org"}


def test_it_starts_in_a_shell_that_has_the_settings_of_all(taking):
    env = clean_environment()
    env.update(KAFKA_BROKERS="127.0.0.1:1", CONSENT_CONTACT_SECRET_FILE="/nowhere",
               CONSENT_SNAPSHOT_DIR="/nowhere", DATABASE_URL="postgresql:///x")
    argv = [taking.program("mail"), "--mailbox", "optout", "--print"]
    done = subprocess.run(argv, input=message("Stop."), capture_output=True, check=False, env=env)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().startswith("optout")
    env["CONSENT_SNAPSHOT_DRI"] = "/nowhere"
    done = subprocess.run(argv, input=message("Stop."), capture_output=True, check=False, env=env)
    assert done.returncode == 75
    assert "CONSENT_SNAPSHOT_DRI" in done.stderr.decode()


def request_of(stack, who):
    """The request that a letter of theirs became, once it is known."""
    letters = {}  # of each request, once it has words: there may be hundreds

    def waiting():
        if who not in json.dumps(stack.ctl_json("trace", "--email", who)):
            return []
        unread = {r["request"] for r in stack.ctl_json("rights", "list")
                  if r["kinds"] == ["unclassified"]}
        for request in unread - letters.keys():
            words = stack.ctl_json("rights", "show", request)["letter"]["words"]
            if words:
                letters[request] = words
        return [request for request, words in letters.items() if words.endswith(who)]
    wait_until(lambda: len(waiting()) == 1, what=f"the letter of {who}")
    return waiting()[0]


def settle(stack, request, *what):
    """consentctl rights read, and what it sent is in the ledger."""
    said = stack.ctl_json("rights", "read", request, "--as", ",".join(what) or "nothing")
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s"
                                   " AND outcome = 1", said["event_id"]) == 1,
               what="the reading in the ledger")
    return stack.ctl_json("rights", "show", request)


def test_a_letter_that_nobody_understood_is_a_no_until_it_is_read(taking):
    stack = taking
    for who in ("quiet@example.org", "loud@example.org"):
        consent(stack, who)
        assert decide(stack, who)[0] == "PERMIT"
        taken(stack, message(f"Well, well, well. {who}", who=who), "privacy")
        known(stack, who, 2)
        assert decide(stack, who) == ("DENY", "OBJECTION")
    quiet, loud = request_of(stack, "quiet@example.org"), request_of(stack, "loud@example.org")
    shown = stack.ctl_json("rights", "show", quiet)
    assert shown["open"] == ["unclassified"]
    assert shown["letter"] == {"subject": "Hello", "words": "Well, well, well. quiet@example.org",
                               "reply_to": None}
    said = stack.ctl("rights", "show", quiet)
    assert "| Well, well, well." in said and "Nobody has read it" in said
    # it can be read, and nothing else; and only as something that there is
    for argv in (("complete", quiet), ("refuse", quiet, "--reason", "NOT_IDENTIFIED"),
                 ("read", quiet), ("read", quiet, "--as", "unclassified"),
                 ("read", quiet, "--as", "love")):
        done = stack.ctl("rights", *argv, check=False)
        assert done.returncode in (1, 2), argv
    shown = settle(stack, quiet)
    assert shown["state"] == "closed" and shown["answers"]["unclassified"]["outcome"] == "read"
    assert decide(stack, "quiet@example.org")[0] == "PERMIT"
    assert decide(stack, "loud@example.org") == ("DENY", "OBJECTION")
    received = stack.ctl_json("rights", "show", loud)["received"]
    shown = settle(stack, loud, "object", "access")
    assert shown["state"] == "open" and sorted(shown["open"]) == ["access", "object"]
    assert shown["received"] == received
    assert decide(stack, "loud@example.org") == ("DENY", "OBJECTION")
    assert stack.ctl("rights", "read", loud, "--as", "nothing", check=False).returncode == 1


def test_an_unqualified_no_is_one_to_sale_and_rental(taking):
    stack = taking
    taken(stack, message("Enough.", who="nosale@example.org"), "optout")
    known(stack, "nosale@example.org", 1)
    for purpose in ("data.sale", "data.rent"):
        assert decide(stack, "nosale@example.org", purpose) == ("DENY", "SALE_OPTED_OUT")


def test_a_no_to_sale_that_its_writer_limits_is_no_more(taking):
    stack, who = taking, "reader@example.org"
    consent(stack, who)
    taken(stack, message("Do not sell my data, but keep sending the newsletter.", who=who), "optout")
    known(stack, who, 2)
    assert decide(stack, who, "data.sale") == ("DENY", "SALE_OPTED_OUT")
    assert decide(stack, who)[0] == "PERMIT"
    taken(stack, message("Do not sell my data.", who=who), "optout")
    known(stack, who, 3)
    assert decide(stack, who) == ("DENY", "OPTOUT")
