"""Webhooks: partners' servers that fail, hang, redirect, or lie where nobody may post."""
import json
import time

import pytest

from facts import token
from feeding import optout, settled
from hands import wait_until
from receiver import Receiver

ACME = "urn:consent:src:reseller:acme-hosting"
QUICK = {"private_targets": "true", "retry_ms": 20, "poll_ms": 20, "answer_ms": 60000}


def acme(n, **more):
    """An opt-out on the reseller's feed; its receipt has the id."""
    return optout(f"w{n}@hook.example", f"w-{n}", source=ACME, **more)


@pytest.fixture
def hooks(stack):
    """hooks(a=(receiver, {"source": ...}), ...): the register has these webhooks."""
    def put(**which):
        entries = []
        for name, (receiver, what) in which.items():
            secret = stack.secrets / "webhooks" / name
            secret.touch(mode=0o600)
            secret.write_text(receiver.written() + "\n")
            entries.append({"id": name, "url": receiver.url, **what})
        file = stack.dir / "hooks.json"
        file.write_text(json.dumps({"register": "hooks", "webhooks": entries}))
        stack.ctl("register", "apply", file)
    return put


def state(stack, name):
    return {h["id"]: h for h in stack.ctl_json("webhook", "list")}[name]


def findings(stack):
    done = stack.ctl("doctor", "--json", check=False)
    assert done.returncode == 1, done
    found = json.loads(done.stdout)
    return [(f["level"], f["text"]) for f in found["checks"] if f["check"] == "webhooks"]


def test_receipts_and_changes_in_order_and_once_more_until_taken(stack, hooks):
    """Every third post fails; each receipt comes in the feed's order, the list's in its own."""
    for name in ("ingest", "publish"):
        stack.start(name)
    with Receiver() as partner, Receiver() as mailer:
        partner.answer = lambda handler, body: 500 if len(partner.tries) % 3 == 0 else 200
        hooks(acme=(partner, {"source": "acme-hosting"}),
              mails=(mailer, {"list": "promotional-email"}))
        stack.start("webhook", page_rows=3, **QUICK)
        for n in range(20):
            stack.produce("feed.acme-hosting", acme(n), partition=0)
        settled(stack, 20)
        wait_until(lambda: len(partner.receipts()) == 20, what="the receipts")
        assert partner.receipts() == [f"w-{n}" for n in range(20)]
        assert partner.most == 1, "one connection a target"
        assert all(p["type"] == "receipts" and p["data"]["source"] == "acme-hosting"
                   for p in partner.posts)
        # a retry has the id of the attempt before it
        assert len(set(partner.tries)) == len(partner.posts) < len(partner.tries)

        def said():
            return {c["token"]: c["status"] for p in mailer.posts for c in p["data"]["changes"]}
        wait_until(lambda: len(said()) == 20, what="the list")
        assert said()[token("w7@hook.example")] == "suppressed"
        versions = [c["version"] for p in mailer.posts for c in p["data"]["changes"]]
        assert len(set(versions)) == 20
        assert "hook.example" not in json.dumps(mailer.posts)
        wait_until(lambda: state(stack, "acme")["state"] == "fine"
                   and state(stack, "mails")["told"] >= 7, what="what was noted of it")
        # started again, it goes on and repeats nothing
        stack.daemon("webhook").stop()
        stack.produce("feed.acme-hosting", acme(20), partition=0)
        settled(stack, 21)
        stack.start("webhook", page_rows=3, **QUICK)
        wait_until(lambda: len(partner.receipts()) == 21, what="one more")
        assert partner.receipts()[-1] == "w-20"
        # from the beginning, when a person says so
        stack.ctl("webhook", "resume", "acme", "--from", "beginning")
        wait_until(lambda: len(partner.receipts()) == 42, what="all of it again")
        assert partner.receipts()[21:] == partner.receipts()[:21]


