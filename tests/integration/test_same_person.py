"""contact.changed.v1: denials follow in both directions, grants never; two that are merged grant
only what both have granted; a correction undoes it, and what was known before stays known."""
import itertools
import random
import time

import pytest

from asking import Lookup
from feeding import DIRECT, MAILING, grant, now, optout, settled
from hands import wait_until
from lists import entries, quiet
from test_import import token

A, B, C = "a@example.com", "b@example.com", "c@example.com"


def change(old, new, kind="changed", source=DIRECT, at=-20, **more):
    point = {"phone" if v.startswith("+") else "email": v for v in [new]}
    before = {"phone" if v.startswith("+") else "email": v for v in [old]}
    return {"specversion": "1.0", "id": f"{kind}-{old}-{new}-{at}", "source": source,
            "type": "contact.changed.v1", "time": now(at),
            "data": {"contact": point, "previous": before,
                     "change": {"kind": kind, "told_by": "subject"}}, **more}


def narrow(email, purpose="marketing.promotional", **more):
    """A no that does not follow links: e-mail alone, one purpose."""
    event = optout(email, **more)
    event["data"].update(scope=[{"purpose": purpose, "channels": ["email"]}],
                         optout={"via": "preference_link"})
    return event


def feed(stack, *events):
    had = stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position")
    for event in events:
        stack.produce("feed.mta-eu1" if event["source"] == MAILING else "feed.sectigo.com",
                      event)
    settled(stack, had + len(events))


def ask(stack, email, *more, purpose="marketing.promotional"):
    return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                          "--purpose", purpose, "--channel", "email", *more)


def verdicts(stack, *emails):
    return [ask(stack, email)["verdict"] for email in emails]


def known(stack):
    """A moment between what was fed in and what will be: the broker's clock has no microseconds."""
    return stack.value("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                       " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                       " FROM pg_sleep(0.005)")


def test_denials_follow_both_ways_and_grants_never(stack):
    stack.start("ingest")
    feed(stack, grant(A))
    feed(stack, change(A, B))
    assert verdicts(stack, A, B) == ["PERMIT", "DENY"], "no grant follows"
    feed(stack, grant(B), change(B, C), grant(C))
    assert verdicts(stack, A, B, C) == ["PERMIT"] * 3
    feed(stack, narrow(C))
    assert verdicts(stack, A, B, C) == ["DENY"] * 3, "backwards, and through another"
    again = grant(A, time=now())
    again["data"]["provenance"]["collected_at"] = now()
    feed(stack, again)
    assert verdicts(stack, A, B, C) == ["PERMIT", "DENY", "DENY"], \
        "a later yes lifts the no for whom it was given"


def test_a_no_from_before_follows_to_the_new_address(stack):
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    feed(stack, grant(B), narrow(A))
    wait_until(lambda: quiet(stack), what="the list")
    assert token(B) not in entries(stack)
    feed(stack, change(A, B, source=MAILING))
    wait_until(lambda: quiet(stack), what="the list")
    assert entries(stack)[token(B)][0] == "suppressed"
    assert stack.value("SELECT count(*) FROM link") == 0
    feed(stack, grant(C), change(B, C))
    wait_until(lambda: quiet(stack) and entries(stack).get(token(C), ("",))[0] == "suppressed",
               what="the third")
    assert stack.ctl_json("rebuild")["different"] == 0


def test_of_two_that_are_merged_only_what_both_granted_counts(stack):
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    feed(stack, grant(A), grant(B))
    before = known(stack)
    time.sleep(0.005)
    feed(stack, change(A, B, "same_person"))
    assert verdicts(stack, A, B) == ["PERMIT"] * 2, "both have granted it"
    feed(stack, grant(C), change(B, C, "same_person"))
    assert verdicts(stack, A, B, C) == ["PERMIT"] * 3
    feed(stack, change(C, "d@example.com", "same_person"))
    assert verdicts(stack, A, B, C, "d@example.com") == ["DENY"] * 4, "one has not"
    assert ask(stack, A, "--known", before)["verdict"] == "PERMIT"
    wait_until(lambda: quiet(stack), what="the list")
    assert {entries(stack)[token(e)][0] for e in (A, B, C)} == {"suppressed"}
    feed(stack, grant("d@example.com"))
    assert verdicts(stack, A, B, C, "d@example.com") == ["PERMIT"] * 4
    wait_until(lambda: quiet(stack), what="the list")
    assert {entries(stack)[token(e)][0] for e in (A, B, C)} == {"released"}
    # of another kind nothing can be asked for: a number grants no e-mail
    feed(stack, change(A, "+493012345", "same_person"))
    assert verdicts(stack, A, B) == ["PERMIT"] * 2
    assert stack.ctl_json("rebuild")["different"] == 0


