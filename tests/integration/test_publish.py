"""From facts to lists: consent-publish alone, on facts written straight into the tables."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from facts import ALL, PHONE, Facts, now, token
from hands import PATIENCE, PROGRAMS, wait_until
from lists import LIST, assert_topics_say_what_the_table_says, entries, held, quiet, settle


# --- the plain work -----------------------------------------------------------------------
def test_an_opt_out_appears_on_the_list(stack):
    stack.start("publish")
    world = Facts(stack)
    ledger = world.add("a@example.com", "OPTOUT")
    world.commit()
    table = wait_until(lambda: stack.read_table(LIST), what="the entry")
    entry = table[token("a@example.com")]
    assert entry["status"] == "suppressed" and entry["reason"] == "OPTOUT"
    assert entry["list"] == "promotional-email" and entry["entry"] == ledger
    wait_until(lambda: quiet(stack), what="the dirty mark's removal")
    assert_topics_say_what_the_table_says(stack)


def test_nothing_new_is_not_published_again(stack):
    stack.start("publish")
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: stack.read_table(LIST) and quiet(stack), what="the entry")
    before = entries(stack)
    stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
              " SELECT contact, shard_of(contact), 1, now() FROM contact")
    wait_until(lambda: quiet(stack), what="the second look")
    assert entries(stack) == before
    stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
              " SELECT contact, shard_of(contact), 5, now() FROM contact")
    wait_until(lambda: quiet(stack), what="the forced one")
    after = entries(stack)
    assert after[token("a@example.com")][1] > before[token("a@example.com")][1]
    assert_topics_say_what_the_table_says(stack)


@pytest.mark.parametrize("n", (1, 150))
def test_a_no_does_not_wait_for_those_before_it(stack, n):
    """Its batch is the first, and a short one; and however many say no, some others go with
    them."""
    world = Facts(stack)
    names, noes = ([f"{w}{i}@example.com" for i in range(k)] for w, k in (("n", 300), ("no", n)))
    for name in names + noes:
        world.add(name, "OPTOUT")
    noes = [world.keys[name] for name in noes]
    world.dirty -= set(noes)
    world.commit()
    stack.sql("INSERT INTO dirty (contact, shard, cause, lane, known)"
              " SELECT k, shard_of(k), 1, 0, now() FROM unnest(%s) k", noes)
    stack.start("publish", batch_contacts=64, log_level="debug")  # four of each shard
    wait_until(lambda: quiet(stack), what="the end of the queue")
    first = {row[0] for row in stack.sql(  # what one transaction has written
        "SELECT contact FROM list_change WHERE xmin::text::bigint ="
        " (SELECT min(xmin::text::bigint) FROM list_change)")}
    others = first - set(noes)
    assert len(first - others) >= min(n, 16), "those who say no"
    assert 0 < len(others) <= 32 + 16, "half of a batch, by shards"
    assert n == 1 or len(others) < len(first) / 2
    assert "hands=2" in stack.daemon("publish").log_file.read_text(), "two batches at a time"
    assert_topics_say_what_the_table_says(stack)


def test_released_is_a_value_and_only_after_having_been_suppressed(stack):
    stack.start("publish")
    world, events = Facts(stack), "us-events-email"
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: entries(stack, events), what="the suppression")
    for name in ("a@example.com", "b@example.com"):
        world.add(name, "GRANT", purpose="communication.events", occurred=now())
    world.commit()
    wait_until(lambda: [s for s, _ in entries(stack, events).values()] == ["released"],
               what="the release")
    wait_until(lambda: quiet(stack), what="the end")
    assert len(entries(stack, events)) == 1, "who was never on the list is not released"
    read = stack.read(f"suppression.{events}")
    assert [json.loads(m.value())["status"] for m in read] == ["suppressed", "released"]
    assert_topics_say_what_the_table_says(stack)


def test_who_must_not_be_written_to_goes_first(stack):
    """In one batch: what was on the topic at any moment says no too much, never too little."""
    stack.start("publish")
    world, events = Facts(stack), "us-events-email"
    old, new = ([f"{kind}{i}@example.com" for i in range(20)] for kind in ("old", "new"))
    for name in old:
        world.add(name, "OPTOUT")
    world.make(new)
    world.commit()
    wait_until(lambda: len(entries(stack, events)) == 20 and quiet(stack), what="the first")
    first = entries(stack, events)
    for name in old:
        world.add(name, "GRANT", purpose="communication.events", occurred=now())
    for name in new:
        world.add(name, "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack, events)) == 40 and quiet(stack), what="the batch")
    said = {}
    for message in stack.read(f"suppression.{events}"):
        entry = json.loads(message.value())
        if entry["version"] > first.get(entry["token"], ("", 0))[1]:
            said.setdefault(message.partition(), []).append(entry["status"])
    assert sum(map(len, said.values())) == 40
    for words in said.values():
        assert words == sorted(words, reverse=True), words  # suppressed ..., released ...


def test_a_phone_number_has_no_entry_on_an_email_list(stack):
    stack.start("publish")
    world = Facts(stack)
    world.add("+442071234567", "OPTOUT", channels=PHONE)
    world.commit()
    wait_until(lambda: entries(stack, "promotional-phone"), what="the phone list")
    wait_until(lambda: quiet(stack), what="the end")
    assert not entries(stack) and len(entries(stack, "promotional-phone")) == 1


def test_an_erased_contact_keeps_its_token(stack):
    stack.start("publish")
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: stack.read_table(LIST), what="the suppression")
    stack.sql("UPDATE contact SET wrapped_key = NULL, sealed = NULL")
    world.add("a@example.com", "OBJECTION")
    world.commit()
    wait_until(lambda: stack.read_table(LIST)[token("a@example.com")]["reason"]
               == "OBJECTION", what="the objection under the same token")
    wait_until(lambda: quiet(stack), what="its commit")
    assert_topics_say_what_the_table_says(stack)


def test_an_opt_out_does_not_wait_for_our_clock(stack):
    """The broker's clock is an hour ahead, and no keeper runs."""
    stack.start("publish")
    world = Facts(stack)
    world.add("a@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    wait_until(lambda: entries(stack, "marketing-email-permit"), what="the permit")
    world.add("a@example.com", "OPTOUT", occurred=now(3600), known=now(3600))
    world.commit()
    wait_until(lambda: [s for s, _ in entries(stack, "marketing-email-permit").values()]
               == ["released"], what="the opt-out")


def test_receipts_are_all_sent(stack):
    stack.start("publish")
    numbers = dict(stack.sql("SELECT id, number FROM register_number WHERE kind = 'source'"))
    for source in ("acme-hosting", "nordhost"):
        stack.sql("INSERT INTO receipt_queue (source, event_id, outcome, reason, pointer,"
                  " ledger_id, known) SELECT %s, array_agg('e' || b || '-' || i),"
                  " array_agg((1 + i %% 3)::smallint), array_agg(''::text),"
                  " array_agg(''::text),"
                  " array_agg(i::bigint), array_agg(now())"
                  " FROM generate_series(1, 10) b, generate_series(1, 500) i GROUP BY b",
                  numbers[source])
    wait_until(lambda: stack.value("SELECT count(*) FROM receipt_queue") == 0,
               what="the receipts")
    for source in ("acme-hosting", "nordhost"):
        read = stack.read(f"receipts.{source}")
        assert {m.key().decode() for m in read} == {
            f"e{b}-{i}" for b in range(1, 11) for i in range(1, 501)}
        one = json.loads(read[0].value())
        assert one["event_id"] == read[0].key().decode()
        assert one["outcome"] in ("accepted", "duplicate", "quarantined")
    wait_until(lambda: stack.metrics("publish").get(
        'consent_publish_receipts_total{source="acme-hosting"}') == 5000, what="the metric")


# --- links --------------------------------------------------------------------------------
WIDE = {"channels": ALL, "flags": ("DIRECT", "WIDE"), "controller": "*"}


@pytest.mark.parametrize("first", ["link", "denial"])
def test_a_wide_denial_reaches_linked_contacts_in_either_order(stack, first):
    """Also when link and denial are in transactions that do not see each other."""
    stack.start("publish")
    world, other = Facts(stack), Facts(stack)
    world.make(["a@example.com", "b@example.com"])
    other.keys = world.keys
    world.add("b@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    permit = "marketing-email-permit"

    def permits():
        return [s for s, _ in entries(stack, permit).values()]
    wait_until(lambda: permits() == ["permitted"], what="the permit")
    world.add("a@example.com", "OPTOUT", **WIDE)
    other.link("a@example.com", "b@example.com")
    early, late = (other, world) if first == "link" else (world, other)
    early_open = early.commit(end=False)
    late_open = late.commit(end=False)  # neither sees the other
    early_open.commit()
    wait_until(lambda: quiet(stack), what="the first to be published")
    assert permits() == ["permitted"]
    late_open.commit()
    wait_until(lambda: permits() == ["released"], what="the denial along the link")


def test_a_grant_does_not_travel_along_a_link(stack):
    stack.start("publish")
    world = Facts(stack)
    world.link("a@example.com", "b@example.com")
    world.add("a@example.com", "GRANT", purpose="marketing.promotional")
    world.commit()
    wait_until(lambda: len(entries(stack, "marketing-email-permit")) == 1, what="the permit")
    wait_until(lambda: quiet(stack), what="the end")
    assert len(entries(stack, "marketing-email-permit")) == 1


# --- several publishers -------------------------------------------------------------------
def test_two_publishers_share_the_shards_and_the_work(stack):
    stack.start("publish")
    stack.start("publish", name="publish-2")
    wait_until(lambda: sorted(held(stack).values()) == [8, 8], what="a fair share")
    world = Facts(stack)
    for i in range(200):
        world.add(f"n{i}@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 200 and quiet(stack), what="the entries")
    assert_topics_say_what_the_table_says(stack)
    for name in ("publish", "publish-2"):
        wait_until(lambda n=name: stack.metrics(n).get('consent_publish_entries_total{'
                   'list="promotional-email",status="suppressed"}', 0) > 20, what="its share")


def test_a_publisher_that_leaves_is_replaced_at_once(stack):
    for name in ("publish", "publish-2"):
        stack.start("publish", name=name, lease_ms=60000)
    wait_until(lambda: sorted(held(stack).values()) == [8, 8], what="a fair share")
    assert stack.daemon("publish").stop(seconds=60)
    # long before a lease would end
    wait_until(lambda: list(held(stack).values()) == [16], 30, "all shards with the other")
    assert stack.value("SELECT count(*) FROM doubt") == 0


def test_versions_rise_when_a_shard_changes_hands(stack):
    """Whoever takes a shard begins above all that its former holder may have used."""
    stack.start("publish")
    world, names = Facts(stack), [f"n{i}@example.com" for i in range(40)]
    for name in names:
        world.add(name, "OPTOUT")
    world.commit()
    wait_until(lambda: len(entries(stack)) == 40 and quiet(stack), what="the entries")
    stack.start("publish", name="publish-2")
    wait_until(lambda: sorted(held(stack).values()) == [8, 8], what="a fair share")
    for kind, left in (("OBJECTION", "publish-2"), ("WITHDRAWAL", None)):
        before = entries(stack)
        for name in names:
            world.add(name, kind)
        world.commit()
        wait_until(lambda: quiet(stack) and all(
            entries(stack)[t][1] > before[t][1] for t in before), what="the next word")
        if left:
            assert stack.daemon(left).stop()
            wait_until(lambda: list(held(stack).values()) == [16], what="all shards")
    assert_topics_say_what_the_table_says(stack)


@pytest.mark.alone
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("busy", [False, True])
def test_a_second_publisher_takes_over_within_ten_seconds(stack, how, busy):
    stack.start("publish")
    wait_until(lambda: list(held(stack).values()) == [16], what="all shards")
    owner = list(held(stack))[0]
    world = Facts(stack)
    if busy:  # in the midst of a batch, with its locks held
        world.make([f"n{i}@example.com" for i in range(30000)])
        stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
                  " SELECT contact, shard_of(contact), 1, now() FROM contact")
        wait_until(lambda: stack.value("SELECT EXISTS (SELECT FROM list_entry)"), what="the first batch")
    pid = stack.daemon("publish").pid()

    def hit():
        """Also for the busy one that stops: it does so while its transaction is open."""
        os.kill(pid, how)
        if not busy or how == signal.SIGKILL:
            return True

        def states():
            return [state for state, in stack.sql(
                "SELECT state FROM pg_stat_activity WHERE application_name = %s", owner)]
        # an answer that does not fit into the socket is never read by who has stopped: not here, then
        until = time.monotonic() + 2
        while "active" in (found := states()) and time.monotonic() < until:
            time.sleep(0.05)
        if "active" not in found and "idle in transaction" in found:
            return True
        os.kill(pid, signal.SIGCONT)
        return False
    wait_until(hit, what="the midst of a batch")
    start = time.monotonic()
    stack.start("publish", name="publish-2", doubt_ms=3000)
    try:
        world.add("late@example.com", "OPTOUT")
        world.commit()
        wait_until(lambda: owner not in held(stack) and list(held(stack).values()) == [16],
                   12, "the take-over")
        took = time.monotonic() - start
        assert took < 10 * PATIENCE, f"took {took:.1f} s"
        wait_until(lambda: token("late@example.com") in entries(stack), 60, "the late one")
    finally:
        os.kill(pid, signal.SIGCONT) if how == signal.SIGSTOP else None
    wait_until(lambda: quiet(stack), 60, what="the rest")
    time.sleep(4)  # doubts come back
    wait_until(lambda: stack.value("SELECT NOT EXISTS (SELECT FROM dirty) AND NOT EXISTS"
                                   " (SELECT FROM doubt WHERE at < now())"), 60, "doubts")
    if how == signal.SIGSTOP:  # the stale holder lives, and has seen that it is
        wait_until(lambda: re.search(r"event=shards_lost|event=shards .* lost=[1-9]",
                                     stack.daemon("publish").log_file.read_text()),
                   what="the stale one to see that it is")
        settle(stack)
    assert_topics_say_what_the_table_says(stack, stale=how == signal.SIGSTOP)


def test_a_stale_holder_cannot_take_work(stack):
    """Its epoch does not match: it lets go and takes nothing."""
    stack.start("publish", lease_ms=60000)
    wait_until(lambda: list(held(stack).values()) == [16], what="all shards")
    stack.sql("UPDATE publish_shard SET owner = 'another', epoch = epoch + 1, until = 'infinity'")
    world = Facts(stack)
    world.add("a@example.com", "OPTOUT")
    world.commit()
    wait_until(lambda: "event=shards_lost" in stack.daemon("publish").log_file.read_text(),
               what="the discovery")
    time.sleep(0.5)
    assert not entries(stack) and not quiet(stack)
    assert not stack.read(LIST)
    stack.sql("UPDATE publish_shard SET until = '-infinity'")
    wait_until(lambda: entries(stack), what="the work, once the shards are free")


@pytest.mark.parametrize("name, value", [
    ("acks", "1"), ("request.required.acks", "1"), ("delivery.timeout.ms", "5000"),
    ("message.timeout.ms", "5000"), ("transactional.id", "ours")])
def test_no_other_name_gets_round_a_firm_setting(hands, name, value):
    """librdkafka has several names for a setting; whichever is used, it is refused."""
    hands.make_secrets()
    conf, _ = hands.write_conf("publish", "wrong.conf")
    conf.write_text(conf.read_text() + f"kafka.{name} = {value}\n")
    done = subprocess.run([PROGRAMS / "consent-publish", "--config", conf], timeout=120,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and f"kafka.{name}: cannot be set" in done.stderr, done