def test_what_hangs_redirects_or_refuses_holds_up_nobody_else(stack, hooks):
    stack.start("ingest")
    with Receiver() as hangs, Receiver() as sends_on, Receiver() as gone, Receiver() as fine, \
            Receiver() as inside:
        hangs.answer = lambda handler, body: time.sleep(30)
        sends_on.answer = lambda handler, body: handler.say(307, Location=inside.url)
        gone.answer = 410
        what = {"source": "acme-hosting"}
        hooks(hangs=(hangs, what), redirects=(sends_on, what), gone=(gone, what),
              fine=(fine, what))
        stack.start("webhook", **{**QUICK, "answer_ms": 4000})
        stack.produce("feed.acme-hosting", acme(1))
        wait_until(lambda: fine.receipts() == ["w-1"], what="the one that is fine")
        wait_until(lambda: state(stack, "gone")["state"] == "parked", what="410 to park it")
        for name, word in (("redirects", "no redirect is followed"), ("hangs", "Timeout")):
            wait_until(lambda name=name: state(stack, name)["attempts"] > 0, what=name)
            assert word in state(stack, name)["trouble"], state(stack, name)
        assert inside.tries == [] and len(gone.tries) == 1
        wait_until(lambda: [stack.metrics("webhook")[f"consent_webhook_{name}"]
                            for name in ("parked", "hooks")] == [1, 4], what="the metrics")
        assert any(level == "wrong" and "gone was parked" in text
                   for level, text in findings(stack)), findings(stack)
        # mended, and resumed by a person
        gone.answer = 200
        stack.ctl("webhook", "resume", "gone")
        wait_until(lambda: gone.receipts() == ["w-1"], what="the parked one")
        done = stack.ctl("webhook", "resume", "nobody", check=False)
        assert done.returncode == 1 and "no webhook nobody" in done.stderr


def test_nobody_is_posted_to_inside_unless_it_is_allowed(stack, hooks):
    """By address and by name; and given up after the time for it."""
    stack.start("ingest")
    with Receiver() as inside:
        named = Receiver.__new__(Receiver)
        named.__dict__.update(inside.__dict__, url=f"https://localhost:{inside.port}/")
        mapped = Receiver.__new__(Receiver)
        mapped.__dict__.update(inside.__dict__, url=f"https://[::ffff:127.0.0.1]:{inside.port}/")
        meta = Receiver.__new__(Receiver)
        meta.__dict__.update(inside.__dict__, url="https://169.254.169.254/latest/meta-data/")
        what = {"source": "acme-hosting"}
        hooks(plain=(inside, what), named=(named, what), mapped=(mapped, what), meta=(meta, what))
        stack.start("webhook", **{**QUICK, "private_targets": "false", "give_up_s": 1})
        stack.produce("feed.acme-hosting", acme(1))
        for name in ("named", "mapped", "meta"):
            wait_until(lambda name=name: state(stack, name)["state"] == "parked", what=name)
            assert "the address is not public" in state(stack, name)["trouble"]
        wait_until(lambda: state(stack, "plain")["state"] == "parked", what="plain http")
        assert inside.tries == [] and inside.most == 0
        stack.start("webhook", **QUICK)
        stack.ctl("webhook", "resume", "plain")
        wait_until(lambda: inside.receipts() == ["w-1"], what="the allowed one")


def test_one_works_and_another_stands_by(stack, hooks):
    stack.start("ingest")
    with Receiver() as partner:
        hooks(acme=(partner, {"source": "acme-hosting"}))
        stack.start("webhook", **QUICK)
        wait_until(lambda: stack.metrics("webhook")["consent_webhook_leading"] == 1, what="one")
        stack.start("webhook", "webhook-2", **QUICK)
        wait_until(lambda: stack.metrics("webhook-2")["consent_webhook_leading"] == 0, what="idle")
        stack.produce("feed.acme-hosting", acme(1))
        wait_until(lambda: partner.receipts() == ["w-1"], what="the first")
        stack.daemon("webhook").stop()
        stack.produce("feed.acme-hosting", acme(2))
        wait_until(lambda: partner.receipts() == ["w-1", "w-2"], what="the second")
        stack.daemon("webhook-2").stop()


@pytest.mark.parametrize("entry", [
    {"url": "https://a.example/"},
    {"url": "https://a.example/", "source": "acme-hosting", "list": "promotional-email"},
    {"url": "ftp://a.example/", "source": "acme-hosting"},
    {"url": "https://user:word@a.example/", "source": "acme-hosting"},
    {"url": "https://a.example/", "source": "nobody"},
])
def test_a_webhook_that_cannot_be_is_refused(stack, entry):
    file = stack.dir / "bad.json"
    file.write_text(json.dumps({"register": "hooks", "webhooks": [{"id": "x", **entry}]}))
    assert stack.ctl("register", "apply", file, check=False).returncode != 0
