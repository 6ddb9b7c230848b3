"""Lists on which several contacts have one token: dots and +tag at gmail.com (uid2-b64), the
last ten digits (drop-b64). They are folded by token: suppressed while any contact of it is,
permitted only while one is and none has said no."""
import base64
import hashlib
import itertools
import random
import threading
import time

import pytest

from asking import Lookup
from facts import EMAIL, PHONE, Facts, now
from hands import wait_until
from lists import assert_topics_say_what_the_table_says, entries, held, quiet, settle
from snapshots import digest
from test_filter import ask as filter_ask
from test_lists import listed, more_lists
from test_lists_guide import example
from test_scrub import scrub, table

DENY, PERMIT, CALLS, MAY_CALL = "uid2-deny", "uid2-permit", "drop-deny", "drop-permit"
LISTS = (DENY, PERMIT, CALLS, MAY_CALL)
NO, YES = "OPTOUT", "GRANT"


def hashed(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class People:
    """Contacts two by two on one token, what they said, and what the lists should say."""

    def __init__(self, stack, pairs):
        self.stack, self.world = stack, Facts(stack)
        self.said, self.ever, self.began = {}, set(), time.time()
        self.mails = [(f"ann.lee{i}@gmail.com", f"annlee{i}+shop@gmail.com")
                      for i in range(pairs)]
        self.phones = [(f"+1415555{i:04}", f"+49415555{i:04}") for i in range(pairs)]
        self.turn, self.moment, self.pending = 0, None, []

    def say(self, pair, which, word, at_once=False):
        """One of the pair's contacts, by mail and by telephone; or at the same moment as
        the last word of anybody: then a no wins."""
        if not (at_once and self.moment):  # the clock goes on while words are put down
            self.turn += 1
            self.moment = now(-86400 + self.turn)  # far from the end of what was
        for points, channels in ((self.mails, EMAIL), (self.phones, PHONE)):
            one = points[pair][which]
            self.pending.append((one, word, channels, self.moment))
            if not (at_once and self.said.get(one) == NO):
                self.said[one] = word

    def commit(self):
        new = {one for one, *_ in self.pending} - self.world.keys.keys()
        if new:  # a contact is there from its first event on
            self.world.make(sorted(new))
        for one, word, channels, occurred in self.pending:
            self.world.add(one, word, purpose="marketing.promotional", channels=channels,
                           flags=("DIRECT", "EVIDENCE"), occurred=occurred)
        self.world.commit()
        self.pending = []

    def now_on(self, listed, two):
        """Of a token: on the list, taken off it, or nothing."""
        words = {self.said.get(one) for one in two}
        on = NO in words if "deny" in listed else YES in words and NO not in words
        if on:
            self.ever.add((listed, two))
        return on

    def should(self, listed):
        """{token: status}"""
        on, found = "suppressed" if "deny" in listed else "permitted", {}
        for pair, two in enumerate(self.phones if "drop" in listed else self.mails):
            token = hashed(f"415555{pair:04}" if "drop" in listed
                           else f"annlee{pair}@gmail.com")
            if self.now_on(listed, two):
                found[token] = on
            elif (listed, two) in self.ever:
                found[token] = "released"
        return found

    def look(self):
        """Called after every step: "ever" rests on it."""
        for name in LISTS:
            assert {t: s for t, (s, _) in entries(self.stack, name).items()} \
                == self.should(name), name


@pytest.fixture
def shared(stack, tmp_path):
    more_lists(stack, tmp_path, *[
        listed(name, purpose="marketing.promotional", profile=f"{name[:4]}-b64",
               channel="phone" if "drop" in name else "email",
               polarity="deny" if "deny" in name else "permit") for name in LISTS])
    return stack


def walk_clean(stack):
    assert stack.ctl_json("rebuild")["different"] == 0
    for name in LISTS:
        assert stack.ctl_json("list", "diff", name)["different"] == 0, name


def on(listed, statuses):
    return {t for t, s in statuses.items()
            if s == ("suppressed" if "deny" in listed else "permitted")}


def every_door(people, lookup, tmp_path):
    """Topic, changes, snapshot, filter, scrub and digest say what the table says."""
    stack = people.stack
    assert_topics_say_what_the_table_says(stack)
    walk_clean(stack)
    program = stack.dir / "ask"
    for name in LISTS:
        should = people.should(name)
        there = on(name, should)
        # the guide's programs end, and agree with the manifest
        stack.ctl("list", "snapshot", name)
        place = stack.snapshots / f"{name}.csv.json"
        count, text = example("sync_kafka.py", place, "--once",
                              KAFKA_BROKERS=stack.broker.address).split()
        assert (int(count), text) == (len(there), digest(list(there))), name
        example("sync_http.py", "--once", LOOKUP_URL=stack.url("lookup"), LIST=name,
                LOOKUP_TOKEN=lookup.tokens["mailing"], COPY=str(tmp_path / f"{name}.db"))
        _, found, _ = lookup.ask("GET", "/v1/lists", None, "mailing")
        mine = next(one for one in found["lists"] if one["id"] == name)
        assert mine["acknowledged"]["matches"]
        figures, = stack.ctl_json("list", "show", name)["lists"]
        assert figures["entries"] == len(should)
        assert figures["suppressed" if "deny" in name else "permitted"] == len(there)
        assert stack.ctl("list", "verify", place)
        # a filter holds a token once
        file = stack.dir / f"{name}.cmqf"
        assert stack.ctl_json("list", "filter", name, "--output", file)["entries"] \
            == len(there)
        if program.exists():
            assert filter_ask(program, file, sorted(there))[1] == ["maybe"] * len(there)
        assert stack.ctl_json("list", "diff", name, "--snapshot",
                              place)["different"] == 0, name
        scrubbed(people, name)


def scrubbed(people, name):
    """By address, by an address that nobody has told us of, and by token."""
    pairs = people.phones if "drop" in name else people.mails
    lines, want = [], []
    for pair, two in enumerate(pairs):
        third = f"+43415555{pair:04}" if "drop" in name else f"a.n.n.lee{pair}@gmail.com"
        verdict = people.should(name).get(
            hashed(f"415555{pair:04}" if "drop" in name else f"annlee{pair}@gmail.com"))
        if verdict is None:
            continue
        for one in (*two, third):
            lines.append(one)
            want.append((one, "yes" if verdict == "permitted" or (
                verdict == "released" and "deny" in name) else "no", verdict))
    column = "phone" if "drop" in name else "email"
    out, _ = scrub(people.stack, "\n".join([column, *lines]) + "\n", listed=name)
    assert [tuple(row[:3]) for row in table(out)[1:]] == want, name
    tokens = people.should(name)
    out, _ = scrub(people.stack, "\n".join(["token", *tokens]) + "\n", "--tokens",
                   listed=name)
    assert {row[0]: row[2] for row in table(out)[1:]} == tokens, name


def test_a_release_of_one_leaves_the_other_suppressed(shared, tmp_path):
    lookup = Lookup(shared)
    shared.start("publish")
    people = People(shared, 3)
    for which in (0, 1):
        people.say(0, which, NO)
    people.say(1, 0, NO)
    people.say(2, 0, YES)
    people.commit()
    wait_until(lambda: quiet(shared), what="what was said first")
    people.look()
    people.say(0, 1, YES)  # and only the second of them
    people.say(1, 0, YES)
    people.say(2, 1, NO)
    people.commit()
    wait_until(lambda: quiet(shared), what="the consent")
    people.look()
    assert entries(shared, DENY)[hashed("annlee0@gmail.com")][0] == "suppressed"
    assert hashed("annlee0@gmail.com") not in entries(shared, PERMIT)
    assert entries(shared, PERMIT)[hashed("annlee2@gmail.com")][0] == "released"
    every_door(people, lookup, tmp_path)
    # a person is told what was said of the token that the contact shares
    _, told, _ = lookup.ask("POST", "/v1/export",
                            {"contact": {"email": "annlee0+shop@gmail.com"}})
    held_of = told["held"]
    assert (DENY, "suppressed") in {(e["list"], e["status"]) for e in held_of["list_entry"]}
    assert (DENY, "suppressed") in {(e["list"], e["status"]) for e in held_of["list_change"]}
    assert DENY in {e["list"] for e in held_of["list_member"]}
    people.say(0, 0, YES)
    people.commit()
    wait_until(lambda: quiet(shared), what="the other consent")
    people.look()
    assert entries(shared, PERMIT)[hashed("annlee0@gmail.com")][0] == "permitted"
    every_door(people, lookup, tmp_path)


def test_every_order_of_events(shared, tmp_path):
    """Two contacts, a no and a yes of each: all 24 orders, a pair for each of them."""
    lookup = Lookup(shared)
    shared.start("publish")
    orders = list(itertools.permutations([(0, NO), (0, YES), (1, NO), (1, YES)]))
    people = People(shared, len(orders))
    for step in range(4):
        for pair, order in enumerate(orders):
            people.say(pair, *order[step])
        people.commit()
        wait_until(lambda: quiet(shared), what=f"step {step}")
        people.look()
        walk_clean(shared)
    every_door(people, lookup, tmp_path)
    # made to be published again, whatever was said: nothing else comes of it
    shared.sql("INSERT INTO dirty (contact, shard, cause, known)"
               " SELECT contact, shard_of(contact), 5, now() FROM contact")
    wait_until(lambda: quiet(shared), what="the forced look")
    for name in LISTS:  # to be sure, what was never on a list may now be called released
        found = {t: s for t, (s, _) in entries(shared, name).items()}
        assert on(name, found) == on(name, people.should(name)) \
            and found.items() >= people.should(name).items()
    assert_topics_say_what_the_table_says(shared)
    walk_clean(shared)


def test_what_is_said_at_the_same_moment(shared):
    """By one contact of a token, or by both, in any order: a no wins."""
    shared.start("publish")
    words = [(which, word) for which in (0, 1) for word in (NO, YES)]
    cases = [order for n in (2, 3, 4) for order in itertools.permutations(words, n)]
    people = People(shared, len(cases))
    for pair, order in enumerate(cases):
        for which, word in order:
            people.say(pair, which, word, at_once=True)
    people.commit()
    wait_until(lambda: quiet(shared), what="all of it")
    people.look()
    assert_topics_say_what_the_table_says(shared)
    walk_clean(shared)


def test_what_waits_for_the_publisher_is_scrubbed_as_it_will_be(shared):
    """What one contact has said since the publisher last looked counts for the others of its
    token, also for one that nobody has told us of."""
    shared.start("publish")
    people = People(shared, 2)
    people.say(0, 0, YES)
    people.say(1, 0, NO)
    people.commit()
    wait_until(lambda: quiet(shared), what="what was said first")
    shared.daemon("publish").stop()
    people.say(0, 0, NO)
    people.say(1, 0, YES)
    people.commit()
    lines = "email\nannlee0+shop@gmail.com\na.nnlee0@gmail.com\nannlee1+shop@gmail.com\n"
    out, _ = scrub(shared, lines, listed=DENY)
    assert [row[1:3] for row in table(out)[1:]] == [
        ["no", "unknown"], ["no", "unknown"], ["yes", "released"]]
    out, _ = scrub(shared, lines, listed=PERMIT)
    assert [row[1:3] for row in table(out)[1:]] == [
        ["no", "released"], ["no", "released"], ["yes", "permitted"]]
    tokens = [hashed(f"annlee{i}@gmail.com") for i in (0, 1)]
    out, _ = scrub(shared, "\n".join(["token", *tokens]) + "\n", "--tokens", listed=PERMIT)
    assert [row[1] for row in table(out)[1:]] == ["no", "yes"]


def test_whatif_counts_tokens(shared):
    """By the strictest of a token's contacts, as the list does."""
    shared.start("publish")
    people = People(shared, 3)
    for pair, words in enumerate(((YES, YES), (YES, NO), (YES,))):
        for which, word in enumerate(words):
            people.say(pair, which, word)
    people.commit()
    wait_until(lambda: quiet(shared), what="what was said")
    impact = {one["list"]: one for one in shared.ctl_json(
        "whatif", "--window", "direct_reconfirm=PT1S")["lists"]}
    permit, deny = impact[PERMIT], impact[DENY]
    assert permit["counted"] == deny["counted"] == "tokens"
    assert impact["promotional-email"]["counted"] == "contacts"
    assert (permit["before"], permit["after"]) == (2, 0)  # of the second pair one has said no
    assert permit["revoked"]["contacts"] == len(permit["revoked"]["examples"]) == 2
    assert deny["before"] == 1
    assert impact["promotional-email"]["before"] == 1


def churn(people, seed, stop):
    rng = random.Random(seed)
    while not stop.is_set():
        for _ in range(10):
            people.say(rng.randrange(len(people.mails)), rng.randrange(2),
                       rng.choice((NO, YES)))
        people.commit()
        time.sleep(0.02)


@pytest.mark.parametrize("kill", [False, True])
def test_two_publishers_and_contacts_of_one_token_in_shards_of_both(shared, kill):
    """They say yes and no at the same time, in transactions of their own; the publishers
    share the shards by contact, and a token's contacts lie anywhere. With kills besides."""
    # one that the machine holds up for a whole lease would speak late, and versions fall
    lease = {"lease_ms": 2000 if kill else 6000}
    for name in ("publish-1", "publish-2"):
        shared.start("publish", name=name, **lease)
    wait_until(lambda: sorted(held(shared).values()) == [8, 8], what="the shares")
    people = People(shared, 30)
    people.world.make([one for two in people.mails + people.phones for one in two])
    apart = sum(people.world.key(a).bytes[0] >> 4 != people.world.key(b).bytes[0] >> 4
                for a, b in people.mails + people.phones)
    assert apart > 40, "the pairs of this run lie in one shard"
    for pair, which in itertools.product(range(30), (0, 1)):
        people.say(pair, which, NO)
    people.commit()
    stop = threading.Event()
    load = threading.Thread(target=churn, args=(people, 12, stop))
    load.start()
    try:
        for i in range(6):
            time.sleep(0.7)
            if kill:
                name = f"publish-{1 + i % 2}"
                shared.daemon(name).kill()
                shared.start("publish", name=name, wait=False, **lease)
    finally:
        stop.set()
        load.join()
    settle(shared)
    for name in LISTS:
        should, found = people.should(name), entries(shared, name)
        assert on(name, {t: s for t, (s, _) in found.items()}) == on(name, should), name
    assert_topics_say_what_the_table_says(shared, stale=kill)
    walk_clean(shared)
