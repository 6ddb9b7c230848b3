"""Keys change while opt-outs come: each by one command, and nobody is lost on the way."""
import hashlib
import hmac
import json
import threading
import time

import pytest

from feeding import optout
from hands import wait_until
from lists import assert_topics_say_what_the_table_says, entries, quiet
from test_lists import listed
from stack import fetch
from unsubscribe import Gateway, link


class Coming:
    """People who say no, one after the other, until it is stopped."""

    def __init__(self, say):
        self.say, self.emails, self.failed = say, [], None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.over.wait(0.01):
                email = f"coming{len(self.emails)}@keys.example"
                self.say(email)
                self.emails.append(email)
        except Exception as failure:  # the test's own thread tells of it
            self.failed = failure

    def several_more(self):
        n = len(self.emails)
        wait_until(lambda: self.failed or len(self.emails) >= n + 5, what="more of them")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        assert self.failed is None, self.failed


def test_a_link_key_changes_under_load(stack):
    for daemon in ("ingest", "gateway"):
        stack.start(daemon)
    gateway = Gateway(stack)
    wait_until(lambda: "Sectigo Limited, Unit" in gateway.ask("GET", "nonsense")[1],
               what="the register's names")

    def click(email):
        assert gateway.post(gateway.token(email))[0] == 200
    with Coming(click) as coming:
        coming.several_more()
        path = stack.ctl_json("key", "link", "mta-eu1")["file"]
        number, system = path.rsplit("/", 1)[1].split("-", 1)
        assert system == "mta-eu1" and int(number) > 1
        new = stack.ctl("link", "create", "--email", "new@keys.example", "--controller",
                        "sectigo-limited", "--system", "mta-eu1").strip()
        by_hand = link(gateway.key(f"{number}-mta-eu1"), int(number), "o", str(int(time.time())),
                       "hand@keys.example", "sectigo-limited", "marketing.promotional", "email",
                       "c-119")
        for token, shown in ((new, "n…@keys"), (by_hand, "h…@keys")):
            wait_until(lambda token=token, shown=shown: shown in gateway.ask("GET", token)[1],
                       what="the new key")
            assert gateway.post(token)[0] == 200
        coming.several_more()  # by links of the old key
    everybody = {*coming.emails, "new@keys.example", "hand@keys.example"}
    said = [json.loads(m.value()) for m in stack.read("feed.sectigo.com")]
    assert {e["data"]["contact"]["email"] for e in said} == everybody
    wait_until(lambda: stack.value("SELECT count(*) FROM contact") == len(everybody),
               what="everybody's no")


def test_a_recipient_key_changes_under_load(stack, tmp_path):
    """The old list and the new one, by the new key, both say all of it."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    hands = type(stack)(stack.dir, stack.programs, stack.cluster, stack.broker, stack.database)
    keys = {}

    def lists(*names):
        keys.update({n: stack.ctl_json("key", "recipient", n)["file"]
                     for n in names if n not in keys})
        register = tmp_path / "keyed.json"
        register.write_text(json.dumps({"register": "keyed", "lists": [
            listed(n, profile="hmac-sha256", key_name=n) for n in names]}))
        stack.ctl("register", "apply", register)

    def token(email, name):
        with open(keys[name], "rb") as file:
            return hmac.new(file.read().strip(), email.encode(), hashlib.sha256).hexdigest()
    lists("keyed-2026")
    with Coming(lambda email: hands.produce("feed.mta-eu1", optout(email))) as coming:
        coming.several_more()
        wait_until(lambda: entries(stack, "keyed-2026"), what="the old list")
        lists("keyed-2026", "keyed-2027")
        wait_until(lambda: entries(stack, "keyed-2027"), what="the new list")
        coming.several_more()
    for name in keys:
        wait_until(lambda name=name: set(entries(stack, name)) ==
                   {token(e, name) for e in coming.emails}, 60, f"everybody on {name}")
        assert {s for s, _ in entries(stack, name).values()} == {"suppressed"}
    wait_until(lambda: quiet(stack), what="the rest")
    assert_topics_say_what_the_table_says(stack)


@pytest.mark.parametrize("what", [("seal",), ("recipient", "once")])
def test_a_key_is_never_made_over_another(stack, what):
    path = stack.ctl_json("key", *what)["file"]
    with open(path, encoding="ascii") as file:
        before = file.read()
    assert len(before) == 65 and int(before, 16) >= 0
    again = stack.ctl("key", *what, check=False)
    assert again.returncode == 2 and "cannot write" in again.stderr
    with open(path, encoding="ascii") as file:
        assert file.read() == before
    assert stack.ctl("key", "recipient", "../elsewhere", check=False).returncode == 2


def test_another_contact_secret_is_refused(stack, tmp_path):
    """Under it everybody would be a stranger: nothing is taken in, looked up or recorded."""
    stack.start("ingest")
    wait_until(lambda: stack.value("SELECT count(*) FROM contact_secret") == 1, what="the mark")
    stack.daemon("ingest").stop()
    other = tmp_path / "other"
    other.write_text("ab" * 32)
    other.chmod(0o600)
    right = stack.secrets / "contact"
    stack.produce("feed.mta-eu1", optout("waits@keys.example"))
    stack.start("ingest", wait=False, contact_secret_file=other)
    wait_until(lambda: stack.daemon("ingest").gone(), what="ingest to refuse")
    assert "code=CONTACT_SECRET" in (stack.dir / "ingest.log").read_text()
    stack.start("lookup", wait=False, contact_secret_file=other)
    wait_until(lambda: "code=CONTACT_SECRET" in (stack.dir / "lookup.log").read_text(),
               what="the look-up to say why")
    wait_until(lambda: fetch(stack.url("lookup") + "/readyz")[0] == 503, what="it to refuse")
    stack.extra["contact_secret_file"] = other
    stack._ctl_conf = None
    for command in (("trace",), ("erase",), ("decide", "--controller", "sectigo-limited",
                                             "--purpose", "marketing.promotional",
                                             "--channel", "email")):
        done = stack.ctl(*command, "--email", "waits@keys.example", check=False)
        assert done.returncode == 2 and \
            "everybody would be a stranger" in done.stderr, command
    assert "a stranger" in stack.ctl("doctor", check=False).stdout
    stack.extra["contact_secret_file"] = right
    stack._ctl_conf = None
    stack.start("ingest")
    wait_until(lambda: stack.value("SELECT count(*) FROM contact") == 1, what="who waited")
