"""The contact secret changes while opt-outs come: nobody becomes two people, and nobody's no
is put on somebody whom the mailing systems do not ask about."""
import contextlib
import hashlib
import hmac

import psycopg2

from asking import Lookup, query
from feeding import DIRECT, grant, optout
from hands import wait_until
from lists import assert_topics_say_what_the_table_says, entries, quiet
from test_import import token
from test_keys import Coming
from test_postfix import REFUSED, Socket, door
from stack import fetch

FEEDS = {"feed.mta-eu1": {}, "feed.sectigo.com": {"source": DIRECT}}
EMAIL = 1  # of enum contact_kind


def key(path, email):
    secret = path.read_bytes().strip()
    made = hmac.new(secret, bytes((EMAIL, 0)) + email.encode(), hashlib.sha256)
    return made.hexdigest()[:32]


def people(stack):
    return {c.replace("-", "") for c, in stack.sql("SELECT contact::text FROM contact")}


def told(stack, *emails):
    """Everybody says no, or says it again."""
    for email in emails:
        stack.produce("feed.mta-eu1", optout(email))


def both(stack):
    """The next secret for every program; what is started from now on has it."""
    former = stack.secrets / "contact"
    new = stack.ctl_json("key", "contact")["file"]
    stack.extra.update(contact_secret_file=new, contact_former=former)
    stack._ctl_conf = None
    return former, type(former)(new)


def test_it_changes_under_load(stack, tmp_path):
    for name in ("ingest", "ingest-2"):
        stack.start("ingest", name)
    for name in ("publish", "keeper"):
        stack.start(name)
    lookup = Lookup(stack)
    hands = type(stack)(stack.dir, stack.programs, stack.cluster, stack.broker, stack.database)

    def everywhere(email):
        """Two programs meet the person at the same moment, who says it once more at once."""
        for feed, more in FEEDS.items():
            hands.produce(feed, optout(email, **more))
    before = ["early@keys.example", "erased@keys.example"]
    told(stack, *before)
    wait_until(lambda: stack.value("SELECT count(*) FROM contact") == len(before),
               what="those of before")
    # one is forgotten, and one is only named in the quarantine, when the secret changes
    stack.sql("UPDATE contact SET wrapped_key = NULL, sealed = NULL WHERE contact = %s::uuid",
              key(stack.secrets / "contact", "erased@keys.example"))
    bad = grant("waiting@keys.example", source=DIRECT)
    bad["time"] = "2099-01-01T00:00:00Z"
    stack.produce("feed.sectigo.com", bad)
    held = key(stack.secrets / "contact", "waiting@keys.example")
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine WHERE contact = %s::uuid",
                                   held), what="the quarantine")
    with Coming(everywhere) as coming:
        coming.several_more()
        wait_until(lambda: stack.value("SELECT count(*) FROM program_seen"
                                       " WHERE marks IS NOT NULL") == 3, what="who is there")
        former, new = both(stack)
        done = stack.ctl("key", "contact", "--change", check=False)
        assert done.returncode == 2 and "does not know the secret" in done.stderr
        for name in ("ingest", "ingest-2"):
            stack.start("ingest", name)
        wait_until(lambda: "consent-lookup" in stack.ctl("key", "contact", "--dry-run",
                                                         check=False).stderr,
                   what="lookup alone not to know it")
        stack.start("lookup")
        asked = door(stack)
        coming.several_more()
        assert stack.value("SELECT count(*) FROM contact_secret") == 1
        told(stack, *before)
        wait_until(lambda: stack.ctl("key", "contact", "--dry-run", check=False).returncode == 0,
                   what="every program to know it")
        assert stack.ctl_json("key", "contact", "--change")["secrets"] == 2
        old = [*before, *coming.emails]
        coming.several_more()
        told(stack, *old, "late@keys.example", "waiting@keys.example")
    everybody = {*before, *coming.emails, "late@keys.example", "waiting@keys.example"}
    n = len(before) + 1 + 2 * len(coming.emails) + len(before) + len(old) + 2
    wait_until(lambda: stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position")
               >= n, 60, "all of them")
    wait_until(lambda: quiet(stack), 60, "the lists")
    # a contact a person, by the key of before for who was there
    found = people(stack)
    assert len(found) == len(everybody)
    of_before, of_now = ({e for e in everybody if key(p, e) in found} for p in (former, new))
    assert of_before | of_now == everybody and not of_before & of_now
    assert {*before, "waiting@keys.example"} <= of_before and "late@keys.example" in of_now
    assert set(entries(stack)) >= {token(e) for e in everybody - {"erased@keys.example"}}
    assert {s for s, _ in entries(stack).values()} == {"suppressed"}
    # and everybody who asks about them finds them
    answers = lookup.decide(*(query(e) for e in sorted(everybody)))
    assert {a["verdict"] for a in answers} == {"DENY"}
    listed = tmp_path / "list.csv"
    listed.write_text("email\n" + "".join(f"{e}\n" for e in sorted(everybody)))
    lines = stack.ctl("list", "scrub", "promotional-email", listed).splitlines()[1:]
    assert len(lines) == len(everybody) and all(",no,suppressed," in line for line in lines)
    ask = Socket(asked).ask
    for email in ("early@keys.example", "late@keys.example", "waiting@keys.example"):
        assert ask(email) == REFUSED
        assert stack.ctl_json("trace", "--email", email)["events"]
    walked = stack.ctl_json("rekey", "--dry-run")
    assert (walked["foreign"], walked["unreadable"], walked["without_identifier"]) == (0, 0, 1)
    assert walked["former"] == len(of_before) - 1
    assert "contacts are known under 2 secrets" in stack.ctl("doctor", check=False).stdout
    assert_topics_say_what_the_table_says(stack)


