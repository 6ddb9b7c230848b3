"""What is from before a person's erasure and comes afterwards under another id: nobody can read it."""
import copy
import json
import uuid


from hands import wait_until
from test_forget import SITE, ago, ask_and_answer, consent, erased, optout, send, taking  # noqa: F401
from test_lists import calm
from test_restore import dump, restore

EMAIL, PHONE = "ana@before.example", "+442079460111"


def readable(stack):
    """Of how many events, in the ledger and in the quarantine, the words can be read."""
    return stack.sql("SELECT l.event_id FROM ledger l JOIN event_salt s USING (ledger_id)"
                     " WHERE s.salt IS NOT NULL UNION SELECT q.event_id FROM quarantine q"
                     " JOIN quarantine_salt s USING (quarantine_id) WHERE s.salt IS NOT NULL")


def can_read(stack, event):
    return (event["id"],) in readable(stack)


def again(stack, event, days=None, **contact):
    """Under a new id; received when it has its receipt."""
    event = copy.deepcopy(event)
    event["id"] = f"again-{uuid.uuid4()}"
    event["data"]["contact"].update(contact)
    if days is not None:
        event["time"] = ago(days)
    stack.produce(f"feed.{SITE}", event)
    wait_until(lambda: any(json.loads(m.value()).get("event_id") == event["id"]
                           for m in stack.read(f"receipts.{SITE}")), what="the receipt")
    return event


def said(stack, *emails):
    """All that is printed of her, without what was asked."""
    text = ""
    for email in emails:
        held = stack.ctl_json("export", "--email", email)
        held.pop("contact")
        text += json.dumps(held)
    return text


def gone(stack):
    """She has been erased as a whole, with certificates."""
    erased(stack)
    wait_until(lambda: stack.value("SELECT count(*) FROM erasure WHERE certificate IS NULL") == 0
               and stack.value("SELECT count(*) FROM outbox") == 0 and calm(stack), what="the erasure")
    # an event says its time in whole seconds: of the erasure's own it would be from before it
    wait_until(lambda: stack.value("SELECT date_trunc('second', clock_timestamp()) > greatest("
                                   "(SELECT max(at) FROM erasure), (SELECT max(occurred_to) FROM fact))"),
               what="the next second")


def identifiers(stack):
    return stack.value("SELECT count(*) FROM contact WHERE sealed IS NOT NULL")


def test_a_yes_of_before_comes_under_a_new_id(taking):  # noqa: F811
    stack = taking
    first = consent(stack, EMAIL)
    optout(stack, EMAIL)
    wait_until(lambda: calm(stack), what="the lists")
    ask_and_answer(stack, EMAIL, "RR-1")
    gone(stack)
    assert identifiers(stack) == 0
    facts = stack.value("SELECT count(*) FROM fact WHERE kind = 1")
    # admitted; and too old for a live feed: of the quarantine alone
    late, old = again(stack, first), again(stack, first, days=300)
    assert not can_read(stack, late) and not can_read(stack, old)
    assert EMAIL not in said(stack, EMAIL)
    assert stack.value("SELECT count(*) FROM fact WHERE kind = 1") == facts
    assert identifiers(stack) == 0
    row = stack.sql("SELECT outcome, commitment IS NOT NULL, raw IS NOT NULL, s.forgotten IS NOT NULL"
                    " FROM ledger JOIN event_salt s USING (ledger_id) WHERE event_id = %s", late["id"])
    assert row == [(1, True, True, True)]
    assert stack.sql("SELECT reason, state, state_by FROM quarantine WHERE event_id = %s", old["id"]) == \
        [("BACKDATED", 2, "erased")]
    assert EMAIL not in str(stack.ctl("quarantine", "list"))
    # other words under an id that is known
    other = copy.deepcopy(late)
    other["data"]["consent"]["statement"] = "Other words"
    stack.produce(f"feed.{SITE}", other)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s", late["id"]) == 2,
               what="the variant")
    assert not can_read(stack, late)
    assert stack.value("SELECT count(*) FROM quarantine WHERE state = 0") == 0
    # the journal knows them: whoever restores a database and reads the feed once more
    digests = {d for d, in stack.sql("SELECT encode(digest, 'hex') FROM ledger WHERE event_id = %s", late["id"])}
    assert len(digests) == 2
    wait_until(lambda: any(digests <= set(json.loads(m.value())["events"])
                           for m in stack.read("consent.erasures")), what="the journal")
    # what came twice is one event
    stack.produce(f"feed.{SITE}", late)
    wait_until(lambda: stack.value("SELECT count(*) FROM receipt_queue") == 0 and sum(
        json.loads(m.value()).get("event_id") == late["id"] for m in stack.read(f"receipts.{SITE}")) == 3,
        what="its receipt")
    assert stack.value("SELECT count(*) FROM ledger WHERE event_id = %s", late["id"]) == 2
    assert stack.value("SELECT sum(n) FROM source_count WHERE outcome = 1 AND type = 1") == 2


