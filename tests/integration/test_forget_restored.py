"""Who opts out, is erased, and whose database is then restored to before all that: the no stays on
every list, though nothing there says any more what the person's token was."""
import uuid

from asking import Lookup
from facts import token
from hands import wait_until
from lists import assert_topics_say_what_the_table_says, entries, settle
from partners import grant, optout, send
from test_contact_secret import key
from test_forget import ago, ask_and_answer, certificate, erased, send as tell, taking  # noqa: F401
from test_forget import MAILBOX, consent, optout as no
from test_lists import calm, listed, more_lists
from test_restore import dump, read_by_the_rule, restore
from test_shared_tokens import hashed

KNOWN, NEW, BOTH = "known@again.example", "new@again.example", "ann.lee@gmail.com"
OPEN, OWN, SHARED, LATER = "promotional-email", "acme-own", "uid2-deny", "later"


def world(stack, tmp_path, *more):
    more_lists(stack, tmp_path, listed(OWN, sourced_by="acme-hosting"),
               listed(SHARED, profile="uid2-b64"), *more)


def suppressed(stack, name):
    return {t for t, (status, _) in read_by_the_rule(stack, name).items() if status == "suppressed"}


def test_a_no_stays_on_every_list(taking, tmp_path):  # noqa: F811
    stack = taking
    world(stack, tmp_path)
    send(stack, grant("acme-hosting", "g-known", KNOWN, ago=300))
    wait_until(lambda: calm(stack), what="the lists")
    lookup = Lookup(stack)
    dump(stack, tmp_path / "before")
    world(stack, tmp_path, listed(LATER))
    people = (KNOWN, NEW, BOTH)
    send(stack, *[grant("acme-hosting", f"g-{who}", who, ago=200) for who in (NEW, BOTH)],
         *[optout("sectigo.com", f"o-{who}", who) for who in people])
    own = {token(who) for who in people}
    there = {OPEN: own, OWN: own, LATER: own, SHARED: {hashed(KNOWN), hashed(NEW), hashed("annlee@gmail.com")}}
    for name, tokens in there.items():
        wait_until(lambda name=name, tokens=tokens: tokens <= entries(stack, name).keys()
                   and suppressed(stack, name) == tokens, what=f"the no on {name}")
    for n, who in enumerate(people):
        ask_and_answer(stack, who, f"RR-{n}")
    erased(stack, len(people))
    keys = [key for key, in stack.sql("SELECT contact::text FROM erasure WHERE whole")]
    assert len(keys) == len(people)
    wait_until(lambda: stack.value("SELECT count(*) FROM erasure WHERE certificate IS NULL") == 0
               and stack.value("SELECT count(*) FROM outbox") == 0 and calm(stack), what="the certificates")
    for name in ("ingest", "keeper", "publish"):
        stack.daemon(name).stop()
    restore(stack, tmp_path / "before")
    assert stack.ctl_json("restored")["erased_again"] == len(people)
    for name in ("ingest", "keeper", "publish"):
        stack.start(name)
    world(stack, tmp_path, listed(LATER))
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id LIKE ANY ('{o-%%,g-%%}')")
               == 2 * len(people), what="the feeds once more")
    wait_until(lambda: calm(stack), what="the lists once more")
    settle(stack)
    assert stack.sql("SELECT 1 FROM contact WHERE wrapped_key IS NOT NULL AND contact = ANY (%s::uuid[])",
                     keys) == []
    for name, tokens in there.items():
        assert suppressed(stack, name) == tokens, name
        assert {t for t, (s, _) in entries(stack, name).items() if s == "suppressed"} == tokens, name
        assert stack.ctl_json("list", "diff", name)["different"] == 0
        status, text, _ = lookup.ask("GET", f"/v1/lists/{name}/snapshot?format=plain")
        assert status == 200 and set(text.split()) == tokens, name
    assert_topics_say_what_the_table_says(stack)


def test_who_is_erased_in_part_comes_back_whole(taking, tmp_path):  # noqa: F811
    """Pat's certificate keeps the address, which the backup does not have: it comes from the feed, and
    a no of later finds it. A record of an older release, without tokens, is read as before."""
    stack, pat, old = taking, "pat@again.example", str(uuid.uuid4())
    dump(stack, tmp_path / "before")
    consent(stack, pat)
    certificate(stack, pat, ago(0))
    wait_until(lambda: calm(stack), what="the lists")
    ask_and_answer(stack, pat, "RR-PAT")
    assert erased(stack)[0][1] is False
    wait_until(lambda: stack.value("SELECT count(*) FROM erasure WHERE certificate IS NULL") == 0
               and stack.value("SELECT count(*) FROM outbox") == 0, what="the journal")
    for name in ("ingest", "keeper", "publish"):
        stack.daemon(name).stop()
    stack.produce("consent.erasures", {
        "contact": old, "kind": 1, "whole": True, "rows": [], "events": ["ab" * 32], "let_go": [],
        "at": ago(1), "certificate": 1, "event_id": "erasure-old"}, key=old)
    restore(stack, tmp_path / "before")
    assert stack.ctl_json("restored")["erased_again"] == 2
    assert stack.sql("SELECT wrapped_key FROM contact WHERE contact = %s", old) == [(None,)]
    for name in ("ingest", "keeper", "publish"):
        stack.start(name)
    no(stack, pat, days=0)
    wait_until(lambda: calm(stack), what="the no of later")
    assert suppressed(stack, OPEN) == entries(stack, OPEN).keys() == {token(pat)}
    assert stack.value("SELECT count(*) FROM contact WHERE sealed IS NOT NULL") == 1


def test_a_certificate_that_is_read_first_makes_nobody(taking):  # noqa: F811
    """It says a key and no address: who has no address looks like one who was erased as a whole, and
    what says the address later would not be taken."""
    stack, pat = taking, "pat@first.example"
    known = uuid.UUID(key(stack.secrets / "contact", pat))
    tell(stack, MAILBOX, "contact.erased.v1",
         {"erased": {"contact": str(known), "kind": "email", "whole": False}})
    assert stack.sql("SELECT contact FROM fact") == [(known,)]
    no(stack, pat, days=0)
    wait_until(lambda: calm(stack), what="the no")
    assert suppressed(stack, OPEN) == {token(pat)}
    assert stack.sql("SELECT contact, sealed IS NOT NULL FROM contact") == [(known, True)]
