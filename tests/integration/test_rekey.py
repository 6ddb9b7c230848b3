"""consentctl rekey: contacts of a spelling that our rules have left since."""
import signal
import subprocess
import time

import pytest

from facts import ALL, Facts
from feeding import optout, settled
from hands import wait_until
from lists import entries, quiet
from test_import import token

OLD, NEW = '"bob"@example.com', "bob@example.com"
ODOS, ODOS_NEW = "οδος@example.com", "οδοσ@example.com"
OTHERS = ["ann@example.com", "+493012345", "josé@example.com"]


def verdict(stack, email, *more):
    return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                          "--purpose", "marketing.promotional", "--channel", "email",
                          *more)["verdict"]


def rekey(stack, *more):
    return stack.ctl_json("rekey", *more)


@pytest.fixture()
def world(stack):
    """A database of the time when quotation marks and final sigmas made another contact."""
    world = Facts(stack)
    world.make([OLD, ODOS, NEW, *OTHERS])
    world.dirty |= set(world.keys.values())
    world.commit()
    stack.sql("DELETE FROM normalisation")
    return world


def grant(world, who):
    world.add(who, "GRANT", purpose="marketing.promotional")


def test_denials_follow_and_grants_do_not(stack, world):
    stack.start("publish")
    for who in (OLD, ODOS, NEW, *OTHERS[:1]):
        grant(world, who)
    world.commit()
    world.add(OLD, "OPTOUT")
    world.add(ODOS, "OBJECTION", purpose="*", channels=ALL, flags=("DIRECT", "WIDE"))
    world.commit()
    wait_until(lambda: quiet(stack), what="the lists of before")
    assert verdict(stack, NEW) == "PERMIT", "the fault: its own no is elsewhere"
    assert "rekey" in stack.ctl("doctor", check=False).stdout
    before = stack.value("SELECT (SELECT count(*) FROM contact), now()::text")
    dry = rekey(stack, "--dry-run")
    assert {k: dry[k] for k in ("contacts", "changed", "already", "tied", "made", "denials",
                                "grants", "unreadable", "foreign")} \
        == {"contacts": 6, "changed": 2, "already": 0, "tied": 2, "made": 1, "denials": 2,
            "grants": 2, "unreadable": 0, "foreign": 0}
    assert stack.value("SELECT count(*) FROM contact") == before == 6, "nothing has changed"
    assert stack.value("SELECT count(*) FROM same_person") == 0
    known = stack.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    done = rekey(stack)
    assert 6 <= done["contacts"] <= 7, "the new one may be passed on the way"
    assert done == {**dry, "dry_run": False, "contacts": done["contacts"]}
    assert "today's rules" in stack.ctl("doctor", check=False).stdout
    assert verdict(stack, NEW) == "DENY"
    assert verdict(stack, ODOS_NEW) == "DENY"
    assert verdict(stack, NEW, "--known", known) == "PERMIT", "as it was known then"
    wait_until(lambda: quiet(stack), what="the lists of now")
    now = {t: s for t, (s, _) in entries(stack).items()}
    for who in (OLD, NEW, ODOS, ODOS_NEW):
        assert now[token(who)] == "suppressed", who
    assert rekey(stack) == {**done, "contacts": 7, "already": 2, "tied": 0, "made": 0, "denials": 0, "grants": 0}
    assert stack.ctl_json("rebuild")["different"] == 0


def test_a_grant_of_the_old_spelling_is_no_grant_of_the_new(stack, world):
    grant(world, ODOS)
    world.commit()
    assert rekey(stack)["grants"] == 1
    assert verdict(stack, ODOS_NEW) == "DENY"
    grant(world, OTHERS[0])
    world.commit()
    assert verdict(stack, OTHERS[0]) == "PERMIT", "nobody else is touched"


def test_what_comes_later_holds_for_both_spellings(stack, world):
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    grant(world, OLD)
    grant(world, NEW)
    world.commit()
    rekey(stack)
    wait_until(lambda: quiet(stack), what="the lists")
    assert verdict(stack, NEW) == "PERMIT"
    stack.produce("feed.mta-eu1", optout('"BOB"@Example.com'))
    settled(stack, 1)
    assert verdict(stack, NEW) == "DENY"
    wait_until(lambda: quiet(stack) and entries(stack).get(token(OLD), ("",))[0] == "suppressed",
               what="the old spelling's token, which a mailing system may still have")
    assert entries(stack)[token(NEW)][0] == "suppressed"


def test_links_of_the_old_spelling_hold(stack, world):
    """A wide no by telephone reaches the address of today through the one of then."""
    stack.start("publish")
    world.link(ODOS, OTHERS[1])
    grant(world, OTHERS[0])
    world.commit()
    rekey(stack)
    wait_until(lambda: quiet(stack), what="the lists")
    world.add(OTHERS[1], "OBJECTION", purpose="*", channels=ALL, flags=("DIRECT", "WIDE"))
    world.commit()
    wait_until(lambda: quiet(stack), what="the objection")
    found = stack.ctl_json("decide", "--email", ODOS_NEW, "--controller", "sectigo-limited",
                           "--purpose", "marketing.promotional", "--channel", "email")
    assert (found["verdict"], found["reason"]) == ("DENY", "OBJECTION")
    assert stack.value("SELECT reason FROM v_list_entry WHERE token = %s AND list ="
                       " 'promotional-email'", token(ODOS_NEW)) == "OBJECTION"


def test_a_run_that_was_cut_short_is_finished_by_the_next(stack, world):
    many = [f'"m{i}"@example.com' for i in range(6000)]
    world.make(many)
    for who in many[::100]:
        world.add(who, "OPTOUT")
    world.commit()
    stack.ctl("migrate", "--dry-run")  # writes its settings
    run = subprocess.Popen([stack.program("ctl"), "--config", stack._ctl_conf, "rekey"],
                           stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while stack.value("SELECT count(*) FROM same_person") == 0 and time.monotonic() < deadline:
        time.sleep(0.002)
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = rekey(stack)
    assert (done["changed"], done["already"] + done["tied"]) == (6002, 6002)
    assert stack.value("SELECT count(*) FROM same_person") == 2 * 6002
    assert verdict(stack, "m5900@example.com") == "DENY"


def test_what_cannot_be_read_is_counted_and_left(stack, world):
    stack.sql("UPDATE contact SET sealed = sealed || '\\x00' WHERE contact = %s",
              str(world.key(OLD)))
    stack.sql("UPDATE contact SET wrapped_key = NULL, sealed = NULL WHERE contact = %s",
              str(world.key(OTHERS[0])))
    done = stack.ctl("rekey", "--json", check=False)
    assert done.returncode == 1
    assert '"unreadable":1' in done.stdout and '"without_identifier":1' in done.stdout
    assert stack.value("SELECT count(*) FROM normalisation") == 0, "and it is not said to be done"
