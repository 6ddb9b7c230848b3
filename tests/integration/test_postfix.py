"""consent-postfix: Debian's Postfix asks it, and netstrings that no Postfix would send."""
import json
import pathlib
import socket
import subprocess
import tempfile

from facts import Facts, now
from hands import wait_until
from lists import quiet
from mailserver import Postfix
from proc import free_port

LIST = "promotional-email"


def people(stack):
    world = Facts(stack)
    world.add("no@example.com", "OPTOUT")
    world.add("no@xn--bcher-kva.example", "OPTOUT")
    world.add('"no one"@example.com', "OPTOUT")
    world.add("yes@example.com", "GRANT", purpose="marketing.promotional",
              occurred=now(-7200), flags=("DIRECT", "EVIDENCE"))
    world.commit()
    return world


def door(stack, **settings):
    """Started with no more rights than those of its role, and with time to answer."""
    where = f"127.0.0.1:{free_port()}"
    url = stack.cluster.url(stack.database)
    settings.setdefault("answer_ms", 60000)
    settings["database_url"] = url + ("&" if "?" in url else "?") + \
        "options=-c%20role%3Dconsent_lookup"
    stack.start("postfix", socket=where, **settings)
    return where


class Socket:
    """Netstrings by hand."""
    def __init__(self, where):
        if where.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(where[5:])
        else:
            address, port = where.rsplit(":", 1)
            self.socket = socket.create_connection((address, int(port)))
        self.socket.settimeout(60)
        self.rest = b""

    def send(self, text):
        text = text if isinstance(text, bytes) else text.encode()
        self.socket.sendall(b"%d:%s," % (len(text), text))

    def answer(self):
        """None: the connection has ended."""
        while b":" not in self.rest or \
                len(self.rest) < int(self.rest.split(b":")[0]) + len(
                    self.rest.split(b":")[0]) + 2:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.rest += more
        size, self.rest = self.rest.split(b":", 1)
        text, self.rest = self.rest[:int(size)], self.rest[int(size) + 1:]
        return text.decode()

    def ask(self, key, name=LIST):
        self.send((name if isinstance(name, bytes) else name.encode()) + b" " +
                  (key if isinstance(key, bytes) else key.encode()))
        return self.answer()


REFUSED = "OK 550 5.7.1 this recipient is not to be sent this mail"


def test_what_it_answers(stack):
    """The same before the publisher has looked and after."""
    world = people(stack)
    where = door(stack)
    rows = (
        ("no@example.com", REFUSED), ("NO@Example.COM", REFUSED),
        ("yes@example.com", "NOTFOUND "), ("nobody@example.com", "NOTFOUND "),
        ("no@bücher.example", REFUSED), ("no@xn--bcher-kva.example", REFUSED),
        ("no one@example.com", REFUSED), ('"no one"@example.com', REFUSED),
        # a no counts for every tag
        ("no+news@example.com", REFUSED), ("no+@example.com", REFUSED),
        ("+no@example.com", "NOTFOUND "), ("yes+news@example.com", "NOTFOUND "),
        # parts of an address, and what is none
        ("example.com", "NOTFOUND "), ("no@", "NOTFOUND "), ("@example.com", "NOTFOUND "),
        ("*@example.com", "NOTFOUND "), ("", "NOTFOUND "), ("a b c@@x", "NOTFOUND "),
        (b"n\xf6@example.com", "NOTFOUND "), ("x" * 10_000 + "@example.com", "NOTFOUND "),
        ("x" * 10_000, "NOTFOUND "))
    ask = Socket(where).ask
    for _ in range(2):
        for key, answer in rows:
            assert ask(key) == answer, key
        stack.start("publish")
        wait_until(lambda: quiet(stack), what="the lists")
    # a permit list: only who is permitted
    permit = "marketing-email-permit"
    assert [ask(k, permit) for k in ("yes@example.com", "no@example.com", "example.com",
                                     "nobody@example.com", "yes+tag@example.com",
                                     "a b c@@x")] \
        == ["NOTFOUND ", REFUSED, "NOTFOUND ", REFUSED, REFUSED, REFUSED]
    # what can never be answered: Postfix defers the mail
    for name, key in (("no-such-list", "a@example.com"), ("", "a@b"), ("x" * 200, "a@b"),
                      (LIST, b"no@example.com\0"), (b"a\0b", "a@b")):
        assert ask(key, name).startswith("PERM "), (name, key)
    one = Socket(where)
    one.send(LIST)
    assert one.answer().startswith("PERM ")
    # an opt-out counts before the publisher speaks
    stack.daemon("publish").stop()
    world.add("yes@example.com", "OPTOUT", occurred=now(-1))
    world.commit()
    assert ask("yes@example.com") == REFUSED
    assert ask("yes@example.com", permit) == REFUSED, "whatever the list said last"
    # the register of now, in a second or so
    path = stack.dir / "more.json"
    path.write_text(json.dumps({"register": "more", "lists": [{
        "id": "late", "controller": "sectigo-limited", "purpose": "*promotional",
        "channel": "email", "polarity": "deny", "recipient": "mta-eu1",
        "profile": "sha256-hex"}]}))
    stack.ctl("register", "apply", path)
    wait_until(lambda: ask("no@example.com", "late") == REFUSED, what="the new list")
    shown = stack.metrics("postfix")
    assert shown['consent_postfix_answers_total{answer="refused"}'] >= 12
    log = (stack.dir / "postfix.log").read_text()
    assert "example.com" not in log