@pytest.mark.parametrize("kind", ["changed", "same_person"])
def test_a_correction_undoes_it_from_when_we_hear_of_it(stack, kind):
    for daemon in ("ingest", "publish"):
        stack.start(daemon)
    feed(stack, grant(A), narrow(B))
    feed(stack, change(A, B, kind))
    wait_until(lambda: quiet(stack), what="the list")
    assert verdicts(stack, A) == ["DENY"] and entries(stack)[token(A)][0] == "suppressed"
    between = known(stack)
    time.sleep(0.005)
    feed(stack, change(A, B, "mistaken", at=-10))
    assert verdicts(stack, A, B) == ["PERMIT", "DENY"]
    assert ask(stack, A, "--known", between)["verdict"] == "DENY", "as it was known then"
    wait_until(lambda: quiet(stack), what="the list")
    assert entries(stack)[token(A)][0] == "released"
    trace = stack.ctl_json("trace", "--email", A)
    assert [e["type"] for e in trace["events"]].count("contact.changed.v1") == 2
    assert "optout.recorded.v1" in [e["type"] for e in trace["events"]]
    assert [(t["change"], "until" in t) for t in trace["same_person"]] == [(kind, True)]
    words = stack.ctl("trace", "--email", A)
    assert "shares every no with" in words and "proved a mistake" in words
    feed(stack, change(A, B, kind, at=-5))
    assert verdicts(stack, A) == ["DENY"], "said again, later"
    assert stack.ctl_json("rebuild")["different"] == 0


def test_the_last_word_counts_whatever_came_first(stack):
    """Any order of the same events gives the same answers."""
    stack.start("ingest")
    answers = set()
    orders = list(itertools.permutations(range(5)))
    for n, order in enumerate(random.Random(7).sample(orders, 12)):
        a, b = f"a{n}@example.com", f"b{n}@example.com"
        events = [grant(a), narrow(b), change(a, b, at=-30), change(a, b, "mistaken", at=-20),
                  change(b, a, "same_person", at=-10)]
        feed(stack, *(events[i] for i in order))
        answers.add(tuple(verdicts(stack, a, b)))
    assert answers == {("DENY", "DENY")}


def test_three_who_are_merged_and_parted_in_any_order(stack):
    """A chain of merges, a link that was a mistake and one that was said again: whatever
    came first, the same answers. Each order has contacts of its own, and all go in at once."""
    stack.start("ingest")
    chance = random.Random(12)
    people, waves = [], []
    for n in range(16):
        a, b, c = (f"{x}{n}@merged.example" for x in "abc")
        events = [grant(a), grant(b), grant(c), narrow(c),
                  change(a, b, "same_person", at=-60), change(b, c, "same_person", at=-50),
                  change(a, b, "mistaken", at=-40), change(c, a, "changed", at=-30),
                  change(c, a, "mistaken", at=-20), change(b, a, "same_person", at=-10)]
        chance.shuffle(events)
        people.append((a, b, c))
        waves.append(events)
    feed(stack, *(event for wave in waves for event in wave))
    answers = {tuple(verdicts(stack, *three)) for three in people}
    assert answers == {("DENY", "DENY", "DENY")}, "c's no reaches b, and a through b"
    feed(stack, *(change(b, c, "mistaken", at=-5) for _, b, c in people))
    answers = {tuple(verdicts(stack, *three)) for three in people}
    assert answers == {("PERMIT", "PERMIT", "DENY")}, "the last tie to c is cut"
    assert stack.ctl_json("rebuild")["different"] == 0


def test_who_may_say_it_and_what_is_refused(stack):
    stack.start("ingest")
    feed(stack, grant(A), narrow(B),
         change(A, B, "same_person", MAILING), change(A, B, "mistaken", MAILING),
         change(A, f'"{A[0]}"@EXAMPLE.com'), change("nobody", B))
    assert sorted(r for r, in stack.sql("SELECT reason FROM quarantine")) \
        == ["EMAIL_NO_AT", "EVENT_NOT_ALLOWED", "EVENT_NOT_ALLOWED", "SAME_CONTACT"]
    assert verdicts(stack, A) == ["PERMIT"]
    assert stack.value("SELECT count(*) FROM same_person") == 0


def test_the_look_up_answers_alike(stack):
    stack.start("ingest")
    lookup = Lookup(stack)
    feed(stack, grant(A), narrow(B), change(A, B))
    query = {"contact": {"email": A}, "controller": "sectigo-limited",
             "purpose": "marketing.promotional", "channel": "email"}
    assert [d["verdict"] for d in lookup.decide(query)] == ["DENY"]
    status, found, _ = lookup.ask("POST", "/v1/provenance", {"contact": {"email": A}})
    assert status == 200
    assert {"contact.changed.v1", "optout.recorded.v1"} <= {e["type"] for e in found["events"]}