def test_who_does_not_know_it_refuses(stack):
    """From the moment that the database is told of it, also who is at work already."""
    stack.start("ingest")
    lookup, asked = Lookup(stack), Socket(door(stack))
    assert lookup.decide(query("one@keys.example")) and asked.ask("one@keys.example")
    stack.sql("SELECT contact_secret_tell('\\x0102030405060708')")
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", {"queries": [query()]})[0] == 503,
               what="lookup to refuse")
    wait_until(lambda: asked.ask("one@keys.example").startswith("TEMP"), what="postfix to refuse")
    for name in ("lookup", "ingest"):
        wait_until(lambda name=name: fetch(stack.url(name) + "/readyz")[0] == 503
                   and "code=CONTACT_SECRET" in stack.daemon(name).log_file.read_text(),
                   what=f"{name} not to be ready, and to say so")
    told(stack, "two@keys.example")
    assert stack.ctl("decide", "--email", "one@keys.example", "--controller", "sectigo-limited",
                     "--purpose", "marketing.promotional", "--channel", "email",
                     check=False).returncode == 2
    # it never came to count, and goes with the next that is told of
    assert not people(stack)
    stack.sql("DELETE FROM contact_secret WHERE counts IS NULL")
    wait_until(lambda: len(people(stack)) == 1, what="who waited")
    wait_until(lambda: lookup.ask("POST", "/v1/decisions", {"queries": [query()]})[0] == 200,
               what="lookup to answer again")


def test_a_restore_to_before_the_change_holds_ingest(stack):
    """What a publisher has found is enough: nobody is met under the secret of before."""
    stack.start("ingest")
    told(stack, "first@keys.example")
    wait_until(lambda: people(stack), what="the first")
    _, new = both(stack)
    stack.start("ingest")
    held = "the database was restored to before the secret"
    assert held not in stack.ctl("doctor", check=False).stdout
    stack.sql("INSERT INTO restore_hold (why, seen_by) VALUES ('a topic is ahead', 'test')")
    wait_until(lambda: fetch(stack.url("ingest") + "/readyz")[0] == 503
               and held in stack.daemon("ingest").log_file.read_text(), what="ingest to hold")
    told(stack, "next@keys.example")
    said = stack.ctl("doctor", check=False)
    assert said.returncode == 1 and "consent-ingest takes nothing in" in " ".join(said.stdout.split())
    assert len(people(stack)) == 1
    wait_until(lambda: stack.ctl("key", "contact", "--change", check=False).returncode == 0, 90,
               "the change")
    wait_until(lambda: key(new, "next@keys.example") in people(stack), what="who waited")


def test_a_batch_that_comes_too_late_is_made_again(stack):
    """It has looked its people up, and waits, while another secret comes to count."""
    stack.start("ingest")
    told(stack, "first@keys.example")
    wait_until(lambda: people(stack), what="the first")
    former, new = both(stack)
    stack.start("ingest")
    with contextlib.closing(psycopg2.connect(stack.cluster.url(stack.database))) as db:
        with db, db.cursor() as do:
            mark = hmac.new(new.read_bytes().strip(), b"consentmq contact secret",
                            hashlib.sha256).digest()[:8]
            do.execute("SELECT contact_secret_tell(%s)", (mark,))
            told(stack, "next@keys.example")
            wait_until(lambda: stack.value("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                           " AND locktype = 'advisory' AND objid = 8614186"),
                       what="a batch that waits")
            do.execute("SELECT contact_secret_change(%s)", (mark,))
    told(stack, "first@keys.example")
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 3, what="both")
    assert people(stack) == {key(former, "first@keys.example"), key(new, "next@keys.example")}