def test_what_is_new_and_what_says_no_is_kept(taking):  # noqa: F811
    stack = taking
    first = consent(stack, EMAIL)
    ask_and_answer(stack, EMAIL, "RR-2")
    gone(stack)
    new = again(stack, first, days=0)
    assert can_read(stack, new), "it is from after the erasure"
    # of two people one was erased
    both = again(stack, first, phone=PHONE)
    assert can_read(stack, both)
    # nobody knows when it was
    timeless = copy.deepcopy(first)
    timeless["id"] = f"timeless-{uuid.uuid4()}"
    del timeless["time"]
    stack.produce(f"feed.{SITE}", timeless)
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine WHERE event_id = %s", timeless["id"]),
               what="the quarantine")
    assert can_read(stack, timeless)
    assert stack.value("SELECT state FROM quarantine WHERE event_id = %s", timeless["id"]) == 0
    # somebody else's
    assert can_read(stack, again(stack, first, email="ben@before.example"))
    # a no of before counts, and a request is there to be answered
    denials = stack.value("SELECT count(*) FROM fact WHERE kind = 4")
    optout(stack, EMAIL)
    assert stack.value("SELECT count(*) FROM fact WHERE kind = 4") > denials
    wait_until(lambda: calm(stack), what="the lists")
    assert stack.value("SELECT sealed FROM contact WHERE contact = (SELECT contact FROM erasure LIMIT 1)") is None


def test_the_other_address_of_one_person(taking):  # noqa: F811
    """The request named one contact point; the other went along."""
    stack = taking
    send(stack, SITE, "consent.granted.v1", both := {
        "contact": {"email": EMAIL, "phone": PHONE, "country": "GB", "subscriber": "individual"},
        "controllers": ["sectigo-limited"],
        "scope": [{"purpose": "marketing.promotional", "channels": ["email", "phone"]}],
        "basis": {"art6": "a", "type": "expressed"},
        "consent": {"method": "newsletter_form", "statement": "Yes"},
        "provenance": {"source_type": "direct", "collection_point": "newsletter"}}, 20)
    ask_and_answer(stack, EMAIL, "RR-3")
    gone(stack)
    assert identifiers(stack) == 0
    event = {"specversion": "1.0", "source": "urn:consent:src:direct:sectigo.com",
             "type": "consent.granted.v1", "time": ago(15), "data": both}
    late = again(stack, event)
    alone = copy.deepcopy(event)
    del alone["data"]["contact"]["email"]
    alone["data"]["scope"][0]["channels"] = ["phone"]
    assert not can_read(stack, late) and not can_read(stack, again(stack, alone))
    assert can_read(stack, again(stack, alone, days=0))
    assert identifiers(stack) == 0


def test_it_stays_away_after_a_restore(taking, tmp_path):  # noqa: F811
    """The feed of the late event is read before anything that says of the erasure."""
    stack = taking
    dump(stack, tmp_path / "before")
    first = consent(stack, EMAIL)
    ask_and_answer(stack, EMAIL, "RR-4")
    gone(stack)
    late = again(stack, first)
    digest = stack.value("SELECT encode(digest, 'hex') FROM ledger WHERE event_id = %s", late["id"])
    wait_until(lambda: any(digest in json.loads(m.value())["events"]
                           for m in stack.read("consent.erasures")), what="the journal")
    for name in ("ingest", "keeper", "publish"):
        stack.daemon(name).stop()
    restore(stack, tmp_path / "before")
    assert stack.ctl_json("restored")["erased_again"] >= 1  # records, of which she has two
    assert stack.value("SELECT count(*) FROM fact") == 0
    for name in ("ingest", "keeper", "publish"):
        stack.start(name)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id IN (%s, %s)", first["id"],
                                   late["id"]) == 2, what="the feed once more")
    gone(stack)
    assert not can_read(stack, first) and not can_read(stack, late)
    assert identifiers(stack) == 0 and EMAIL not in said(stack, EMAIL)
