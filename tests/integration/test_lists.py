"""Lists in the register: whose contacts they hold, and how they fill while the rest goes on."""
import hashlib
import json

from hands import wait_until
from lists import assert_topics_say_what_the_table_says, entries, quiet
from partners import event, grant, optout, provenance, send


def token(email):
    return hashlib.sha256(email.encode()).hexdigest()


def more_lists(stack, tmp_path, *lists, **more):
    """Applies a register file of its own with these lists."""
    path = tmp_path / "more.json"
    path.write_text(json.dumps({"register": "more", "lists": list(lists), **more}))
    stack.ctl("register", "apply", path)


def listed(name, **more):
    return {"id": name, "controller": "sectigo-limited", "purpose": "*promotional",
            "channel": "email", "polarity": "deny", "recipient": "mta-eu1",
            "profile": "sha256-hex", **more}


def test_a_reseller_is_told_of_its_own_contacts_only(stack, tmp_path):
    """By what it sourced, or what was ordered under an agreement with it; and a contact that
    becomes its contact later is told of then."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-own", sourced_by="acme-hosting"),
               listed("acme-may", sourced_by="acme-hosting", polarity="permit"))
    send(stack,
         grant("acme-hosting", 1, "own@example.com"),
         grant("nordhost", 2, "other@example.com"),
         grant("sectigo.com", 3, "ours@example.com"))
    send(stack, *[optout("sectigo.com", 10 + i, f"{who}@example.com", ago=0)
                  for i, who in enumerate(("own", "other", "ours"))])
    wait_until(lambda: quiet(stack) and len(entries(stack)) == 3, what="the open list")
    assert {t: s for t, (s, _) in entries(stack, "acme-own").items()} \
        == {token("own@example.com"): "suppressed"}
    # made to be published again, whatever was said: still no word of the others
    stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
              " SELECT contact, shard_of(contact), 5, now() FROM contact")
    wait_until(lambda: quiet(stack), what="the forced look")
    assert set(entries(stack, "acme-own")) == {token("own@example.com")}
    assert {json.loads(m.value())["token"] for m in stack.read("suppression.acme-own")} \
        == {token("own@example.com")}
    # and one of theirs becomes its contact too
    send(stack, grant("acme-hosting", 4, "other@example.com", ago=30))
    wait_until(lambda: token("other@example.com") in entries(stack, "acme-own"),
               what="the contact that it brought later")
    wait_until(lambda: quiet(stack), what="the end")
    assert "ours" not in str(stack.read("suppression.acme-own"))
    assert set(entries(stack, "acme-own")) \
        == {token("own@example.com"), token("other@example.com")}
    assert_topics_say_what_the_table_says(stack)
    assert stack.ctl_json("rebuild")["different"] == 0
    assert stack.ctl_json("list", "diff", "acme-own")["different"] == 0


def test_the_end_of_an_agreement_leaves_a_reseller_its_contacts(stack, tmp_path):
    """What is its contact stays it: the end of the agreement is a denial, which it is told."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-own", sourced_by="acme-hosting",
                                       purpose="marketing.promotional"))
    send(stack, grant("acme-hosting", 1, "own@example.com"))
    wait_until(lambda: quiet(stack), what="the grant")
    assert not entries(stack, "acme-own"), "permitted, and never suppressed"
    stack.ctl("agreement", "terminate", "AGR-2024-0117", "--yes")
    wait_until(lambda: entries(stack, "acme-own"), what="the denial by the agreement's end")
    assert [s for s, _ in entries(stack, "acme-own").values()] == ["suppressed"]


def test_a_linked_contact_point_is_not_told(stack, tmp_path):
    """Our own form names address and telephone; the reseller that knows the address alone is
    told nothing of the telephone, although its objection follows the link."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-phones", sourced_by="acme-hosting",
                                       channel="phone"))
    both = grant("sectigo.com", 1, "own@example.com")
    both["data"]["contact"]["phone"] = "+442071234567"
    send(stack, both)
    send(stack, event("acme-hosting", "optout.recorded.v1", 2, "own@example.com", 1,
                      scope=[{"purpose": "*", "channels": ["*"]}], optout={"via": "phone"},
                      provenance=provenance("acme-hosting", 1, False)))
    wait_until(lambda: entries(stack, "promotional-phone") and quiet(stack),
               what="the telephone on the open list")
    assert not entries(stack, "acme-phones")