def test_look_ups_are_counted_and_sampled(stack):
    """In the audit, once a minute and at the end: all by number, one of so many whole."""
    world = people(stack)
    asking = Socket(door(stack, audit_one_of=5, workers=1))
    for i in range(23):
        asking.ask("no@example.com" if i % 2 == 0 else f"never-heard-of-{i}@example.com")
    assert stack.value("SELECT count(*) FROM lookup_audit") == 0  # nobody waits for it
    stack.daemon("postfix").stop()
    rows = stack.sql("SELECT contact, outcome, channel, why FROM v_lookup_audit"
                     " WHERE by_user = 'consent-postfix' ORDER BY contact NULLS FIRST, outcome")
    assert rows[0] == (None, "shown", None, "counted: 23 asked, 12 refused")
    key = world.keys["no@example.com"]
    assert sorted((who == key, outcome) for who, outcome, _, _ in rows[1:]) == \
        [(False, "permit")] * 2 + [(True, "deny")] * 3
    assert {row[2:] for row in rows[1:]} == {("email", "one of every 5")}


def test_who_speaks_no_netstrings(stack):
    people(stack)
    where = door(stack, workers=1)
    for text in (b"GET / HTTP/1.0\r\n\r\n", b"99999:", b"4:abcd;", b"-1:,"):
        one = Socket(where)
        one.socket.sendall(text)
        assert one.answer() is None, text
    many = [Socket(where) for _ in range(100)]  # slow ones, that hold nobody up
    for one in many:
        one.socket.sendall(b"99:promo")
    assert Socket(where).ask("no@example.com") == REFUSED
    one = Socket(where)  # all at once, and byte by byte
    text = f"{LIST} no@example.com"
    one.socket.sendall(f"{len(text)}:{text},".encode() * 50)
    assert [one.answer() for _ in range(50)] == [REFUSED] * 50
    for byte in f"{len(text)}:{text},".encode():
        one.socket.sendall(bytes([byte]))
    assert one.answer() == REFUSED
    many[0].socket.close()
    assert stack.metrics("postfix")["consent_postfix_broken_requests_total"] == 4


def test_a_unix_socket_and_wrong_settings(stack):
    people(stack)
    path = pathlib.Path(tempfile.mkdtemp(prefix="door-")) / "door"  # such names are short
    stack.start("postfix", socket=f"unix:{path}", refusal="REJECT not this one")
    assert Socket(f"unix:{path}").ask("no@example.com") == "OK REJECT not this one"
    assert path.stat().st_mode & 0o007 == 0
    stack.daemon("postfix").stop()
    assert not path.exists()
    path.parent.rmdir()
    program = str(stack.program("postfix"))
    for bad in ("0.0.0.0:0", "127.0.0.1", "127.0.0.1:x", "localhost:1", "unix:/no/such/x"):
        stack.write_conf("postfix", "bad.conf", socket=bad)
        done = subprocess.run([program, "--config", stack.dir / "bad.conf"], check=False,
                              capture_output=True, timeout=60)
        assert done.returncode == 2, (bad, done.stderr)


def test_debians_postfix(stack):
    """Refused at RCPT, delivered, deferred while the database is away, and then delivered."""
    people(stack)
    where = door(stack, answer_ms=20000)
    with Postfix(f"socketmap:inet:{where}:{LIST}") as mail:
        code, text = mail.rcpt("no@example.com")
        assert code == 550 and "5.7.1" in text and "not to be sent" in text, mail.log()
        assert mail.rcpt("no+campaign@example.com")[0] == 550
        assert mail.rcpt("no@bücher.example")[0] == 550
        assert mail.rcpt("yes@example.com")[0] == 250
        # the stream: everything is taken, and handed on
        mail.send("yes@example.com", "one", mail.entry)
        mail.send("no@example.com", "two", mail.entry)
        back = "Undelivered Mail Returned to Sender"
        wait_until(lambda: mail.delivered() == [back, "one"] and not mail.queued(),
                   what="the delivery of the one, and the sender's news of the other")
        # the database goes away: nobody is let through, and nothing is lost
        stack.cluster.stop()
        try:
            assert 400 <= mail.rcpt("yes@example.com")[0] < 500
            assert 400 <= mail.rcpt("no@example.com")[0] < 500
            mail.send("yes@example.com", "three", mail.entry)
            wait_until(lambda: "status=deferred" in mail.log(), what="the deferral")
            assert mail.delivered() == [back, "one"] and mail.queued()
        finally:
            stack.cluster.start()
        wait_until(lambda: mail.rcpt("yes@example.com")[0] == 250, what="the database")

        def delivered():
            mail.flush()
            return mail.delivered() == [back, "one", "three"] and not mail.queued()
        wait_until(delivered, what="what was deferred")
        assert mail.rcpt("no@example.com")[0] == 550
        # the door goes away: the same
        stack.daemon("postfix").stop()
        assert 400 <= mail.rcpt("no@example.com")[0] < 500
